import { z } from "zod";
import type { CoreAffect } from "../domain/judgment.ts";
import type { LabelProbability } from "../domain/labels.ts";
import { basicLabelOf } from "./basic-label.ts";
import { knowledgeFile } from "./knowledge-file.ts";

const Unit = z.number().min(-1).max(1);
const Circumplex = z.strictObject({
  about: z.string(),
  positions: z.record(z.string(), z.strictObject({ valence: Unit, arousal: Unit })),
});

const circumplex = knowledgeFile(["facs", "circumplex.json"], Circumplex);

/** Where an emotion word lies, `undefined` for a word that the table does not have. */
function positionOf(label: string): { readonly valence: number; readonly arousal: number } | undefined {
  const { positions } = circumplex();
  const word = label.trim().toLowerCase();
  return positions[word] ?? positions[basicLabelOf(word) ?? word];
}

/** How far any word's position may be off. */
const POSITION_ERROR = 0.15;
/** Below this share of known words nothing is derived. */
const MINIMUM_KNOWN = 0.5;

/**
 * Valence and arousal derived from a distribution over labels: the mean of the words' positions, with an interval of one
 * standard deviation of the positions widened by how far a position may be off. It restates the distribution on two
 * axes and is no second measurement. `null` when most of the probability lies on words without a position.
 */
export function deriveCoreAffect(
  distribution: readonly Pick<LabelProbability, "label" | "probability">[],
): { readonly valence: CoreAffect; readonly arousal: CoreAffect } | null {
  const known = distribution.flatMap(({ label, probability }) => {
    const position = positionOf(label);
    return position === undefined ? [] : [{ position, probability }];
  });
  const mass = known.reduce((sum, { probability }) => sum + probability, 0);
  if (mass < MINIMUM_KNOWN) return null;
  const axis = (name: "valence" | "arousal") =>
    spread(known.map(({ position, probability }) => ({ at: position[name], weight: probability / mass })));
  return { valence: axis("valence"), arousal: axis("arousal") };
}

function spread(points: readonly { at: number; weight: number }[]): CoreAffect {
  const mean = points.reduce((sum, { at, weight }) => sum + weight * at, 0);
  const variance = points.reduce((sum, { at, weight }) => sum + weight * (at - mean) ** 2, 0);
  const half = Math.sqrt(variance + POSITION_ERROR ** 2);
  return { value: clamp(mean), low: clamp(mean - half), high: clamp(mean + half) };
}

function clamp(value: number): number {
  return Math.max(-1, Math.min(1, Number(value.toFixed(4))));
}
