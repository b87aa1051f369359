import { SAME_IMAGE_BITS } from "../domain/perceptual-hash.ts";
import type { ExemplarIdentity } from "../ports/exemplar-store.ts";

/** An exemplar that shows nearly the same pixels as a new one. */
interface KnownImage {
  readonly id: string;
  readonly category: string;
}

/** Knows which images and regions a store holds already. */
export interface DuplicateIndex {
  has(id: string): boolean;
  add(identity: ExemplarIdentity): void;
  /** Exemplars of the same region, or of the same whole image when there is no region; nearest first. */
  find(cut: { readonly imageHash: string | null; readonly regionHash: string | null }): KnownImage[];
}

const WORDS = 8;

/** Hashes are kept as 8 words in one array, so that a hundred thousand are compared in about a millisecond. */
export function createDuplicateIndex(identities: readonly ExemplarIdentity[]): DuplicateIndex {
  const ids = new Set<string>();
  const known: { readonly id: string; readonly category: string; readonly region: boolean }[] = [];
  let words = new Uint32Array(Math.max(1024, identities.length) * WORDS);

  function add(identity: ExemplarIdentity): void {
    ids.add(identity.id);
    const hash = identity.regionHash ?? identity.imageHash;
    if (hash === null) return;
    if ((known.length + 1) * WORDS > words.length) {
      const larger = new Uint32Array(words.length * 2);
      larger.set(words);
      words = larger;
    }
    words.set(wordsOf(hash), known.length * WORDS);
    known.push({ id: identity.id, category: identity.category, region: identity.regionHash !== null });
  }

  for (const identity of identities) add(identity);
  return {
    has: (id) => ids.has(id),
    add,
    find({ imageHash, regionHash }) {
      const hash = regionHash ?? imageHash;
      if (hash === null) return [];
      const wanted = wordsOf(hash);
      const found: { readonly known: KnownImage; readonly bits: number }[] = [];
      for (const [index, entry] of known.entries()) {
        if (entry.region !== (regionHash !== null)) continue;
        const bits = differingBits(words, index * WORDS, wanted);
        if (bits <= SAME_IMAGE_BITS) found.push({ known: { id: entry.id, category: entry.category }, bits });
      }
      return found.sort((a, b) => a.bits - b.bits).map((entry) => entry.known);
    },
  };
}

function wordsOf(hash: string): Uint32Array {
  return Uint32Array.from({ length: WORDS }, (_, index) => Number.parseInt(hash.slice(index * 8, index * 8 + 8), 16));
}

/** Stops counting once it is clear that the two are not the same. */
function differingBits(words: Uint32Array, start: number, wanted: Uint32Array): number {
  let bits = 0;
  for (let index = 0; index < WORDS && bits <= SAME_IMAGE_BITS; index += 1) {
    bits += setBits((words[start + index] as number) ^ (wanted[index] as number));
  }
  return bits;
}

/** Population count of a 32-bit word (Warren, Hacker's Delight). */
function setBits(word: number): number {
  let pairs = word - ((word >>> 1) & 0x55555555);
  pairs = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((pairs + (pairs >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
