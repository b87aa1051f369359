import { readSituation, type SituationReading } from "./read-situation.ts";
import { isOfAnotherTime, NOT_SAID_NOW, readSelfReport } from "./self-report.ts";

/** `(laughs)`, `[music]`, `♪`: what is heard and not said. */
const NOT_SAID = /\([^)]*\)|\[[^\]]*\]|[♪♫*]/g;
/** "I'm afraid so" regrets, and fears nothing. */
const REGRETS = /\bi(?:'m| am) afraid (?=(?:so|not|that|there|i|i'm|we|you|he|she|it|they)\b)/gi;
const ADDRESSED = /\b(?:you|your|yours|you're|you've|yourself)\b/i;

/**
 * What something that is said leads one to expect: of whoever says it, by how they say that they are, else by the situation
 * that they tell of; of another, only where they are addressed.
 */
export function readUtterance(text: string, of: "speaker" | "another"): SituationReading {
  const said = spokenIn(text);
  if (of === "another") {
    if (ADDRESSED.test(said)) return readSituation(said, { about: "you" });
    return { ...NOTHING, abstention: "Somebody else says it, and not to anybody" };
  }
  const report = readSelfReport(said);
  if (report === null) return readSituation(said);
  return { ...NOTHING, distribution: report.distribution, read: said };
}

/** Of what is longer only the beginning is read, as of any situation. */
const LONGEST = 4_000;

function spokenIn(text: string): string {
  const spoken = text.slice(0, LONGEST).replaceAll("’", "'").replace(NOT_SAID, " ").replace(REGRETS, " ");
  return spoken.replace(/\s+/g, " ").trim();
}

const NOTHING: SituationReading = {
  ...{ distribution: null, abstention: null, appraisals: [], cues: [], turns: [], read: "", leftOut: [] },
};

/** How pleasant something is for whoever says it, by their words. */
export interface SaidPleasantness {
  readonly pleasant: boolean;
  /** The words that say it. */
  readonly words: string;
}

/** What happens to somebody is told with these. */
const OF_ONESELF = /\b(?:i|i'm|i've|i'll|i'd|me|my|mine|myself|we|we're|we've|us|our)\b/i;
/** Less of a situation is not said clearly enough to be held against a face. */
const CLEAR_FROM = 0.75;
const PLEASANT: readonly string[] = ["happiness"];
const UNPLEASANT: readonly string[] = ["anger", "contempt", "disgust", "fear", "sadness", "guilt", "shame"];

/** `null` where the words do not say clearly that it is pleasant or unpleasant for whoever says them. */
export function saidPleasantness(text: string): SaidPleasantness | null {
  const said = spokenIn(text);
  const report = readSelfReport(said);
  if (report !== null) return report;
  if (!OF_ONESELF.test(said) || NOT_SAID_NOW.test(said.toLowerCase()) || isOfAnotherTime(said)) return null;
  const { distribution, read } = readSituation(said);
  const shareOf = (labels: readonly string[]) =>
    (distribution ?? []).reduce((sum, { label, probability }) => sum + (labels.includes(label) ? probability : 0), 0);
  if (shareOf(PLEASANT) >= CLEAR_FROM) return { pleasant: true, words: read };
  return shareOf(UNPLEASANT) >= CLEAR_FROM ? { pleasant: false, words: read } : null;
}
