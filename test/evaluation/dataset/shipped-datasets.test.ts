import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createFfmpegReader } from "../../../src/adapters/ffmpeg/ffmpeg-reader.ts";
import type { Dataset } from "../../../src/evaluation/dataset/dataset.ts";
import { drawVideoFrames } from "../../../src/evaluation/dataset/drawn-images.ts";
import { readDataset } from "../../../src/evaluation/dataset/read-dataset.ts";
import { DatasetSource } from "../../../src/evaluation/file/dataset-source.ts";
import { readEvalFile } from "../../../src/evaluation/file/read-eval-file.ts";
import { decodeImage } from "../../../src/measuring/decode-image.ts";
import { ownPath } from "../../../src/platform/package-paths.ts";
import { installFakeFfmpeg, type Shot, writeVideo } from "../../support/fake-ffmpeg.ts";
import { samplePhoto } from "../../support/photos.ts";
import { tempFolder } from "../../support/temp-folder.ts";

afterEach(() => vi.unstubAllEnvs());

/** A photograph that moves: no two frames are alike. */
const moving: Shot = { fromS: 0, photo: samplePhoto(1), leftPx: 100, topPx: 200, widthPx: 600, movesXPxPerS: 200 };
const clip = { shots: [moving], fps: 5, durationS: 2, widthPx: 60, heightPx: 40 };

async function folderWith(files: Readonly<Record<string, string>>, videos: readonly string[] = []): Promise<string> {
  const folder = await tempFolder();
  for (const name of [...Object.keys(files), ...videos]) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    if (videos.includes(name)) await writeVideo(join(folder, name), clip);
    else await writeFile(join(folder, name), files[name] ?? "");
  }
  return folder;
}

async function drawer() {
  const folder = await tempFolder();
  return { video: createFfmpegReader({ command: await installFakeFfmpeg(folder) }), folder: join(folder, "frames") };
}

/** Reads a data set through the evaluation file that ships for it, from a folder as its holders have it. */
async function readShipped(
  name: string,
  variable: string,
  folder: string,
  instead: Readonly<Record<string, unknown>> = {},
): Promise<Dataset> {
  vi.stubEnv(variable, folder);
  const evalFilePath = ownPath("evals", `${name}.eval.yaml`);
  const { file } = await readEvalFile(evalFilePath);
  return readDataset({ ...file.dataset, ...instead } as typeof file.dataset, {
    evalFilePath,
    frames: await drawer(),
    lemmas: new Map(),
    taxonomyLabels: async () => [],
  });
}

const codesOf = ({ samples }: Dataset) =>
  samples.map(({ id, truth }) => [
    id,
    Object.fromEntries((truth.actionUnits ?? []).map(({ au, value }) => [au, value])),
  ]);

describe("data sets as their holders have them, through the evaluations that ship", () => {
  it("DISFA: a file of intensities for each person and action unit, frames of a video from 1", async () => {
    const folder = await folderWith(
      {
        "ActionUnit_Labels/SN001/SN001_au1.txt": "1,0\n2,3\n",
        "ActionUnit_Labels/SN001/SN001_au12.txt": "1,5\n2,4\n",
        "ActionUnit_Labels/SN002/SN002_au1.txt": "1,2\n99,1\n",
      },
      ["Videos_LeftCamera/LeftVideoSN001_comp.avi", "Videos_LeftCamera/LeftVideoSN002_comp.avi"],
    );
    // The smallest DISFA lacks most of its action units; the file names them all.
    for (const au of [2, 4, 5, 6, 9, 15, 17, 20, 25, 26]) {
      await writeFile(join(folder, `ActionUnit_Labels/SN001/SN001_au${au}.txt`), "1,0\n2,0\n");
    }
    const disfa = await readShipped("disfa", "DISFA_DIR", folder);
    const codes = codesOf(disfa);
    expect(codes.map(([, units]) => units)).toMatchObject([{ AU1: 0, AU12: 5 }, { AU1: 3, AU12: 4 }, { AU1: 2 }]);
    expect(disfa.samples.map(({ subject }) => subject)).toEqual(["SN001", "SN001", "SN002"]);
    expect(disfa.samples[0]?.truth.actionUnits?.[0]).toMatchObject({ scale: "intensity-0-5" });
    expect(disfa.skipped).toMatchObject([{ reason: expect.stringMatching(/its video has no such frame/) }]);
    const [first, second] = await Promise.all(disfa.samples.map(({ image }) => decodeImage(image as string)));
    expect(first).toMatchObject({ widthPx: 60, heightPx: 40 });
    expect(Buffer.from(first?.rgb ?? []).equals(Buffer.from(second?.rgb ?? []))).toBe(false);
  });

  it("BP4D: occurrence of a task's action units by frame, 9 for not coded, images with four digits", async () => {
    const header = `0,${[1, 2, 4, 5, 6, 7, 10, 12, 14, 15, 17, 23, 24].join()}`;
    const folder = await folderWith({
      "AUCoding/AU_OCC/F001_T1.csv": `${header}\n7,1,0,9,0,1,0,0,1,0,0,0,0,9\n8,0,0,0,0,0,0,0,0,0,0,0,0,0\n`,
      "2D+3D/F001/T1/0007.jpg": "",
    });
    const bp4d = await readShipped("bp4d", "BP4D_DIR", folder);
    expect(codesOf(bp4d)[0]?.[1]).toEqual({
      AU1: 1,
      AU2: 0,
      AU6: 1,
      AU7: 0,
      AU10: 0,
      AU12: 1,
      AU14: 0,
      AU15: 0,
      AU17: 0,
      AU23: 0,
    });
    expect(bp4d.samples[0]).toMatchObject({ subject: "F001", image: join(folder, "2D+3D/F001/T1/0007.jpg") });
    expect(bp4d.samples[0]?.truth.actionUnits?.[0]).toMatchObject({ scale: "binary" });
    expect(bp4d.skipped).toMatchObject([{ reason: expect.stringMatching(/its image is missing/) }]);
  });

  it("BP4D's intensities: a file for each action unit, task and person", async () => {
    const files = [6, 10, 12, 14, 17].map((au) => {
      const name = String(au).padStart(2, "0");
      return [`AUCoding/AU_INT/AU${name}/M002_T3_AU${name}.csv`, `120,${au === 17 ? 9 : 3}\n`];
    });
    const folder = await folderWith({ ...Object.fromEntries(files), "2D+3D/M002/T3/0120.jpg": "" });
    const bp4d = await readShipped("bp4d-intensity", "BP4D_DIR", folder);
    expect(codesOf(bp4d)[0]?.[1]).toEqual({ AU6: 3, AU10: 3, AU12: 3, AU14: 3 });
  });

  it("VEATIC: a rating for every frame, valence and arousal in files of their own", async () => {
    const ratings = (first: number) => Array.from({ length: 3 }, (_, n) => `${n}.0,${first + n / 10}\n`).join("");
    const folder = await folderWith(
      { "rating_averaged/83_valence.csv": ratings(-0.5), "rating_averaged/83_arousal.csv": ratings(0.2) },
      ["video/83.mp4"],
    );
    const veatic = await readShipped("veatic", "VEATIC_DIR", folder);
    expect(veatic.skipped).toEqual([]);
    const rated = veatic.samples.map(({ truth }) => [truth.valence, truth.arousal].map((value) => value?.toFixed(3)));
    expect(rated).toEqual([
      ["-0.500", "0.200"],
      ["-0.400", "0.300"],
      ["-0.300", "0.400"],
    ]);
    expect(veatic.samples.every(({ subject }) => subject === "83")).toBe(true);
    expect(new Set(veatic.samples.map(({ id }) => id)).size).toBe(3);
    expect(new Set(veatic.samples.map(({ image }) => image)).size).toBe(3);
  });

  it("VEATIC over time: each video is one clip with the ratings of all its frames, at the times they are shown", async () => {
    const ratings = (first: number) => Array.from({ length: 3 }, (_, n) => `${n}.0,${first + n / 10}\n`).join("");
    const files = Object.fromEntries(
      [7, 83].flatMap((video) => [
        [`rating_averaged/${video}_valence.csv`, ratings(video === 7 ? 0 : -0.5)],
        [`rating_averaged/${video}_arousal.csv`, ratings(0.2)],
      ]),
    );
    const folder = await folderWith(files, ["video/7.mp4", "videos/83.mp4"]);
    const veatic = await readShipped("veatic-clips", "VEATIC_DIR", folder);
    expect(veatic.skipped).toEqual([]);
    expect(veatic.samples.map(({ id, image, truth }) => [id, image, truth.valence])).toEqual([
      ["7", join(folder, "video/7.mp4"), null],
      ["83", join(folder, "videos/83.mp4"), null],
    ]);
    const moments = veatic.samples[1]?.truth.moments ?? [];
    expect(moments.map(({ timeS }) => timeS)).toEqual([0, 0.2, 0.4]);
    expect(moments.map(({ valence, arousal }) => [valence?.toFixed(1), arousal?.toFixed(1)])).toEqual([
      ["-0.5", "0.2"],
      ["-0.4", "0.3"],
      ["-0.3", "0.4"],
    ]);
    const many = ratings(0) + "0,0\n".repeat(20);
    const short = { "rating_averaged/7_valence.csv": many, "rating_averaged/7_arousal.csv": many };
    const other = await folderWith({ ...files, ...short }, ["video/7.mp4", "video/83.mp4"]);
    expect((await readShipped("veatic-clips", "VEATIC_DIR", other)).skipped).toMatchObject([
      { reason: expect.stringMatching(/^its video has no frame \d+: `.*7.mp4`$/) },
    ]);
  });

  it("events of clips: rows with a beginning and an end, by label or action unit, absent where none is coded", async () => {
    const rows = [
      "a.mp4,AU12,0.2,1,a.srt",
      "a.mp4,AU12,1.4,1.8,a.srt",
      "b.mp4,happy,0,2,I am fine.",
      "b.mp4,AU4,1,0.5,",
    ];
    const table = ["clip,what,from,to,said", ...rows, "b.mp4,happy,3,4,gone.vtt"].join("\n");
    const folder = await folderWith({ "events.csv": table, "a.srt": "" }, ["a.mp4", "b.mp4"]);
    const source = DatasetSource.parse({
      ...{ format: "csv", path: join(folder, "events.csv"), videos: "clips", badRows: "skip" },
      columns: { image: "clip", label: "what", from: "from", to: "to", transcript: "said" },
    });
    const setting = { frames: await drawer(), lemmas: new Map(), taxonomyLabels: async () => [] };
    const { samples, skipped } = await readDataset(source, { evalFilePath: "x.yaml", ...setting });
    expect(samples.map(({ truth }) => truth.events)).toEqual([
      {
        coded: ["AU12", "happy"],
        found: [
          { what: "AU12", fromS: 0.2, toS: 1 },
          { what: "AU12", fromS: 1.4, toS: 1.8 },
        ],
      },
      { coded: ["AU12", "happy"], found: [{ what: "happy", fromS: 0, toS: 2 }] },
    ]);
    expect(samples.map(({ transcript }) => transcript)).toEqual([join(folder, "a.srt"), "I am fine."]);
    expect(skipped).toEqual([
      { where: "line 5", reason: "it ends at 0.5 s, before it begins at 1 s" },
      { where: "line 6", reason: `its transcript is missing: \`${join(folder, "gone.vtt")}\`` },
    ]);
  });

  it("MER2025: a table with Python lists joined with subtitles, each video a clip, or the frame in its middle", async () => {
    const folder = await folderWith(
      {
        "track2_train_human.csv":
          "name,openset\nsample_00000001,\"['happy', \"\"at ease\"\"]\"\nsample_00000002,['angry']\nsample_00000003,['sad']\n",
        "subtitle_chieng.csv":
          'name,chinese,english\nsample_00000002,滚开,"Leave me, alone."\nsample_00000001,谢谢,Thanks a lot.\n',
      },
      ["video/sample_00000001.mp4", "video/sample_00000002.mp4"],
    );
    const mer = await readShipped("mer2025", "MER2025_DIR", folder);
    expect(mer.samples.map(({ id, context, truth }) => [id, context, truth.labels])).toEqual([
      ["sample_00000001", "Thanks a lot.", ["happy", "at ease"]],
      ["sample_00000002", "Leave me, alone.", ["angry"]],
    ]);
    expect(mer.skipped).toMatchObject([{ reason: expect.stringMatching(/"sample_00000003" is not in/) }]);
    expect(mer.samples[0]?.image).toBe(join(folder, "video/sample_00000001.mp4"));
    const { samples } = await readShipped("mer2025", "MER2025_DIR", folder, { videos: "frames" });
    const middle = await decodeImage(samples[0]?.image as string);
    const [fifth] = await drawVideoFrames(join(folder, "video/sample_00000001.mp4"), [{ number: 5 }], await drawer());
    expect(Buffer.from(middle.rgb).equals(Buffer.from((await decodeImage(fifth as string)).rgb))).toBe(true);
  });

  it("MER2023: labels and valence of the videos of its training set", async () => {
    const table = "name,discrete,valence\nsample_00000000,happy,2.5\nsample_00000001,worried,-5\n";
    const videos = ["train/sample_00000000.avi", "train/sample_00000001.mp4"];
    const mer = await readShipped("mer2023", "MER2023_DIR", await folderWith({ "train-label.csv": table }, videos));
    expect(mer.samples.map(({ id, truth }) => [id, truth.label, truth.valence])).toEqual([
      ["sample_00000000", "happiness", 0.5],
      ["sample_00000001", "worry", -1],
    ]);
  });

  it("MER2024: six emotions, valence of -5 to 5, subtitles", async () => {
    const folder = await folderWith(
      {
        "track1_train_disdim.csv": "name,discrete,valence\na_1,worried,-2.5\na_2,happy,5\n",
        "subtitle_chieng.csv": "name,chinese,english\na_1,x,Where is he?\na_2,y,\n",
      },
      ["video/a_1.mp4", "video/a_2.mp4"],
    );
    const mer = await readShipped("mer2024", "MER2024_DIR", folder);
    expect(mer.samples.map(({ context, truth }) => [context, truth.label, truth.valence])).toEqual([
      ["Where is he?", "worry", -0.5],
      [null, "happiness", 1],
    ]);
  });

  it("EMER: emotions, subtitles and reasons in one table", async () => {
    const table = [
      "names,emotions,subtitles,reasons",
      'sample_00000001,"angry, hurt",Leave me alone.,"He speaks ""loudly"" and stares."',
    ];
    const folder = await folderWith({ "gt-eng.csv": `${table.join("\n")}\n` }, ["video/sample_00000001.avi"]);
    const emer = await readShipped("emer", "EMER_DIR", folder);
    expect(emer.samples[0]).toMatchObject({
      id: "sample_00000001",
      context: "Leave me alone.",
      truth: { labels: ["angry", "hurt"], explanation: 'He speaks "loudly" and stares.' },
    });
  });

  it("RAF-DB's compound set, and POSTER's numbered folders", async () => {
    const compound = await folderWith({
      "EmoLabel/list_patition_label.txt": "train_0001.jpg 1\ntest_0002.jpg 4\n",
      "Image/aligned/test_0002_aligned.jpg": "",
    });
    const read = await readShipped("raf-db-compound", "RAFDB_COMPOUND_DIR", compound);
    expect(read.samples.map(({ truth }) => truth.label)).toEqual(["sadly angry"]);
    const numbered = await folderWith({ "train/1/a.jpg": "", "valid/4/b.jpg": "", "valid/7/c.jpg": "" });
    const poster = await readShipped("raf-db-folders", "RAFDB_DIR", numbered);
    expect(poster.samples.map(({ truth }) => truth.label)).toEqual(["happiness", "neutral"]);
  });

  it("are refused in one sentence when their tables are not there", async () => {
    const folder = await folderWith({ "ActionUnit_Labels/readme.txt": "" });
    await expect(readShipped("disfa", "DISFA_DIR", folder)).rejects.toThrow(
      /^Cannot use dataset as there is no table ActionUnit_Labels\/\*\/\*_au\*\.txt whose path fits .* in it: `.*`$/,
    );
  });
});

describe("frames of a video", () => {
  it("are found by number, by time and by how much is over, each drawn once", async () => {
    const folder = await tempFolder();
    const video = await writeVideo(join(folder, "a.mp4"), clip);
    const frames = await drawer();
    const [third, atTime, atShare, gone] = await drawVideoFrames(
      video,
      [{ number: 3 }, { timeSec: 0.6 }, { share: 0.3 }, { number: 10 }],
      frames,
    );
    const bytes = await Promise.all([third, atTime, atShare].map((path) => readFile(path as string)));
    expect(bytes[1]?.equals(bytes[0] as Buffer)).toBe(true);
    expect(bytes[2]?.equals(bytes[0] as Buffer)).toBe(true);
    expect(gone).toBeUndefined();
    const never = createFfmpegReader({ command: join(folder, "no-ffmpeg") });
    expect(await drawVideoFrames(video, [{ number: 3 }], { ...frames, video: never })).toEqual([third]);
    await expect(drawVideoFrames(video, [{ number: 4 }], { ...frames, video: never })).rejects.toThrow(
      /ffmpeg, which reads videos, is not installed/,
    );
  });
});
