import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { patternOf } from "../domain/pattern-of.ts";
import { openFile, readBytes } from "../platform/read-file.ts";

/** Bytes of an image that are looked for, at a quarter, half and three quarters of it. */
const SLICE_BYTES = 48;
/** Bytes searched at once. */
const PIECE_BYTES = 1 << 22;

/** Slices of an image as they stand in a file, and as they stand in the base64 of a page or table. */
export async function imageSlices(path: string): Promise<string[]> {
  const bytes = await readBytes(path).catch(() => undefined);
  if (bytes === undefined || bytes.length < 4 * SLICE_BYTES) return [];
  return [0.25, 0.5, 0.75].flatMap((share) => {
    const at = 3 * Math.floor((bytes.length * share) / 3); // where base64 of the whole file begins a group
    const slice = bytes.subarray(at, at + SLICE_BYTES);
    return [slice.toString("latin1"), slice.toString("base64")];
  });
}

/** Looks for texts and slices in files, byte by byte. A text counts where it is not part of a longer word. */
export function createByteSearch(texts: readonly string[], slices: readonly string[]) {
  const words = texts.map((text) => {
    const bytes = patternOf(Buffer.from(text).toString("latin1"));
    const before = text.includes("/") ? "[A-Za-z0-9_.-]" : "[A-Za-z0-9_./-]";
    return `(?<!${/[/.]/.test(text) ? before : "[A-Za-z0-9]"})${bytes}(?![A-Za-z0-9])`;
  });
  const parts = [...words, ...slices.map(patternOf)];
  const pattern = new RegExp(parts.length === 0 ? "(?!)" : parts.join("|"), "is");
  const overlap = 4096;

  return {
    /** The first thing found in a file, gzipped or not; `null` when there is nothing. */
    async find(path: string): Promise<string | null> {
      if (path.endsWith(".gz")) {
        const unpacked = await promisify(gunzip)(await readBytes(path)).catch(() => undefined);
        if (unpacked !== undefined) return pattern.exec(unpacked.toString("latin1"))?.[0] ?? null;
      }
      const handle = await openFile(path);
      let rest = "";
      try {
        for await (const piece of handle.createReadStream({ highWaterMark: PIECE_BYTES, autoClose: false })) {
          const text = rest + (piece as Buffer).toString("latin1");
          const found = pattern.exec(text);
          if (found !== null) return found[0];
          rest = text.slice(-overlap);
        }
      } finally {
        await handle.close();
      }
      return null;
    },
  };
}
