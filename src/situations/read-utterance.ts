import { readSituation, type SituationReading } from "./read-situation.ts";
import { NOT_SAID_NOW, sentencesOfNow } from "./said-of-now.ts";
import { isOfAnotherTime, readSelfReport } from "./self-report.ts";
import { deniedPleasantness, summedPleasantness } from "./word-pleasantness.ts";

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
/** What somebody close thinks of something is no event in one's own life, as their illness is. */
const THEIR_MIND =
  /^(?:my|our) (?:\w+ )?\w+ (?:\w+ly )?(?:(?!is|was|has|hurts|aches|kills|needs)\w{2,}[a-rt-z]s|loves?|hates?|likes?|enjoys?|prefers?|wants?|fears?|adores?|thinks?|is (?:\w+ )?(?:afraid|scared|terrified|angry|happy|sad|proud|worried|upset))\b/i;
/** Less of a situation is not said clearly enough to be held against a face, unless its words are of the same side. */
const CLEAR_FROM = 0.75;
const CLEAR_WITH_WORDS_FROM = 0.45;
/** The share of one label at least: what may be any of five emotions is not known to be one. */
const ONE_LABEL_FROM = 0.35;
/** Sum of ratings of words from which on they are of a side; a cue of the word table counts as much. */
const WORDS_FROM = 1.5;
const DENIED_FROM = 1.3;
const PLEASANT: readonly string[] = ["happiness"];
const UNPLEASANT: readonly string[] = ["anger", "contempt", "disgust", "fear", "sadness", "guilt", "shame"];

/** `null` where the words do not say clearly that it is pleasant or unpleasant for whoever says them. */
export function saidPleasantness(text: string): SaidPleasantness | null {
  const said = spokenIn(text);
  return readSelfReport(said) ?? pleasantnessOfEvent(sentencesOfNow(said));
}

/** What somebody does not do as a rule is no event. */
const HABIT = /\b(?:i|we) (?:don't|do not) (?!feel|like|want|trust|love|care|believe|see|sleep)\w/i;

function pleasantnessOfEvent(sentences: readonly string[]): SaidPleasantness | null {
  const told = sentences.filter((sentence) => !THEIR_MIND.test(sentence) && !HABIT.test(sentence)).join(" ");
  if (!OF_ONESELF.test(told) || NOT_SAID_NOW.test(told.toLowerCase()) || isOfAnotherTime(told)) return null;
  // The network reads what is denied as if it were said.
  const denied = deniedPleasantness(told);
  if (Math.abs(denied) >= DENIED_FROM) return { pleasant: denied > 0, words: told };
  const { distribution, cues, read } = readSituation(told);
  const side = summedPleasantness(told) + WORDS_FROM * cues.reduce((sum, { cue }) => sum + sideOf(cue.likelihood), 0);
  const isClear = (labels: readonly string[], ofThisSide: number) => {
    const shares = (distribution ?? [])
      .filter(({ label }) => labels.includes(label))
      .map(({ probability }) => probability);
    const share = shares.reduce((sum, one) => sum + one, 0);
    if (ofThisSide >= WORDS_FROM) return share >= CLEAR_WITH_WORDS_FROM;
    return share >= CLEAR_FROM && Math.max(...shares) >= ONE_LABEL_FROM;
  };
  if (isClear(PLEASANT, side)) return { pleasant: true, words: read };
  return isClear(UNPLEASANT, -side) ? { pleasant: false, words: read } : null;
}

function sideOf(likelihood: Readonly<Record<string, number | undefined>>): -1 | 0 | 1 {
  const most = (labels: readonly string[]) => Math.max(1, ...labels.map((label) => likelihood[label] ?? 1));
  const [pleasant, unpleasant] = [most(PLEASANT), most(UNPLEASANT)];
  return pleasant > unpleasant ? 1 : pleasant < unpleasant ? -1 : 0;
}
