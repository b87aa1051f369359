import { CategoryName } from "../domain/category.ts";
import type { Discovery, Proposal } from "../domain/discovery.ts";
import { ConfigurationError } from "../domain/errors.ts";
import { coordinatesOf } from "../domain/expression-space.ts";
import { describeCluster } from "./describe-cluster.ts";
import { clusteringPoints, placeFaces } from "./discover-categories.ts";
import { centreOf, distanceBetween, facesByKnown, nearestKnown } from "./known-categories.ts";
import { outsideGroups } from "./outside-groups.ts";
import { testDrawnGroup } from "./test-proposal.ts";

/** Said once in the discovery that was changed. */
const NOTE =
  "A person put faces into other groups than were found; what was tested of those groups is what still applies.";

/**
 * The discovery with some of its faces in another group: an existing one, a new one, or none. Groups that lose or gain
 * faces are described, tested and judged anew, as groups that a person put together; one without faces is gone.
 *
 * @throws {ConfigurationError} if there is no such face or group, or a group is a category in a store already.
 */
export function regroupFaces(discovery: Discovery, faceIds: readonly string[], to: string | "new" | null): Discovery {
  const { proposals, provenance, faces } = discovery;
  const moved = new Set(faceIds);
  const ids = faces.map(({ id }) => id);
  if (faceIds.some((id) => !ids.includes(id))) throw refusal("the discovery has no such face: reload the page");
  if (to !== null && to !== "new" && !proposals.some(({ id }) => id === to)) throw refusal(`there is no group ${to}`);
  const number = Math.max(0, ...proposals.map(({ id }) => Number(id.slice(1)))) + 1;
  const target = to === "new" ? `P${number}` : to;
  const changed = new Set(proposals.filter(({ members }) => members.some((id) => moved.has(id))).map(({ id }) => id));
  if (target !== null) changed.add(target);
  const accepted = proposals.find(({ id, status }) => changed.has(id) && status === "accepted");
  if (accepted !== undefined) throw refusal(`${accepted.id} is the category "${accepted.name}" in a store already`);

  const owner = new Map(proposals.flatMap(({ id, members }) => members.map((member) => [member, id] as const)));
  for (const id of faceIds)
    if (target === null) owner.delete(id);
    else owner.set(id, target);
  const indexesOf = (group: string) => ids.flatMap((id, index) => (owner.get(id) === group ? [index] : []));
  const places = placesOf(discovery);
  const describe = describer(discovery, places);
  const known = proposals.map((proposal) => ({ id: proposal.id, before: proposal as Proposal | undefined }));
  const order = to === "new" ? [...known, { id: target as string, before: undefined }] : known;
  const regrouped = order.flatMap(({ id, before }): Proposal[] => {
    if (before !== undefined && !changed.has(id)) return [before];
    const members = indexesOf(id);
    return members.length === 0 ? [] : [describe(id, members, before)];
  });
  const outside = outsideGroups({
    ...{ points: places.points, named: places.named, ids },
    groups: regrouped.map(({ id }) => ({ id, members: indexesOf(id) })),
  });
  return {
    ...discovery,
    ...{ proposals: regrouped, outside },
    map: {
      ...discovery.map,
      points: discovery.map.points.map((point) => ({ ...point, proposal: owner.get(point.id) ?? null })),
    },
    notes: discovery.notes.includes(NOTE) ? discovery.notes : [...discovery.notes, NOTE],
    provenance: { ...provenance, outliers: outside.length },
  };
}

/** The discovery with another name for a group. @throws {ConfigurationError} if it is none, or there is no such group. */
export function renameGroup(discovery: Discovery, id: string, wanted: string): Discovery {
  const name = CategoryName.safeParse(wanted);
  if (!name.success) throw refusal(`${name.error.issues[0]?.message}`);
  if (!discovery.proposals.some((proposal) => proposal.id === id)) throw refusal(`there is no group ${id}`);
  const proposals = discovery.proposals.map((proposal) =>
    proposal.id === id ? { ...proposal, name: name.data, namedBy: BY_PERSON } : proposal,
  );
  return { ...discovery, proposals };
}

const BY_PERSON = "a person";

function refusal(reason: string): ConfigurationError {
  return new ConfigurationError(`Cannot change the groups as ${reason}`);
}

/** What words added to the places of the faces is not kept, so that only what was measured counts here. */
function placesOf({ faces, provenance: { space } }: Discovery) {
  const { placed } = placeFaces({ faces, space, textEmbeddings: null });
  const named = { dimensions: space.dimensions, rows: placed.map(({ vector }) => coordinatesOf(space, vector)) };
  return { placed, points: clusteringPoints(placed, space), named };
}

function describer(discovery: Discovery, { placed, points, named }: ReturnType<typeof placesOf>) {
  const { seed, signatures } = discovery.provenance;
  const known = facesByKnown(discovery.faces);
  return (id: string, members: readonly number[], before: Proposal | undefined): Proposal => {
    const near = nearestKnown(points, members, known);
    const centre = centreOf(points, members);
    const distances = members.map((member) => distanceBetween(rowOf(points, member), centre));
    const furthest = Math.max(...distances, Number.MIN_VALUE);
    const cluster = { members: [...members], memberships: distances.map((each) => 1 - each / furthest), prominence: 0 };
    const tests = testDrawnGroup({ points, cluster, nearestKnown: near, seed });
    const described = describeCluster(cluster, {
      ...{ id, placed, points, named, known, near, tests, signatures, isDrawn: true },
    });
    // A name that somebody gave stays with the group; one that was put together by rule is that of what it was.
    if (before === undefined || before.namedBy === "signature") return described;
    return { ...described, name: before.name, namedBy: before.namedBy };
  };
}

function rowOf({ dimensions, values }: { readonly dimensions: number; readonly values: Float64Array }, index: number) {
  return values.subarray(index * dimensions, (index + 1) * dimensions);
}
