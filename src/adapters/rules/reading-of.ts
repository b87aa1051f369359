import type { JudgedLabel, Reading } from "../../domain/judgment.ts";
import type { LabelProbability } from "../../domain/labels.ts";
import { deriveCoreAffect } from "../../facs/circumplex.ts";
import { topLabel } from "./name-congruence.ts";
import { inGivenLabels } from "./related-labels.ts";

/** Valence and arousal are derived from the distribution, and no second estimate. */
export function readingOf(
  distribution: readonly LabelProbability[] | null,
  labels: readonly string[] | null,
  abstention: string | null,
): Reading {
  if (distribution === null) return abstaining(abstention ?? "Nothing is known about it");
  const chosen = inGivenLabels(distribution, labels);
  if (chosen === null) return abstaining(`None of the given labels fits: what is read is ${topLabel(distribution)}`);
  const affect = deriveCoreAffect(distribution);
  return {
    distribution: rounded(chosen),
    valence: affect?.valence ?? null,
    arousal: affect?.arousal ?? null,
    abstention: null,
  };
}

/** A reading that says nothing, and why. */
export function abstaining(reason: string): Reading {
  return { distribution: [], valence: null, arousal: null, abstention: reason };
}

/** Four decimals, strongest first; what rounding took or gave goes to the strongest, so that the sum stays 1. */
function rounded(distribution: readonly JudgedLabel[]): JudgedLabel[] {
  const sorted = [...distribution]
    .map((entry) => ({ ...entry, probability: Number(entry.probability.toFixed(4)) }))
    .sort((a, b) => b.probability - a.probability || a.label.localeCompare(b.label));
  const [first, ...rest] = sorted;
  if (first === undefined) return [];
  const others = rest.reduce((sum, { probability }) => sum + probability, 0);
  return [{ ...first, probability: Number((1 - others).toFixed(4)) }, ...rest];
}
