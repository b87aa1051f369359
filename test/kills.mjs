// Kills every command that writes a folder without warning, at random moments, goes on with the same command, and holds the
// end against a run that nobody killed: nothing lost, nothing twice, nobody else's file touched. Prints a table.
//   node test/kills.mjs [kills for each command] [command ...]
import { spawn, spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import sharp from "sharp";

const KILLS = Number(process.argv[2] ?? 20);
const wanted = process.argv.slice(3);
/** Of each photograph, so that there are enough images for many kills. */
const WIDTHS = KILLS < 10 ? [480] : [480, 420];
const bin = fileURLToPath(new URL("../bin/kuleshov.js", import.meta.url));
const demo = join(dirname(createRequire(import.meta.url).resolve("@vladmandic/face-api/package.json")), "demo");
const place = await mkdtemp(join(tmpdir(), "kuleshov-kills-"));
const images = join(place, "images");

async function prepare() {
  await Promise.all([mkdir(images), mkdir(clips)]);
  for (const number of [1, 2, 3, 4, 5, 6]) {
    for (const width of WIDTHS) {
      await sharp(join(demo, `sample${number}.jpg`))
        .resize(width)
        .toFile(join(images, `${number}-${width}.jpg`));
    }
  }
  const rows = [1, 2, 3, 4, 5, 6].map((number) => `s${number},images/${number}-480.jpg,happiness`);
  await writeFile(join(place, "samples.csv"), `${["id,image,label", ...rows].join("\n")}\n`);
  const labels = [1, 2, 3, 4, 5, 6].map((number) => `${number}-480.jpg,happiness`);
  await writeFile(join(place, "labels.csv"), `${["path,label", ...labels].join("\n")}\n`);
  await writeFile(
    join(place, "kills.eval.yaml"),
    `name: kills
dataset: { format: csv, path: samples.csv, columns: { id: id, image: image, label: label } }
matrix: { models: [rules], arms: [full, face-only] }
scorers: [accuracy]
`,
  );
  // What two toolboxes measured, and an evaluation to replay.
  const row = (number, au12) => `images/${number}-480.jpg,0,0,480,300,${au12}`;
  const evidence = [
    "input,FaceRectX,FaceRectY,FaceRectWidth,FaceRectHeight,AU12",
    ...[1, 2, 3].map((n) => row(n, n / 4)),
  ];
  await writeFile(join(place, "pyfeat.csv"), `${evidence.join("\n")}\n`);
  // A video's worth of frames, whose images nobody has.
  const frames = Array.from({ length: 6000 }, (_, frame) => `clip.mp4,${frame},${frame % 9},0,480,300,0.${frame % 10}`);
  const header = "input,frame,FaceRectX,FaceRectY,FaceRectWidth,FaceRectHeight,AU12";
  await writeFile(join(place, "frames.csv"), `${[header, ...frames].join("\n")}\n`);
}

const clips = join(place, "clips");
/** Makes views that move over two photographs. @returns whether ffmpeg, which that takes, is installed. */
function makeClips() {
  return [1, 6].every((number) => {
    const view = "crop=w=iw*0.8:h=ih*0.8:x='iw*0.05*(1+sin(t))':y=ih*0.1,scale=480:-2";
    const input = ["-loop", "1", "-framerate", "10", "-t", "8", "-i", join(demo, `sample${number}.jpg`)];
    return spawnSync("ffmpeg", ["-v", "error", ...input, "-vf", view, join(clips, `${number}.mp4`)]).status === 0;
  });
}

/** Runs a command that is not to be killed, in the folder of the trial. */
async function need(...words) {
  const child = spawn(process.execPath, [bin, ...words], { cwd: place, stdio: "ignore" });
  const code = await new Promise((resolve) => child.on("close", resolve));
  if (code !== 0 && code !== 1) throw new Error(`kuleshov ${words.join(" ")} ended with ${code}`);
}

const textOf = (file) => async (out) => await readFile(join(out, file), "utf8");
/** Which calls have an answer, each as often as it is written, and which failed to the end: every start tries these again. */
const answered = async (out) => {
  const lines = (await readFile(join(out, "results.jsonl"), "utf8")).trim().split("\n");
  const records = lines.map((line) => JSON.parse(line));
  const given = records.filter(({ answer }) => answer !== null);
  const calls = new Set(given.map(({ call }) => call));
  const failed = new Set(records.map(({ call }) => call).filter((call) => !calls.has(call)));
  return [...given.map(({ call, answer }) => `${call} ${answer.text}`), ...failed].sort().join("\n");
};
const judged = async (out) => {
  const { judgment, faces } = JSON.parse(await readFile(join(out, "report.json"), "utf8"));
  return JSON.stringify({ judgment, faces });
};

/** What was answered about each image of many, each as often as it is written. */
const asked = async (out) =>
  (await readFile(join(out, "answers.jsonl"), "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
    .map(({ id, report, failure }) => `${id} ${failure} ${JSON.stringify(report?.judgment)}`)
    .sort()
    .join("\n");

const one = join(images, "1-480.jpg");
const commands = {
  measure: {
    words: ["measure", images, "--no-cache", "--contact-sheet"],
    ends: ["faces.csv", "images.csv", "failures.csv", "measurements.jsonl"].map(textOf),
  },
  "measure (clips)": {
    words: ["measure", clips, "--no-cache"],
    ends: ["faces.csv", "images.csv", "measurements.jsonl", "episodes.csv", "synchrony.csv"].map(textOf),
  },
  import: {
    words: ["import", "pyfeat@2.1.5:frames.csv"],
    ends: ["faces.csv", "images.csv", "measurements.jsonl"].map(textOf),
  },
  find: {
    words: ["find", "laugh", images, "--pack", "smiles", "--no-cache", "--model", "none"],
    ends: ["ranking.csv", "searched/faces.jsonl"].map(textOf),
  },
  discover: {
    words: ["discover", images, "--no-cache", "--resamples", "2"],
    ends: ["measured/faces.jsonl", "measured/failures.jsonl"].map(textOf),
  },
  ask: { words: ["ask", one, "--no-cache"], ends: [judged] },
  "ask (a clip)": { words: ["ask", join(clips, "1.mp4"), "--no-cache"], ends: [judged] },
  "ask (a folder)": { words: ["ask", images, "--no-cache"], ends: [asked, textOf("answers.csv")] },
  "eval run": { words: ["eval", "run", "kills.eval.yaml", "--no-cache"], ends: [answered] },
  "eval run (a bundle)": {
    before: async () => {
      await need("eval", "run", "kills.eval.yaml", "--out", "to-bundle");
      await need("eval", "export", "to-bundle", "--bundle", "bundle.zip");
    },
    words: ["eval", "run", "--bundle", "bundle.zip"],
    ends: [answered],
  },
  agreement: {
    before: () => need("measure", images, "--evidence", "pyfeat@2.1.5:pyfeat.csv", "--out", "to-compare"),
    words: ["agreement", "to-compare"],
    ends: ["agreement.csv", "agreement.json", "agreement.svg"].map(textOf),
  },
  validate: { words: ["validate", images, "labels.csv", "--no-cache"], ends: [textOf("passport.csv")] },
  lab: { words: ["lab", one, "--no-cache"], ends: [answered] },
};

/** Runs a command; with a number of milliseconds, kills it then. @returns its exit code, `null` when it was killed. */
async function run({ words }, out, { killAfterMs, cacheFolder }) {
  const env = { ...process.env, OPENAI_API_KEY: "", OLLAMA_HOST: "http://127.0.0.1:9", KULESHOV_CACHE: cacheFolder };
  const child = spawn(process.execPath, [bin, ...words, "--out", out], {
    cwd: place,
    env,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (text) => {
    said += text;
  });
  const stop = new AbortController();
  const ended = new Promise((resolve) => child.on("close", resolve));
  if (killAfterMs !== undefined) {
    setTimeout(killAfterMs, undefined, { signal: stop.signal }).then(
      () => child.kill("SIGKILL"),
      () => {},
    );
  }
  const code = await ended;
  stop.abort();
  return { code, said };
}

async function endsOf({ ends }, out) {
  return Promise.all(ends.map((end) => end(out)));
}

/** Runs a command into a folder again and again, killed while kills are left, until it has come to its end. */
async function finish(command, out, { tally, takesMs, cacheFolder }) {
  for (;;) {
    const killAfterMs = tally.kills < KILLS ? 200 + Math.random() * takesMs : undefined;
    const { code, said } = await run(command, out, { killAfterMs, cacheFolder });
    if (code === null) tally.kills += 1;
    else {
      // A run that was killed after its last record is finished, and says so.
      if (code > 1 && !said.includes("holds a finished run")) tally.wrong.push(said.trim().split("\n").at(-1));
      return;
    }
  }
}

const inFileName = (name) => name.replaceAll(/[^a-z]+/g, "-");

async function trial(name, command, cacheFolder) {
  const tally = { kills: 0, rounds: 0, wrong: [] };
  await command.before?.();
  const began = performance.now();
  const whole = join(place, `${inFileName(name)}-whole`);
  const first = await run(command, whole, { cacheFolder });
  if (first.code !== 0 && first.code !== 1) throw new Error(`${name}: ${first.said}`);
  const takesMs = performance.now() - began;
  const expected = JSON.stringify(await endsOf(command, whole));
  while (tally.kills < KILLS) {
    tally.rounds += 1;
    const out = join(place, `${inFileName(name)}-${tally.rounds}`);
    await mkdir(out);
    await writeFile(join(out, "mine.txt"), "mine");
    await finish(command, out, { tally, takesMs, cacheFolder });
    const found = await endsOf(command, out).catch((error) => [String(error)]);
    if (JSON.stringify(found) !== expected) tally.wrong.push(`round ${tally.rounds} ended otherwise`);
    if ((await readFile(join(out, "mine.txt"), "utf8")) !== "mine")
      tally.wrong.push("a file of the user's was touched");
    console.error(`${name}: ${tally.kills} kills, ${tally.rounds} folders, ${tally.wrong.length} wrong`);
    if (tally.wrong.length === 0) await rm(out, { recursive: true });
  }
  return tally;
}

await prepare();
const hasClips = makeClips();
const cacheFolder = process.env.KULESHOV_CACHE ?? join(process.env.HOME ?? place, ".cache", "kuleshov");
console.log("| command | kills | folders finished | lost, doubled or mixed |\n|---|---|---|---|");
let failed = false;
for (const [name, command] of Object.entries(commands)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  if (command.words.join(" ").includes(clips) && !hasClips) {
    console.log(`| \`${name}\` | not tried: ffmpeg, which makes its clips, is not installed | | |`);
    continue;
  }
  const { kills, rounds, wrong } = await trial(name, command, cacheFolder);
  failed ||= wrong.length > 0;
  console.log(`| \`${name}\` | ${kills} | ${rounds} | ${wrong.length === 0 ? "none" : wrong.join("; ")} |`);
}
if (failed) console.log(`What was found is in ${place}`);
else await rm(place, { recursive: true });
process.exitCode = failed ? 1 : 0;
