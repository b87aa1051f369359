import { z } from "zod";
import { evidenceLines } from "../../evidence/render-evidence.ts";
import type { ExemplarSource } from "../../ports/exemplar-source.ts";
import { type AnyToolDefinition, defineTool, knownFace, ToolOutput } from "../agent-tool.ts";

/** Searches the exemplar store by words, by similarity to a face, or both; what it finds becomes citable. */
export function createFindExemplars(source: ExemplarSource): AnyToolDefinition {
  return defineTool({
    name: "find_exemplars",
    schema: z.strictObject({
      query: z.string().max(300).nullable().describe("Words to search by: a category, a cue, a situation; or null"),
      faceId: z.string().nullable().describe("A face whose expression the exemplars should be like; or null"),
    }),
    output: ToolOutput.extend({ warnings: z.array(z.string()) }),
    needsVision: false,
    needsImage: true,
    async run({ query, faceId }, { image, ledger }, signal) {
      if (faceId !== null) knownFace(ledger, faceId);
      const question = { text: query ?? "", context: null, labels: null };
      const like = faceId === null ? [] : [faceId];
      const { exemplars, warnings } = await source.choose({ image, faces: ledger.faces(), question, like }, signal);
      const evidence = exemplars.map(({ item }) => ledger.add(item));
      const found = evidence.length === 0 ? "No exemplar was found." : evidenceLines(evidence);
      return {
        text: [found, ...warnings].join("\n"),
        output: { evidence, warnings: [...warnings] },
        views: exemplars.flatMap(({ view }) => (view === null ? [] : [view])),
      };
    },
  });
}
