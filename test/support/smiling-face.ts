import { join } from "node:path";
import sharp from "sharp";
import { samplePhoto } from "./photos.ts";

/** A face that rests, and the same face smiling, of one size. */
export interface SmilingFace {
  readonly neutral: string;
  readonly smiling: string;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** What moves from rest to a smile, in pixels of the view: corners of the mouth out and up, lower lids and cheeks up. */
const MOVES = [
  { x: 199, y: 329, right: -16, down: -16, reach: 30 },
  { x: 271, y: 331, right: 16, down: -16, reach: 30 },
  { x: 180, y: 262, right: 0, down: -7, reach: 28 },
  { x: 290, y: 262, right: 0, down: -7, reach: 28 },
];

/**
 * A face of a photograph that rests (AU12 0.4, AU6 0.03), and the same face with its mouth and cheeks pulled into a smile
 * (both 0.99), so that everything else of the two views is the same.
 */
export async function writeSmilingFace(folder: string): Promise<SmilingFace> {
  const [widthPx, heightPx] = [510, 506];
  const { data } = await sharp(samplePhoto(3))
    .extract({ left: 442, top: 205, width: widthPx, height: heightPx })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const raw = { width: widthPx, height: heightPx, channels: 3 } as const;
  const [neutral, smiling] = [join(folder, "neutral.png"), join(folder, "smiling.png")];
  await sharp(data, { raw }).png().toFile(neutral);
  await sharp(warped(data, widthPx, heightPx), { raw })
    .png()
    .toFile(smiling);
  return { neutral, smiling, widthPx, heightPx };
}

function warped(rgb: Uint8Array, widthPx: number, heightPx: number): Uint8Array {
  const out = new Uint8Array(rgb.length);
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      let [fromX, fromY] = [x, y];
      for (const move of MOVES) {
        const apart = ((x - move.x - move.right) ** 2 + (y - move.y - move.down) ** 2) / move.reach ** 2;
        fromX -= move.right * Math.exp(-apart);
        fromY -= move.down * Math.exp(-apart);
      }
      const left = Math.min(widthPx - 2, Math.max(0, Math.floor(fromX)));
      const top = Math.min(heightPx - 2, Math.max(0, Math.floor(fromY)));
      const [right, down] = [fromX - left, fromY - top];
      const at = (row: number, column: number, channel: number) => rgb[(row * widthPx + column) * 3 + channel] ?? 0;
      for (let c = 0; c < 3; c++) {
        const upper = at(top, left, c) * (1 - right) + at(top, left + 1, c) * right;
        const lower = at(top + 1, left, c) * (1 - right) + at(top + 1, left + 1, c) * right;
        out[(y * widthPx + x) * 3 + c] = upper * (1 - down) + lower * down;
      }
    }
  }
  return out;
}
