import { type Crop, FRACTION_BITS, ONE, type PixelSource, type Row, rowIsInside, rowOf, type Walk } from "./crop.ts";

/** The samples that make one output pixel: x, y of each in fixed-point source pixels, from the pixel's middle. */
interface Taps {
  readonly offsets: Int32Array;
  /** How far the farthest lies from the middle, in x or y. */
  readonly reach: number;
  readonly outside: "edge" | number;
}

/** A grid of samples that covers one output pixel evenly. */
function gridOfTaps({ columnX, columnY, rowX, rowY }: Walk, taps: number): Pick<Taps, "offsets" | "reach"> {
  const offsets = new Int32Array(taps * taps * 2);
  for (let index = 0; index < taps * taps; index++) {
    const along = ((index % taps) + 0.5) / taps - 0.5;
    const down = (Math.floor(index / taps) + 0.5) / taps - 0.5;
    offsets[index * 2] = Math.round((along * columnX + down * rowX) * ONE);
    offsets[index * 2 + 1] = Math.round((along * columnY + down * rowY) * ONE);
  }
  return { offsets, reach: offsets.reduce((most, offset) => Math.max(most, Math.abs(offset)), 0) };
}

/** Fills a crop that shrinks the source: each of its pixels is the mean of `tapsPerAxis` squared source pixels. */
export function averagePixels(
  source: PixelSource,
  crop: Crop,
  walk: Walk,
  options: { readonly tapsPerAxis: number; readonly outside: "edge" | number },
): void {
  const taps: Taps = { ...gridOfTaps(walk, options.tapsPerAxis), outside: options.outside };
  const [lastX, lastY] = [source.widthPx * ONE - taps.reach, source.heightPx * ONE - taps.reach];
  for (let index = 0; index < crop.heightPx; index++) {
    const row = rowOf(walk, crop, index, 0);
    if (!rowIsInside(row, taps.reach, lastX, lastY)) averageAcrossEdge(source, row, taps, crop.rgb);
    else if (options.tapsPerAxis === 2) averageFour(source, row, taps.offsets, crop.rgb);
    else averageInside(source, row, taps.offsets, crop.rgb);
  }
}

/** For rows whose samples all lie within the image, which are nearly all: no sample needs a check. */
function averageInside({ rgb, widthPx }: PixelSource, row: Row, offsets: Int32Array, to: Float32Array): void {
  const { stepX, stepY } = row;
  const [share, count] = [2 / offsets.length, offsets.length];
  let [x, y, at] = [row.x, row.y, row.at];
  for (let column = row.length; column > 0; column--) {
    let red = 0;
    let green = 0;
    let blue = 0;
    for (let tap = 0; tap < count; tap += 2) {
      const left = (x + (offsets[tap] as number)) >> FRACTION_BITS;
      const top = (y + (offsets[tap + 1] as number)) >> FRACTION_BITS;
      const from = (top * widthPx + left) * 3;
      red += rgb[from] as number;
      green += rgb[from + 1] as number;
      blue += rgb[from + 2] as number;
    }
    to[at] = red * share;
    to[at + 1] = green * share;
    to[at + 2] = blue * share;
    at += 3;
    x += stepX;
    y += stepY;
  }
}

/** The same for two samples per axis, by far the most frequent case: written out, it takes half the time. */
function averageFour({ rgb, widthPx }: PixelSource, row: Row, offsets: Int32Array, to: Float32Array): void {
  const [ax, ay, bx, by, cx, cy, dx, dy] = offsets as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const { stepX, stepY } = row;
  let [x, y, at] = [row.x, row.y, row.at];
  for (let column = row.length; column > 0; column--) {
    const a = (((y + ay) >> FRACTION_BITS) * widthPx + ((x + ax) >> FRACTION_BITS)) * 3;
    const b = (((y + by) >> FRACTION_BITS) * widthPx + ((x + bx) >> FRACTION_BITS)) * 3;
    const c = (((y + cy) >> FRACTION_BITS) * widthPx + ((x + cx) >> FRACTION_BITS)) * 3;
    const d = (((y + dy) >> FRACTION_BITS) * widthPx + ((x + dx) >> FRACTION_BITS)) * 3;
    to[at] = ((rgb[a] as number) + (rgb[b] as number) + (rgb[c] as number) + (rgb[d] as number)) / 4;
    to[at + 1] =
      ((rgb[a + 1] as number) + (rgb[b + 1] as number) + (rgb[c + 1] as number) + (rgb[d + 1] as number)) / 4;
    to[at + 2] =
      ((rgb[a + 2] as number) + (rgb[b + 2] as number) + (rgb[c + 2] as number) + (rgb[d + 2] as number)) / 4;
    at += 3;
    x += stepX;
    y += stepY;
  }
}

function averageAcrossEdge(source: PixelSource, row: Row, taps: Taps, to: Float32Array): void {
  const { outside, reach } = taps;
  const [lastX, lastY] = [source.widthPx * ONE + reach, source.heightPx * ONE + reach];
  const end = row.at + row.length * 3;
  for (let at = row.at, x = row.x, y = row.y; at < end; at += 3, x += row.stepX, y += row.stepY) {
    const away = x < -reach || y < -reach || x >= lastX || y >= lastY;
    if (outside !== "edge" && away) to.fill(outside, at, at + 3);
    else meanAcrossEdge(source, { x, y, taps }, to, at);
  }
}

function meanAcrossEdge(
  { rgb, widthPx, heightPx }: PixelSource,
  { x, y, taps }: { x: number; y: number; taps: Taps },
  to: Float32Array,
  at: number,
): void {
  const { offsets, outside } = taps;
  const share = 2 / offsets.length;
  to.fill(0, at, at + 3);
  for (let tap = 0; tap < offsets.length; tap += 2) {
    const left = (x + (offsets[tap] as number)) >> FRACTION_BITS;
    const top = (y + (offsets[tap + 1] as number)) >> FRACTION_BITS;
    const column = Math.min(Math.max(left, 0), widthPx - 1);
    const row = Math.min(Math.max(top, 0), heightPx - 1);
    const beyond = outside !== "edge" && (column !== left || row !== top);
    const from = (row * widthPx + column) * 3; // the clamps keep it inside
    for (let channel = 0; channel < 3; channel++) {
      to[at + channel] = (to[at + channel] as number) + (beyond ? outside : (rgb[from + channel] as number)) * share;
    }
  }
}
