/** Points in a common space, one after the other. float64 [count, dimensions]. */
export interface Points {
  readonly count: number;
  readonly dimensions: number;
  readonly values: Float64Array;
}

/** An edge of the minimum spanning tree; `distance` is the mutual reachability of its ends. */
export interface TreeEdge {
  readonly a: number;
  readonly b: number;
  readonly distance: number;
}

/** Copies rows into {@link Points}. @throws {RangeError} if rows differ in length. */
export function pointsFrom(rows: readonly ArrayLike<number>[]): Points {
  const dimensions = rows[0]?.length ?? 0;
  const values = new Float64Array(rows.length * dimensions);
  rows.forEach((row, index) => {
    if (row.length !== dimensions)
      throw new RangeError(`Point ${index} has ${row.length} of ${dimensions} coordinates`);
    values.set(row, index * dimensions);
  });
  return { count: rows.length, dimensions, values };
}

/** Some of the points, in the order of `chosen`. */
export function selectPoints({ dimensions, values }: Points, chosen: readonly number[]): Points {
  const selected = new Float64Array(chosen.length * dimensions);
  chosen.forEach((point, index) => {
    selected.set(values.subarray(point * dimensions, (point + 1) * dimensions), index * dimensions);
  });
  return { count: chosen.length, dimensions, values: selected };
}

/** Euclidean distance of two points. */
export function pointDistance(points: Points, a: number, b: number): number {
  return Math.sqrt(squaredBetween(points, a, points, b));
}

/** Squared Euclidean distance of a point of one set from a point of another. */
export function squaredBetween(a: Points, inA: number, b: Points, inB: number): number {
  const [startA, startB] = [inA * a.dimensions, inB * b.dimensions];
  let sum = 0;
  for (let at = 0; at < a.dimensions; at += 1) {
    const gap = (a.values[startA + at] as number) - (b.values[startB + at] as number);
    sum += gap * gap;
  }
  return sum;
}

/**
 * Distance of each point to its `neighbours`-th nearest neighbour, itself counted as the first: how sparse the space is
 * around it. Quadratic in the number of points, without a distance matrix.
 */
export function coreDistances(points: Points, neighbours: number): Float64Array {
  const core = new Float64Array(points.count);
  const nearest = nearestOf(Math.min(neighbours, points.count));
  for (let point = 0; point < points.count; point += 1) {
    nearest.clear();
    for (let other = 0; other < points.count; other += 1) {
      if (other !== point) nearest.offer(squaredBetween(points, point, points, other));
    }
    const farthest = nearest.farthest();
    core[point] = Number.isFinite(farthest) ? Math.sqrt(farthest) : 0;
  }
  return core;
}

/** The smallest of the numbers that are offered: as many as a point has neighbours beside itself. A heap, the largest on top. */
export function nearestOf(neighbours: number) {
  const kept = new Float64Array(Math.max(1, neighbours - 1));
  return {
    clear: () => kept.fill(Number.POSITIVE_INFINITY),
    /** The largest of those kept. */
    farthest: () => kept[0] as number,
    offer(value: number): void {
      if (value >= (kept[0] as number)) return;
      let at = 0;
      for (;;) {
        let below = 2 * at + 1;
        if (below >= kept.length) break;
        if (below + 1 < kept.length && (kept[below + 1] as number) > (kept[below] as number)) below += 1;
        if ((kept[below] as number) <= value) break;
        kept[at] = kept[below] as number;
        at = below;
      }
      kept[at] = value;
    },
  };
}

/** Minimum spanning tree under mutual reachability, max(core a, core b, distance): Prim's algorithm, edges ascending. */
export function spanningTree(points: Points, core: Float64Array): TreeEdge[] {
  const { count } = points;
  const best = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  const from = new Int32Array(count).fill(-1);
  const done = new Uint8Array(count);
  const edges: TreeEdge[] = [];
  let current = 0;
  for (let step = 1; step < count; step += 1) {
    done[current] = 1;
    let next = -1;
    for (let point = 0; point < count; point += 1) {
      if (done[point] === 1) continue;
      const reach = mutualReachability(points, core, current, point);
      if (reach < (best[point] as number)) {
        best[point] = reach;
        from[point] = current;
      }
      if (next === -1 || (best[point] as number) < (best[next] as number)) next = point;
    }
    edges.push({ a: from[next] as number, b: next, distance: best[next] as number });
    current = next;
  }
  return edges.sort((x, y) => x.distance - y.distance);
}

function mutualReachability(points: Points, core: Float64Array, a: number, b: number): number {
  return Math.max(core[a] as number, core[b] as number, Math.sqrt(squaredBetween(points, a, points, b)));
}
