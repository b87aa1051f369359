// Pictures of training sets, one after the other: { index, load() -> { rgb: uint8 [h, w, 3], widthPx, heightPx }, ... }.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "csv-parse/sync";
import { unzipSync } from "fflate";
import sharp from "sharp";

/** One array of bytes of a NumPy archive, with its shape. */
export function arrayOf(archive, name) {
  const file = archive[`${name}.npy`];
  const from = 10 + (file[8] | (file[9] << 8));
  const header = Buffer.from(file.subarray(10, from)).toString("latin1");
  const shape = /'shape': \(([\d, ]+)\)/.exec(header)[1].split(",").filter(Boolean).map(Number);
  return { bytes: file.subarray(from), shape };
}

/** Pictures of a NumPy archive: arrays `x`, uint8 [count, side, side], gray, and `split`, uint8 [count]. */
export function* picturesOfArchive(path) {
  const archive = unzipSync(readFileSync(path), { filter: ({ name }) => name === "x.npy" || name === "split.npy" });
  const { bytes: file, shape } = arrayOf(archive, "x");
  const [count, heightPx, widthPx] = shape;
  const split = arrayOf(archive, "split").bytes;
  for (let index = 0; index < count; index++) {
    const from = index * heightPx * widthPx;
    const rgb = new Uint8Array(widthPx * heightPx * 3);
    for (let at = 0; at < widthPx * heightPx; at++) rgb.fill(file[from + at], at * 3, at * 3 + 3);
    yield { index, split: split[index], load: async () => ({ rgb, widthPx, heightPx }) };
  }
}

/** Pictures that a table with the columns path and label names, shrunk to `sidePx` where that is given. */
export function* picturesOfTable(path, sidePx) {
  for (const [index, row] of parse(readFileSync(path), { columns: true, bom: true }).entries()) {
    const load = async () => {
      const file = join(dirname(path), row.path);
      const upright = sharp(file).autoOrient().toColourspace("srgb").removeAlpha();
      const sized = sidePx === undefined ? upright : upright.resize(sidePx, sidePx, { fit: "inside" });
      const { data, info } = await sized.raw().toBuffer({ resolveWithObject: true });
      return { rgb: new Uint8Array(data), widthPx: info.width, heightPx: info.height };
    };
    yield { index, path: row.path, label: row.label, load };
  }
}
