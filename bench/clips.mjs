// What following people through clips comes to, on clips made of dependencies' photographs (needs ffmpeg; Linux):
//   node bench/clips.mjs ids      the same id for the same person: pans, cross-fades, cuts, two people, exits of 5 s
//   node bench/clips.mjs quiet [kind]    what is found where nothing happens: still, pans, zooms, turned and tilted frames, light, dissolves
//   node bench/clips.mjs speed    CPU time for a second of a 720p clip at 5 frames per second
//   node bench/clips.mjs memory [minutes]    resident memory over a long clip
// Without a word, ids and speed.
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "csv-parse/sync";
import { createMeshToolbox } from "../dist/src/adapters/mesh/mesh-toolbox.js";
import { figure, notRun } from "./support/figures.mjs";
import { openPhoto, portrait, truthOf, view, writeClip } from "./support/made-clips.mjs";

const FPS = 5;
const KULESHOV = fileURLToPath(new URL("../bin/kuleshov.js", import.meta.url));
const words = process.argv.slice(2);
const isWanted = (name) => (words.length === 0 ? name === "ids" || name === "speed" : words[0] === name);
const folder = await mkdtemp(join(tmpdir(), "kuleshov-bench-"));

const lasting = (seconds, layersAt) => Array.from({ length: seconds * FPS }, (_, i) => layersAt(i / FPS));
const table = async (study, name) => parse(await readFile(join(study, name)), { columns: true, bom: true });

async function photos(numbers) {
  const toolbox = await createMeshToolbox({ workers: 1 });
  const opened = [];
  for (const number of numbers) opened.push(await openPhoto(number, toolbox));
  await toolbox.close();
  return opened.filter(({ faces }) => faces.length > 0);
}

function measured(clips, name, options = []) {
  const out = join(folder, name);
  const { status, stderr } = spawnSync(process.execPath, [
    KULESHOV,
    "measure",
    ...clips,
    "--fps",
    String(FPS),
    "--out",
    out,
    ...options,
  ]);
  if (status !== 0) throw new Error(String(stderr));
  return out;
}

/** Scenes of people whose places are known. A return is the first frame after 5 s without somebody. */
function scenes(photo) {
  const [a, b] = photo.faces;
  const middle = ({ leftPx, topPx, widthPx, heightPx }) => [leftPx + widthPx / 2, topPx + heightPx / 2];
  const wide = view(photo);
  const close = view(photo, middle(a), 0.6);
  const made = {
    pan: lasting(4, (t) => [view(photo, [photo.widthPx * (0.2 + 0.15 * t), photo.heightPx / 2], 0.8)]),
    "cross-fade": lasting(4, (t) =>
      [wide, { ...close, opacity: Math.min(1, Math.max(0, (t - 1.5) / 1)) }]
        .filter(({ opacity = 1 }) => opacity > 0)
        .slice(t > 2.5 ? 1 : 0),
    ),
    cuts: lasting(6, (t) => [Math.floor(t / 1.2) % 2 === 0 ? wide : close]),
  };
  if (b === undefined) return made;
  const [left, right] = [
    [150, 200],
    [800, 200],
  ];
  return {
    ...made,
    "one leaves for 5 s": lasting(12, (t) => [
      ...(t < 3 || t >= 8 ? [portrait(photo, a, t < 3 ? left : [250, 250])] : []),
      portrait(photo, b, right),
    ]),
    "one walks out and in": lasting(13, (t) => {
      const x = t < 2 ? 150 : t < 3.5 ? 150 - 400 * (t - 2) : t < 8.5 ? null : Math.min(150, -450 + 400 * (t - 8.5));
      return [...(x === null || x < -320 ? [] : [portrait(photo, a, [x, 200])]), portrait(photo, b, right)];
    }),
    "both leave for 5 s and change places": lasting(12, (t) =>
      t < 3
        ? [portrait(photo, a, left), portrait(photo, b, right)]
        : t < 8
          ? []
          : [portrait(photo, b, left), portrait(photo, a, right)],
    ),
  };
}

if (spawnSync("ffmpeg", ["-version"]).status !== 0) {
  notRun("ffmpeg, which makes the clips, is not installed");
  process.exit();
}

if (isWanted("ids")) {
  const made = [];
  for (const photo of await photos([1, 2, 3, 4, 5, 6])) {
    for (const [kind, frames] of Object.entries(scenes(photo))) {
      const path = join(folder, `${photo.number} ${kind}.mp4`);
      await writeClip(path, frames, { fps: FPS });
      made.push({ path, kind, frames });
    }
  }
  const faces = await table(
    measured(
      made.map(({ path }) => path),
      "ids",
    ),
    "faces.csv",
  );
  const kinds = new Map();
  for (const { path, kind, frames } of made) {
    const count = kinds.get(kind) ?? { clips: 0, shown: 0, sights: 0, right: 0, returns: 0, known: 0 };
    kinds.set(kind, count);
    count.clips += 1;
    const own = faces.filter((row) => row.path === path);
    const [idOf, lastSeen] = [new Map(), new Map()];
    const away = new Set();
    for (const [i, layers] of frames.entries()) {
      for (const { who, x, y, high } of truthOf(layers)) {
        if (i - (lastSeen.get(who) ?? i) >= 5 * FPS) away.add(who);
        lastSeen.set(who, i);
        count.shown += 1;
        const row = own.find(
          (one) =>
            Number(one.frame) === i &&
            Math.hypot(
              Number(one.box_left_px) + one.box_width_px / 2 - x,
              Number(one.box_top_px) + one.box_height_px / 2 - y,
            ) <
              high / 2,
        );
        if (row === undefined) continue;
        const isTaken = [...idOf].some(([other, id]) => other !== who && id === row.track_id);
        if (!idOf.has(who) && !isTaken) idOf.set(who, row.track_id);
        const isRight = idOf.get(who) === row.track_id;
        count.sights += 1;
        if (isRight) count.right += 1;
        else if (words.includes("--tell"))
          console.log(`${path} frame ${i}: ${who} is ${row.track_id}, was ${idOf.get(who)}`);
        if (away.delete(who)) {
          count.returns += 1;
          if (isRight) count.known += 1;
        }
      }
    }
  }
  const all = { shown: 0, sights: 0, right: 0, returns: 0, known: 0 };
  for (const [kind, count] of kinds) {
    for (const name of Object.keys(all)) all[name] += count[name];
    console.log(
      `${kind}: ${count.clips} clips, ${count.right} of ${count.sights} sights have the id of the person (${count.shown} shown)${count.returns > 0 ? `, ${count.known} of ${count.returns} returns` : ""}`,
    );
  }
  const [share, returns] = [all.right / all.sights, all.known / all.returns];
  figure("sights with the id of the person", 100 * share, { unit: "%", atLeast: 95 });
  figure("returns after 5 s known again", 100 * returns, { unit: "%", atLeast: 95 });
}

if (isWanted("quiet")) {
  const made = [];
  for (const photo of await photos([1, 2, 3, 4, 5, 6])) {
    const zoomed = (share) => view(photo, undefined, share);
    const kinds = {
      still: [lasting(4, () => [view(photo)])],
      pan: [lasting(4, (t) => [view(photo, [photo.widthPx * (0.35 + 0.08 * t), photo.heightPx / 2], 0.8)])],
      "zoom by 40 %": [lasting(4, (t) => [zoomed(1 - 0.286 * Math.min(1, t / 3.8))])],
      "fast zoom by 40 %": [lasting(4, (t) => [zoomed(1 - 0.286 * Math.min(1, Math.max(0, t - 1.5)))])],
      "tilt by 12 degrees and back": [
        lasting(4, (t) => [{ ...view(photo), turned: 12 * Math.sin((2 * Math.PI * t) / 4) }]),
      ],
      "tilt twice a second": [lasting(4, (t) => [{ ...view(photo), turned: 8 * Math.sin(4 * Math.PI * t) }])],
      "darkened and back": [lasting(4, () => [view(photo)]), "eq=gamma='1-0.6*sin(PI*t/4)':eval=frame"],
      "brightened and back": [lasting(4, () => [view(photo)]), "eq=brightness='0.22*sin(PI*t/4)':eval=frame"],
      "dissolve to a nearer view": [
        lasting(4, (t) =>
          [view(photo), { ...zoomed(0.8), opacity: Math.min(1, Math.max(0, t - 1.5)) }].slice(0, t > 1.5 ? 2 : 1),
        ),
      ],
      // Flat photographs turned in space, which is no head that turns: it is as near as they come.
      "turned in space": [
        lasting(4, () => [view(photo)]),
        "perspective=x0='W*0.12*(1-cos(2*PI*in/20))/2':y0='H*0.12*(1-cos(2*PI*in/20))/2':x1=W:y1=0:x2='W*0.12*(1-cos(2*PI*in/20))/2':y2='H-H*0.12*(1-cos(2*PI*in/20))/2':x3=W:y3=H:sense=destination:eval=frame",
      ],
    };
    for (const [kind, [frames, filter]] of Object.entries(kinds)) {
      if (words.length > 1 && kind !== words[1]) continue;
      const path = join(folder, `${photo.number} ${kind}.mp4`);
      await writeClip(path, frames, { fps: FPS, ...(filter && { filter }) });
      made.push({ path, kind });
    }
  }
  const study = measured(
    made.map(({ path }) => path),
    "quiet",
  );
  const rows = await table(study, "episodes.csv");
  const faces = await table(study, "faces.csv");
  const events = new Set([
    "action unit",
    "expression",
    "nod",
    "shake",
    "gaze shift",
    "blink",
    "eyes closed",
    "mutual gaze",
  ]);
  for (const kind of new Set(made.map((one) => one.kind))) {
    const paths = new Set(made.filter((one) => one.kind === kind).map(({ path }) => path));
    const found = rows.filter((row) => paths.has(row.path) && events.has(row.kind));
    const told = found.map(
      (row) =>
        `${row.path.slice(folder.length + 1).split(" ")[0]}:${row.track_id} ${row.kind} ${row.name || Number(row.value).toFixed(0)} ${row.onset_s}-${row.offset_s} to ${row.value}`,
    );
    const seen = new Set(
      faces.filter(({ path }) => paths.has(path)).map(({ path, track_id }) => `${path} ${track_id}`),
    );
    console.log(
      `${kind}: ${paths.size} clips, ${seen.size} people, ${found.length} events${told.length > 0 ? `\n  ${told.join("\n  ")}` : ""}`,
    );
  }
}

/** User and system time of a command and of what it starts, in seconds. */
function cpuOf(command) {
  const { stdout, status } = spawnSync("bash", ["-c", `"$@" >/dev/null 2>&1; times`, "bash", ...command], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${command.join(" ")} ended with ${status}`);
  const [user, system] = stdout.trim().split("\n")[1].split(" ");
  return [user, system].reduce(
    (sum, one) => sum + Number(/(\d+)m/.exec(one)[1]) * 60 + Number(/m([\d.]+)s/.exec(one)[1]),
    0,
  );
}

if (isWanted("speed")) {
  for (const [people, photo] of [
    ["one face", (await photos([3]))[0]],
    ["a group", (await photos([6]))[0]],
  ]) {
    const cost = [10, 40].map((seconds) => {
      const path = join(folder, `${people} ${seconds}.mp4`);
      const layers = (t) =>
        people === "one face"
          ? [portrait(photo, photo.faces[0], [400 + 60 * Math.sin(t), 150], 420)]
          : [view(photo, [photo.widthPx * (0.5 + 0.05 * Math.sin(t)), photo.heightPx / 2], 0.85)];
      return { path, layers, seconds };
    });
    for (const { path, layers, seconds } of cost) {
      await writeClip(
        path,
        Array.from({ length: seconds * 25 }, (_, i) => layers(i / 25)),
        { fps: 25 },
      );
    }
    const [short, long] = cost.map(({ path, seconds }) =>
      cpuOf([process.execPath, KULESHOV, "measure", path, "--out", join(folder, `speed ${people} ${seconds}`)]),
    );
    const perSecond = (long - short) / 30;
    // Under half the clip's length on two cores.
    figure(`720p at 5 frames a second, ${people}: processor time for a second of clip`, perSecond, {
      unit: "s",
      atMost: 1,
    });
    console.log(`  start ${(short - 10 * perSecond).toFixed(1)} s`);
  }
}

if (isWanted("memory")) {
  const minutes = Number(words[1] ?? 60);
  const [photo] = await photos([6]);
  const [part, path] = [join(folder, "part.mp4"), join(folder, "long.mp4")];
  const [left, right] = photo.faces;
  // Two people for ten seconds of each minute: all that is kept of a clip is kept, and an hour takes minutes.
  const minute = lasting(60, (t) =>
    t < 10
      ? [
          portrait(photo, left, [150 + 60 * Math.sin(t), 200], 420),
          portrait(photo, right, [700, 200 + 40 * Math.sin(t)], 420),
        ]
      : [],
  );
  await writeClip(part, minute, { fps: FPS, filter: "scale=480:270" });
  spawnSync("ffmpeg", ["-v", "error", "-stream_loop", String(minutes - 1), "-i", part, "-c", "copy", path]);
  const child = spawn(process.execPath, [KULESHOV, "measure", path, "--out", join(folder, "long")], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const samples = [];
  const sampling = setInterval(() => {
    const text = (() => {
      try {
        return readFileSync(`/proc/${child.pid}/status`, "utf8");
      } catch {
        return "";
      }
    })();
    const kb = /^VmRSS:\s+(\d+) kB/m.exec(text)?.[1];
    if (kb !== undefined) samples.push(Number(kb) / 1000);
  }, 500);
  const code = await new Promise((resolve) => child.on("close", resolve));
  clearInterval(sampling);
  if (code !== 0) throw new Error(`measure ended with ${code}`);
  const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
  const tenth = Math.floor(samples.length / 10);
  const parts = Array.from({ length: 10 }, (_, i) => median(samples.slice(i * tenth, (i + 1) * tenth)).toFixed(0));
  console.log(
    `${minutes} min of clip, 5 frames per second, resident memory by tenths of the run: ${parts.join(", ")} MB`,
  );
  const growth = 100 * (Number(parts[8]) / Number(parts[2]) - 1);
  figure(`growth of memory over ${minutes} min of clip, third tenth to ninth`, growth, { unit: "%", atMost: 10 });
}

await rm(folder, { recursive: true });
