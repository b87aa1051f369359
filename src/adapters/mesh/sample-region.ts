import { type RotatedRegion, regionToSource } from "./rotated-region.ts";

/** Pixels to sample from: uint8 [heightPx, widthPx, 3], RGB. */
export interface PixelSource {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly rgb: Uint8Array;
}

export interface CropOptions {
  readonly widthPx: number;
  readonly heightPx: number;
  /** What lies outside the picture: its nearest edge pixel, or a gray level 0..255. */
  readonly outside: "edge" | number;
  /** Samples per output pixel and axis are at most this; more cost time, fewer let fine patterns alias. */
  readonly maxTaps?: number;
  /** Samples the region as a mirror shows it, left and right exchanged. */
  readonly mirrored?: boolean;
}

/** A sampled region: float32 [heightPx, widthPx, 3], RGB 0..255. */
export interface Crop {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly rgb: Float32Array;
}

const MAX_TAPS = 4;

/**
 * A turned region as an upright crop. Enlarging interpolates bilinearly; shrinking averages a grid of source pixels for
 * each output pixel, so a face of 2000 pixels does not alias. Pixel centres lie at half coordinates.
 */
export function sampleRegion(source: PixelSource, region: RotatedRegion, options: CropOptions): Crop {
  const { widthPx, heightPx } = options;
  const crop = { widthPx, heightPx, rgb: new Float32Array(widthPx * heightPx * 3) };
  const shrink = Math.max(region.widthPx / widthPx, region.heightPx / heightPx);
  const taps = shrink < 1.5 ? 1 : Math.min(options.maxTaps ?? MAX_TAPS, Math.max(2, Math.ceil(shrink / 2)));
  const walk = walkOver(region, options);
  if (taps === 1) interpolate(source, crop, walk, options.outside);
  else average(source, crop, walk, { ...gridOfTaps(walk, taps), outside: options.outside });
  return crop;
}

/** Where in the source the crop's first pixel lies, and how far one column and one row of the crop move. */
interface Walk {
  readonly x: number;
  readonly y: number;
  readonly columnX: number;
  readonly columnY: number;
  readonly rowX: number;
  readonly rowY: number;
}

function walkOver(region: RotatedRegion, { widthPx, heightPx, mirrored = false }: CropOptions): Walk {
  const [x, y] = regionToSource(region, (mirrored ? widthPx - 0.5 : 0.5) / widthPx, 0.5 / heightPx);
  const stepX = ((mirrored ? -1 : 1) * region.widthPx) / widthPx;
  const stepY = region.heightPx / heightPx;
  const [cos, sin] = [Math.cos(region.angleRad), Math.sin(region.angleRad)];
  return { x, y, columnX: cos * stepX, columnY: sin * stepX, rowX: -sin * stepY, rowY: cos * stepY };
}

/**
 * Coordinates are walked in whole numbers of this fraction of a pixel: integer steps are several times quicker than
 * converting every sample's position from a float. Pictures may be 2^17 pixels wide before this overflows.
 */
const FRACTION_BITS = 14;
const ONE = 1 << FRACTION_BITS;

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

function average(source: PixelSource, crop: Crop, walk: Walk, taps: Taps): void {
  const [least, lastX, lastY] = [taps.reach, source.widthPx * ONE - taps.reach, source.heightPx * ONE - taps.reach];
  const [stepX, stepY] = [Math.round(walk.columnX * ONE), Math.round(walk.columnY * ONE)];
  for (let row = 0, at = 0; row < crop.heightPx; row++) {
    let x = Math.round((walk.x + row * walk.rowX) * ONE);
    let y = Math.round((walk.y + row * walk.rowY) * ONE);
    for (let column = 0; column < crop.widthPx; column++, at += 3, x += stepX, y += stepY) {
      const inside = x >= least && y >= least && x < lastX && y < lastY;
      if (inside) meanInside(source, x, y, taps.offsets, crop.rgb, at);
      else meanAcrossEdge(source, { x, y, taps }, crop.rgb, at);
    }
  }
}

/** For output pixels whose samples all lie within the picture, which are nearly all: no sample needs a check. */
function meanInside(
  { rgb, widthPx }: PixelSource,
  x: number,
  y: number,
  offsets: Int32Array,
  to: Float32Array,
  at: number,
): void {
  let red = 0;
  let green = 0;
  let blue = 0;
  for (let tap = 0; tap < offsets.length; tap += 2) {
    const left = (x + (offsets[tap] as number)) >> FRACTION_BITS;
    const top = (y + (offsets[tap + 1] as number)) >> FRACTION_BITS;
    const from = (top * widthPx + left) * 3;
    red += rgb[from] as number;
    green += rgb[from + 1] as number;
    blue += rgb[from + 2] as number;
  }
  const share = 2 / offsets.length;
  to[at] = red * share;
  to[at + 1] = green * share;
  to[at + 2] = blue * share;
}

function meanAcrossEdge(
  { rgb, widthPx, heightPx }: PixelSource,
  { x, y, taps }: { x: number; y: number; taps: Taps },
  to: Float32Array,
  at: number,
): void {
  const { offsets, outside } = taps;
  const share = 2 / offsets.length;
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

function interpolate(source: PixelSource, crop: Crop, walk: Walk, outside: "edge" | number): void {
  const { widthPx, heightPx } = source;
  for (let row = 0, at = 0; row < crop.heightPx; row++) {
    for (let column = 0; column < crop.widthPx; column++, at += 3) {
      const x = walk.x + row * walk.rowX + column * walk.columnX;
      const y = walk.y + row * walk.rowY + column * walk.columnY;
      if (outside === "edge" || (x >= 0 && y >= 0 && x <= widthPx && y <= heightPx)) {
        mixNeighbours(source, x - 0.5, y - 0.5, crop.rgb, at);
      } else {
        crop.rgb[at] = outside;
        crop.rgb[at + 1] = outside;
        crop.rgb[at + 2] = outside;
      }
    }
  }
}

/** Bilinear mean of the four pixels around a point; beyond the last pixel its value goes on. */
function mixNeighbours(
  { widthPx, heightPx, rgb }: PixelSource,
  x: number,
  y: number,
  to: Float32Array,
  at: number,
): void {
  const insideX = x < 0 ? 0 : x > widthPx - 1 ? widthPx - 1 : x;
  const insideY = y < 0 ? 0 : y > heightPx - 1 ? heightPx - 1 : y;
  const left = insideX | 0;
  const top = insideY | 0;
  const along = insideX - left;
  const down = insideY - top;
  const right = left + 1 < widthPx ? 3 : 0;
  const below = top + 1 < heightPx ? widthPx * 3 : 0;
  const a = (top * widthPx + left) * 3;
  // All four neighbours lie inside the picture by the clamps above.
  const wa = (1 - along) * (1 - down);
  const wb = along * (1 - down);
  const wc = (1 - along) * down;
  const wd = along * down;
  for (let channel = 0; channel < 3; channel++) {
    const p = a + channel;
    to[at + channel] =
      wa * (rgb[p] as number) +
      wb * (rgb[p + right] as number) +
      wc * (rgb[p + below] as number) +
      wd * (rgb[p + right + below] as number);
  }
}
