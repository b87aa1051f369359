import type { WeightedStatistic } from "../../domain/statistics/weighted-statistic.ts";
import type { EmotionWheel, Lemmas } from "./emotion-wheels.ts";
import { clusterOf } from "./emotion-wheels.ts";

/** Free emotion words of one sample, as raters and as the model gave them. */
interface FreeLabels {
  readonly truth: readonly string[];
  readonly predicted: readonly string[];
}

/** What is left of one sample's words on one wheel. */
export interface WheelSets {
  readonly truth: ReadonlySet<string>;
  readonly predicted: ReadonlySet<string>;
  /** Words of the model that are on no cluster of the wheel, and all its words. */
  readonly dropped: number;
  readonly given: number;
}

/** Maps both word lists to the wheel's level-1 clusters; words that the wheel does not know are dropped and counted. */
export function wheelSets({ truth, predicted }: FreeLabels, wheel: EmotionWheel, lemmas: Lemmas): WheelSets {
  const clusters = predicted.map((word) => clusterOf(word, wheel, lemmas));
  return {
    truth: setOf(truth.map((word) => clusterOf(word, wheel, lemmas))),
    predicted: setOf(clusters),
    dropped: clusters.filter((cluster) => cluster === null).length,
    given: clusters.length,
  };
}

/**
 * Set precision, recall or F of OV-MER on one wheel: per sample P = |G n Y| / |Y|, R = |G n Y| / |G|, averaged over
 * samples, then F = 2PR / (P + R). A sample whose truth is not on the wheel is skipped; an empty prediction scores 0, 0.
 */
export function setScoreStatistic(
  samples: readonly WheelSets[],
  part: "precision" | "recall" | "f",
): WeightedStatistic {
  const skipped = Uint8Array.from(samples, ({ truth }) => (truth.size === 0 ? 1 : 0));
  const hits = samples.map(({ truth, predicted }) => [...predicted].filter((cluster) => truth.has(cluster)).length);
  const precisions = Float64Array.from(samples, ({ predicted }, i) =>
    predicted.size === 0 ? 0 : (hits[i] as number) / predicted.size,
  );
  const recalls = Float64Array.from(samples, ({ truth }, i) =>
    truth.size === 0 ? 0 : (hits[i] as number) / truth.size,
  );
  return (weights) => {
    let [precision, recall, total] = [0, 0, 0];
    for (let i = 0; i < skipped.length; i++) {
      if (skipped[i] === 1) continue;
      const weight = weights[i] as number;
      precision += weight * (precisions[i] as number);
      recall += weight * (recalls[i] as number);
      total += weight;
    }
    if (total === 0) return null;
    if (part === "precision") return precision / total;
    if (part === "recall") return recall / total;
    return precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall) / total;
  };
}

/** Mean over wheels of their set F. */
export function meanWheelFStatistic(samplesByWheel: readonly (readonly WheelSets[])[]): WeightedStatistic {
  const each = samplesByWheel.map((samples) => setScoreStatistic(samples, "f"));
  return (weights) => {
    const values = each.map((statistic) => statistic(weights)).filter((value) => value !== null);
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
  };
}

/** Share of the model's words that no cluster of the wheel knows: dropping inflates precision, so it is shown beside it. */
export function droppedShareStatistic(samples: readonly WheelSets[]): WeightedStatistic {
  return (weights) => {
    let [dropped, given] = [0, 0];
    samples.forEach((sample, i) => {
      dropped += (weights[i] as number) * sample.dropped;
      given += (weights[i] as number) * sample.given;
    });
    return given > 0 ? dropped / given : null;
  };
}

function setOf(clusters: readonly (string | null)[]): ReadonlySet<string> {
  return new Set(clusters.filter((cluster) => cluster !== null));
}
