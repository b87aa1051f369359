// Paired comparisons: machines are busy, so two ways are timed in turn, many times, and their ratio is what counts.

/** CPU milliseconds of all threads of this process that `work` uses per call, over `calls` calls. */
export async function cpuMsPerCall(work, calls) {
  const before = process.cpuUsage();
  for (let call = 0; call < calls; call++) await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / calls;
}

/** Medians of both and of their ratio b / a over `rounds` rounds, with the least and the greatest ratio. */
export async function compare(a, b, { rounds, calls }) {
  const pairs = [];
  for (let round = 0; round < rounds; round++) {
    const first = await cpuMsPerCall(a, calls);
    const second = await cpuMsPerCall(b, calls);
    pairs.push({ a: first, b: second, ratio: second / first });
  }
  const of = (key) => pairs.map((pair) => pair[key]).sort((x, y) => x - y);
  return {
    a: median(of("a")),
    b: median(of("b")),
    ratio: median(of("ratio")),
    least: of("ratio")[0],
    most: of("ratio").at(-1),
  };
}

export function median(sorted) {
  return sorted[Math.floor(sorted.length / 2)];
}
