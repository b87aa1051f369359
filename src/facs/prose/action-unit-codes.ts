import type { Side } from "../../domain/measurement.ts";

/** Codes that stand together in a text and share what is said of them. */
export interface CodeGroup {
  /** One entry for each claim; `AU26/27` is one entry with two members, either of which is meant. */
  readonly groups: readonly { readonly anyOf: readonly string[]; readonly side: Side }[];
  readonly index: number;
  readonly end: number;
  /** A number quoted right after a single code, such as `AU12 (0.93)` or `AU12 at 93%`. */
  readonly statedValue: number | null;
}

const CODE = String.raw`0{0,2}[1-9]\d?\s?(?:[lr]\b)?(?![\d%]|\.\d)`;
const PREFIX = String.raw`(?:aus?|action\s+units?)[\s-]*`;
const LINKED = String.raw`(?:\s*(?:,\s*(?:and|or)|,|\+|/|&|\band\b|\bor\b|\bnor\b)\s*${PREFIX}${CODE}|\s*[+/]\s*${CODE})`;
const PLURAL_LINKED = String.raw`(?:\s*(?:,\s*(?:and|or)|,|\+|/|&|\band\b|\bor\b)\s*(?:${PREFIX})?${CODE})`;
const CODES = new RegExp(
  String.raw`\b(?:(?:aus|action\s+units)[\s-]*${CODE}${PLURAL_LINKED}*|${PREFIX}${CODE}${LINKED}*)`,
  "gi",
);
/** The words that may stand between a code and its number, and citations such as E5. */
const STATED =
  /^\s*(?:(?:[(=:]|is|was|at|of|value|score[sd]?|measured|intensity|probability|p|e\d+[,:]?)\s*){0,5}(\d+(?:\.\d+)?)(?!\d|\.\d)\s*(%?)/i;

/** Finds action units that are named by number: `AU12`, `AU 6+12`, `AUs 1, 2 and 5`, `action unit 4`, `AU14L`. */
export function findCodes(text: string): CodeGroup[] {
  return [...text.matchAll(CODES)].map((match) => {
    const end = match.index + match[0].trimEnd().length;
    const groups = groupsIn(match[0]);
    const single = groups.length === 1 && groups[0]?.anyOf.length === 1;
    return { groups, index: match.index, end, statedValue: single ? statedValueIn(text.slice(end)) : null };
  });
}

function groupsIn(list: string): CodeGroup["groups"] {
  return list.split(/,|\+|&|\band\b|\bor\b|\bnor\b/i).flatMap((part) => {
    const codes = [...part.matchAll(/0*([1-9]\d?)\s?([lr]\b)?/gi)];
    if (codes.length === 0) return [];
    const side = codes[0]?.[2]?.toLowerCase();
    return [
      {
        anyOf: codes.map((code) => `AU${code[1]}`),
        side: side === "l" ? ("left" as const) : side === "r" ? ("right" as const) : ("both" as const),
      },
    ];
  });
}

function statedValueIn(after: string): number | null {
  const match = STATED.exec(after);
  if (match?.[1] === undefined) return null;
  return match[2] === "%" ? Number(match[1]) / 100 : Number(match[1]);
}
