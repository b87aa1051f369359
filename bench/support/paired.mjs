// Paired comparisons: machines are busy, so two ways are timed in turn, many times, and their ratio is what counts.
// Each contestant is a process of its own, so neither collects the other's garbage.
import { fork } from "node:child_process";

/** CPU milliseconds of all threads of this process that `work` uses per call, over `calls` calls. */
export async function cpuMsPerCall(work, calls) {
  const before = process.cpuUsage();
  for (let call = 0; call < calls; call++) await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / calls;
}

/** Turns this process into a contestant: `works` are what it can be asked to do, by name. */
export function serveContestant(works) {
  process.on("message", async ({ name, argument, calls }) => {
    const result = await works[name](argument);
    const cpuMs = await cpuMsPerCall(() => works[name](argument), calls);
    process.send?.({ cpuMs, result });
  });
  process.send?.("ready");
}

/** Starts a contestant's file. `ask(name, argument, calls)` gives its CPU time per call and what the work returned. */
export async function startContestant(file) {
  const child = fork(file, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const ended = new Promise((_resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`${file} ended with ${code}`)));
  });
  ended.catch(() => undefined); // matters only to who still waits for an answer
  const answer = () => Promise.race([new Promise((resolve) => child.once("message", resolve)), ended]);
  await answer();
  return {
    ask(name, argument, calls) {
      const reply = answer();
      child.send({ name, argument, calls });
      return reply;
    },
    stop: () => child.kill(),
  };
}

/** Medians of both and of their ratio b / a over the rounds, with the ratios between which its middle half lies. */
export async function compare(a, b, { rounds }) {
  const pairs = [];
  for (let round = 0; round < rounds; round++) {
    // Whoever comes second may find the processor warm, or slowed down: they take turns.
    const inTurn = round % 2 === 0 ? [a, b] : [b, a];
    const found = [(await inTurn[0]()).cpuMs, (await inTurn[1]()).cpuMs];
    const [first, second] = round % 2 === 0 ? found : found.reverse();
    pairs.push({ a: first, b: second, ratio: second / first });
  }
  const of = (key) => pairs.map((pair) => pair[key]).sort((x, y) => x - y);
  const ratios = of("ratio");
  const [quarter, threeQuarters] = [0.25, 0.75].map((share) => ratios[Math.floor(share * (ratios.length - 1))]);
  return { a: median(of("a")), b: median(of("b")), ratio: median(ratios), quarter, threeQuarters };
}

export function median(sorted) {
  return sorted[Math.floor(sorted.length / 2)];
}
