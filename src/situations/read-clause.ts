import { runSituationNetwork, situationAppraisals, situationLabels } from "./situation-network.ts";
import { type Turn, turnNamed } from "./turn-table.ts";
import { findTurn, turned } from "./turns.ts";
import { type FoundCue, findCues, oppositeOf } from "./word-table.ts";

/**
 * How such events are appraised, 0 (not at all) to 1 (fully), after Smith and Ellsworth (1985): `pleasantness`,
 * `attention`, `certainty`, `effort`, own `responsibility`, `circumstance` (nobody's doing).
 */
export interface ExpectedAppraisal {
  readonly name: string;
  readonly value: number;
}

/** What a stretch of text leads one to expect. */
export interface Expectation {
  /** By label, summing to 1. */
  readonly emotions: ReadonlyMap<string, number>;
  readonly appraisals: readonly ExpectedAppraisal[];
  readonly cues: readonly FoundCue[];
  readonly turns: readonly string[];
}

/** How much the word table's likelihoods count beside the network: their exponent. No fit of it is recorded. */
const TABLE_EXPONENT = 0.3;
/**
 * The same for phrases of several words, which are more of the matter: "never walk again". Of .3, .5 and .7 by
 * vignettes-development.tsv and Event2Mind (models/training/situation/README.md).
 */
const PHRASE_EXPONENT = 0.5;
/** Strength of a cue that is hoped for or feared. Set by hand, not fitted. */
const WEAKER = 0.3;
/** Strength of the cue that a denial means. Set by hand, not fitted. */
const OPPOSITE_STRENGTH = 0.6;
/** Turns within turns that are followed: "hopes that he will not fail". */
const MAXIMUM_DEPTH = 3;

/** Reads one clause: outermost turn first, then what is left without it. `inVain`: a "but" follows. */
export function readClause(clause: string, about?: string, inVain = false, depth = MAXIMUM_DEPTH): Expectation {
  const found = depth === 0 ? undefined : findTurn(clause);
  if (found === undefined) return readPlainly(clause, about);
  const turn = inVain && found.turn.id === "hoped" ? turnNamed("unfulfilled") : found.turn;
  const inner = readClause(found.rest, about, false, depth - 1);
  const asItStands = networkOf(clause, about);
  const { emotions, share } = turned(turn, inner.emotions, asItStands.emotions);
  if (share === 0) return readPlainly(clause, about);
  return {
    emotions,
    appraisals: asItStands.appraisals.map((appraisal, at) =>
      turnedAppraisal(turn, share, { stands: appraisal, inner: inner.appraisals[at] ?? appraisal }),
    ),
    cues: turnedCues(turn, inner.cues, findCues(clause)),
    turns: [turn.says, ...inner.turns],
  };
}

/** The network and the word table, as if all were plainly said. */
export function readPlainly(text: string, about?: string): Expectation {
  const { emotions, appraisals } = networkOf(text, about);
  const cues = findCues(text);
  const weighed = [...emotions].map(([label, probability]): [string, number] => [
    label,
    cues.reduce((product, found) => product * (likelihoodOf(found.cue, label) ?? 1) ** exponentOf(found), probability),
  ]);
  return { emotions: normalised(weighed), appraisals, cues, turns: [] };
}

function exponentOf({ words }: FoundCue): number {
  return /\S\s+\S/.test(words) ? PHRASE_EXPONENT : TABLE_EXPONENT;
}

/** How much more likely a cue makes a label; `undefined` when it says nothing about it. */
function likelihoodOf({ likelihood }: FoundCue["cue"], label: string): number | undefined {
  return Object.entries(likelihood).find(([name]) => name === label)?.[1];
}

function networkOf(text: string, about: string | undefined): Pick<Expectation, "emotions" | "appraisals"> {
  const labels = situationLabels();
  const { role, retold } = partOf(text, about);
  const own = runSituationNetwork(retold ?? text);
  // Only Event2Mind told of others, so what their head says is averaged with the clause from their side.
  const emotions = role === "actor" ? own.actor : own.actor.map((value, at) => (value + (own.other[at] ?? 0)) / 2);
  const shares = retold === null ? emotions : own.actor;
  return {
    emotions: new Map(labels.map((label, at) => [label, shares[at] ?? 0])),
    appraisals: situationAppraisals().map((name, at) => ({ name, value: own.appraisals[at] ?? 0 })),
  };
}

/** What is denied or over is as pleasant as what it denies is unpleasant. */
function turnedAppraisal(
  { cues }: Turn,
  share: number,
  { stands, inner }: { readonly stands: ExpectedAppraisal; readonly inner: ExpectedAppraisal },
): ExpectedAppraisal {
  if (cues !== "opposite" || stands.name !== "pleasantness") return stands;
  return { name: stands.name, value: (1 - share) * stands.value + share * (1 - inner.value) };
}

/** Cues that rest on the words that turn, such as "rival loses", stay as they are. */
function turnedCues(turn: Turn, inner: readonly FoundCue[], whole: readonly FoundCue[]): FoundCue[] {
  const own = whole.filter(({ cue }) => !inner.some((other) => other.cue.id === cue.id));
  return [...own, ...inner.flatMap((cue) => turnedCue(turn, cue))];
}

function turnedCue({ id, cues }: Turn, cue: FoundCue): FoundCue[] {
  if (cues === "same") return [cue];
  if (cues === "weaker") return [{ ...cue, strength: cue.strength * WEAKER }];
  const opposite = oppositeOf(cue, id === "rival" ? cue.strength : cue.strength * OPPOSITE_STRENGTH);
  return opposite === undefined ? [] : [opposite];
}

/** The weighted geometric mean of expectations, with the cues of all; appraisals are averaged. */
export function pooledExpectations(parts: readonly { expectation: Expectation; weight: number }[]): Expectation {
  const total = parts.reduce((sum, { weight }) => sum + weight, 0);
  const labels = situationLabels();
  const emotions = labels.map((label): [string, number] => {
    const log = parts.reduce((sum, { expectation, weight }) => {
      return sum + (weight / total) * Math.log((expectation.emotions.get(label) ?? 0) + 1e-4);
    }, 0);
    return [label, Math.exp(log)];
  });
  const [first] = parts;
  const appraisals = (first?.expectation.appraisals ?? []).map(({ name }, at) => ({
    name,
    value: parts.reduce((sum, { expectation, weight }) => {
      return sum + (weight / total) * (expectation.appraisals[at]?.value ?? 0);
    }, 0),
  }));
  const cues = parts.flatMap(({ expectation }) => expectation.cues);
  return {
    emotions: normalised(emotions),
    appraisals,
    cues: cues.filter(({ cue }, at) => cues.findIndex((other) => other.cue.id === cue.id) === at),
    turns: [...new Set(parts.flatMap(({ expectation }) => expectation.turns))],
  };
}

function normalised(masses: readonly (readonly [string, number])[]): Map<string, number> {
  const total = masses.reduce((sum, [, mass]) => sum + mass, 0);
  return new Map(masses.map(([label, mass]) => [label, mass / total]));
}

/** How the one who is asked about takes part in a clause. */
interface Part {
  /** `receiver` when something is done to them by somebody else in the sentence. */
  readonly role: "actor" | "receiver";
  /** The clause told from their side, where it can be turned: "her boss fired her" as "she was fired by her boss". */
  readonly retold: string | null;
}

const SUBJECT_OF = /^(he|she|they|we|i)$/i;
const OBJECTS: Readonly<Record<string, string>> = {
  him: "he was",
  her: "she was",
  them: "they were",
  me: "I was",
  us: "we were",
};
const PARTICIPLES: ReadonlyMap<string, string> = new Map(
  (
    "gave:given stole:stolen beat:beaten bit:bitten threw:thrown broke:broken took:taken chose:chosen saw:seen forgot:forgotten " +
    "drove:driven knew:known left:left told:told hit:hit hurt:hurt shot:shot caught:caught brought:brought bought:bought " +
    "taught:taught sent:sent sold:sold paid:paid made:made held:held kept:kept met:met lost:lost found:found fought:fought " +
    "struck:struck cut:cut forgave:forgiven betrayed:betrayed swore:sworn tore:torn woke:woken bore:borne let:let"
  )
    .split(" ")
    .map((pair) => pair.split(":") as [string, string]),
);
/** After "her", these end the object: "fired her without a word", but not "beat her dog". */
const AFTER_OBJECT =
  /^(?:$|[.,;:!?]|(?:for|at|in|on|to|by|with|without|from|because|and|but|when|while|after|before|during|out|off|down|up|away|again|that|as|into|over|under|the|a|an|alone|behind|yesterday|today|tonight|this|last|every|right|just|because|badly|so|very|about|of|his|her|their|my)\b)/i;
const ACTED_ON =
  /^(?<subject>(?:[\w'-]+\s+){0,4}?[\w'-]+)\s+(?<verb>[\w]+)\s+(?:(?<way>at|to|for|with|on|against|past)\s+)?(?<object>him|her|them|me|us)\b\s*(?<rest>.*)$/i;

/**
 * Who does and who receives. The one asked about is the subject unless `about` names the object, or the subject is
 * somebody else from the object's view ("her boss", "a stranger", "the teacher") who acts on him, her, me, us or them.
 */
function partOf(clause: string, about?: string): Part {
  const actor = { role: "actor", retold: null } as const;
  if (about !== undefined) return isObject(clause, about) ? { ...actor, role: "receiver" } : actor;
  const found = ACTED_ON.exec(clause.trim())?.groups;
  const { subject = "", verb = "", way = "", object = "", rest = "" } = found ?? {};
  const isOthers = isSomebodyElse(subject) || (/^they$/i.test(subject) && !/^(?:them|us)$/i.test(object));
  if (found === undefined || !AFTER_OBJECT.test(rest) || !isOthers) return actor;
  const participle = participleOf(verb.toLowerCase());
  if (participle === null) return { role: "receiver", retold: null };
  const by = /^they$/i.test(subject) ? "them" : subject;
  const retold = `${OBJECTS[object.toLowerCase()]} ${participle} ${way} ${rest} by ${by}`.replace(/\s+/g, " ");
  return { role: "receiver", retold };
}

function isObject(clause: string, about: string): boolean {
  const at = clause.toLowerCase().indexOf(about.toLowerCase());
  return at > 0 && (clause.slice(0, at).match(/\p{L}+/gu)?.length ?? 0) >= 2;
}

function isSomebodyElse(subject: string): boolean {
  const words = subject.toLowerCase().split(/\s+/);
  if (words.some((word) => SUBJECT_OF.test(word))) return false;
  return /^(?:his|her|their|my|our|the|a|an|some|somebody|someone|everybody|everyone|nobody|people|another|one|two)\b/.test(
    subject.toLowerCase(),
  );
}

function participleOf(verb: string): string | null {
  return PARTICIPLES.get(verb) ?? (verb.endsWith("ed") ? verb : null);
}
