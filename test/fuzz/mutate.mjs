// Random numbers that a seed determines, and damage as it happens to files: bits that flip, ends that are lost, pieces that
// come twice, and values that no reader expects.

/** A generator of numbers in [0, 1) (mulberry32). */
export function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const below = (random, limit) => Math.floor(random() * limit);
export const oneOf = (random, list) => list[below(random, list.length)];

const WORDS = [
  "", "\0", "\n", "\r\n", '"', "'", ",", ";", "\t", "{", "}", "[", "]", ":", "- ", "&a [*a]", "*a", "!!js/function x", "<<: ",
  "-1", "0", "1e999", "-0.0", "NaN", "Infinity", "99999999999999999999", "0.5", "null", "true", '{"a":1}', "[[1]]", '"',
  "\u001b[2J", "\u202e", "\ufeff", "\ud800", "é".repeat(40), "x".repeat(5000), "[".repeat(3000), "../../etc/passwd", "/dev/zero",
  "=1+1", "__proto__", "constructor", "AU12", "AU0", "AU99", "F1", "E1", "not ", "(", ")",
].map((word) => Buffer.from(word)); // biome-ignore format: a list of words

/** The bytes with one to four of these damages. */
export function damaged(bytes, random) {
  let result = Buffer.from(bytes);
  for (let times = 1 + below(random, 4); times > 0; times--) result = oneOf(random, DAMAGES)(result, random);
  return result;
}

const DAMAGES = [
  (bytes, random) => bytes.subarray(0, below(random, bytes.length + 1)),
  (bytes, random) => bytes.subarray(below(random, bytes.length + 1)),
  (bytes, random) => changed(bytes, random, () => 1 << below(random, 8)),
  (bytes, random) => changed(bytes, random, () => below(random, 256)),
  (bytes, random) => inserted(bytes, below(random, bytes.length + 1), oneOf(random, WORDS)),
  (bytes, random) => replacedWord(bytes, random),
  (bytes, random) => {
    const [from, length] = [below(random, bytes.length + 1), below(random, 400)];
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + length)]);
  },
  (bytes, random) => {
    const from = below(random, bytes.length + 1);
    const piece = bytes.subarray(from, from + below(random, 400));
    return inserted(bytes, below(random, bytes.length + 1), Buffer.concat(Array(1 + below(random, 20)).fill(piece)));
  },
];

function changed(bytes, random, mask) {
  const copy = Buffer.from(bytes);
  for (let times = 1 + below(random, 8); times > 0 && copy.length > 0; times--)
    copy[below(random, copy.length)] ^= mask();
  return copy;
}

function inserted(bytes, at, piece) {
  return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]);
}

/** Another value in the place of one, wherever it stands: what schemas must catch. */
function replacedWord(bytes, random) {
  const words = [...bytes.toString("latin1", 0, 200_000).matchAll(/"[^"]*"|[\w.-]+/g)];
  if (words.length === 0) return bytes;
  const { index, 0: word } = oneOf(random, words);
  return Buffer.concat([bytes.subarray(0, index), oneOf(random, WORDS), bytes.subarray(index + word.length)]);
}
