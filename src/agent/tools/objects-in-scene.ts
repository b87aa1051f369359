import { z } from "zod";
import { sceneText } from "../../evidence/render-evidence.ts";
import { defineTool, ToolOutput } from "../agent-tool.ts";

/** Shows which objects were found, with their places and scores, or that nobody looked for any. */
export const objectsInScene = defineTool({
  name: "objects_in_scene",
  schema: z.strictObject({}),
  output: ToolOutput,
  needsVision: false,
  needsImage: true,
  shows: "objects",
  async run(_input, { ledger }) {
    const evidence = [...ledger.ofKind("object")];
    return { text: sceneText(evidence, "Objects"), output: { evidence } };
  },
});
