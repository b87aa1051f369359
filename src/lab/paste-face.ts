import type { Face } from "../domain/measurement.ts";
import { faceOutline, fillOutlines, meshPoints } from "./head-shape.ts";
import { LINEAR, type Light, srgbOf } from "./linear-light.ts";
import { emptyMask, type Point, softened } from "./mask.ts";
import { mixed, type Raster } from "./raster.ts";
import type { NotPossible } from "./scene.ts";

/** A face in a raster, with the factor from source to raster pixels. */
export interface PlacedFace {
  readonly raster: Raster;
  readonly face: Face;
  readonly scale: number;
}

/** Points that two faces are laid over each other by: eye corners, nose tip, mouth corners, chin, temples. */
const ANCHORS = [33, 133, 362, 263, 1, 61, 291, 152, 234, 454, 10] as const;

/** A face that is turned further to the side shows one half, which fits no other face. */
const MOST_TURNED_RAD = 0.6;

/**
 * Puts one face in place of another: an affine fit of the two meshes, the colours matched to those of the face that is
 * replaced, a soft edge inside the outline. Where that cannot be, why.
 */
export async function pasteFace(scene: PlacedFace, donor: PlacedFace): Promise<Raster | NotPossible> {
  const [to, from] = [anchorsOf(scene), anchorsOf(donor)];
  if (to === null || from === null) return { why: "it needs a face mesh on both faces, and one has none" };
  if ([scene, donor].some(({ face }) => Math.abs(yawOf(face)) > MOST_TURNED_RAD))
    return { why: "one of the two faces is turned too far to the side to fit the other" };
  const affine = fitAffine(to, from);
  const outline = faceOutline(scene.face, scene.scale);
  const size = Math.max(...outline.map(([, y]) => y)) - Math.min(...outline.map(([, y]) => y));
  const mask = await softened(fillOutlines(emptyMask(scene.raster), [shrunk(outline, 0.97)]), {
    growPx: 0,
    featherPx: Math.max(1, 0.025 * size),
  });
  const warped = warp(donor.raster, affine, scene.raster);
  return mixed(scene.raster, matched(warped, scene.raster, mask.values), mask.values);
}

function yawOf({ measurements }: Face): number {
  return measurements.find(({ headPose }) => headPose !== null)?.headPose?.yawRad ?? 0;
}

function anchorsOf({ face, scale }: PlacedFace): Point[] | null {
  const points = meshPoints(face, scale);
  return points && ANCHORS.map((index): Point => [points[index]?.[0] as number, points[index]?.[1] as number]);
}

/** x' = a x + b y + c and y' = d x + e y + f. */
type Affine = readonly [number, number, number, number, number, number];

/** Least-squares affine map that takes `to` points onto `from` points. */
function fitAffine(to: readonly Point[], from: readonly Point[]): Affine {
  const row = (pick: (point: Point) => number) =>
    solve3(
      [
        [sum(to, ([x]) => x * x), sum(to, ([x, y]) => x * y), sum(to, ([x]) => x)],
        [sum(to, ([x, y]) => x * y), sum(to, ([, y]) => y * y), sum(to, ([, y]) => y)],
        [sum(to, ([x]) => x), sum(to, ([, y]) => y), to.length],
      ],
      [
        sum(to, ([x], i) => x * pick(from[i] as Point)),
        sum(to, ([, y], i) => y * pick(from[i] as Point)),
        sum(to, (_, i) => pick(from[i] as Point)),
      ],
    );
  return [...row(([x]) => x), ...row(([, y]) => y)];
}

function sum(points: readonly Point[], of: (point: Point, index: number) => number): number {
  return points.reduce((total, point, index) => total + of(point, index), 0);
}

type Row3 = readonly [number, number, number];

/** Cramer's rule for three unknowns. */
function solve3(m: readonly [Row3, Row3, Row3], v: Row3): [number, number, number] {
  const determinant = (a: Row3, b: Row3, c: Row3) =>
    a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0]) + a[2] * (b[0] * c[1] - b[1] * c[0]);
  const whole = determinant(...m);
  const withColumn = (column: number) =>
    determinant(
      ...(m.map((row, i) => row.map((value, j) => (j === column ? v[i] : value))) as unknown as [Row3, Row3, Row3]),
    );
  return [withColumn(0) / whole, withColumn(1) / whole, withColumn(2) / whole];
}

/** The donor drawn in the scene's frame, bilinear; black where the donor has no pixel. */
function warp(donor: Raster, [a, b, c, d, e, f]: Affine, { widthPx, heightPx }: Raster): Raster {
  const rgb = new Uint8Array(widthPx * heightPx * 3);
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      const [sx, sy] = [a * x + b * y + c, d * x + e * y + f];
      if (sx < 0 || sy < 0 || sx > donor.widthPx - 1 || sy > donor.heightPx - 1) continue;
      const [x0, y0] = [Math.floor(sx), Math.floor(sy)];
      const [x1, y1] = [Math.min(x0 + 1, donor.widthPx - 1), Math.min(y0 + 1, donor.heightPx - 1)];
      const [fx, fy] = [sx - x0, sy - y0];
      for (let channel = 0; channel < 3; channel++) {
        const at = (px: number, py: number) => donor.rgb[(py * donor.widthPx + px) * 3 + channel] as number;
        const top = (1 - fx) * at(x0, y0) + fx * at(x1, y0);
        const bottom = (1 - fx) * at(x0, y1) + fx * at(x1, y1);
        rgb[(y * widthPx + x) * 3 + channel] = Math.round((1 - fy) * top + fy * bottom);
      }
    }
  }
  return { widthPx, heightPx, rgb };
}

/** Added to shares of light, so that what is nearly black has the colour of the rest and no contrast of its own. */
const DARKEST = 0.02;

/**
 * The source in the light of the target, in linear light under the mask: of its mean colour, with a contrast towards its
 * own, and with colours that differ no more from each other than the target's do. A face that was lit red and blue keeps
 * its features and loses these colours where the others of the scene have none.
 */
function matched(source: Raster, target: Raster, mask: Float32Array): Raster {
  const [own, wanted] = [coloursUnder(source.rgb, mask), coloursUnder(target.rgb, mask)];
  // Within limits: a face in deep shadow must not be drained of its features.
  const contrast = Math.max(0.6, Math.min(1.6, wanted.contrast / Math.max(0.01, own.contrast)));
  const variety = Math.min(1, wanted.variety / Math.max(0.01, own.variety));
  const rgb = Uint8Array.from(source.rgb);
  const reached = meanUnder(mask, (pixel) => sharesOf(source.rgb, pixel, own.mean).light ** contrast);
  for (let pixel = 0; pixel < mask.length; pixel++) {
    if (mask[pixel] === 0) continue;
    const { light, tones } = sharesOf(source.rgb, pixel, own.mean);
    const brightness = light ** contrast / reached;
    tones.forEach((tone, channel) => {
      const shown = (wanted.mean[channel] as number) * brightness * (1 + variety * (tone - 1));
      rgb[pixel * 3 + channel] = Math.round(srgbOf(Math.max(0, shown)));
    });
  }
  return { ...source, rgb };
}

/** Mean linear light under a mask, spread of the logarithm of brightness, and how far colours are from the mean one. */
function coloursUnder(rgb: Uint8Array, mask: Float32Array) {
  const channelMean = (channel: number) => meanUnder(mask, (pixel) => LINEAR[rgb[pixel * 3 + channel] as number] ?? 0);
  const mean: Light = [channelMean(0), channelMean(1), channelMean(2)];
  const level = meanUnder(mask, (pixel) => Math.log(sharesOf(rgb, pixel, mean).light));
  const squares = meanUnder(mask, (pixel) => (Math.log(sharesOf(rgb, pixel, mean).light) - level) ** 2);
  const apart = meanUnder(mask, (pixel) =>
    sharesOf(rgb, pixel, mean).tones.reduce((total, tone) => total + (tone - 1) ** 2 / 3, 0),
  );
  return { mean, contrast: Math.sqrt(squares), variety: Math.sqrt(apart) };
}

/** Light of a pixel as a share of the mean light, and per channel its share of that: 1, 1, 1 is of the mean colour. */
function sharesOf(rgb: Uint8Array, pixel: number, mean: Light): { readonly light: number; readonly tones: Light } {
  const share = (channel: 0 | 1 | 2) =>
    (LINEAR[rgb[pixel * 3 + channel] as number] as number) / Math.max(1e-4, mean[channel]) + DARKEST;
  const [r, g, b] = [share(0), share(1), share(2)];
  const light = (r + g + b) / 3;
  return { light, tones: [r / light, g / light, b / light] };
}

/** Mean of something over the pixels that are mostly under a mask. */
function meanUnder(mask: Float32Array, of: (pixel: number) => number): number {
  let [total, n] = [0, 0];
  mask.forEach((share, pixel) => {
    if (share < 0.5) return;
    total += of(pixel);
    n += 1;
  });
  return total / Math.max(1, n);
}

function shrunk(outline: readonly Point[], factor: number): Point[] {
  const cx = outline.reduce((total, [x]) => total + x, 0) / outline.length;
  const cy = outline.reduce((total, [, y]) => total + y, 0) / outline.length;
  return outline.map(([x, y]): Point => [cx + factor * (x - cx), cy + factor * (y - cy)]);
}
