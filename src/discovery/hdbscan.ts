import { coreDistances, type Points, spanningTree, type TreeEdge } from "./spanning-tree.ts";

/** How clusters are looked for. */
interface ClusterOptions {
  /** Fewer points than this are never a cluster. */
  readonly minClusterSize: number;
  /** Neighbours that make a region dense; `minClusterSize` unless told. More neighbours, more outliers. */
  readonly neighbours?: number;
}

/** One dense region. */
export interface DenseCluster {
  /** Point numbers, ascending. */
  readonly members: readonly number[];
  /** 0..1 for each member: 1 in the core, near 0 at the edge. */
  readonly memberships: readonly number[];
  /** How many times closer its points stand than the distance at which it parted from the rest. 1: not at all. */
  readonly prominence: number;
}

/** One as it was found in a tree. */
interface TreeCluster extends DenseCluster {
  /** Distances, under mutual reachability, at which it parts from the rest, and at which its densest point joins it. */
  readonly partsAt: number;
  readonly densestAt: number;
}

/** Dense regions and what lies between them. */
export interface Clustering {
  readonly clusters: readonly TreeCluster[];
  /** Cluster of each point, -1 for outliers. */
  readonly labels: Int32Array;
}

/**
 * HDBSCAN (Campello, Moulavi and Sander 2013): single linkage under mutual reachability, condensed to splits of at least
 * `minClusterSize` points, from which the clusters with the largest excess of mass are taken. Points outside are
 * outliers; the whole is never a cluster of its own. Deterministic; quadratic time, linear memory.
 */
export function hdbscan(points: Points, options: ClusterOptions): Clustering {
  const { minClusterSize, neighbours = minClusterSize } = options;
  const labels = new Int32Array(points.count).fill(-1);
  if (points.count < 2 * minClusterSize) return { clusters: [], labels };
  const edges = spanningTree(points, coreDistances(points, neighbours));
  const nodes = buildClusterTree(edges, points.count, minClusterSize);
  const clusters = chooseStable(nodes)
    .map((node) => toCluster(node, nodes))
    .sort((a, b) => b.members.length - a.members.length || (a.members[0] as number) - (b.members[0] as number));
  clusters.forEach((cluster, label) => {
    for (const member of cluster.members) labels[member] = label;
  });
  return { clusters, labels };
}

/** From the leaves up: a node is kept when it is more stable than the best of what is inside it. */
function chooseStable(nodes: readonly ClusterNode[]): ClusterNode[] {
  const best = new Float64Array(nodes.length);
  const kept = new Uint8Array(nodes.length);
  for (let id = nodes.length - 1; id > 0; id -= 1) {
    const node = nodes[id] as ClusterNode;
    const inside = node.children.reduce((sum, child) => sum + (best[child] as number), 0);
    kept[id] = node.children.length === 0 || node.stability > inside ? 1 : 0;
    best[id] = Math.max(node.stability, inside);
  }
  const chosen: ClusterNode[] = [];
  const open = [...(nodes[0]?.children ?? [])];
  while (open.length > 0) {
    const id = open.pop() as number;
    const node = nodes[id] as ClusterNode;
    if (kept[id] === 1) chosen.push(node);
    else open.push(...node.children);
  }
  return chosen;
}

function toCluster(top: ClusterNode, nodes: readonly ClusterNode[]): TreeCluster {
  const leaving: { point: number; density: number }[] = [];
  const open = [top];
  while (open.length > 0) {
    const node = open.pop() as ClusterNode;
    for (const one of node.leaving) leaving.push(one); // too many to be spread as arguments
    open.push(...node.children.map((child) => nodes[child] as ClusterNode));
  }
  leaving.sort((a, b) => a.point - b.point);
  const densities = leaving.map((entry) => entry.density);
  const densest = densities.reduce((most, density) => Math.max(most, density), 0);
  const middle = [...densities].sort((a, b) => a - b)[densities.length >> 1] as number;
  return {
    members: leaving.map((entry) => entry.point),
    memberships: densities.map((density) => density / densest),
    prominence: middle / top.birthDensity,
    partsAt: 1 / top.birthDensity,
    densestAt: 1 / densest,
  };
}

/** A stretch of the hierarchy without a split into two parts of enough points. Density is 1 / distance. */
interface ClusterNode {
  /** Density at which it parted from its sibling; the root's is that of the whole. */
  readonly birthDensity: number;
  readonly children: number[];
  /** Points that fall out of it on their own, with the density at which they do. */
  readonly leaving: { readonly point: number; readonly density: number }[];
  /** Excess of mass: how long, in density, how many points stay together. */
  stability: number;
}

/** Identical points have distance 0; their density is kept finite so that sums and ratios stay numbers. */
const LEAST_DISTANCE = 1e-9;

/** Condenses the single-linkage hierarchy of a spanning tree. Node 0 is the root; children come after their parents. */
function buildClusterTree(edges: readonly TreeEdge[], count: number, minClusterSize: number): ClusterNode[] {
  const merges = linkage(edges, count);
  const rootDensity = densityAt((merges.at(-1) as Merge).distance);
  const nodes: ClusterNode[] = [newNode(rootDensity)];
  const open: { merge: number; node: number }[] = [{ merge: merges.length - 1 + count, node: 0 }];
  while (open.length > 0) {
    const { merge: place, node: nodeId } = open.pop() as (typeof open)[number];
    const node = nodes[nodeId] as ClusterNode;
    const { left, right, distance } = merges[place - count] as Merge;
    const density = densityAt(distance);
    const sizes = [left, right].map((side) => sizeOf(side, merges, count));
    if (sizes.every((size) => size >= minClusterSize)) {
      for (const [index, side] of [left, right].entries()) {
        node.stability += (sizes[index] as number) * (density - node.birthDensity);
        node.children.push(nodes.length);
        open.push({ merge: side, node: nodes.length });
        nodes.push(newNode(density));
      }
      continue;
    }
    for (const [index, side] of [left, right].entries()) {
      if ((sizes[index] as number) >= minClusterSize) open.push({ merge: side, node: nodeId });
      else leave(node, pointsUnder(side, merges, count), density);
    }
  }
  return nodes;
}

interface Merge {
  /** Below `count` a point, from there on a merge. */
  readonly left: number;
  readonly right: number;
  readonly distance: number;
  readonly size: number;
}

/** Joins components along ascending edges. */
function linkage(edges: readonly TreeEdge[], count: number): Merge[] {
  const parent = Int32Array.from({ length: 2 * count - 1 }, (_, index) => index);
  const find = (start: number): number => {
    let top = start;
    while (parent[top] !== top) top = parent[top] as number;
    for (let at = start; parent[at] !== top; ) {
      const next = parent[at] as number;
      parent[at] = top;
      at = next;
    }
    return top;
  };
  const merges: Merge[] = [];
  for (const { a, b, distance } of edges) {
    const [left, right] = [find(a), find(b)];
    const place = count + merges.length;
    parent[left] = place;
    parent[right] = place;
    merges.push({ left, right, distance, size: sizeOf(left, merges, count) + sizeOf(right, merges, count) });
  }
  return merges;
}

function sizeOf(place: number, merges: readonly Merge[], count: number): number {
  return place < count ? 1 : (merges[place - count] as Merge).size;
}

function pointsUnder(place: number, merges: readonly Merge[], count: number): number[] {
  const points: number[] = [];
  const open = [place];
  while (open.length > 0) {
    const next = open.pop() as number;
    if (next < count) points.push(next);
    else {
      const { left, right } = merges[next - count] as Merge;
      open.push(left, right);
    }
  }
  return points;
}

function leave(node: ClusterNode, points: readonly number[], density: number): void {
  for (const point of points) node.leaving.push({ point, density });
  node.stability += points.length * (density - node.birthDensity);
}

function newNode(birthDensity: number): ClusterNode {
  return { birthDensity, children: [], leaving: [], stability: 0 };
}

function densityAt(distance: number): number {
  return 1 / Math.max(distance, LEAST_DISTANCE);
}
