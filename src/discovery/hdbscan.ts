import { buildClusterTree, type ClusterNode } from "./cluster-tree.ts";
import { coreDistances, type Points, spanningTree } from "./spanning-tree.ts";

/** How clusters are looked for. */
export interface ClusterOptions {
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

/** Dense regions and what lies between them. */
export interface Clustering {
  readonly clusters: readonly DenseCluster[];
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

function toCluster(top: ClusterNode, nodes: readonly ClusterNode[]): DenseCluster {
  const leaving: { point: number; density: number }[] = [];
  const open = [top];
  while (open.length > 0) {
    const node = open.pop() as ClusterNode;
    leaving.push(...node.leaving);
    open.push(...node.children.map((child) => nodes[child] as ClusterNode));
  }
  leaving.sort((a, b) => a.point - b.point);
  const densities = leaving.map((entry) => entry.density);
  const densest = Math.max(...densities);
  const middle = [...densities].sort((a, b) => a - b)[densities.length >> 1] as number;
  return {
    members: leaving.map((entry) => entry.point),
    memberships: densities.map((density) => density / densest),
    prominence: middle / top.birthDensity,
  };
}
