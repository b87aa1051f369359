/** Pseudo-random numbers that depend on nothing but their seed, so that a run can be repeated on any machine. */
export interface Random {
  /** Uniform integer in 0..2^32-1. */
  uint32(): number;
  /** Uniform real in [0, 1) with 53 random bits. */
  real(): number;
  /** Uniform integer in 0..bound-1, for bounds up to 2^31 (bias below bound / 2^32). */
  below(bound: number): number;
  /** Standard normal deviate. */
  normal(): number;
  /** A shuffled copy. */
  shuffled<T>(items: readonly T[]): T[];
}

/** Starts a sequence from a number or a text; equal seeds give equal sequences. */
export function createRandom(seed: number | string): Random {
  const mix = splitMix32(typeof seed === "number" ? hashNumber(seed) : hashText(seed));
  return randomFrom(xoshiro128(mix(), mix(), mix(), mix()));
}

/**
 * xoshiro128** 1.1 (Blackman and Vigna 2018): period 2^128 - 1. At least one word must not be 0. Its words come as signed
 * integers, which `>>> 0` makes unsigned: a number above 2^31 would be an object of its own for each.
 */
export function xoshiro128(a: number, b: number, c: number, d: number): () => number {
  let s0 = a | 0;
  let s1 = b | 0;
  let s2 = c | 0;
  let s3 = d | 0;
  return () => {
    const scaled = Math.imul(s1, 5);
    const result = Math.imul((scaled << 7) | (scaled >>> 25), 9);
    const shifted = s1 << 9;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= shifted;
    s3 = (s3 << 11) | (s3 >>> 21);
    return result | 0;
  };
}

function randomFrom(word: () => number): Random {
  const real = () => ((word() >>> 5) * 0x4000000 + (word() >>> 6)) / 0x20000000000000;
  const below = (bound: number) => Math.floor(((word() >>> 0) * bound) / 0x100000000);
  return {
    uint32: () => word() >>> 0,
    real,
    below,
    // Box and Muller 1958; 1 - real() keeps the logarithm away from 0.
    normal: () => Math.sqrt(-2 * Math.log(1 - real())) * Math.cos(2 * Math.PI * real()),
    shuffled(items) {
      const copy = [...items];
      for (let last = copy.length - 1; last > 0; last--) {
        const pick = below(last + 1);
        const kept = copy[last] as (typeof copy)[number];
        copy[last] = copy[pick] as (typeof copy)[number];
        copy[pick] = kept;
      }
      return copy;
    },
  };
}

/** Spreads one word over many (the finaliser of MurmurHash3 over a Weyl sequence). */
function splitMix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let word = state ^ (state >>> 16);
    word = Math.imul(word, 0x85ebca6b);
    word ^= word >>> 13;
    word = Math.imul(word, 0xc2b2ae35);
    return (word ^ (word >>> 16)) >>> 0;
  };
}

function hashNumber(seed: number): number {
  return Number.isInteger(seed) && Math.abs(seed) < 0x80000000 ? seed : hashText(String(seed));
}

/** FNV-1a over UTF-16 units. */
function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
