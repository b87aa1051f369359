import { z } from "zod";
import { consensusStatement, faceConsensus, UnitConsensus } from "../../evidence/consensus.ts";
import { evidenceLines } from "../../evidence/render-evidence.ts";
import { defineTool, knownFace, ToolOutput } from "../agent-tool.ts";

/**
 * Shows where the toolboxes agree on one face and where they contradict each other, by action unit. The model reads
 * items that it can cite; programs also get the table with every vote on its own scale.
 */
export const compareToolboxes = defineTool({
  name: "compare_toolboxes",
  schema: z.strictObject({ faceId: z.string().describe("Id of a face, such as F1") }),
  output: ToolOutput.extend({ toolboxes: z.array(z.string()), units: z.array(UnitConsensus) }),
  needsVision: false,
  needsImage: true,
  shows: "agreement",
  async run({ faceId }, { ledger }) {
    const face = knownFace(ledger, faceId);
    const toolboxes = [...new Set(face.measurements.map(({ toolbox }) => toolbox))];
    const units = faceConsensus(face);
    const evidence = ledger.ofFace(faceId, "consensus");
    const output = { evidence: [...evidence], toolboxes, units };
    if (toolboxes.length < 2) {
      return { text: `Only ${toolboxes.join()} measured ${faceId}: there is nothing to compare it with.`, output };
    }
    const compared = units.filter(({ votes }) => votes.length > 1);
    const undecided = compared.filter(({ verdict }) => verdict === "undecided").map(consensusStatement);
    const single = units.flatMap(({ au, votes: [vote, other] }) => {
      return vote === undefined || other !== undefined ? [] : [`${au} (${vote.toolbox})`];
    });
    const lines = [
      `${toolboxes.join(", ")} measured ${faceId}; they have ${compared.length} action units in common.`,
      evidenceLines(evidence),
      ...undecided,
      single.length === 0 ? "" : `Measured by one toolbox alone: ${single.join(", ")}`,
    ];
    return { text: lines.filter((line) => line !== "").join("\n"), output };
  },
});
