import { createRandom } from "../domain/statistics/random.ts";
import type { Mask } from "./mask.ts";
import { blurred, type Raster } from "./raster.ts";

/** Side of the texture pieces that are laid over the fill, as a share of the image's longer side. */
const PIECE_SHARE = 0.03;

/**
 * Fills what a mask covers so that it looks like more of its surroundings: colours flow in from the edge (push-pull
 * over an image pyramid), then fine texture is taken in pieces from nearby uncovered places. A plain box would tell
 * that, and where, something was hidden.
 * @param hole 1 where to fill; partly covered pixels are mixed.
 */
export async function fillHole(raster: Raster, hole: Mask, seed: number): Promise<Raster> {
  const smooth = pushPull(raster, hole);
  const soft = await blurred(raster, 3);
  const filled = withTexture({ raster, soft, smooth }, hole, seed);
  const rgb = new Uint8Array(raster.rgb.length);
  for (let i = 0; i < rgb.length; i++) {
    const share = hole.values[Math.floor(i / 3)] as number;
    rgb[i] = Math.round((1 - share) * (raster.rgb[i] as number) + share * (filled[i] as number));
  }
  return { ...raster, rgb };
}

interface Level {
  readonly widthPx: number;
  readonly heightPx: number;
  /** float32 [height, width, 3], colours times weight. */
  readonly colour: Float32Array;
  readonly weight: Float32Array;
}

/** Halves the image again and again with holes left out, then fills each level's holes from the coarser one. */
function pushPull({ widthPx, heightPx, rgb }: Raster, hole: Mask): Float32Array {
  // Pixels that are covered at all know nothing: half-covered ones already carry what is hidden.
  const weight = hole.values.map((value) => (value > 0.02 ? 0 : 1));
  const colour = Float32Array.from(rgb, (value, i) => value * (weight[Math.floor(i / 3)] as number));
  const levels: Level[] = [{ widthPx, heightPx, colour, weight }];
  for (;;) {
    const last = levels.at(-1) as Level;
    if (last.widthPx === 1 && last.heightPx === 1) break;
    levels.push(halved(last));
  }
  let coarse = levels.at(-1) as Level;
  for (let i = levels.length - 2; i >= 0; i--) coarse = filledFrom(levels[i] as Level, coarse);
  return coarse.colour;
}

function halved({ widthPx, heightPx, colour, weight }: Level): Level {
  const w = Math.ceil(widthPx / 2);
  const h = Math.ceil(heightPx / 2);
  const next = { widthPx: w, heightPx: h, colour: new Float32Array(w * h * 3), weight: new Float32Array(w * h) };
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      const from = y * widthPx + x;
      const own = weight[from] as number;
      if (own === 0) continue;
      const to = (y >> 1) * w + (x >> 1);
      next.weight[to] = (next.weight[to] as number) + own;
      for (let c = 0; c < 3; c++) {
        next.colour[to * 3 + c] = (next.colour[to * 3 + c] as number) + (colour[from * 3 + c] as number);
      }
    }
  }
  // A cell with one known pixel in four counts as fully known: its mean is what there is to know.
  for (let i = 0; i < next.weight.length; i++) {
    const total = next.weight[i] as number;
    if (total <= 1) continue;
    for (let c = 0; c < 3; c++) next.colour[i * 3 + c] = (next.colour[i * 3 + c] as number) / total;
    next.weight[i] = 1;
  }
  return next;
}

/** Known pixels stay; unknown ones take the bilinear value of the coarser level. */
function filledFrom(fine: Level, coarse: Level): Level {
  const colour = Float32Array.from(fine.colour);
  for (let y = 0; y < fine.heightPx; y++) {
    for (let x = 0; x < fine.widthPx; x++) {
      const i = y * fine.widthPx + x;
      const own = fine.weight[i] as number;
      if (own >= 1) continue;
      const [cx, cy] = [x / 2 - 0.25, y / 2 - 0.25];
      for (let c = 0; c < 3; c++) {
        colour[i * 3 + c] = (colour[i * 3 + c] as number) + (1 - own) * bilinear(coarse, [cx, cy], c);
      }
    }
  }
  return { ...fine, colour, weight: new Float32Array(fine.weight.length).fill(1) };
}

function bilinear({ widthPx, heightPx, colour }: Level, [x, y]: readonly [number, number], channel: number): number {
  const clampX = (value: number) => Math.max(0, Math.min(widthPx - 1, value));
  const clampY = (value: number) => Math.max(0, Math.min(heightPx - 1, value));
  const [x0, y0] = [Math.floor(x), Math.floor(y)];
  const [fx, fy] = [x - x0, y - y0];
  const at = (px: number, py: number) => colour[(clampY(py) * widthPx + clampX(px)) * 3 + channel] as number;
  const top = (1 - fx) * at(x0, y0) + fx * at(x0 + 1, y0);
  const bottom = (1 - fx) * at(x0, y0 + 1) + fx * at(x0 + 1, y0 + 1);
  return (1 - fy) * top + fy * bottom;
}

/** Adds to the smooth fill the fine detail (image minus its blur) of uncovered places, in overlapping pieces. */
function withTexture(
  { raster, soft, smooth }: { readonly raster: Raster; readonly soft: Raster; readonly smooth: Float32Array },
  hole: Mask,
  seed: number,
): Float32Array {
  const { widthPx, heightPx } = raster;
  const random = createRandom(seed);
  const side = Math.max(8, Math.round(PIECE_SHARE * Math.max(widthPx, heightPx)));
  const detail = new Float32Array(smooth.length);
  const energy = new Float32Array(hole.values.length);
  for (let top = -side / 2; top < heightPx; top += side / 2) {
    for (let left = -side / 2; left < widthPx; left += side / 2) {
      const piece = { left: Math.round(left), top: Math.round(top), side };
      if (!touches(hole, piece)) continue;
      const source = bestSource({ raster, soft, smooth }, hole, { piece, real: random.real });
      if (source !== undefined) layPiece({ raster, soft, detail, energy }, piece, source);
    }
  }
  return smooth.map((value, i) => {
    const share = energy[Math.floor(i / 3)] as number;
    // Dividing by the root of the summed squares keeps the strength of the detail where pieces overlap.
    return Math.max(0, Math.min(255, share > 0 ? value + (detail[i] as number) / Math.sqrt(share) : value));
  });
}

interface Piece {
  readonly left: number;
  readonly top: number;
  readonly side: number;
}

function touches({ widthPx, heightPx, values }: Mask, { left, top, side }: Piece): boolean {
  for (let y = Math.max(0, top); y < Math.min(heightPx, top + side); y += 2) {
    for (let x = Math.max(0, left); x < Math.min(widthPx, left + side); x += 2) {
      if ((values[y * widthPx + x] as number) > 0.02) return true;
    }
  }
  return false;
}

/** Uncovered places that are compared for one piece. */
const CANDIDATES = 12;

/**
 * Of some uncovered places, nearer ones first, the one whose colour is most like the fill and whose detail is calm: a
 * strand of hair or a railing, repeated in the fill, would look like what it is not.
 */
function bestSource(
  { raster, soft, smooth }: { readonly raster: Raster; readonly soft: Raster; readonly smooth: Float32Array },
  hole: Mask,
  { piece, real }: { readonly piece: Piece; readonly real: () => number },
): Piece | undefined {
  let best: { readonly place: Piece; readonly cost: number } | undefined;
  let found = 0;
  for (let round = 1; round <= 160 && found < CANDIDATES; round++) {
    const reach = piece.side * (1 + round / 6);
    const left = Math.round(piece.left + (2 * real() - 1) * reach);
    const top = Math.round(piece.top + (2 * real() - 1) * reach);
    const place = { left, top, side: piece.side };
    const inside = left >= 0 && top >= 0 && left + piece.side <= hole.widthPx && top + piece.side <= hole.heightPx;
    if (!inside || touches(hole, place)) continue;
    found++;
    const cost = dissimilarity({ raster, soft, smooth }, piece, place);
    if (best === undefined || cost < best.cost) best = { place, cost };
  }
  return best?.place;
}

/** Mean difference of colour, plus the strength of the detail counted three times. */
function dissimilarity(
  { raster, soft, smooth }: { readonly raster: Raster; readonly soft: Raster; readonly smooth: Float32Array },
  piece: Piece,
  place: Piece,
): number {
  let [colour, detail, n] = [0, 0, 0];
  for (let dy = 0; dy < piece.side; dy += 3) {
    const y = Math.max(0, Math.min(raster.heightPx - 1, piece.top + dy));
    for (let dx = 0; dx < piece.side; dx += 3) {
      const x = Math.max(0, Math.min(raster.widthPx - 1, piece.left + dx));
      const to = (y * raster.widthPx + x) * 3;
      const from = ((place.top + dy) * raster.widthPx + place.left + dx) * 3;
      for (let c = 0; c < 3; c++) {
        colour += Math.abs((soft.rgb[from + c] as number) - (smooth[to + c] as number));
        detail += Math.abs((raster.rgb[from + c] as number) - (soft.rgb[from + c] as number));
        n++;
      }
    }
  }
  return (colour + 3 * detail) / Math.max(1, n);
}

function layPiece(
  to: {
    readonly raster: Raster;
    readonly soft: Raster;
    readonly detail: Float32Array;
    readonly energy: Float32Array;
  },
  piece: Piece,
  source: Piece,
): void {
  const { widthPx, heightPx } = to.raster;
  for (let dy = 0; dy < piece.side; dy++) {
    const y = piece.top + dy;
    if (y < 0 || y >= heightPx) continue;
    for (let dx = 0; dx < piece.side; dx++) {
      const x = piece.left + dx;
      if (x < 0 || x >= widthPx) continue;
      const window = Math.sin((Math.PI * (dx + 0.5)) / piece.side) * Math.sin((Math.PI * (dy + 0.5)) / piece.side);
      const at = y * widthPx + x;
      const from = (source.top + dy) * widthPx + source.left + dx;
      to.energy[at] = (to.energy[at] as number) + window * window;
      for (let c = 0; c < 3; c++) {
        const fine = (to.raster.rgb[from * 3 + c] as number) - (to.soft.rgb[from * 3 + c] as number);
        to.detail[at * 3 + c] = (to.detail[at * 3 + c] as number) + window * fine;
      }
    }
  }
}
