import { networkDescription, row, situationNetwork, tensor } from "./network-file.ts";

/** The labels of the distributions, ten emotions. */
export function situationLabels(): readonly string[] {
  return networkDescription().labels;
}

/** The names of the six appraisals, as the annotators had them. */
export function situationAppraisals(): readonly string[] {
  return networkDescription().appraisals;
}

/** What the network makes of one text. Every list is in the order of the description's labels. */
interface NetworkReading {
  /** Expected emotions of the one whom the text is about, summing to 1. */
  readonly actor: readonly number[];
  /** Expected emotions of the others in it, summing to 1. */
  readonly other: readonly number[];
  /** 0..1 each, as annotators rate such events. */
  readonly appraisals: readonly number[];
  /** How sure it is that the text tells of a situation at all, 0..1. */
  readonly tellsSituation: number;
  /** Share of its words that the network knows, 0 for a text without words. */
  readonly knownShare: number;
}

/** Reads at most `longestWords` words of a text; deterministic, no I/O after the first call. */
export function runSituationNetwork(text: string): NetworkReading {
  const { description: told, places } = situationNetwork();
  const words = readerWords(text);
  const known = words.flatMap((word) => placeOf(word, places) ?? []);
  const fromVectors = readVectors(known.slice(0, told.longestWords));
  const fromLetters = readLetters(words.slice(0, told.longestWords));
  const size = told.labels.length;
  return {
    actor: pooled(fromVectors.heads.slice(0, size), fromLetters.slice(0, size)),
    other: softmax(fromVectors.heads.slice(size, 2 * size), told.temperatures.other),
    appraisals: fromVectors.heads.slice(2 * size).map((value, at) => {
      return clamped((value + (fromLetters[size + at] ?? 0)) / 2);
    }),
    tellsSituation: sigmoid(fromVectors.gate + (fromLetters.at(-1) ?? 0)),
    knownShare: words.length === 0 ? 0 : known.length / words.length,
  };
}

/** Unknown forms are looked up without their endings: "postman's" as "postman". */
function placeOf(word: string, places: ReadonlyMap<string, number>): number | undefined {
  const forms = [
    word,
    word.replace(/'.*$/, ""),
    ...["s", "es", "ed", "d", "ing", "ly"].flatMap((end) => cut(word, end)),
  ];
  for (const form of forms) {
    const place = places.get(form);
    if (place !== undefined) return place;
  }
  return undefined;
}

function cut(word: string, ending: string): string[] {
  return word.endsWith(ending) && word.length > ending.length + 2 ? [word.slice(0, -ending.length)] : [];
}

/** Word vectors -> weighted mean and two convolutions with maxima -> one hidden layer -> heads. */
function readVectors(words: readonly number[]): { heads: number[]; gate: number } {
  const vectors = words.map((word) => row("vectors", word));
  const weights = words.map((word) => Math.exp(tensor("log_weights")[word] ?? 0));
  const total = weights.reduce((sum, weight) => sum + weight, 0) + 0.01;
  const bag = Array.from({ length: row("vectors", 0).length }, (_, axis) => {
    return vectors.reduce((sum, vector, at) => sum + (vector[axis] ?? 0) * (weights[at] ?? 0), 0) / total;
  });
  const found = [...bag, ...convolved(vectors, 2, "pair"), ...convolved(vectors, 3, "triple")];
  const hidden = linear(found, "hidden").map((value) => Math.max(0, value));
  const skipped = linear(bag, "skip");
  return {
    heads: linear(hidden, "heads").map((value, at) => value + (skipped[at] ?? 0)),
    gate: linear(found, "gate")[0] ?? 0,
  };
}

/** The maximum over all places of each filter, with nothing on both sides of the text, at least 0. */
function convolved(vectors: readonly Float32Array[], width: number, name: string): number[] {
  const kernel = tensor(`${name}_weight`);
  const bias = tensor(`${name}_bias`);
  const depth = row("vectors", 0).length;
  return Array.from(bias, (added, filter) => {
    let best = 0;
    for (let start = 1 - width; start < vectors.length; start += 1) {
      let sum = added;
      for (let step = 0; step < width; step += 1) {
        const vector = vectors[start + step];
        if (vector === undefined) continue;
        const from = (filter * width + step) * depth;
        for (let axis = 0; axis < depth; axis += 1) sum += (kernel[from + axis] as number) * (vector[axis] as number);
      }
      best = Math.max(best, sum);
    }
    // A filter also sees the empty places around the text.
    return Math.max(best, added);
  });
}

/** Sums the rows of the hashed features, each half scaled to length 1, and the constant. */
function readLetters(words: readonly string[]): number[] {
  const found = hashedFeatures(words, networkDescription().hashBits);
  const sums = Array.from(tensor("hashed_bias"));
  for (const columns of [found.words, found.letters]) {
    const scale = columns.length === 0 ? 0 : columns.length ** -0.5;
    for (const column of columns) {
      row("hashed", column).forEach((value, at) => {
        sums[at] = (sums[at] ?? 0) + scale * value;
      });
    }
  }
  return sums;
}

function linear(given: readonly number[], name: string): number[] {
  const weights = tensor(`${name}_weight`);
  const bias = situationNetwork().tensors.get(`${name}_bias`);
  return Array.from({ length: weights.length / given.length }, (_, output) => {
    return given.reduce(
      (sum, value, at) => sum + value * (weights[output * given.length + at] ?? 0),
      bias?.[output] ?? 0,
    );
  });
}

function pooled(vectors: readonly number[], letters: readonly number[]): number[] {
  const { pool, temperatures } = networkDescription();
  const [a, b] = [logSoftmax(vectors), logSoftmax(letters)];
  const logits = a.map((value, at) => pool.vectors * value + pool.letters * (b[at] ?? 0));
  return softmax(logits, temperatures.actor);
}

function softmax(logits: readonly number[], temperature: number): number[] {
  return logSoftmax(logits.map((value) => value / temperature)).map(Math.exp);
}

function logSoftmax(logits: readonly number[]): number[] {
  const most = Math.max(...logits);
  const total = Math.log(logits.reduce((sum, value) => sum + Math.exp(value - most), 0));
  return logits.map((value) => value - most - total);
}

function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}

function clamped(value: number): number {
  return Math.min(1, Math.max(0, value));
}

/** The words by which the reader knows a text: without accents, lower case, letters with inner apostrophes. */
export function readerWords(text: string): string[] {
  const bare = text.replaceAll("’", "'").normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  return bare.match(/[a-z]+(?:'[a-z]+)*/g) ?? [];
}

/**
 * Words and pairs of neighbours (at most 2^`bits` columns), then runs of three to five letters (as many again), hashed
 * by FNV-1a. Each column once; the two halves are scaled to length 1 by the caller.
 */
function hashedFeatures(words: readonly string[], bits: number): { words: number[]; letters: number[] } {
  const width = 2 ** bits;
  const pairs = ["<", ...words].map((word, at) => `${word} ${words[at] ?? ">"}`);
  const ofWords = [...words, ...pairs].map((feature) => fnv1a(feature, 0) % width);
  const ofLetters = words.flatMap(runsOfLetters).map((run) => width + (fnv1a(run, 1) % width));
  return { words: [...new Set(ofWords)], letters: [...new Set(ofLetters)] };
}

function runsOfLetters(word: string): string[] {
  const bounded = ` ${word} `;
  return [3, 4, 5].flatMap((length) =>
    Array.from({ length: Math.max(0, bounded.length - length + 1) }, (_, start) =>
      bounded.slice(start, start + length),
    ),
  );
}

/** FNV-1a over ASCII, 32 bits, folded once because its lowest bits mix worst. */
function fnv1a(text: string, seed: number): number {
  let value = 0x811c9dc5 ^ seed;
  for (let at = 0; at < text.length; at += 1) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return (value ^ (value >>> 15)) >>> 0;
}
