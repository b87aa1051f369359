import type { EvidenceItem } from "../domain/evidence.ts";
import type { EvidenceLedger } from "../domain/evidence-ledger.ts";
import { statedWindow, windowText } from "../domain/stated-times.ts";
import { overlaps, spanText } from "../domain/timeline.ts";
import type { Claim } from "./check-grounding-claims.ts";
import { type Finding, worst } from "./check-grounding-finding.ts";

type Said = EvidenceItem & { readonly value: Extract<EvidenceItem["value"], { type: "utterance" }> };

/** What is said, for holding quotes against it. */
export function saidIn(ledger: Pick<EvidenceLedger, "ofKind">): Said[] {
  return ledger.ofKind("utterance").filter((item): item is Said => item.value.type === "utterance");
}

/** In double quotation marks, or in single ones, in which apostrophes may stand. */
const QUOTES = /"([^"\n]+)"|“([^”\n]+)”|(?<!\w)['‘]([^'’\n]*(?:['’]\w[^'’\n]*)*)['’](?!\w)/g;
const SAYS =
  /\b(?:says?|said|saying|tells?|told|asks?|asked|answers?|answered|repl(?:y|ies|ied)|states?|stated|whispers?|shouts?|mutters?|exclaims?|utters?|speaks?|words?|utterance)\b/i;
const DENIES = /\b(?:not|never|nobody|no one|nothing)\b|n't\b/i;
const CUT_OFF = /\.{3}|…/;

/** A text without the quotes that are said word for word: what they hold is no claim of whoever quotes. */
export function withoutSaid(text: string, said: readonly Said[]): string {
  if (said.length === 0) return text;
  return text.replace(QUOTES, (quote, ...groups: (string | undefined)[]) => {
    const words = groups.slice(0, 3).find((group) => typeof group === "string") ?? "";
    return said.some(({ value }) => holds(value.text, words)) ? '""' : quote;
  });
}

/**
 * Holds quotes of words against what is said: somebody says them, at that time where one is named, and by that face where both
 * are known. Words that no utterance has are contradicted where others are said at the time that is named; otherwise nobody
 * can tell, as a transcript may leave words out. `undefined` where nothing is quoted, or nothing is known of what is said.
 */
export function saidFinding({ statement, evidenceIds, prose }: Claim, ledger: EvidenceLedger): Finding | undefined {
  const said = saidIn(ledger);
  if (said.length === 0) return undefined;
  if (!SAYS.test(statement.replace(QUOTES, " ")) && !said.some(({ id }) => evidenceIds.includes(id))) return undefined;
  const outside = prose.replace(QUOTES, '""');
  // What the user states is quoted too.
  const stated = ledger.ofKind("context-text").flatMap(({ value }) => (value.type === "text" ? value.text : []));
  const findings = [...statement.matchAll(QUOTES)].flatMap(([, ...groups]) => {
    const words = groups.find((group) => group !== undefined) ?? "";
    return stated.some((text) => holds(text, words)) ? [] : oneFinding(words, outside, said);
  });
  return worst(findings);
}

function oneFinding(words: string, outside: string, said: readonly Said[]): Finding {
  const window = statedWindow(outside);
  const isThen = ({ time }: Said) => window === null || time === undefined || overlaps(time, window);
  const who = /\b(F\d+)\b[^"]{0,20}\b(?:says?|said|tells?|told|asks?|asked|whispers?|shouts?)\b/.exec(outside)?.[1];
  const isTheirs = ({ value }: Said) => who === undefined || value.spokenBy === null || value.spokenBy === who;
  const found = said.filter(({ value }) => holds(value.text, words));
  const fitting = found.filter((one) => isThen(one) && isTheirs(one));
  const isDenied = DENIES.test(outside);
  if (fitting.length > 0) {
    const reason = `the words are said: ${tell(fitting)}`;
    return { verdict: isDenied ? "contradicted" : "supported", reason, itemIds: fitting.map(({ id }) => id) };
  }
  if (isDenied) return { verdict: "supported", reason: "nobody says the words then", itemIds: [] };
  if (found.length > 0) {
    return {
      verdict: "contradicted",
      reason: `the words are said otherwise: ${tell(found)}`,
      itemIds: found.map(({ id }) => id),
    };
  }
  const others = window === null ? [] : said.filter((one) => one.time !== undefined && isThen(one) && isTheirs(one));
  if (window !== null && others.length > 0) {
    const reason = `other words are said ${windowText(window)}: ${tell(others)}`;
    return { verdict: "contradicted", reason, itemIds: others.map(({ id }) => id) };
  }
  return { verdict: "not-measurable", reason: "the words are not found in what is said", itemIds: [] };
}

const MOST_TOLD = 3;

function tell(said: readonly Said[]): string {
  const told = said.slice(0, MOST_TOLD).map(({ id, value: { text, spokenBy }, time }) => {
    const when = time === undefined ? "" : ` ${spanText(time)}`;
    return `"${text}" by ${spokenBy ?? "somebody unknown"}${when} (${id})`;
  });
  return told.join(", ");
}

/** Whether words stand in a text one after another, whatever their case and punctuation; a quote may leave some out with "...". */
function holds(text: string, quote: string): boolean {
  const words = wordsIn(text);
  let from = 0;
  for (const part of quote.split(CUT_OFF).map(wordsIn)) {
    if (part.length === 0) continue;
    const at = words.findIndex((_word, i) => i >= from && part.every((word, step) => words[i + step] === word));
    if (at === -1) return false;
    from = at + part.length;
  }
  return from > 0;
}

function wordsIn(text: string): string[] {
  return (
    text
      .toLowerCase()
      .replaceAll("’", "'")
      .match(/[\p{L}\p{N}]+(?:'\p{L}+)*/gu) ?? []
  );
}
