// Two workers against one on the same images, in turn, decoding and all: target at least 1.9 times the images per
// second on two free cores. One worker's images are decoded on the second core meanwhile, so two cores allow no more than
// two over what one worker keeps busy; the last figure is what of that is reached, and what an image costs more of processor
// time is what the workers lose by sharing. What others of this machine use is printed; when it is much, nothing can be said.
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { openStudyTools } from "../dist/src/compose/study.js";
import { measureInputs } from "../dist/src/study/measure-inputs.js";
import { figure } from "./support/figures.mjs";

const TARGET = 1.9;
const TARGET_OF_WHAT_CORES_ALLOW = 0.95;
const CORES = 2;
const [ROUNDS, PICTURES] = [5, 36];
const MOST_BY_OTHERS = 0.1;
const photo = (number) =>
  fileURLToPath(new URL(`../node_modules/@vladmandic/face-api/demo/sample${number}.jpg`, import.meta.url));
const inputs = Array.from({ length: PICTURES }, (_, index) => ({
  key: String(index),
  path: photo((index % 6) + 1),
  kind: "image",
  neutralPath: null,
  refusal: null,
}));

/** Seconds that all cores were busy. */
const busyS = () => cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0) / 1000;

async function open(workers) {
  const { tools, concurrency, close } = await openStudyTools({
    toolboxes: ["mesh"],
    evidence: [],
    paths: [],
    workers,
    cache: false,
  });
  const run = async () => {
    const [startedMs, busy, own] = [performance.now(), busyS(), process.cpuUsage()];
    for await (const { outcome } of measureInputs(inputs, tools, { concurrency, fps: 5 })) {
      if ("reason" in outcome) throw new Error(outcome.reason);
    }
    const seconds = (performance.now() - startedMs) / 1000;
    const used = process.cpuUsage(own);
    const others = Math.max(0, busyS() - busy - (used.user + used.system) / 1e6) / seconds;
    return { perSecond: PICTURES / seconds, cores: (used.user + used.system) / 1e6 / seconds, others };
  };
  await run(); // networks are opened, code is warm
  return { run, close };
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const [one, two] = [await open(1), await open(2)];
const rounds = [];
for (let round = 0; round < ROUNDS; round += 1) rounds.push([await one.run(), await two.run()]);
await one.close();
await two.close();

const ratio = median(rounds.map(([a, b]) => b.perSecond / a.perSecond));
const others = median(rounds.flat().map((run) => run.others));
for (const [name, at] of [
  ["one worker", 0],
  ["two workers", 1],
]) {
  const of = (figure) => median(rounds.map((pair) => pair[at][figure]));
  figure(name, of("perSecond"), { unit: "images/s" });
  console.log(`  on ${of("cores").toFixed(2)} cores`);
}
const coresOfOne = median(rounds.map(([a]) => a.cores));
const dearer = median(rounds.map(([a, b]) => b.cores / b.perSecond / (a.cores / a.perSecond)));
const free = cpus().length >= CORES && others <= MOST_BY_OTHERS;
const doubt = free || ratio >= TARGET ? {} : { doubt: `others used ${others.toFixed(2)} cores meanwhile` };
figure("two workers / one, images per second", ratio, { unit: "times", atLeast: TARGET, ...doubt });
figure("processor time of an image, two workers / one", dearer, { unit: "times", ...doubt });
console.log(`  two cores allow ${(CORES / coresOfOne).toFixed(2)} times`);
const share = (ratio * coresOfOne) / CORES;
figure("two workers / one, of what two cores allow", share, { atLeast: TARGET_OF_WHAT_CORES_ALLOW, ...doubt });
