import type { Discovery, Proposal, ProposalTest, StudyFace } from "../domain/discovery.ts";
import { coordinatesOf, type ExpressionSpace, embedFace, searchVector } from "../domain/expression-space.ts";
import { createRandom } from "../domain/statistics/random.ts";
import { clusterFaces, type FaceClustering } from "./cluster-faces.ts";
import { drawMap } from "./draw-map.ts";
import type { DenseCluster } from "./hdbscan.ts";
import { centreOf, distanceBetween, explanationOf, facesByKnown, nearestKnown } from "./known-categories.ts";
import { type NamedCoordinates, nameBySignature, signatureOf } from "./name-by-signature.ts";
import { prominenceByChance, resampleClusters } from "./resample-clusters.ts";
import { type Points, pointsFrom } from "./spanning-tree.ts";
import { testProposal } from "./test-proposal.ts";
import { withWords } from "./word-coordinates.ts";

/** What a discovery starts from. */
interface DiscoveryInput {
  readonly faces: readonly StudyFace[];
  readonly space: ExpressionSpace;
  /** A text embedding of each face's description, in the order of the faces; `null` for a face, or for all, without. */
  readonly textEmbeddings: readonly (Float32Array | null)[] | null;
}

export interface DiscoveryOptions {
  /** Names or ids of the known categories, for the record. */
  readonly known: readonly string[];
  readonly seed: number;
  /** Fewer faces are never a category. Without it 1 % of the faces, at least 8. */
  readonly minClusterSize?: number;
  /** Resamples for stability, and sets of faces without categories for separation. 20 unless told. */
  readonly resamples?: number;
  readonly describedBy: string | null;
  readonly textEmbedder: string | null;
  readonly kuleshovVersion: string;
  readonly now: () => Date;
  readonly onProgress?: (step: string) => void;
  readonly signal?: AbortSignal;
}

const RESAMPLES = 20;
const LEAST_CLUSTER = 8;
const EXAMPLES = 3;

/**
 * Looks for groups of faces that no known category explains, names each by its signature and tests it. Nothing is left
 * out of the result: groups that are known, and proposals that fail, are there with the reason.
 */
export async function discoverCategories(input: DiscoveryInput, options: DiscoveryOptions): Promise<Discovery> {
  const { placed, leftOut } = placeFaces(input);
  const measured = clusteringPoints(placed, input.space);
  const embeddings = placed.flatMap(({ embedding }) => (embedding === null ? [] : [embedding]));
  // Words count only when every face has some: a face without would stand apart for that alone.
  const points =
    embeddings.length === placed.length && placed.length > 1 ? withWords(measured, embeddings, options.seed) : measured;
  const minClusterSize = options.minClusterSize ?? Math.max(LEAST_CLUSTER, Math.round(points.count * 0.01));
  const resamples = options.resamples ?? RESAMPLES;
  options.onProgress?.(`looking for groups among ${points.count} faces`);
  const clustering = clusterFaces(points, { minClusterSize }, createRandom(`${options.seed} components`));
  const proposals = await proposeAll(
    { placed, points, clustering },
    { ...options, minClusterSize, resamples },
    input.space,
  );
  return {
    proposals,
    faces: placed.map(({ face }) => face),
    map: drawMap(
      points,
      placed.map(({ face }) => face.id),
      { proposals, dimensions: facialDimensions(input.space) },
    ),
    notes: notesOn(points, clustering, minClusterSize),
    provenance: {
      kuleshovVersion: options.kuleshovVersion,
      createdAt: options.now().toISOString(),
      space: input.space,
      known: [...options.known],
      describedBy: options.describedBy,
      textEmbedder: options.textEmbedder,
      seed: options.seed,
      minClusterSize,
      resamples,
      components: clustering.kept,
      faces: points.count,
      outliers: clustering.labels.filter((label) => label === -1).length,
      leftOut,
    },
  };
}

/** A face that has a place in the space. */
interface PlacedFace {
  readonly face: StudyFace;
  readonly vector: Float32Array;
  readonly embedding: Float32Array | null;
}

function placeFaces({ faces, space, textEmbeddings }: DiscoveryInput) {
  const placed: PlacedFace[] = [];
  let unplaced = 0;
  for (const [index, face] of faces.entries()) {
    const point = embedFace(space, face.measurement);
    if (point === undefined) unplaced += 1;
    else placed.push({ face, vector: searchVector(space, point), embedding: textEmbeddings?.[index] ?? null });
  }
  const leftOut = unplaced === 0 ? [] : [{ reason: "too little of the face could be measured", faces: unplaced }];
  return { placed, leftOut };
}

/** Where the head points and looks is viewpoint as much as expression: it describes a group, but does not make one. */
function facialDimensions(space: ExpressionSpace) {
  return space.dimensions.flatMap((dimension, index) =>
    dimension.kind === "head-and-gaze" ? [] : [{ ...dimension, index }],
  );
}

function clusteringPoints(placed: readonly PlacedFace[], space: ExpressionSpace): Points {
  const facial = facialDimensions(space);
  return pointsFrom(placed.map(({ vector }) => facial.map(({ index }) => vector[index] as number)));
}

interface Found {
  readonly placed: readonly PlacedFace[];
  readonly points: Points;
  readonly clustering: FaceClustering;
}

async function proposeAll(
  { placed, points, clustering }: Found,
  options: DiscoveryOptions & { readonly minClusterSize: number; readonly resamples: number },
  space: ExpressionSpace,
): Promise<Proposal[]> {
  const { clusters, kept } = clustering;
  if (clusters.length === 0) return [];
  const { seed, resamples, minClusterSize, signal } = options;
  const resampling = { seed, resamples, minClusterSize, kept, ...(signal === undefined ? {} : { signal }) };
  options.onProgress?.(`looking for ${clusters.length} groups again in ${resamples} resamples`);
  const again = await resampleClusters(clustering.searched, clusters, resampling);
  options.onProgress?.(`looking for groups in ${resamples} sets of faces without categories`);
  const byChance = await prominenceByChance(points, resampling);
  const known = facesByKnown(placed.map(({ face }) => face));
  const named: NamedCoordinates = {
    dimensions: space.dimensions,
    rows: placed.map(({ vector }) => coordinatesOf(space, vector)),
  };
  return clusters.map((cluster, index) => {
    const near = nearestKnown(points, cluster.members, known);
    const tests = testProposal({
      points,
      cluster,
      resamples: again[index] as (typeof again)[number],
      byChance,
      nearestKnown: near,
      seed,
    });
    return describeCluster(cluster, { id: `P${index + 1}`, placed, points, named, known, near, tests });
  });
}

interface Description {
  readonly id: string;
  readonly placed: readonly PlacedFace[];
  readonly points: Points;
  readonly named: NamedCoordinates;
  readonly known: ReadonlyMap<string, readonly number[]>;
  readonly near: { readonly category: string; readonly faces: readonly number[] } | undefined;
  readonly tests: ProposalTest[];
}

function describeCluster(cluster: DenseCluster, context: Description): Proposal {
  const { placed, points, named, near, tests } = context;
  const { members } = cluster;
  const idOf = (index: number) => (placed[index] as PlacedFace).face.id;
  const signature = signatureOf(named, { members, nearestKnown: near?.faces ?? [] });
  const { name, definition, contrast, shown } = nameBySignature(signature, named.dimensions, near?.category ?? null);
  const rim = [...members.keys()].sort(
    (a, b) => (cluster.memberships[a] as number) - (cluster.memberships[b] as number),
  );
  return {
    id: context.id,
    name,
    namedBy: "signature",
    definition,
    contrast,
    nearestKnown: near?.category ?? null,
    size: members.length,
    signature,
    appraisals: [],
    // The surest first.
    members: [...rim].reverse().map((place) => idOf(members[place] as number)),
    medoid: idOf(medoidOf(points, members)),
    boundary: rim.slice(0, EXAMPLES).map((place) => idOf(members[place] as number)),
    counter: nearestOutside(points, members, near?.faces).map(idOf),
    tests,
    ...verdictOn(members, context, shown),
  };
}

/** Known groups are set aside, whatever their tests say; among the others every test must pass. */
function verdictOn(members: readonly number[], { known, tests }: Description, shown: readonly string[]) {
  const explained = explanationOf(members, known);
  if (explained !== undefined) {
    const percent = (share: number) => `${Math.round(share * 100)} %`;
    const verdict = `It is ${explained.category}: ${percent(explained.ofMembers)} of its faces are, and ${percent(explained.ofCategory)} of all faces of ${explained.category} are in it.`;
    return { status: "set aside" as const, verdict };
  }
  if (shown.length === 0) {
    return {
      status: "set aside" as const,
      verdict: "It shows no action unit more than other faces do.",
    };
  }
  const failed = tests.filter((test) => test.passed === false);
  const unmade = tests.filter((test) => test.passed === null);
  if (failed.length === 0 && unmade.length === 0) {
    return { status: "survived" as const, verdict: "It passed every test; no person has looked at it yet." };
  }
  const parts = [
    failed.length === 0 ? undefined : `It failed ${listed(failed)}`,
    unmade.length === 0 ? undefined : `${listed(unmade)} could not be tested`,
  ];
  return { status: "failed" as const, verdict: `${parts.filter((part) => part !== undefined).join("; ")}.` };
}

function listed(tests: readonly ProposalTest[]): string {
  return tests.map((test) => test.name).join(", ");
}

function medoidOf(points: Points, members: readonly number[]): number {
  const centre = centreOf(points, members);
  const distance = (index: number) => distanceBetween(rowOf(points, index), centre);
  return members.reduce((best, member) => (distance(member) < distance(best) ? member : best));
}

/** The faces of the nearest known category, or else any outside, that come closest to the group's centre. */
function nearestOutside(points: Points, members: readonly number[], known: readonly number[] | undefined): number[] {
  const inside = new Set(members);
  const centre = centreOf(points, members);
  const candidates = known ?? Array.from({ length: points.count }, (_, index) => index);
  return candidates
    .filter((index) => !inside.has(index))
    .map((index) => ({ index, distance: distanceBetween(rowOf(points, index), centre) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, EXAMPLES)
    .map(({ index }) => index);
}

function rowOf({ dimensions, values }: Points, index: number): Float64Array {
  return values.subarray(index * dimensions, (index + 1) * dimensions);
}

function notesOn(points: Points, clustering: FaceClustering, minClusterSize: number): string[] {
  if (points.count < 2 * minClusterSize) {
    return [
      `There are ${points.count} faces; at least ${2 * minClusterSize} are needed to look for groups of ${minClusterSize}.`,
    ];
  }
  if (clustering.kept === 0)
    return ["Nothing in these faces varies together more than by chance, so no groups were looked for."];
  if (clustering.clusters.length === 0)
    return ["No dense group was found: these faces differ by degrees, not by kind."];
  return [];
}
