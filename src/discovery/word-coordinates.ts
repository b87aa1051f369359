import { createRandom } from "../domain/statistics/random.ts";
import { type Points, pointsFrom } from "./spanning-tree.ts";

/** Embeddings are thrown onto so many random directions, which keeps their distances (Johnson and Lindenstrauss 1984). */
const RANDOM_DIRECTIONS = 64;
/** How much all words together vary beside all that was measured. */
const SHARE_OF_VARIANCE = 0.5;

/**
 * Adds coordinates for what a model said of the faces, scaled so that words count half as much as measurements. Which of
 * them hold more than chance is left to the components that are searched.
 */
export function withWords(points: Points, embeddings: readonly Float32Array[], seed: number): Points {
  const words = throwDown(embeddings, seed);
  const scale = Math.sqrt((SHARE_OF_VARIANCE * totalVariance(points)) / totalVariance(words));
  if (!Number.isFinite(scale)) return points; // the model said the same of every face
  return pointsFrom(
    Array.from({ length: points.count }, (_, point) => [
      ...rowOf(points, point),
      ...rowOf(words, point).map((value) => value * scale),
    ]),
  );
}

function rowOf({ dimensions, values }: Points, point: number): Float64Array {
  return values.subarray(point * dimensions, (point + 1) * dimensions);
}

function throwDown(embeddings: readonly Float32Array[], seed: number): Points {
  const length = embeddings[0]?.length ?? 0;
  const random = createRandom(`${seed} directions`);
  const directions = Array.from({ length: Math.min(RANDOM_DIRECTIONS, length) }, () =>
    Float64Array.from({ length }, () => random.normal() / Math.sqrt(RANDOM_DIRECTIONS)),
  );
  return pointsFrom(
    embeddings.map((embedding) =>
      directions.map((direction) =>
        direction.reduce((sum, value, index) => sum + value * (embedding[index] as number), 0),
      ),
    ),
  );
}

function totalVariance({ count, dimensions, values }: Points): number {
  let total = 0;
  for (let column = 0; column < dimensions; column += 1) {
    let [sum, squares] = [0, 0];
    for (let point = 0; point < count; point += 1) {
      const value = values[point * dimensions + column] as number;
      sum += value;
      squares += value * value;
    }
    total += squares / count - (sum / count) ** 2;
  }
  return total;
}
