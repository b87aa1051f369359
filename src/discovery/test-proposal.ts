import type { ProposalTest, TestName } from "../domain/discovery.ts";
import { similarityAt } from "../domain/expression-space.ts";
import { type Estimate, estimate } from "../domain/statistics/estimate.ts";
import { createRandom } from "../domain/statistics/random.ts";
import { mean, quantileOfSorted } from "../domain/statistics/summary.ts";
import { meanStatistic } from "../domain/statistics/weighted-statistic.ts";
import type { DenseCluster } from "./hdbscan.ts";
import type { ClusterResamples } from "./resample-clusters.ts";
import { type Points, pointDistance } from "./spanning-tree.ts";

/** Lower bounds that must be exceeded. Both are as far from chance as they can be told from it with a dozen faces. */
const STABILITY_ABOVE = 0.6;
const RECOGNITION_ABOVE = 0.6;

/** Everything the tests of one cluster need. */
interface TestMaterial {
  readonly points: Points;
  readonly cluster: DenseCluster;
  readonly resamples: ClusterResamples;
  /** Largest prominence in each set of faces without categories. */
  readonly byChance: readonly number[];
  readonly nearestKnown: { readonly category: string; readonly faces: readonly number[] } | undefined;
  readonly seed: number;
}

/** The four tests, each with an interval. A test that cannot be made says so and is not passed. */
export function testProposal(material: TestMaterial): ProposalTest[] {
  return [separation(material), stability(material), recognition(material), discrimination(material)];
}

/** Of a group that a person put together, only what does not depend on how it was found. */
export function testDrawnGroup(
  material: Pick<TestMaterial, "points" | "cluster" | "nearestKnown" | "seed">,
): ProposalTest[] {
  const unmade = (name: TestName, statistic: string): ProposalTest => ({
    ...{ name, statistic, threshold: 0, passed: null },
    estimate: { value: null, low: null, high: null, level: 0.95, n: 0, unscored: material.cluster.members.length },
    explanation: "It does not apply: a person put this group together.",
  });
  return [
    unmade("separation", "prominence"),
    unmade("stability", "adjusted Rand index of its membership"),
    recognition(material),
    discrimination(material),
  ];
}

function separation({ resamples, byChance, cluster }: TestMaterial): ProposalTest {
  const threshold = quantileOfSorted(
    [...byChance].sort((a, b) => a - b),
    0.95,
  ) as number;
  const overResamples = percentiles(resamples.prominence);
  return judged({
    name: "separation",
    statistic: "prominence: the distance at which it merges with the rest, divided by the distance between its faces",
    estimate: { ...overResamples, value: cluster.prominence },
    threshold,
    failing:
      "The null model (faces of the same spread and correlations, without categories) gives clusters as prominent.",
    passing: `It is more prominent than 95 % of the null model's clusters, of faces without categories (${threshold.toFixed(2)}).`,
  });
}

function stability({ resamples }: TestMaterial): ProposalTest {
  return judged({
    name: "stability",
    statistic: "adjusted Rand index of its membership over resamples of 80 % of the faces",
    estimate: percentiles(resamples.agreement),
    threshold: STABILITY_ABOVE,
    failing: "It is not found again in the same shape when a fifth of the faces is left out.",
    passing: "It is found again when a fifth of the faces is left out.",
  });
}

function recognition({ points, cluster, seed }: Pick<TestMaterial, "points" | "cluster" | "seed">): ProposalTest {
  const inside = new Set(cluster.members);
  const others = Array.from({ length: points.count }, (_, index) => index).filter((index) => !inside.has(index));
  return judged({
    name: "recognition",
    statistic: "balanced accuracy on held-out faces after 4 examples of it and 4 of other faces (chance 0.5)",
    estimate: recogniseByExamples(points, { members: cluster.members, others }, { seed }),
    threshold: RECOGNITION_ABOVE,
    failing: "Its members cannot be told from other faces after a few examples.",
    passing: "Its members can be told from other faces after a few examples.",
  });
}

function discrimination({
  points,
  cluster,
  nearestKnown,
  seed,
}: Pick<TestMaterial, "points" | "cluster" | "nearestKnown" | "seed">): ProposalTest {
  if (nearestKnown === undefined) {
    return {
      name: "discrimination",
      statistic: "balanced accuracy against the nearest known category (chance 0.5)",
      estimate: { value: null, low: null, high: null, level: 0.95, n: 0, unscored: cluster.members.length },
      threshold: RECOGNITION_ABOVE,
      passed: null,
      explanation: "There are fewer than 5 faces of any known category outside it to tell it from.",
    };
  }
  return judged({
    name: "discrimination",
    statistic: `balanced accuracy against ${nearestKnown.category}, the nearest known category (chance 0.5)`,
    estimate: recogniseByExamples(points, { members: cluster.members, others: nearestKnown.faces }, { seed }),
    threshold: RECOGNITION_ABOVE,
    failing: `Its members cannot be told from ${nearestKnown.category} after a few examples.`,
    passing: `Its members can be told from ${nearestKnown.category} after a few examples.`,
  });
}

interface Judging {
  readonly name: TestName;
  readonly statistic: string;
  readonly estimate: Estimate;
  readonly threshold: number;
  readonly failing: string;
  readonly passing: string;
}

function judged({ failing, passing, ...test }: Judging): ProposalTest {
  const { low } = test.estimate;
  if (low === null) return { ...test, passed: null, explanation: "There are too few faces to make this test." };
  const passed = low > test.threshold;
  return { ...test, passed, explanation: passed ? passing : failing };
}

/** Mean and central 95 % of numbers over resamples. */
function percentiles(values: readonly number[]): Estimate {
  const ascending = [...values].sort((a, b) => a - b);
  return {
    value: mean(values),
    low: quantileOfSorted(ascending, 0.025),
    high: quantileOfSorted(ascending, 0.975),
    level: 0.95,
    n: values.length,
    unscored: 0,
  };
}

/** Examples of each kind that are shown before a face is judged. */
const SHOTS = 4;
const TRIALS = 400;

/**
 * How well members are told from others by a few examples: in each trial some members and as many others are shown, and
 * a held-out face of each kind is given to the kind whose examples it is more like on average, as the `rules` model
 * does. The estimate is balanced accuracy, 0.5 by chance, with faces as units of the bootstrap.
 * @returns value `null` when there are too few faces of either kind to hold one out.
 */
function recogniseByExamples(
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
