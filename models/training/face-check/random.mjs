/** Numbers at random from a seed: the same run draws the same occlusions. */
export function createRandom(seed) {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return {
    between: (low, high) => low + next() * (high - low),
    /** About normal: four uniform numbers added up. */
    normal: (deviation) => (next() + next() + next() + next() - 2) * 1.7 * deviation,
    sign: () => (next() < 0.5 ? 1 : -1),
    oneOf: (list) => list[Math.floor(next() * list.length)],
  };
}
