import { readSituation, type SituationReading } from "./read-situation.ts";
import { NOT_SAID_NOW, sentencesOfNow } from "./said-of-now.ts";
import { isOfAnotherTime, isOfBothSides, readSelfReport } from "./self-report.ts";
import { deniedPleasantness, summedPleasantness } from "./word-pleasantness.ts";
import { type FoundCue, findCues } from "./word-table.ts";

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
interface SaidPleasantness {
  readonly pleasant: boolean;
  /** The words that say it. */
  readonly words: string;
}

/** What happens to somebody is told with these. */
const OF_ONESELF = /\b(?:i|i'm|i've|i'll|i'd|me|my|mine|myself|we|we're|we've|us|our)\b/i;
/** What somebody close thinks of something is no event in one's own life, as their illness is. */
const THEIR_MIND =
  /^(?:(?:my|our|the|his|her|their) (?:\w+ )?\w+(?:'s| is| are| was| were) (?:\w+ )?(?:afraid|scared|terrified|angry|furious|mad|happy|sad|proud|worried|upset|in a \w+ mood)\b|(?:my|our) (?:\w+ )?\w+ (?:\w+ly )?(?:(?!is|was|has|hurts|aches|kills|needs)\w{2,}[a-rt-z]s|loves?|hates?|likes?|enjoys?|prefers?|wants?|fears?|adores?|thinks?|is (?:\w+ )?(?:afraid|scared|terrified|angry|happy|sad|proud|worried|upset))\b)/i;
/** Less of a situation is not said clearly enough to be held against a face, unless its words are of the same side. */
const CLEAR_FROM = 0.75;
const CLEAR_WITH_WORDS_FROM = 0.45;
/** The word table knows events of which the network has not read. */
const CLEAR_WITH_CUE_FROM = 0.15;
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
  if (isOfBothSides(said)) return null;
  const report = readSelfReport(said);
  if (report === null) return pleasantnessOfEvent(sentencesOfNow(said));
  return report.pleasant && isIronic(said.toLowerCase(), report.words) ? null : report;
}

/** What is praised here is no irony: "I'm glad the war is over". */
const HAS_REASON =
  /\b(?:but|though|although|even|despite|over|gone|stopped|finally|no more|anymore|any more|because)\b/;

/** Praise with something unpleasant beside it: "That's just fantastic, I've lost my keys again", "I love being shouted at". */
function isIronic(said: string, praise: string): boolean {
  if (!said.includes(praise)) return false;
  const rest = said.replace(praise, " ");
  return !HAS_REASON.test(rest) && sideOfWords(rest) < -WORDS_FROM;
}

function sideOfWords(text: string, cues: readonly FoundCue[] = findCues(text)): number {
  return summedPleasantness(text) + WORDS_FROM * cues.reduce((sum, { cue }) => sum + sideOf(cue.likelihood), 0);
}

/** Thanks and praise before what happened: of an unpleasant event, irony. */
const PRAISE_FIRST =
  /^(?:oh |well |wow |yeah )*(?:nice|great|perfect|brilliant|lovely|wonderful|fantastic|thanks|thank you|just what i needed|how (?:nice|kind|sweet|lovely) of)\b/i;
/** What is planned, or why somebody calls. */
const NOT_YET = /\b(?:i|we)'ll (?!never|miss|lose|die)|\b(?:calling|writing|phoning|here|asking) about\b/i;

/** What somebody does not do as a rule is no event. */
const HABIT = /\b(?:i|we) (?:don't|do not) (?!feel|like|want|trust|love|care|believe|see|sleep)\w/i;

function pleasantnessOfEvent(sentences: readonly string[]): SaidPleasantness | null {
  const told = sentences.filter((sentence) => !THEIR_MIND.test(sentence) && !HABIT.test(sentence)).join(" ");
  if (PRAISE_FIRST.test(told) || NOT_YET.test(told) || isOfTwoSides(told)) return null;
  if (!OF_ONESELF.test(told) || NOT_SAID_NOW.test(told.toLowerCase()) || isOfAnotherTime(told)) return null;
  // The network reads what is denied as if it were said.
  const denied = deniedPleasantness(told);
  if (Math.abs(denied) >= DENIED_FROM) return { pleasant: denied > 0, words: told };
  const { distribution, cues, read } = readSituation(told);
  const side = sideOfWords(told, cues);
  const isClear = (labels: readonly string[], ofThisSide: number) => {
    const shares = (distribution ?? [])
      .filter(({ label }) => labels.includes(label))
      .map(({ probability }) => probability);
    const share = shares.reduce((sum, one) => sum + one, 0);
    if (ofThisSide >= WORDS_FROM) return share >= (cues.length > 0 ? CLEAR_WITH_CUE_FROM : CLEAR_WITH_WORDS_FROM);
    return share >= CLEAR_FROM && Math.max(...shares) >= ONE_LABEL_FROM;
  };
  if (isClear(PLEASANT, side)) return { pleasant: true, words: read };
  return isClear(UNPLEASANT, -side) ? { pleasant: false, words: read } : null;
}

/** "We lost, but we played really well." */
function isOfTwoSides(told: string): boolean {
  const sides = told.split(/\b(?:but|though|although)\b/i).map((part) => Math.sign(sideOfWords(part)));
  return sides.includes(1) && sides.includes(-1);
}

function sideOf(likelihood: Readonly<Record<string, number | undefined>>): -1 | 0 | 1 {
  const most = (labels: readonly string[]) => Math.max(1, ...labels.map((label) => likelihood[label] ?? 1));
  const [pleasant, unpleasant] = [most(PLEASANT), most(UNPLEASANT)];
  return pleasant > unpleasant ? 1 : pleasant < unpleasant ? -1 : 0;
}
