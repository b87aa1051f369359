import { z } from "zod";
import { evidenceLines } from "../../evidence/render-evidence.ts";
import { defineTool, knownFace, ToolOutput } from "../agent-tool.ts";

/** Shows every measurement of one face, and what could not be measured on it. It cannot change evidence. */
export const measureFace = defineTool({
  name: "measure_face",
  schema: z.strictObject({ faceId: z.string().describe("Id of a face, such as F1") }),
  output: ToolOutput,
  needsVision: false,
  needsImage: true,
  async run({ faceId }, { ledger }) {
    knownFace(ledger, faceId);
    const notSupported = ledger.ofKind("not-supported").filter((item) => item.faceId === null);
    const evidence = [...ledger.ofFace(faceId), ...notSupported];
    // Exemplars stand before the question, or in the answer of the tool that found them.
    const text = evidenceLines(evidence.filter(({ kind }) => kind !== "exemplar"));
    return { text, output: { evidence } };
  },
});
