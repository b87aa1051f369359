import type { Discovery, Proposal, PublishedSignature, StudyFace } from "../domain/discovery.ts";
import { coordinatesOf, type ExpressionSpace, embedFace, searchVector } from "../domain/expression-space.ts";
import { createRandom } from "../domain/statistics/random.ts";
import { clusterFaces, type FaceClustering, type FaceGroup, partFaces } from "./cluster-faces.ts";
import { describeCluster, type PlacedFace } from "./describe-cluster.ts";
import { drawMap } from "./draw-map.ts";
import type { DenseCluster } from "./hdbscan.ts";
import { facesByKnown, nearestKnown } from "./known-categories.ts";
import type { NamedCoordinates } from "./name-by-signature.ts";
import { outsideGroups } from "./outside-groups.ts";
import { signatureNotes } from "./published-signatures.ts";
import { bestMatch, foundAgain, prominenceByChance, resampleClusters } from "./resample-clusters.ts";
import { MOST_SEARCHED, type Sample, sampleFaces, sampleNotes } from "./sample-faces.ts";
import { type Points, pointsFrom, selectPoints } from "./spanning-tree.ts";
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
  /** How the literature says that known categories are shown; none unless told. */
  readonly signatures?: readonly PublishedSignature[];
  readonly seed: number;
  /** Fewer faces are never a category. Without it 1 % of the faces, at least 8. */
  readonly minClusterSize?: number;
  /** Resamples for stability, and sets of faces without categories for separation. 20 unless told. */
  readonly resamples?: number;
  /** More faces than this are searched for dense groups by a sample of so many. 10 000 unless told. */
  readonly mostSearched?: number;
  readonly describedBy: string | null;
  readonly textEmbedder: string | null;
  readonly kuleshovVersion: string;
  readonly now: () => Date;
  readonly onProgress?: (step: string) => void;
  readonly signal?: AbortSignal;
}

const RESAMPLES = 20;
const LEAST_CLUSTER = 8;

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
  const most = options.mostSearched ?? MOST_SEARCHED;
  const sample = sampleFaces(points.count, most, createRandom(`${options.seed} sample`));
  const sampled = sample.isWhole ? null : sample.chosen.length;
  options.onProgress?.(`looking for groups among ${sampled === null ? "" : `${sampled} of `}${points.count} faces`);
  const clustering = clusterFaces(points, { minClusterSize, sample }, createRandom(`${options.seed} components`));
  const rows = placed.map(({ vector }) => coordinatesOf(input.space, vector));
  const named: NamedCoordinates = { dimensions: input.space.dimensions, rows };
  const found = { placed, points, sample, clustering, named };
  const { proposals, clusters } = await proposeAll(found, { ...options, minClusterSize, resamples });
  const ids = placed.map(({ face }) => face.id);
  return {
    proposals,
    faces: placed.map(({ face }) => face),
    outside: outsideGroups({
      ...{ points, ids, named },
      groups: clusters.map(({ members }, index) => ({ id: `P${index + 1}`, members })),
    }),
    map: drawMap(points, ids, { proposals, dimensions: facialDimensions(input.space) }),
    notes: [
      ...notesOn(points, clustering, { minClusterSize, groups: clusters.length }),
      ...(clusters.length === 0 ? [] : signatureNotes(options.signatures ?? [], input.space)),
      ...sampleNotes(sample, { minClusterSize, seed: options.seed, of: points.count }),
    ],
    provenance: {
      kuleshovVersion: options.kuleshovVersion,
      createdAt: options.now().toISOString(),
      space: input.space,
      known: [...options.known],
      signatures: [...(options.signatures ?? [])],
      describedBy: options.describedBy,
      textEmbedder: options.textEmbedder,
      seed: options.seed,
      minClusterSize,
      resamples,
      components: clustering.kept,
      faces: points.count,
      sampled,
      outliers: points.count - clusters.reduce((sum, { members }) => sum + members.length, 0),
      leftOut,
    },
  };
}

/** Faces that have a place in the space, and how many have none. */
export function placeFaces({ faces, space, textEmbeddings }: DiscoveryInput) {
  const placed: PlacedFace[] = [];
  let unplaced = 0;
  for (const [index, face] of faces.entries()) {
    const point = embedFace(space, face.measurement);
    if (point === undefined) unplaced += 1;
    else {
      const embedding = textEmbeddings?.[index] ?? null;
      placed.push({ face, vector: searchVector(space, point), embedding, unmeasured: point.unmeasured });
    }
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

/** Faces as they are grouped: by what they show, wherever they look. */
export function clusteringPoints(placed: readonly PlacedFace[], space: ExpressionSpace): Points {
  const facial = facialDimensions(space);
  return pointsFrom(placed.map(({ vector }) => facial.map(({ index }) => vector[index] as number)));
}

interface Found {
  readonly placed: readonly PlacedFace[];
  readonly points: Points;
  readonly sample: Sample;
  readonly clustering: FaceClustering;
  readonly named: NamedCoordinates;
}

interface Group {
  readonly cluster: DenseCluster;
  readonly proposal: Proposal;
}

/**
 * Dense regions that stand every test, and all other faces as they are best parted. A part is tested like a dense
 * region, by the one that is most like it: a group that nobody has named must be both.
 */
async function proposeAll(
  { placed, points, sample, clustering, named }: Found,
  options: DiscoveryOptions & { readonly minClusterSize: number; readonly resamples: number },
): Promise<{ readonly proposals: Proposal[]; readonly clusters: DenseCluster[] }> {
  if (clustering.kept === 0) return { proposals: [], clusters: [] };
  const { seed, resamples, minClusterSize, signal } = options;
  const parts = partFaces(clustering, { minClusterSize, random: createRandom(`${seed} parts`) });
  if (parts.length + clustering.clusters.length === 0) return { proposals: [], clusters: [] };
  const resampling = {
    seed,
    resamples,
    minClusterSize: sample.sizeOf(minClusterSize),
    kept: clustering.kept,
    ...(signal === undefined ? {} : { signal }),
  };
  options.onProgress?.(`looking for these groups again in ${resamples} resamples`);
  const again = await resampleClusters(clustering.searched, resampling);
  options.onProgress?.(`looking for groups in ${resamples} sets of faces without categories`);
  const byChance = await prominenceByChance(sample.isWhole ? points : selectPoints(points, sample.chosen), resampling);
  const known = facesByKnown(placed.map(({ face }) => face));
  const groupOf = (cluster: DenseCluster): Group => {
    const near = nearestKnown(points, cluster.members, known);
    const found = foundAgain(sample.placesOf(cluster.members), again);
    const tests = testProposal({ points, cluster, resamples: found, byChance, nearestKnown: near, seed });
    const context = { id: "P1", placed, points, named, known, near, tests, signatures: options.signatures ?? [] };
    return { cluster, proposal: describeCluster(cluster, context) };
  };
  const inSample = { chosen: [...sample.chosen.keys()], clusters: clustering.inSample };
  const dense = clustering.clusters.map(groupOf);
  const survivors = dense.filter(
    ({ proposal }) => proposal.status === "survived" || proposal.knownBySignature !== null,
  );
  const rest = without(parts, survivors, minClusterSize).map((part) => {
    const { prominence } = bestMatch(sample.placesOf(part.members), inSample);
    return groupOf({ ...part, prominence });
  });
  const groups = (parts.length === 0 ? dense : [...survivors, ...rest]).sort(
    (a, b) => b.proposal.size - a.proposal.size,
  );
  return {
    proposals: groups.map(({ proposal }, index) => ({ ...proposal, id: `P${index + 1}` })),
    clusters: groups.map(({ cluster }) => cluster),
  };
}

/** Parts without the faces of some groups, as far as enough of them is left. */
function without(parts: readonly FaceGroup[], groups: readonly Group[], minClusterSize: number): FaceGroup[] {
  const taken = new Set(groups.flatMap(({ cluster }) => cluster.members));
  return parts
    .map(({ members, memberships }) => ({
      members: members.filter((member) => !taken.has(member)),
      memberships: memberships.filter((_, index) => !taken.has(members[index] as number)),
    }))
    .filter(({ members }) => members.length >= minClusterSize);
}

function notesOn(
  points: Points,
  { kept }: FaceClustering,
  { minClusterSize, groups }: { readonly minClusterSize: number; readonly groups: number },
): string[] {
  if (points.count < 2 * minClusterSize) {
    return [
      `There are ${points.count} faces; at least ${2 * minClusterSize} are needed to look for groups of ${minClusterSize}.`,
    ];
  }
  if (kept === 0) return ["Nothing in these faces varies together more than by chance, so no groups were looked for."];
  if (groups === 0) return ["No group was found: these faces differ by degrees, not by kind."];
  return [];
}
