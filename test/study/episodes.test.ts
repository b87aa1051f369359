import { execFile, spawnSync } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { parse } from "csv-parse/sync";
import sharp from "sharp";
import { expect, it, vi } from "vitest";
import * as asking from "../../src/cli/ask.ts";
import * as measuring from "../../src/cli/measure.ts";
import { openEvaluation } from "../../src/compose/evaluation.ts";
import { Report } from "../../src/domain/report.ts";
import { evaluate } from "../../src/evaluate.ts";
import { type FakeVideo, installFakeFfmpeg, type Shot, writeVideo } from "../support/fake-ffmpeg.ts";
import { samplePhoto } from "../support/photos.ts";
import { runCommand } from "../support/run-command.ts";
import { writeSmilingFace } from "../support/smiling-face.ts";
import { tempFolder } from "../support/temp-folder.ts";

type Row = Record<string, string>;

/** Where ffmpeg is installed it makes the clips of the fake's frames, and reads them; elsewhere the fake does. */
const HAS_FFMPEG = spawnSync("ffmpeg", ["-version"]).status === 0;

async function clipMaker(folder: string) {
  const fake = await installFakeFfmpeg(folder);
  if (!HAS_FFMPEG) vi.stubEnv("KULESHOV_FFMPEG", fake);
  return async (path: string, video: Partial<FakeVideo>) => {
    const { fps = 10 } = video;
    if (!HAS_FFMPEG) return writeVideo(path, { ...video, fps });
    const plan = await writeVideo(join(folder, "plan.json"), { ...video, fps });
    const chosen = `select='floor(t*${fps}+0.001)'`;
    const read = ["-i", plan, "-map", "0:V:0", "-vf", chosen];
    const { stdout } = await promisify(execFile)(fake, read, { encoding: "buffer", maxBuffer: 2 ** 28 });
    const frames = join(folder, "frames.ppm");
    await writeFile(frames, stdout);
    const from = ["-f", "image2pipe", "-c:v", "ppm", "-framerate", String(fps), "-i", frames];
    const run = spawnSync("ffmpeg", ["-v", "error", "-y", ...from, "-c:v", "mpeg4", "-q:v", "2", path]);
    if (run.status !== 0) throw new Error(String(run.stderr));
    return path;
  };
}

/** The metrics of the rules over the clips that a table names. */
async function evaluated(
  folder: string,
  by: { readonly path: string; readonly columns: string; readonly scorer: string },
) {
  const file = join(folder, `${by.scorer}.eval.yaml`);
  const columns = `{ image: clip, ${by.columns} }`;
  const dataset = `{ format: csv, path: ${by.path}, videos: clips, columns: ${columns} }`;
  await writeFile(file, `name: ${by.scorer}\ndataset: ${dataset}\nscorers: [${by.scorer}]\n`);
  const opened = openEvaluation({
    ...{ evalFilePath: file, stimuliFolder: join(folder, "stimuli"), answersFolder: join(folder, "answers") },
  });
  try {
    const evaluation = await evaluate({ file, folder: join(folder, `run ${by.scorer}`) }, opened.dependencies);
    const metrics = evaluation?.scored.summary.cells[0]?.scorers[0]?.metrics ?? [];
    return Object.fromEntries(metrics.map(({ metric, estimate }) => [metric, estimate.value]));
  } finally {
    await opened.close();
  }
}

it("finds a smile where it is in a clip, and none in a still face, a pan, cuts and black frames, and judges it over time", async () => {
  const folder = await tempFolder();
  const clips = join(folder, "clips");
  await mkdir(clips);
  const makeClip = await clipMaker(folder);
  const { neutral, smiling } = await writeSmilingFace(folder);
  const black = join(folder, "black.png");
  await sharp({ create: { width: 510, height: 506, channels: 3, background: "#000" } }).toFile(black);
  const size = { widthPx: 340, heightPx: 336 };
  const view = (fromS: number, photo: string): Shot => ({
    ...{ fromS, photo, leftPx: 0, topPx: 0, widthPx: 510, movesXPxPerS: 0 },
  });
  const shares = [
    [0.5, 0],
    [0.9, 1],
    [1.6, 1],
    [2.1, 0],
  ] as const;
  const smile = { ...view(0, neutral), blend: { photo: smiling, shares } };
  const closer = { ...view(0.7, smiling), leftPx: 60, topPx: 80, widthPx: 330 };
  await makeClip(join(clips, "cuts.mp4"), {
    ...size,
    durationS: 2.3,
    shots: [view(0, neutral), closer, view(1.3, black), view(1.6, neutral)],
  });
  await makeClip(join(clips, "pan.mp4"), {
    ...{ widthPx: 480, heightPx: 320, durationS: 1.2 },
    shots: [{ ...view(0, samplePhoto(3)), leftPx: 350, topPx: 150, widthPx: 1200, movesXPxPerS: 60 }],
  });
  await makeClip(join(clips, "smile.mp4"), { ...size, durationS: 2.9, shots: [smile] });
  await makeClip(join(clips, "still.mp4"), { ...size, durationS: 1, shots: [view(0, smiling)] });

  const out = join(folder, "study");
  const measured = await runCommand(["measure", clips, "--fps", "10", "--out", out], [measuring]);
  expect(measured).toMatchObject({ code: 0 });
  const table = async (name: string): Promise<Row[]> => parse(await readFile(join(out, name)), { columns: true });
  const rows = await table("episodes.csv");
  const of = (name: string) =>
    rows.filter(
      ({ path, kind }) => path === join(clips, name) && !["not measurable", "mutual gaze share"].includes(kind ?? ""),
    );

  for (const name of ["still.mp4", "pan.mp4"]) expect(of(name)).toEqual([]);
  expect(of("cuts.mp4")).toEqual([
    expect.objectContaining({
      kind: "not seen",
      onset_frame: "12",
      offset_frame: "16",
      frames: "3",
      interpolated: "0",
    }),
  ]);
  const cuts = (await table("images.csv")).filter(({ cut }) => cut === "1");
  expect(cuts.map(({ path, frame }) => [path, frame])).toEqual(
    ["7", "13", "16"].map((frame) => [join(clips, "cuts.mp4"), frame]),
  );

  expect(
    of("smile.mp4")
      .map(({ kind, name }) => `${kind} ${name}`)
      .sort(),
  ).toEqual(["action unit AU12", "action unit AU6", "expression happiness"]);
  for (const row of of("smile.mp4")) {
    expect(Math.abs(Number(row.onset_frame) - 5)).toBeLessThanOrEqual(1);
    expect(Math.abs(Number(row.apex_frame) - 9)).toBeLessThanOrEqual(2);
    // AU6 is back at rest earlier than the mouth, which is the last to look like a smile.
    expect(Math.abs(Number(row.offset_frame) - 21)).toBeLessThanOrEqual(row.name === "AU6" ? 3 : 1);
  }
  expect(of("smile.mp4").find(({ name }) => name === "AU12")).toMatchObject({
    ...{ unit: "probability", peaks: "1", interpolated: "0", timing: "as spontaneous smiles mostly are" },
    note: expect.stringContaining("AU6 is highest together with AU12"),
  });
  const slow = rows.filter(({ path, kind }) => path === join(clips, "smile.mp4") && kind === "not measurable");
  expect(slow.map(({ name }) => name)).toEqual(["blinks", "short expressions"]);

  const explained = (await table("data-dictionary.csv")).filter(({ file }) => file === "episodes.csv");
  expect(explained.map(({ column }) => column)).toEqual(Object.keys(rows[0] as Row));

  const question = [join(clips, "smile.mp4"), "When does she smile?", "--no-scene", "--json"];
  const asked = await runCommand(["ask", ...question], [asking]);
  const { judgment, grounding, clip } = Report.parse(JSON.parse(asked.stdout));
  const tops = judgment.subjects.flatMap(({ overTime = [] }) =>
    overTime.map(({ faceOnly }) => [...faceOnly.distribution].sort((a, b) => b.probability - a.probability)[0]?.label),
  );
  expect(tops).toEqual(["neutral", "happiness", "neutral"]);
  expect(grounding.claims.filter(({ verdict }) => verdict !== "supported")).toEqual([]);
  expect(clip?.shown.map(({ why }) => why)).toContainEqual(expect.stringContaining("apex of AU12 of F1"));

  const page = await readFile(join(out, "timeline-03.html"), "utf8");
  expect(page).toMatch(/<h1>smile.mp4<\/h1>[\s\S]*AU12 \(lip corner puller\) rises from/);
  expect(page).not.toMatch(/<script|class="unread"/);
  // Each frame is looked at and in the strip, and only those of the face at rest and at its apex are the same.
  const frames = page.match(/src="data:image\/jpeg;base64,[^"]+"/g) ?? [];
  expect(frames).toHaveLength(24);
  expect(new Set(frames).size).toBeGreaterThanOrEqual(12);
  expect(await readFile(join(out, "study.html"), "utf8")).toContain(
    `<a href="timeline-03.html">${join(clips, "smile.mp4")}</a>`,
  );
  // The same clip as a sample: its smile is coded as an event, and its valence at three moments.
  const events = join(folder, "events.csv");
  await writeFile(events, "clip,what,from,to\nclips/smile.mp4,AU12,0.7,1.9\n");
  const ratings = join(folder, "ratings.csv");
  await writeFile(ratings, "clip,frame,valence\nclips/smile.mp4,2,0\nclips/smile.mp4,12,1\nclips/smile.mp4,28,0\n");
  const told = await evaluated(folder, { path: events, columns: "label: what, from: from, to: to", scorer: "events" });
  expect(told).toMatchObject({ event_precision: 1, event_recall: 1 });
  expect(told.frame_f1).toBeGreaterThan(0.85);
  const rated = { path: ratings, columns: "frame: frame, valence: valence", scorer: "valence-over-time" };
  const overTime = await evaluated(folder, rated);
  expect(overTime).toMatchObject({ valence_over_time_told: 1 });
  expect(overTime.valence_over_time_r).toBeGreaterThan(0.9);

  const study = JSON.parse(await readFile(join(out, "study.json"), "utf8"));
  expect(study.files["episodes.csv"]).toContain("onset, apex and offset");
}, 120_000);
