import { z } from "zod";
import { sceneText } from "../../evidence/render-evidence.ts";
import { defineTool, knownFace, ToolOutput } from "../agent-tool.ts";

/** Shows what one person's body does: arms, hands at the face, trunk, head, and what could not be told. */
export const bodyPosture = defineTool({
  name: "body_posture",
  schema: z.strictObject({ faceId: z.string().describe("Id of a face, such as F1") }),
  output: ToolOutput,
  needsVision: false,
  needsImage: true,
  shows: "scene",
  async run({ faceId }, { ledger }) {
    knownFace(ledger, faceId);
    const evidence = [...ledger.ofFace(faceId, "posture")];
    return { text: sceneText(evidence, `The posture of ${faceId}`), output: { evidence } };
  },
});
