import { type RotatedRegion, regionExtent, regionToSource } from "./rotated-region.ts";

/** Pixels to sample from: uint8 [heightPx, widthPx, 3], RGB. */
export interface PixelSource {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly rgb: Uint8Array;
}

export interface SampleOptions {
  readonly widthPx: number;
  readonly heightPx: number;
  /** What lies outside the picture: its nearest edge pixel, or a gray level 0..255. */
  readonly outside: "edge" | number;
}

/** A sampled region: float32 [heightPx, widthPx, 3], RGB 0..255. */
export interface Crop {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly rgb: Float32Array;
}

/** Averaging more pixels than this per block and axis costs time and changes no network's answer. */
const MAX_TAPS = 5;

/**
 * Samples a turned region into an upright crop. Shrinking averages whole blocks of source pixels first and interpolates
 * bilinearly in what that gives, so a face of 2000 pixels does not alias; pixel centres lie at half coordinates.
 */
export function sampleRegion(source: PixelSource, region: RotatedRegion, options: SampleOptions): Crop {
  const { widthPx, heightPx, outside } = options;
  const shrink = Math.max(region.widthPx / widthPx, region.heightPx / heightPx);
  const blocks = blockMeans(source, region, Math.max(1, Math.round(shrink)));
  const rgb = new Float32Array(widthPx * heightPx * 3);
  if (blocks === undefined) return { widthPx, heightPx, rgb: rgb.fill(outside === "edge" ? 0 : outside) };
  const [startX, startY] = regionToSource(region, 0.5 / widthPx, 0.5 / heightPx);
  const cos = Math.cos(region.angleRad) / blocks.blockPx;
  const sin = Math.sin(region.angleRad) / blocks.blockPx;
  const [stepX, stepY] = [region.widthPx / widthPx, region.heightPx / heightPx];
  interpolate(blocks, { widthPx, heightPx, rgb }, outside, {
    x: (startX - blocks.leftPx) / blocks.blockPx - 0.5,
    y: (startY - blocks.topPx) / blocks.blockPx - 0.5,
    columnX: cos * stepX,
    columnY: sin * stepX,
    rowX: -sin * stepY,
    rowY: cos * stepY,
  });
  return { widthPx, heightPx, rgb };
}

interface BlockMeans {
  /** Source pixel at which the first block begins. */
  readonly leftPx: number;
  readonly topPx: number;
  readonly blockPx: number;
  readonly columns: number;
  readonly rows: number;
  /** float32 [rows, columns, 3], RGB 0..255. */
  readonly rgb: Float32Array;
}

/** Means of square blocks over the part of the region that is inside the picture; `undefined` when none is. */
function blockMeans(source: PixelSource, region: RotatedRegion, blockPx: number): BlockMeans | undefined {
  const extent = regionExtent(region);
  const leftPx = Math.max(0, Math.floor(extent.leftPx) - blockPx);
  const topPx = Math.max(0, Math.floor(extent.topPx) - blockPx);
  const columns = Math.ceil((Math.min(source.widthPx, Math.ceil(extent.rightPx) + blockPx) - leftPx) / blockPx);
  const rows = Math.ceil((Math.min(source.heightPx, Math.ceil(extent.bottomPx) + blockPx) - topPx) / blockPx);
  if (columns <= 0 || rows <= 0) return undefined;
  const blocks = { leftPx, topPx, blockPx, columns, rows, rgb: new Float32Array(columns * rows * 3) };
  const stride = Math.ceil(blockPx / MAX_TAPS);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) meanOfBlock(source, blocks, row, column, stride);
  }
  return blocks;
}

function meanOfBlock(source: PixelSource, blocks: BlockMeans, row: number, column: number, stride: number): void {
  const { rgb, widthPx, heightPx } = source;
  const fromX = blocks.leftPx + column * blocks.blockPx;
  const fromY = blocks.topPx + row * blocks.blockPx;
  const toX = Math.min(fromX + blocks.blockPx, widthPx);
  const toY = Math.min(fromY + blocks.blockPx, heightPx);
  let [red, green, blue, count] = [0, 0, 0, 0];
  for (let y = fromY; y < toY; y += stride) {
    for (let x = fromX, at = (y * widthPx + fromX) * 3; x < toX; x += stride, at += stride * 3) {
      red += rgb[at] as number; // inside the picture by construction
      green += rgb[at + 1] as number;
      blue += rgb[at + 2] as number;
      count++;
    }
  }
  const to = (row * blocks.columns + column) * 3;
  blocks.rgb[to] = red / count;
  blocks.rgb[to + 1] = green / count;
  blocks.rgb[to + 2] = blue / count;
}

/** Where in the blocks the crop's first pixel lies, and how far one column and one row of the crop move. */
interface Walk {
  readonly x: number;
  readonly y: number;
  readonly columnX: number;
  readonly columnY: number;
  readonly rowX: number;
  readonly rowY: number;
}

function interpolate(blocks: BlockMeans, crop: Crop, outside: "edge" | number, walk: Walk): void {
  const [lastX, lastY] = [blocks.columns - 0.5, blocks.rows - 0.5];
  let at = 0;
  for (let row = 0; row < crop.heightPx; row++) {
    for (let column = 0; column < crop.widthPx; column++, at += 3) {
      const x = walk.x + column * walk.columnX + row * walk.rowX;
      const y = walk.y + column * walk.columnY + row * walk.rowY;
      const inside = x >= -0.5 && y >= -0.5 && x <= lastX && y <= lastY;
      if (inside || outside === "edge") mixNeighbours(blocks, x, y, crop.rgb, at);
      else crop.rgb.fill(outside, at, at + 3);
    }
  }
}

/** Bilinear mean of the four blocks around a point; beyond the last block its value goes on. */
function mixNeighbours({ columns, rows, rgb }: BlockMeans, x: number, y: number, to: Float32Array, at: number): void {
  const insideX = Math.min(Math.max(x, 0), columns - 1);
  const insideY = Math.min(Math.max(y, 0), rows - 1);
  const left = insideX | 0;
  const top = insideY | 0;
  const right = Math.min(left + 1, columns - 1);
  const bottom = Math.min(top + 1, rows - 1);
  const alongX = insideX - left;
  const alongY = insideY - top;
  const [a, b] = [(top * columns + left) * 3, (top * columns + right) * 3];
  const [c, d] = [(bottom * columns + left) * 3, (bottom * columns + right) * 3];
  for (let channel = 0; channel < 3; channel++) {
    // All four lie inside the blocks by the clamps above.
    const upper = lerp(rgb[a + channel] as number, rgb[b + channel] as number, alongX);
    const lower = lerp(rgb[c + channel] as number, rgb[d + channel] as number, alongX);
    to[at + channel] = lerp(upper, lower, alongY);
  }
}

function lerp(from: number, to: number, share: number): number {
  return from + (to - from) * share;
}
