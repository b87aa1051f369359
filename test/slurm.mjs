// Runs the job array of `kuleshov slurm plan` on a real SLURM on this machine, kills a fifth of its tasks while they are at
// work, and holds the merged study against the one that one process writes. Linux, as root; takes minutes.
//   apt-get install slurm-wlm munge; node test/slurm.mjs [tasks] [--tar]
import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { availableParallelism, hostname, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import sharp from "sharp";

const TASKS = Number(process.argv[2] ?? 200);
const IN_TAR = process.argv.includes("--tar");
const IMAGES_PER_TASK = 2;
const bin = fileURLToPath(new URL("../bin/kuleshov.js", import.meta.url));
const demo = join(dirname(createRequire(import.meta.url).resolve("@vladmandic/face-api/package.json")), "demo");
const place = await mkdtemp(join(tmpdir(), "kuleshov-slurm-"));
const env = { ...process.env, SLURM_CONF: join(place, "slurm.conf") };

function run(program, words, { may = false } = {}) {
  const { status, stdout, stderr, error } = spawnSync(program, words, { cwd: place, env, encoding: "utf8" });
  if (status !== 0 && !may) throw new Error(`${program} ${words.join(" ")} ended with ${status}: ${stderr ?? error}`);
  return stdout ?? "";
}

let startedMunge = false;

/** A controller and a node of its own, without systemd; a munged that runs already serves. */
async function startSlurm() {
  await mkdir(join(place, "state"));
  await mkdir(join(place, "spool"));
  const conf = `ClusterName=trial
SlurmctldHost=${hostname()}
SlurmUser=root
SlurmdUser=root
AuthInfo=cred_expire=10
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
StateSaveLocation=${place}/state
SlurmdSpoolDir=${place}/spool
SlurmctldPidFile=${place}/slurmctld.pid
SlurmdPidFile=${place}/slurmd.pid
SlurmctldLogFile=${place}/slurmctld.log
SlurmdLogFile=${place}/slurmd.log
SlurmctldPort=26817
SlurmdPort=26818
KillWait=10
ReturnToService=2
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
NodeName=${hostname()} CPUs=${2 * availableParallelism()} RealMemory=32000
PartitionName=all Nodes=ALL Default=YES State=UP
`;
  await writeFile(env.SLURM_CONF, conf);
  if (spawnSync("munge", ["-n"]).status !== 0) {
    run("install", ["-d", "-o", "munge", "/run/munge", "/var/log/munge"]);
    run("runuser", ["-u", "munge", "--", "munged"]);
    startedMunge = true;
  }
  run("slurmctld", []);
  run("slurmd", []);
  while (!/idle/.test(run("sinfo", ["-h"], { may: true }))) await setTimeout(500);
}

async function stopSlurm() {
  run("scancel", ["--user=root", "--full"], { may: true });
  if (startedMunge) run("runuser", ["-u", "munge", "--", "munged", "--stop"], { may: true });
  for (const name of ["slurmd", "slurmctld"]) {
    const pid = Number(await readFile(join(place, `${name}.pid`), "utf8").catch(() => "0"));
    if (pid > 0) process.kill(pid);
    while (pid > 0 && isRunning(pid)) await setTimeout(100);
  }
}

function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function drawImages() {
  await mkdir(join(place, "images"));
  for (const number of [1, 2, 3, 4, 5, 6]) {
    const bytes = await sharp(join(demo, `sample${number}.jpg`))
      .resize(400)
      .toBuffer();
    for (let n = number; n <= TASKS * IMAGES_PER_TASK; n += 6)
      await writeFile(join(place, "images", `${n}.jpg`), bytes);
  }
  await writeFile(join(place, "images", "broken.jpg"), "no image");
}

/** Kuleshov's processes by the number of their shard. */
function atWork() {
  const found = new Map();
  for (const line of run("ps", ["-eo", "pid=,args="]).split("\n")) {
    const [, pid, number] = new RegExp(`^ *(\\d+) \\S*node \\S+ measure .* --shard (\\d+)/${TASKS} `).exec(line) ?? [];
    if (pid !== undefined) found.set(Number(number), Number(pid));
  }
  return found;
}

/** Of every ten tasks one has its process killed without warning, and one is sent back by SLURM. */
function kill(number, { pid, array, ends }) {
  if (number % 10 === 0) {
    process.kill(pid, "SIGKILL");
    ends.killed += 1;
  } else {
    run("scontrol", ["requeue", `${array}_${number}`]);
    ends.requeued += 1;
  }
}

async function filesOf(folder) {
  const files = new Map();
  for (const name of (await readdir(folder)).sort()) {
    const text = await readFile(join(folder, name), "latin1");
    const timeless = text.replaceAll(/"(createdAt|updatedAt)": ?"[^"]+"|,"check":"\w+"|\{"file":"study.json".*\n/g, "");
    const isNoted = name === "journal.jsonl" || name === "study.json";
    files.set(name, isNoted ? timeless.replaceAll(/"(workingFolder|inputs)": ?("[^"]+"|\[[^\]]*\])/g, "") : text);
  }
  return files;
}

const ends = { killed: 0, requeued: 0 };
try {
  await drawImages();
  await startSlurm();
  if (IN_TAR) run("tar", ["-cf", "images.tar", "images"]);
  const plan = [
    "slurm",
    "plan",
    IN_TAR ? "images.tar" : "images",
    "--tasks",
    String(TASKS),
    "--measure",
    "--contact-sheet",
  ];
  await writeFile(join(place, "job.sh"), run(process.execPath, [bin, ...plan]));
  const [, array] = /array (\d+)/.exec(run("bash", ["job.sh"]));
  const struck = new Set();
  const isUnderWay = () => run("squeue", ["-h"]).trim() !== "";
  for (let look = 0; look % 20 !== 0 || isUnderWay(); look += 1) {
    for (const [number, pid] of atWork()) {
      if (number % 5 !== 0 || struck.has(number)) continue;
      struck.add(number);
      kill(number, { pid, array, ends });
    }
    await setTimeout(50);
  }
  const log = await readFile(join(place, "study.slurm", "logs", "merge.log"), "utf8").catch(() => "no merge");
  process.stdout.write(log);
  await mkdir(join(place, "one"));
  const list = "study.slurm/inputs.csv";
  if (IN_TAR) run("cp", [list, "."]);
  run(process.execPath, [bin, "measure", IN_TAR ? "inputs.csv" : list, "--contact-sheet", "--out", "one/study"], {
    may: true,
  });
  const [merged, one] = [await filesOf(join(place, "study")), await filesOf(join(place, "one", "study"))];
  const different = [...one].filter(([name, text]) => merged.get(name) !== text).map(([name]) => name);
  const isSame = merged.size === one.size && different.length === 0;
  const struckInWords = `${ends.killed} killed with -9, ${ends.requeued} requeued by SLURM`;
  process.stdout.write(`| tasks | at work when struck | merged study |\n|---|---|---|\n`);
  process.stdout.write(
    `| ${TASKS} | ${struckInWords} | ${isSame ? "byte for byte that of one process" : `differs: ${different}`} |\n`,
  );
  process.exitCode = isSame && ends.killed + ends.requeued > 0 ? 0 : 1;
} finally {
  await stopSlurm();
  if (process.exitCode === 0) await rm(place, { recursive: true, force: true });
  else process.stdout.write(`What was written is in ${place}\n`);
}
