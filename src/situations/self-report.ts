import { z } from "zod";
import { BASIC_LABELS, type LabelProbability } from "../domain/labels.ts";
import { patternOf } from "../domain/pattern-of.ts";
import { knowledgeFile } from "../facs/knowledge-file.ts";
import { sentencesOf } from "./plain-text.ts";

const Words = z.array(z.string().min(1));
const State = z.strictObject({
  id: z.string().min(1),
  pleasant: z.boolean(),
  /** The state that is claimed where this one is denied. */
  denied: z.string().min(1),
  shares: z.partialRecord(z.enum(BASIC_LABELS), z.number().positive()),
  words: Words,
  evaluations: z.array(z.string().min(1)),
  verbs: z.array(z.string().min(1)),
  idioms: z.array(z.string().min(1)),
});
type State = z.infer<typeof State>;

const selfReports = knowledgeFile(
  ["situations", "self-reports.json"],
  z.strictObject({ about: z.string(), states: z.array(State).min(1) }),
);

/** What somebody says of how they are. It is what they say, and not how they are. */
export interface SelfReport {
  readonly pleasant: boolean;
  /** Basic labels that it leads one to expect, the most expected first, summing to 1. */
  readonly distribution: readonly LabelProbability[];
  /** As written. */
  readonly words: string;
}

/**
 * How somebody says that they are, or how they find what is before them: in the first person and now. `null` where a text says
 * nothing of it, or of somebody else, of another time, or of what might be. The last one that is said counts.
 */
export function readSelfReport(text: string): SelfReport | null {
  const said = sentencesOf(text).flatMap((sentence) =>
    sentence.endsWith("?") ? [] : clausesOf(sentence).flatMap(stateIn),
  );
  return said.at(-1) ?? null;
}

function clausesOf(sentence: string): string[] {
  const plain = sentence
    .toLowerCase()
    .replaceAll("’", "'")
    .replace(/[.!"“”]+/g, " ")
    .replace(/,(?= thank)/g, "");
  return plain.split(/[,;:–—]\s*|\s+(?:but|and|because|though|although|yet)\s+/).map((clause) => clause.trim());
}

/** What makes a clause tell of something that is not, not now, or only by somebody's word. */
export const NOT_SAID_NOW =
  /\b(?:if|unless|when|whenever|would|wish|hope|hopes|suppose|imagine|pretend|used to|say|says|said|tell|tells|told|think|thinks|thought|believe|believes)\b/;
const SOMEBODY = `(?:i|we)(?:'m|'re| am| are|'ve been| have been| feel|'m feeling| am feeling|'m doing| am doing|'re doing| are doing| feel like i'm)`;
const MADE = `(?:makes?|made|leaves?|gets?|got) (?:me|us)(?: feel)?|(?:i|we)(?: do|'ve)?`;
const SOMETHING = String.raw`(?:it|this|that|everything|all of (?:it|this)|life|things|the \w+|my \w+|what an?|such an?|how)(?:'s| is| are| was| were| feels| felt| tastes?| tasted| smells?| sounds?| looks?)?`;
/** What may stand between; those that deny are counted. */
const BETWEEN = String.raw`(?:\s+(?:not|never|n't|don't|doesn't|isn't|aren't|wasn't|ain't|hardly|so|very|too|really|quite|just|only|a bit|a little|pretty|rather|honestly|actually|still|always|all|more|most|totally|completely|absolutely|perfectly|deeply|incredibly|terribly|extremely|truly|simply|such|at all|here|now|feel|feeling|an?|the|of|been|doing|in the least))*`;
/** Without it, "okay" and "well" alone mostly begin something else. */
const THANKS = "(?: thanks| thank you)";
/** Whose good time it is. */
const OF_ANOTHER = /\b(?:he|she|they|you|he's|she's|they're|you're)\b/;
const DENIES = /\b(?:not|never|hardly|ain't)\b|n't\b/g;

interface Frame {
  readonly before: string;
  readonly list: "words" | "evaluations" | "verbs";
}

const FRAMES: readonly Frame[] = [
  { before: SOMEBODY, list: "words" },
  { before: MADE, list: "words" },
  { before: SOMETHING, list: "evaluations" },
  { before: "(?:i|we)(?!'| am| are| feel)", list: "verbs" },
];

interface Pattern {
  readonly state: State;
  readonly expression: RegExp;
}

let patterns: readonly Pattern[] | undefined;

/** Longer words first: "all good" is not read as "good". */
function allPatterns(): readonly Pattern[] {
  patterns ??= selfReports().states.flatMap((state) => [
    ...FRAMES.filter(({ list }) => state[list].length > 0).map(({ before, list }) => ({
      state,
      expression: new RegExp(
        String.raw`(?:^|(?<![\w']))(?:${before})${BETWEEN}\s*\b(?:${either(state[list])})(?![\w'])`,
      ),
    })),
    // Without a subject: "So happy", "Fine thanks".
    {
      state,
      expression: new RegExp(String.raw`^(?:very|so|really|never|not)${BETWEEN}\s*\b(?:${either(state.words)})$`),
    },
    { state, expression: new RegExp(String.raw`^${BETWEEN}\s*(?:${either(state.words)})${THANKS}`) },
  ]);
  return patterns;
}

function either(words: readonly string[]): string {
  const longestFirst = [...words].sort((a, b) => b.length - a.length);
  return longestFirst.map(patternOf).join("|");
}

function stateIn(clause: string): SelfReport[] {
  for (const state of selfReports().states) {
    const idiom = state.idioms.find((words) => {
      const before = clause.slice(0, Math.max(0, clause.indexOf(words)));
      return clause.includes(words) && !NOT_SAID_NOW.test(before) && !OF_ANOTHER.test(before);
    });
    if (idiom !== undefined) return [reportOf(state, idiom)];
  }
  const found = allPatterns().flatMap(({ state, expression }) => {
    const match = expression.exec(clause);
    return match === null || NOT_SAID_NOW.test(clause.slice(0, match.index + match[0].length))
      ? []
      : [{ state, match }];
  });
  const [longest] = found.sort((a, b) => b.match[0].length - a.match[0].length);
  if (longest === undefined) return [];
  const denials = longest.match[0].match(DENIES)?.length ?? 0;
  const state = denials % 2 === 0 ? longest.state : stateNamed(longest.state.denied);
  return [reportOf(state, longest.match[0].trim())];
}

function reportOf({ pleasant, shares }: State, words: string): SelfReport {
  const distribution = Object.entries(shares).map(([label, probability]) => ({ label, probability }));
  return { pleasant, distribution: distribution.sort((a, b) => b.probability - a.probability), words };
}

/** Whether somebody tells how they were at another time, which is how somebody is who remembers it, and may differ. */
export function isOfAnotherTime(text: string): boolean {
  const words = either(selfReports().states.flatMap((state) => state.words));
  return new RegExp(String.raw`\b(?:i|we) (?:was|were|felt|had been)${BETWEEN}\s*\b(?:${words})\b`).test(
    text.toLowerCase(),
  );
}

function stateNamed(id: string): State {
  const found = selfReports().states.find((state) => state.id === id);
  if (found === undefined) throw new RangeError(`models/situations/self-reports.json has no state "${id}"`);
  return found;
}
