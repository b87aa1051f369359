// Feeds damaged inputs of every kind to the code that reads them and prints what became of them, by kind: read, refused in
// one sentence, or a FAULT (anything else thrown, no end within the limit, more memory than the limit, a warning of Node's).
// Ends with 1 on a fault. The same seed gives the same inputs.
//   node test/fuzz/run.mjs [--seed 1] [--inputs 3000] [--minutes 10] [--only kind[:number]]
import { fork } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const LIMIT_MS = 20_000;
const LIMIT_MB = 1500;
const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    inputs: { type: "string", default: "3000" },
    minutes: { type: "string", default: "10" },
    only: { type: "string" },
  },
});
const [onlyKind, onlyNumber] = values.only?.split(":") ?? [];
const until = Date.now() + Number(values.minutes) * 60_000;
const place = await mkdtemp(join(tmpdir(), "kuleshov-fuzz-"));
const tally = new Map();
const faults = [];

/** A process of its own: networks cannot be loaded twice into one, and one that hangs has to be killed. */
function open() {
  const script = fileURLToPath(new URL("./worker.mjs", import.meta.url));
  return fork(script, [values.seed, place], {
    execArgv: [`--max-old-space-size=${LIMIT_MB}`],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
}

/** What becomes of one input; a worker that does not answer is ended. */
function tried(worker, input) {
  return new Promise((resolve) => {
    const ended = (result) => {
      clearTimeout(timer);
      worker.off("message", onMessage);
      worker.off("exit", onExit);
      resolve(result);
    };
    const onMessage = ({ ends }) => ends !== undefined && ended(ends);
    const onExit = (code, signal) =>
      ended({ ...input, outcome: "FAULT", why: `the process ended (${code ?? signal})`, dead: true });
    const timer = setTimeout(
      () => ended({ ...input, outcome: "FAULT", why: `no end within ${LIMIT_MS / 1000} s`, dead: true }),
      LIMIT_MS,
    );
    worker.on("message", onMessage);
    worker.on("exit", onExit);
    worker.send(input);
  });
}

const ready = (worker) => new Promise((resolve, reject) => worker.once("message", resolve).once("exit", reject));

let worker = open();
const { ready: kinds } = await ready(worker);
const chosen = kinds.filter((kind) => onlyKind === undefined || kind === onlyKind);
const perKind = Math.ceil(Number(values.inputs) / kinds.length);
const numbers =
  onlyNumber === undefined ? Array.from({ length: perKind }, (_, number) => number) : [Number(onlyNumber)];
let [run, mostMb] = [0, 0];
for (const number of numbers) {
  for (const kind of chosen) {
    if (Date.now() > until) break;
    const result = await tried(worker, { kind, number });
    run += 1;
    mostMb = Math.max(mostMb, (result.rss ?? 0) / 2 ** 20);
    const counts = tally.get(kind) ?? { read: 0, refused: 0, FAULT: 0 };
    counts[result.outcome] += 1;
    tally.set(kind, counts);
    if (result.outcome === "FAULT") faults.push(result);
    if (onlyNumber !== undefined) console.log(result);
    if (!result.dead) continue;
    worker.kill("SIGKILL");
    worker = open();
    await ready(worker);
  }
}
worker.kill();
await rm(place, { recursive: true, force: true });

console.log(`Seed ${values.seed}, ${run} inputs, at most ${Math.round(mostMb)} MB\n`);
console.log("| kind | inputs | read | refused in one sentence | faults |\n|---|---|---|---|---|");
for (const [kind, { read, refused, FAULT }] of tally) {
  console.log(`| ${kind} | ${read + refused + FAULT} | ${read} | ${refused} | ${FAULT} |`);
}
for (const { kind, number, why } of faults.slice(0, 40)) console.log(`\n${kind}:${number} ${why.slice(0, 900)}`);
process.exitCode = faults.length > 0 || run === 0 ? 1 : 0;
