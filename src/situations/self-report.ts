import { z } from "zod";
import { BASIC_LABELS, type LabelProbability } from "../domain/labels.ts";
import { patternOf } from "../domain/pattern-of.ts";
import { knowledgeFile } from "../facs/knowledge-file.ts";
import { clausesSaid, NOT_SAID_NOW, sentencesOfNow } from "./said-of-now.ts";
import { isWeak, judgedIn } from "./word-pleasantness.ts";

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
interface SelfReport {
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
  const said = statesIn(text);
  return saysBoth(said) ? null : (said.at(-1) ?? null);
}

/** Whether one sentence says that it is pleasant and that it is not, so that neither is what is said. */
export function isOfBothSides(text: string): boolean {
  return saysBoth(statesIn(text));
}

/** Of the last sentence that says any. */
function statesIn(text: string): SelfReport[] {
  const said = sentencesOfNow(text).map((sentence) => clausesSaid(sentence).flatMap(stateIn));
  return said.findLast(({ length }) => length > 0) ?? [];
}

function saysBoth(states: readonly SelfReport[]): boolean {
  return new Set(states.map(({ pleasant }) => pleasant)).size > 1;
}

const SOMEBODY = `(?:i|we)(?:'m|'re| am| are|'ve been| have been| feel|'m feeling| am feeling|'m doing| am doing|'re doing| are doing| feel like i'm| get| got|'m getting|'m becoming)`;
const MADE = "(?:makes?|made|leaves?|gets?|got) (?:me|us)(?: feel)?";
const SOMETHING = String.raw`(?:it|this|that|everything|all of (?:it|this)|life|things|the \w+|my \w+|what an?|such an?|how)(?:'s| is| are| was| were| feels| felt| tastes?| tasted| smells?| sounds?| looks?)?`;
/** What may stand between; those that deny are counted. */
const BETWEEN = String.raw`(?:\s+(?:not|never|n't|don't|doesn't|isn't|aren't|wasn't|ain't|hardly|so|very|too|really|quite|just|only|a bit|a little|pretty|rather|honestly|actually|still|always|all|more|most|totally|completely|absolutely|perfectly|deeply|incredibly|terribly|extremely|truly|simply|such|at all|here|now|feel|feeling|an?|the|of|been|doing|in the least|kind of|sort of|kinda|sorta|somewhat|super|finally|\w+ly))*`;
/** What is found to be something. */
const NOUNS = String.raw`(?:it|this|that|these|those|everything|all of (?:it|this)|life|things|(?:the|this|that|these|those|my|our)(?: [\w-]+){1,5}?)`;
/** Without it, "okay" and "well" alone mostly begin something else. */
const THANKS = "(?: thanks| thank you)";
/** Whose good time it is, who finds it so. */
const OF_ANOTHER =
  /\b(?:he|she|they|you)(?:'\w+)?\b|\b(?:the|a|my|your|his|her|their|our|some|many|most) \w+(?: \w+)? (?:is|are|was|were|has|have|had|got|finds?|feels?|seems?|looks?|loves?|hates?)\b/;
const DENIES = /\b(?:not|never|hardly|ain't)\b|n't\b/g;

interface Frame {
  readonly before: string;
  readonly list: "words" | "evaluations" | "verbs";
}

const FRAMES: readonly Frame[] = [
  { before: SOMEBODY, list: "words" },
  { before: `${MADE}|(?:i|we)(?: do|'ve)?(?=(?: [\\w']+)* (?:feel|feeling|been)\\b)`, list: "words" },
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
      expression: new RegExp(
        String.raw`^(?:very|so|really|never|not|super|pretty|absolutely|totally)${BETWEEN}\s*\b(?:${either(state.words)})(?: with .+)?$`,
      ),
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
    return match === null ||
      NOT_SAID_NOW.test(clause.slice(0, match.index + match[0].length)) ||
      isWeak(wordsFrom(clause, match[0]), (match[0].match(WORDS) ?? []).length - 1) ||
      (!isMadeBy(match[0]) && OF_ANOTHER.test(clause.slice(0, match.index)))
      ? []
      : [{ state, match }];
  });
  const [longest] = found.sort((a, b) => b.match[0].length - a.match[0].length);
  if (longest === undefined) return byWords(clause);
  const denials = longest.match[0].match(DENIES)?.length ?? 0;
  const state = denials % 2 === 0 ? longest.state : stateNamed(longest.state.denied);
  return [reportOf(state, longest.match[0].trim())];
}

const WORDS = /[a-z'-]+/g;

function wordsFrom(clause: string, match: string): string[] {
  return clause.slice(clause.indexOf(match)).match(WORDS) ?? [];
}

function isMadeBy(words: string): boolean {
  return new RegExp(String.raw`^${MADE}\b`).test(words);
}

/** Whose mind it is. */
const PERSON =
  /\b(?:man|men|woman|women|people|person|guys?|boys?|girls?|child|children|kids?|brother|sister|mother|mum|mom|father|dad|parents|husband|wife|son|daughter|boss|manager|friends?|neighbou?rs?|teachers?|doctors?|colleagues?|team|cousins?|uncle|aunt|grand\w+|patients?|clients?|customers?|guests?|fans|players?|students?|dogs?|cats?)\b/;
const STATEMENTS = [
  { kind: "state", begin: new RegExp(`^${SOMEBODY}`) },
  {
    kind: "state",
    begin: /^(?:.{0,40} )?(?:gives?|gave|brings?|brought|fills?|filled|causes?|caused) (?:me|us)(?: with)?(?= )/,
  },
  { kind: "state", begin: /^(?:i|we)(?:'ve got| have(?: got)?|'ve)(?= (?:no|such|so much|a lot of|nothing but)\b)/ },
  {
    kind: "state",
    begin: /^(?:(?!he |she |they ).{0,40} )?(?:makes?|made|leaves?|left|gets?|got) (?:me|us)(?: feel)?(?= )/,
  },
  {
    kind: "evaluation",
    begin: new RegExp(
      `^(?:${NOUNS}(?:'s| is| are|'s been| has been| have been| was| were|isn't| isn't| aren't| wasn't| weren't| turned out| went| feels?| felt| tastes?| tasted| smells?| smelled)(?: to be)?|what an?|what|such an?|how|there's|there is)(?= )`,
    ),
  },
] as const;

/** In words that the states do not list, by how pleasant each word is by itself. */
function byWords(clause: string): SelfReport[] {
  for (const { kind, begin } of STATEMENTS) {
    const match = begin.exec(clause);
    if (match === null || (kind === "evaluation" && PERSON.test(match[0]))) continue;
    const judged = judgedIn(clause.slice(match[0].length), kind);
    if (judged === null) continue;
    const words = `${match[0]} ${judged.words}`;
    if (NOT_SAID_NOW.test(words)) continue;
    const denials = judged.denials + (match[0].match(DENIES)?.length ?? 0);
    return [reportOf(stateNamed(judged.value > 0 === (denials % 2 === 0) ? "happy" : "unwell"), words)];
  }
  return [];
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
