// Has a fleet of workers ask a model on loopback while they are killed without warning, every other one of them with a request
// at the model's server, and takes the database away in between. Then holds what the server counted against the database,
// and the results against the questions: nothing lost, nothing paid twice but what was under way as a worker was killed.
//   node test/fleet.mjs [workers] [kills]
import { spawn } from "node:child_process";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { openFleetQueue } from "../dist/src/compose/fleet.js";
import { planFleet } from "../dist/src/fleet.js";

const [WORKERS, KILLS] = [Number(process.argv[2] ?? 20), Number(process.argv[3] ?? 100)];
const [SHARDS, QUESTIONS] = [2 * KILLS, 5];
const PLAN = { name: "trial", words: ["ask", "list.csv"], shards: SHARDS, leaseSeconds: 6 };
const here = dirname(fileURLToPath(import.meta.url));
const place = await mkdtemp(join(tmpdir(), "kuleshov-fleet-trial-"));

/** The tests' own PostgreSQL, for a script. */
async function startDatabase() {
  const outfile = join(place, "postgres.mjs");
  const entryPoints = [join(here, "support", "postgres.ts")];
  await build({ entryPoints, bundle: true, packages: "external", platform: "node", format: "esm", outfile });
  await symlink(join(here, "..", "node_modules"), join(place, "node_modules"));
  return (await import(outfile)).startPostgres();
}

/** A model that is paid by the request: how often each question reached it. */
async function startModel() {
  const asked = new Map();
  const server = createServer(async (request, response) => {
    let question = "";
    for await (const chunk of request) question += chunk;
    asked.set(question, (asked.get(question) ?? 0) + 1);
    await setTimeout(200 + 400 * Math.random());
    response.end(`answer to ${question}`);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { asked, url: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}

const postgres = await startDatabase();
const model = await startModel();
const { queue } = await openFleetQueue(postgres.address, () => undefined);
const workers = new Map();
let over = false;

function startWorker() {
  const words = [join(here, "support", "fleet-worker.mjs"), postgres.address, model.url, String(QUESTIONS)];
  const child = spawn(process.execPath, words, { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (text) => {
    said += text;
  });
  workers.set(child.pid, child);
  child.on("close", async (_code, signal) => {
    workers.delete(child.pid);
    const wasTurnedAway = signal === null && said.includes("Cannot use the database");
    if (said.includes(" failed: ")) process.stderr.write(said.replaceAll(/^(?!.* failed: ).*\n/gm, ""));
    if (wasTurnedAway) await setTimeout(2_000);
    if (!over) startWorker();
  });
}

/** Kills a worker that has a job, or one whose request is at the model's server. */
function killOne(inRequest) {
  const calls = "JOIN kuleshov_fleet.call USING (lease) WHERE state = 'under way'";
  const found = postgres.ask(`SELECT DISTINCT worker FROM kuleshov_fleet.lease ${inRequest ? calls : ""}`);
  const pids = found.map((worker) => Number(worker.split(":").at(-1))).filter((pid) => workers.has(pid));
  return pids.length > 0 && workers.get(pids[Math.floor(Math.random() * pids.length)]).kill("SIGKILL");
}

try {
  await planFleet(PLAN, queue);
  const startedMs = performance.now();
  for (let n = 0; n < WORKERS; n += 1) startWorker();
  let [kills, setAside, outages] = [0, 0, 0];
  for (;;) {
    await setTimeout(300);
    if (kills < KILLS && killOne(kills % 2 === 0)) kills += 1;
    if (outages === 0 && kills === Math.floor(KILLS / 2)) {
      outages += 1;
      postgres.stop();
      await setTimeout(20_000);
      postgres.start();
    }
    const { jobs } = await queue.status(PLAN.name);
    if (jobs.waiting + jobs.working > 0) continue;
    if (jobs.setAside === 0) break;
    setAside += jobs.setAside;
    await planFleet({ ...PLAN, resume: true }, queue);
  }
  over = true;
  const { calls } = await queue.status(PLAN.name);
  let answers = 0;
  for (let shard = 1; shard <= SHARDS; shard += 1) {
    const [file] = await queue.results(PLAN.name, shard);
    const expected = Array.from({ length: QUESTIONS }, (_, n) => `answer to shard ${shard}, question ${n}`);
    if (String(file?.bytes) === expected.join("\n")) answers += QUESTIONS;
  }
  const requests = [...model.asked.values()].reduce((sum, count) => sum + count, 0);
  const twice = requests - model.asked.size;
  const figures = [
    [`workers killed with -9, of ${WORKERS} at a time, over ${SHARDS} jobs`, kills],
    ["times the database was away, for 20 s", outages],
    ["jobs set aside after three killed workers, and tried again", setAside],
    [`answers of ${SHARDS * QUESTIONS}, each in its place`, answers],
    ["requests that the model's server counted", requests],
    ["answers that the database holds", calls.answered],
    ["questions asked again as a kill cut their answer off", twice],
    ["requests begun, by the database, whose answer never came", calls.lost],
    ["seconds, under whatever load there was", Math.round((performance.now() - startedMs) / 1000)],
  ];
  for (const [what, figure] of figures) console.log(`${String(figure).padStart(6)}  ${what}`);
  const holds =
    answers === SHARDS * QUESTIONS &&
    calls.answered === answers &&
    twice <= calls.lost &&
    calls.lost <= kills &&
    kills === KILLS;
  console.log(holds ? "Nothing lost, nothing paid twice but what a kill cut off." : "THE COUNTS DO NOT HOLD");
  process.exitCode = holds ? 0 : 1;
} finally {
  over = true;
  for (const worker of workers.values()) worker.kill("SIGKILL");
  while (workers.size > 0) await setTimeout(100);
  await queue.close();
  await postgres.remove();
  model.close();
  await rm(place, { recursive: true, force: true });
}
