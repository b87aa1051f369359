/** Memory for the pixels of images. */
export interface PixelPool {
  /** That many bytes. Whatever was in them before is still there. */
  take(bytes: number): Uint8Array;
  /** Gives bytes back that nobody reads any more. */
  give(bytes: Uint8Array): void;
}

/**
 * New memory for every image, left to be cleaned up. Not shared between threads: V8 does not count shared memory when
 * it decides whether to collect garbage, so images would pile up.
 */
export const FRESH_PIXELS: PixelPool = {
  take: (bytes) => new Uint8Array(bytes),
  give: () => undefined,
};

/** Blocks larger than asked for by more than this factor are not handed out for it. */
const MOST_WASTE = 2;
/** As many as there are images under way; those of sizes that do not come again go first. */
const MOST_KEPT = 8;

/**
 * Memory that is shared between threads and used again and again. Without it a study holds dozens of images instead of a few: every thread that
 * saw one holds on to its memory until that thread happens to clean up.
 */
export function createPixelPool(): PixelPool {
  const free: ArrayBufferLike[] = [];
  return {
    take(bytes) {
      const fitting = free.findIndex(({ byteLength }) => byteLength >= bytes && byteLength <= bytes * MOST_WASTE);
      const [block = new SharedArrayBuffer(bytes)] = fitting < 0 ? [] : free.splice(fitting, 1);
      return new Uint8Array(block, 0, bytes);
    },
    give({ buffer }) {
      if (free.includes(buffer)) return;
      free.push(buffer);
      if (free.length > MOST_KEPT) free.shift();
    },
  };
}
