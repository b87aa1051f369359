import type { TreeEdge } from "./spanning-tree.ts";

/** A stretch of the hierarchy without a split into two parts of enough points. Density is 1 / distance. */
export interface ClusterNode {
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
export function buildClusterTree(edges: readonly TreeEdge[], count: number, minClusterSize: number): ClusterNode[] {
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
