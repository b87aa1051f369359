import { runSituationNetwork, situationAppraisals, situationLabels } from "./situation-network.ts";
import { findTurn, type Turn, turned, turnNamed } from "./turns.ts";
import { partOf } from "./whose-part.ts";
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

/** How much the word table's likelihoods count beside the network: their exponent. */
const TABLE_EXPONENT = 0.3;
const WEAKER = 0.3;
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
    cues.reduce((product, { cue }) => product * (likelihoodOf(cue, label) ?? 1) ** TABLE_EXPONENT, probability),
  ]);
  return { emotions: normalised(weighed), appraisals, cues, turns: [] };
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
