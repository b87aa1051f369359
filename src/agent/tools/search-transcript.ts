import { z } from "zod";
import type { EvidenceItem } from "../../domain/evidence.ts";
import { overlaps, spanText } from "../../domain/timeline.ts";
import { evidenceLines } from "../../evidence/render-evidence.ts";
import { defineTool, ToolOutput } from "../agent-tool.ts";

/** More are not told at once: who asks for less finds the rest. */
const MOST_TOLD = 30;

/** Finds what is said by its words, by who says it, or by when. */
export const searchTranscript = defineTool({
  name: "search_transcript",
  schema: z.strictObject({
    query: z.string().max(200).nullable().describe("Words that are said, in any order; null for everything"),
    fromS: z
      .number()
      .min(0)
      .nullable()
      .describe("From when, in seconds from the start of the clip; null from the start"),
    toS: z.number().min(0).nullable().describe("Until when; null until the end"),
  }),
  output: ToolOutput.extend({ found: z.number().int().min(0) }),
  needsVision: false,
  needsImage: true,
  only: "clip",
  shows: "words",
  async run({ query, fromS, toS }, { ledger }) {
    const window = { fromS: fromS ?? 0, toS: toS ?? Number.MAX_VALUE };
    const words = wordsIn(query ?? "");
    const found = ledger.ofKind("utterance").filter(({ value, time }) => {
      if (value.type !== "utterance") return false;
      const isThen = time === undefined || overlaps(time, window);
      const said = wordsIn(`${value.speaker ?? ""} ${value.text}`);
      return isThen && words.every((word) => said.some((one) => one.startsWith(word)));
    });
    const told = found.slice(0, MOST_TOLD);
    const rest = found.length - told.length;
    const text = [
      ...(found.length === 0 ? [nothingFound(query, ledger.ofKind("utterance"))] : [evidenceLines(told)]),
      ...(rest > 0 ? [`${rest} more: search for other words, or from ${spanStart(found[MOST_TOLD])}`] : []),
    ];
    return { text: text.join("\n"), output: { evidence: told, found: found.length } };
  },
});

/** Without case, accents and punctuation, in whatever script. */
function wordsIn(text: string): string[] {
  const plain = text.normalize("NFKD").replace(/\p{Mn}/gu, "");
  return plain.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

function nothingFound(query: string | null, all: readonly EvidenceItem[]): string {
  if (all.length === 0) return "No transcript was given: what is said is not known.";
  return query === null ? "Nothing is said then." : `Nothing of what is said then has ${JSON.stringify(query)}.`;
}

function spanStart(item: EvidenceItem | undefined): string {
  return item?.time === undefined ? "later on" : spanText({ fromS: item.time.fromS, toS: item.time.fromS }).slice(3);
}
