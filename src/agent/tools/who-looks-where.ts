import { z } from "zod";
import { sceneText } from "../../evidence/render-evidence.ts";
import { defineTool, knownFace, ToolOutput } from "../agent-tool.ts";

/** Shows where people look and who is close to whom, of one person or of all. */
export const whoLooksWhere = defineTool({
  name: "who_looks_where",
  schema: z.strictObject({ faceId: z.string().nullable().describe("The person asked about; null for everybody") }),
  output: ToolOutput,
  needsVision: false,
  needsImage: true,
  shows: "scene",
  async run({ faceId }, { ledger }) {
    if (faceId !== null) knownFace(ledger, faceId);
    const evidence = ledger.ofKind("relation").filter((item) => faceId === null || concerns(item, faceId));
    return { text: sceneText(evidence, "Where people look"), output: { evidence } };
  },
});

/** Being looked at concerns a person as much as looking does. */
function concerns({ faceId, value }: ToolOutput["evidence"][number], asked: string): boolean {
  return faceId === asked || (value.type === "finding" && value.to.includes(asked));
}
