import { similarityAt } from "../domain/expression-space.ts";
import { type Estimate, estimate } from "../domain/statistics/estimate.ts";
import { createRandom } from "../domain/statistics/random.ts";
import { meanStatistic } from "../domain/statistics/weighted-statistic.ts";
import { type Points, pointDistance } from "./spanning-tree.ts";

/** Examples of each kind that are shown before a face is judged. */
const SHOTS = 4;
const TRIALS = 400;

/**
 * How well members are told from others by a few examples: in each trial some members and as many others are shown, and
 * a held-out face of each kind is given to the kind whose examples it is more like on average, as the `rules` model
 * does. The estimate is balanced accuracy, 0.5 by chance, with faces as units of the bootstrap.
 * @returns value `null` when there are too few faces of either kind to hold one out.
 */
export function recogniseByExamples(
  points: Points,
  kinds: { readonly members: readonly number[]; readonly others: readonly number[] },
  options: { readonly seed: number },
): Estimate {
  const { members, others } = kinds;
  if (members.length <= SHOTS || others.length <= SHOTS) {
    return { value: null, low: null, high: null, level: 0.95, n: 0, unscored: members.length + others.length };
  }
  const random = createRandom(`${options.seed} recognition`);
  const outcomes: { readonly face: string; readonly correct: number }[] = [];
  for (let trial = 0; trial < TRIALS; trial += 1) {
    const [ofMembers, ofOthers] = [draw(members, random), draw(others, random)];
    const member = ofMembers.held;
    const other = ofOthers.held;
    const isMember = (face: number) =>
      meanSimilarity(points, face, ofMembers.shots) > meanSimilarity(points, face, ofOthers.shots);
    outcomes.push({ face: String(member), correct: isMember(member) ? 1 : 0 });
    outcomes.push({ face: String(other), correct: isMember(other) ? 0 : 1 });
  }
  return estimate(meanStatistic(outcomes.map((outcome) => outcome.correct)), outcomes.length, {
    clusters: outcomes.map((outcome) => outcome.face),
    unscored: 0,
    seed: options.seed,
    resamples: 1000,
  });
}

/** A held-out face and examples without it. */
function draw(faces: readonly number[], random: { below(bound: number): number }) {
  const picked = new Set<number>();
  while (picked.size < SHOTS + 1) picked.add(faces[random.below(faces.length)] as number);
  const [held, ...shots] = [...picked];
  return { held: held as number, shots };
}

function meanSimilarity(points: Points, face: number, shots: readonly number[]): number {
  return shots.reduce((sum, shot) => sum + similarityAt(pointDistance(points, face, shot)), 0) / shots.length;
}
