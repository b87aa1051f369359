import type { Proposal, ProposalTest, PublishedSignature, SignatureMatch, StudyFace } from "../domain/discovery.ts";
import type { DenseCluster } from "./hdbscan.ts";
import { centreOf, distanceBetween, explanationOf } from "./known-categories.ts";
import { type NamedCoordinates, nameBySignature, signatureOf } from "./name-by-signature.ts";
import { knownBySignature, matchSignatures } from "./published-signatures.ts";
import type { Points } from "./spanning-tree.ts";

const EXAMPLES = 3;

/** A face that has a place in the space. */
export interface PlacedFace {
  readonly face: StudyFace;
  readonly vector: Float32Array;
  readonly embedding: Float32Array | null;
  /** Names of the dimensions that were not measured: its vector stands at their centre. */
  readonly unmeasured: readonly string[];
}

/** What a cluster is described by. */
interface Description {
  readonly id: string;
  readonly placed: readonly PlacedFace[];
  readonly points: Points;
  readonly named: NamedCoordinates;
  readonly known: ReadonlyMap<string, readonly number[]>;
  readonly near: { readonly category: string; readonly faces: readonly number[] } | undefined;
  readonly tests: ProposalTest[];
  readonly signatures: readonly PublishedSignature[];
  /** Whether a person put it together: how groups are found is then no test of it. */
  readonly isDrawn?: true;
}

/** A cluster in words, with its faces in order, and the verdict on it. */
export function describeCluster(
  cluster: Pick<DenseCluster, "members" | "memberships">,
  context: Description,
): Proposal {
  const { placed, points, named, near, tests } = context;
  const { members } = cluster;
  const idOf = (index: number) => (placed[index] as PlacedFace).face.id;
  const signature = signatureOf(named, { members, nearestKnown: near?.faces ?? [] });
  const { name, definition, contrast, shown } = nameBySignature(signature, named.dimensions, near?.category ?? null);
  const published = matchSignatures(signature, context.signatures, unmeasuredIn(placed, members));
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
    published,
    appraisals: [],
    // The surest first.
    members: [...rim].reverse().map((place) => idOf(members[place] as number)),
    medoid: idOf(medoidOf(points, members)),
    boundary: rim.slice(0, EXAMPLES).map((place) => idOf(members[place] as number)),
    counter: nearestOutside(points, members, near?.faces).map(idOf),
    tests,
    ...verdictOn(members, context, { shown, published }),
  };
}

/** A unit counts as measured in a group when it was on so many of its faces, and of the others it is compared with. */
const MEASURED_SHARE = 0.5;

/** Dimensions that too few of the members, or of the other faces, were measured in. */
function unmeasuredIn(placed: readonly PlacedFace[], members: readonly number[]): Set<string> {
  const inside = new Set(members);
  const sides = [placed.filter((_, index) => inside.has(index)), placed.filter((_, index) => !inside.has(index))];
  const names = new Set(placed.flatMap(({ unmeasured }) => unmeasured));
  const tooFew = (faces: readonly PlacedFace[], name: string) =>
    faces.filter(({ unmeasured }) => !unmeasured.includes(name)).length < MEASURED_SHARE * faces.length;
  return new Set([...names].filter((name) => sides.some((faces) => tooFew(faces, name))));
}

/**
 * Known groups are set aside, whatever their tests say; among the others every test must pass. What would then be new
 * and matches a published signature is not.
 */
function verdictOn(
  members: readonly number[],
  { known, isDrawn, ...made }: Description,
  { shown, published }: { readonly shown: readonly string[]; readonly published: readonly SignatureMatch[] },
) {
  const tests = isDrawn ? made.tests.filter(({ name }) => OF_ANY_GROUP.has(name)) : made.tests;
  const explained = explanationOf(members, known);
  if (explained !== undefined) {
    const percent = (share: number) => `${Math.round(share * 100)} %`;
    const verdict = `It is ${explained.category}: ${percent(explained.ofMembers)} of its faces are, and ${percent(explained.ofCategory)} of all faces of ${explained.category} are in it.`;
    return { status: "set aside" as const, verdict, knownBySignature: null };
  }
  if (shown.length === 0) {
    return {
      status: "set aside" as const,
      verdict: "It shows no action unit more than other faces do.",
      knownBySignature: null,
    };
  }
  const failed = tests.filter((test) => test.passed === false);
  const unmade = tests.filter((test) => test.passed === null);
  if (failed.length === 0 && unmade.length === 0) {
    const match = knownBySignature(published);
    if (match !== undefined) {
      const verdict = `It matches the published signature of ${match.category} (${match.present.join(", ")}; evidence: ${match.evidence}).`;
      return { status: "set aside" as const, verdict, knownBySignature: match.category };
    }
    const verdict = isDrawn
      ? "A person put it together, and its faces can be told from others; no other person has looked at it yet."
      : "It passed every test; no person has looked at it yet.";
    return { status: "survived" as const, verdict, knownBySignature: null };
  }
  const parts = [
    failed.length === 0 ? undefined : `It is no group of its own: ${failed.map(({ name }) => FAILED[name]).join("; ")}`,
    unmade.length === 0 ? undefined : `${listed(unmade)} could not be tested`,
  ];
  return {
    status: "failed" as const,
    verdict: `${parts.filter((part) => part !== undefined).join("; ")}.`,
    knownBySignature: null,
  };
}

/** Tests that do not ask how a group was found. */
const OF_ANY_GROUP: ReadonlySet<ProposalTest["name"]> = new Set(["recognition", "discrimination"]);

/** What it means for a group to fail a test. */
const FAILED: Readonly<Record<ProposalTest["name"], string>> = {
  separation: "its faces stand no closer together than faces without groups do",
  stability: "it is not found again in other samples of the faces",
  recognition: "a few examples do not tell its faces from others",
  discrimination: "its faces are not told from those of the nearest known category",
};

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
