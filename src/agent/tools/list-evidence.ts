import { z } from "zod";
import { evidenceLines } from "../../evidence/render-evidence.ts";
import { defineTool, ToolOutput } from "../agent-tool.ts";

/** Shows the whole ledger as it stands, with whatever was noted since. */
export const listEvidence = defineTool({
  name: "list_evidence",
  schema: z.strictObject({}),
  output: ToolOutput,
  needsVision: false,
  needsImage: true,
  async run(_input, { ledger }) {
    const evidence = [...ledger.items()];
    return { text: evidence.length === 0 ? "The ledger is empty." : evidenceLines(evidence), output: { evidence } };
  },
});
