import { plainValue } from "../domain/statistics/weighted-statistic.ts";
import { areaUnderCurveStatistic } from "../evaluation/metrics/action-units.ts";
import { covered, depthOf, type Mask } from "./mask.ts";
import type { Raster } from "./raster.ts";

/** How well a fill can be told from what is around it, without knowing what was there. */
export interface ArtefactScore {
  /** 0.5: texture inside the border is like that outside; 1: every place tells which side it is on. */
  readonly fill: number;
  /** The same for two rings of the untouched image, the nearer and the further: what the scene itself comes to. */
  readonly untouched: number;
}

/** Side of the places that are compared, in pixels. */
const PLACE_PX = 12;
/** Fewer places on one side tell nothing. */
const FEWEST = 12;

/**
 * Compares places just inside a hole with places just outside by three measures of texture (contrast, slope, grain): the largest
 * area under the ROC curve of the three. `null` where the border is too short.
 */
export function artefactScore(filled: Raster, mask: Mask): ArtefactScore | null {
  const { widthPx, heightPx } = mask;
  const hole = covered(mask);
  const inward = depthOf(hole, widthPx);
  const outward = depthOf(
    hole.map((own) => 1 - own),
    widthPx,
  );
  const rings: Record<"inside" | "outside" | "further", number[][]> = { inside: [], outside: [], further: [] };
  for (let top = 0; top + PLACE_PX < heightPx; top += PLACE_PX / 2) {
    for (let left = 0; left + PLACE_PX < widthPx; left += PLACE_PX / 2) {
      const middle = (top + PLACE_PX / 2) * widthPx + left + PLACE_PX / 2;
      const ring = ringOf(inward[middle] as number, outward[middle] as number);
      if (ring !== null) rings[ring].push(textureAt(filled, left, top));
    }
  }
  const { inside, outside, further } = rings;
  if (Math.min(inside.length, outside.length, further.length) < FEWEST) return null;
  return { fill: separation(inside, outside), untouched: separation(outside, further) };
}

/** Places whole on one side of the border: none reaches over it. */
function ringOf(inward: number, outward: number): "inside" | "outside" | "further" | null {
  const within = (depth: number, ring: number) => depth >= (ring + 0.6) * PLACE_PX && depth < (ring + 2.6) * PLACE_PX;
  if (within(inward, 0)) return "inside";
  if (within(outward, 0)) return "outside";
  return within(outward, 2) ? "further" : null;
}

/** Contrast, slope and grain of the brightness in one place. */
function textureAt({ widthPx, rgb }: Raster, left: number, top: number): number[] {
  const light = (x: number, y: number) => {
    const i = 3 * (y * widthPx + x);
    return 0.299 * (rgb[i] as number) + 0.587 * (rgb[i + 1] as number) + 0.114 * (rgb[i + 2] as number);
  };
  let [sum, squares, slope, grain] = [0, 0, 0, 0];
  for (let y = top; y < top + PLACE_PX; y++) {
    for (let x = left + 1; x < left + PLACE_PX; x++) {
      const [own, before, after] = [light(x, y), light(x - 1, y), light(x + 1, y)];
      sum += own;
      squares += own * own;
      slope += Math.abs(own - before);
      grain += Math.abs(before + after - 2 * own);
    }
  }
  const n = PLACE_PX * (PLACE_PX - 1);
  return [Math.sqrt(Math.max(0, squares / n - (sum / n) ** 2)), slope / n, grain / n];
}

/** The area under the ROC curve of the measure that tells the two apart best, whichever of them has more of it. */
function separation(some: readonly number[][], others: readonly number[][]): number {
  const all = [...some, ...others];
  const isOwn = all.map((_, i) => i < some.length);
  const areas = [0, 1, 2].map((measure) => {
    const values = all.map((one) => one[measure] as number);
    return plainValue(areaUnderCurveStatistic(isOwn, values), values.length) ?? 0.5;
  });
  return Math.max(...areas.map((area) => Math.max(area, 1 - area)));
}
