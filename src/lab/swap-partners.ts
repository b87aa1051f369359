import { createRandom } from "../domain/statistics/random.ts";
import type { Sample } from "../evaluation/sample.ts";

/**
 * Whose scene each sample's face is set into: another image, of another label where there is one. Seeded, so that
 * building stimuli and scoring them agree. A sample without any candidate has no partner.
 */
export function partnersOf(samples: readonly Sample[], seed: number): ReadonlyMap<string, Sample> {
  const withImage = samples.filter(({ image }) => image !== null);
  const partners = new Map<string, Sample>();
  for (const sample of withImage) {
    const others = withImage.filter((other) => other.image !== sample.image);
    const incongruent = others.filter((other) => other.truth.label !== sample.truth.label);
    const pool = incongruent.length > 0 ? incongruent : others;
    const pick = pool[createRandom(`${seed} ${sample.id}`).below(Math.max(1, pool.length))];
    if (pick !== undefined) partners.set(sample.id, pick);
  }
  return partners;
}
