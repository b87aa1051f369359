import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { openEvidenceFile } from "../src/compose/evidence.ts";
import { discover } from "../src/discover.ts";
import { createRandom } from "../src/domain/statistics/random.ts";
import { importFiles } from "../src/import.ts";
import { ImageRecord } from "../src/measuring/measurement-json.ts";
import { openImportedStudy } from "../src/study/imported-study.ts";
import { studyAgreement } from "../src/study/study-agreement.ts";
import { StudyDescription } from "../src/study/study-folder.ts";
import { listInputs } from "../src/study/study-inputs.ts";
import { tempFolder } from "./support/temp-folder.ts";
import { fieldCase, goldenFile } from "./support/toolbox-files.ts";

const PYFEAT = "FaceRectX,FaceRectY,FaceRectWidth,FaceRectHeight,FaceScore,AU06,AU12,input,frame";

async function written(files: Readonly<Record<string, readonly string[]>>): Promise<string> {
  const folder = await tempFolder();
  for (const [name, lines] of Object.entries(files)) await writeFile(join(folder, name), `${lines.join("\n")}\n`);
  return folder;
}

async function importInto(folder: string, files: readonly string[], mode: { resume?: boolean; force?: boolean } = {}) {
  const study = await importFiles({ folder, files, ...mode }, { open: openEvidenceFile });
  const table = async (name: string) =>
    parse(await readFile(join(folder, name), "utf8"), { columns: true }) as Record<string, string>[];
  const lines = (await readFile(join(folder, "measurements.jsonl"), "utf8")).split("\n").filter((line) => line !== "");
  const records = lines.map((line) => ImageRecord.parse(JSON.parse(line)));
  return { study, records, faces: await table("faces.csv"), images: await table("images.csv"), table };
}

describe("importing what a toolbox wrote, without images", () => {
  it.each([
    ["openface-video.csv", "frame", "AU12_both_intensity"],
    ["openface-image.csv", "", "AU12_both_presence"],
    ["openface3.csv", "", "AU12_both"],
    ["pyfeat1.csv", "", "AU12_both"],
    ["pyfeat2.csv", "", "pyfeat_valence"],
    ["libreface-video.csv", "frame", "AU12_both_intensity"],
    ["pyafar-adult.csv", "", "AU12_both_intensity"],
    ["affdex-sdk.csv", "frame", "affdex_joy"],
    ["imotions.csv", "frame", "AU12_both"],
    ["facet.txt", "frame", "AU12_both"],
    ["facereader.txt", "frame", "AU12_both"],
    ["hume-batch.json", "frame", "hume_Joy"],
    ["hume-expressions.json", "", "hume_smile"],
    ["blendshapes-javascript.json", "", "AU12_both"],
    ["blendshapes-arkit.csv", "", "AU12_both"],
  ])("makes a study of %s", async (name, frames, column) => {
    const { study, records, faces, images, table } = await importInto(await tempFolder(), [goldenFile(name)]);
    expect(study.faces).toBe(faces.length);
    expect(study.faces).toBeGreaterThan(0);
    expect(records).toHaveLength(images.length);
    expect(faces.some((face) => face[column] !== "" && face[column] !== undefined)).toBe(true);
    expect(faces.every(({ track_id }) => (frames === "") === (track_id === ""))).toBe(true);
    expect(images[0]).toMatchObject({ width_px: "", height_px: "", sha256: "" });
    const explained = new Set((await table("data-dictionary.csv")).map((row) => row.column));
    expect(Object.keys(faces[0] ?? {}).filter((known) => !explained.has(known))).toEqual([]);
  });

  it("keeps frame numbers and times, people by the toolbox's number, and a frame without a face", async () => {
    const header = "frame,face_id,timestamp,confidence,success,AU04_r,AU12_r";
    const rows = ["1,0,0.00,0.98,1,0.1,1", "1,1,0.00,0.98,1,0.1,4", "2,1,0.04,0.9,1,0.1,4.5", "3,0,0.08,0.1,0,0,0"];
    const folder = await written({ "clip.csv": [header, ...rows] });
    const { faces, images, study, table } = await importInto(join(folder, "study"), [join(folder, "clip.csv")]);
    expect(faces.map((row) => [row.frame, row.timestamp_s, row.track_id, row.AU12_both])).toEqual([
      ["1", "0", "T1", "1"],
      ["1", "0", "T2", "4"],
      ["2", "0.04", "T2", "4.5"],
    ]);
    expect(images.map((row) => [row.frame, row.faces])).toEqual([
      ["1", "2"],
      ["2", "1"],
      ["3", "0"],
    ]);
    expect(study).toMatchObject({ images: 3, faces: 3, failures: 0 });
    expect((await table("synchrony.csv")).map(({ first, second, note }) => [first, second, note])).toEqual([
      ["T1", "T2", "nothing rises or falls in both"],
    ]);
    const description = StudyDescription.parse(JSON.parse(await readFile(join(folder, "study", "study.json"), "utf8")));
    expect(description).toMatchObject({ state: "finished", counts: { images: 3, faces: 3 } });
    expect(description.warnings[0]).toMatch(/imported without images: no portraits/);
  });

  it("rounds what a toolbox wrote as what is measured is rounded, in the table and in the records", async () => {
    const folder = await written({ "a.csv": [PYFEAT, "10.123456,20,30.26,40,0.98765,0.0000712,0.49951,a.jpg,0"] });
    const { faces, records } = await importInto(join(folder, "study"), [join(folder, "a.csv")]);
    const { box_left_px, box_width_px, score, AU06_both, AU12_both } = faces[0] ?? {};
    expect([box_left_px, box_width_px, score, AU06_both, AU12_both]).toEqual([
      "10.1",
      "30.3",
      "0.988",
      "0.00007",
      "0.5",
    ]);
    const { box, actionUnits } = records[0]?.faces[0] ?? {};
    expect([box?.leftPx, ...(actionUnits ?? []).map(({ value }) => value)]).toEqual([10.1, 0.00007, 0.5]);
  });

  it("follows people by where their face was, and by Py-Feat's Identity", async () => {
    const at = (frame: number, left: number, who = "") => `${left},60,100,120,0.9,0.2,0.5,clip.mp4,${frame}${who}`;
    const crossing = [at(0, 100), at(0, 400), at(1, 410), at(1, 108), at(2, 116)];
    const identities = [at(0, 100, ",Person_1"), at(0, 400, ",Person_0"), at(9, 390, ",Person_1")];
    const folder = await written({ "a.csv": [PYFEAT, ...crossing], "b.csv": [`${PYFEAT},Identity`, ...identities] });
    const tracks = async (name: string) => {
      const { faces } = await importInto(join(folder, `study-${name}`), [join(folder, name)]);
      return faces.map((row) => [row.frame, row.box_left_px, row.track_id].join(" "));
    };
    expect(await tracks("a.csv")).toEqual(["0 100 T1", "0 400 T2", "1 108 T1", "1 410 T2", "2 116 T1"]);
    expect(await tracks("b.csv")).toEqual(["0 100 T1", "0 400 T2", "9 390 T1"]);

    const named = ["clip.mp4,T1,1,Ann", "clip.mp4,T2,0,Bea", "clip.mp4,T1,2,Bea"];
    await writeFile(
      join(folder, "study-a.csv", "people.csv"),
      `path,track_id,from_frame,person\n${named.join("\n")}\n`,
    );
    const imported = await openImportedStudy(join(folder, "study-a.csv"));
    const called = async (frame: number) =>
      (await imported?.measure(`clip.mp4 frame ${frame}`))?.faces.map(({ faceId }) => faceId);
    expect([await called(0), await called(1), await called(2)]).toEqual([["F1", "Bea"], ["Ann", "Bea"], ["Bea"]]);
  });

  it("finds episodes in the frames of a video as measuring does, and says where frames have no time", async () => {
    const rows = Array.from({ length: 60 }, (_, i) => [i + 1, i / 25, 0.98, 1, i > 10 && i < 40 ? 3 : 0.2].join());
    const untimed = Array.from({ length: 9 }, (_, i) => `100,60,100,120,0.9,0.2,0.5,clip.mp4,${i}`);
    const header = "frame,timestamp,confidence,success,AU12_r";
    const folder = await written({ "o.csv": [header, ...rows], "p.csv": [PYFEAT, ...untimed] });
    const out = join(folder, "study");
    const { table } = await importInto(out, [join(folder, "o.csv")]);
    expect((await table("episodes.csv")).filter(({ kind }) => kind === "action unit")).toEqual([
      expect.objectContaining({
        track_id: "T1",
        name: "AU12",
        onset_frame: "11",
        apex_frame: "12",
        offset_frame: "41",
      }),
    ]);
    const explained = new Set((await table("data-dictionary.csv")).map(({ file }) => file));
    expect([...explained]).toEqual(expect.arrayContaining(["episodes.csv", "synchrony.csv"]));
    const other = await importInto(join(folder, "other"), [join(folder, "p.csv")]);
    expect((await other.table("episodes.csv")).map(({ kind, note }) => [kind, note])).toEqual([
      ["not measurable", "its frames have no time"],
    ]);
  });

  it("joins two toolboxes' files about one video, whose frames count from 0 and from 1, and says so", async () => {
    const left = (moment: number) => 200 + 60 * Math.sin(moment / 2);
    const pyfeat = Array.from({ length: 12 }, (_, n) => `${left(n)},60,100,120,0.9,0.2,0.${10 + n},clip.mp4,${n}`);
    const marks = (n: number) => [left(n) - 5, left(n) + 95, 70, 190].map((value) => value.toFixed(2));
    const points = Array.from({ length: 68 }, (_, i) => i);
    const openface = Array.from({ length: 12 }, (_, n) => {
      const [x0, x1, y0, y1] = marks(n);
      const xs = points.map((i) => (i % 2 === 0 ? x0 : x1));
      const ys = points.map((i) => (i % 2 === 0 ? y0 : y1));
      return [n + 1, n / 25, 0.98, 1, ...xs, ...ys, (n / 4).toFixed(2)].join();
    });
    const header = `frame,timestamp,confidence,success,${points.map((i) => `x_${i}`)},${points.map((i) => `y_${i}`)},AU12_r`;
    const folder = await written({ "p.csv": [PYFEAT, ...pyfeat], "o.csv": [header, ...openface] });
    const out = join(folder, "study");
    const { faces, study } = await importInto(out, [join(folder, "p.csv"), join(folder, "o.csv")]);
    expect(study.warnings.join("\n")).toMatch(/Frame 0 of `.*p\.csv` is frame 1 of `.*o\.csv`/);
    expect(faces).toHaveLength(12);
    expect(faces[3]).toMatchObject({ frame: "3", AU12_both: "0.13", openface_AU12_both: "0.75", track_id: "T1" });
    expect(await studyAgreement([out])).toMatchObject({ faces: 12, toolboxes: ["openface@unknown", "pyfeat@1.x"] });
  });

  it("makes the same study of rows in order as of the frames of two videos by turns", async () => {
    const row = (clip: string, frame: number, score: number, left = 10) =>
      `${left},10,50,50,${score},0.${frame}1,0.${frame}2,${clip}.mp4,${frame}`;
    const frames = [0, 1, 2].map((frame) => ["a", "b"].map((clip) => row(clip, frame, 0.8)));
    // One face that the detector found twice: the surer answer counts, and is not the first.
    const [first = [], ...others] = frames;
    const twice = row("a", 0, 0.95);
    const inOrder = [0, 1].flatMap((clip) => [
      first[clip],
      ...(clip === 0 ? [twice] : []),
      ...others.map((one) => one[clip]),
    ]);
    const byTurns = [first[0], twice, first[1], ...others.flat()];
    const studies = [];
    for (const rows of [inOrder, byTurns]) {
      const folder = await written({ "faces.csv": [PYFEAT, ...rows.map(String)] });
      const { faces, images, records, study } = await importInto(join(folder, "study"), [join(folder, "faces.csv")]);
      studies.push({ faces, images, records, counts: [study.images, study.faces], warned: study.warnings.length });
    }
    expect(studies[0]?.faces.map(({ path, frame, score }) => [path, frame, score])).toEqual([
      ["a.mp4", "0", "0.95"],
      ...[1, 2].map((frame) => ["a.mp4", String(frame), "0.8"]),
      ...[0, 1, 2].map((frame) => ["b.mp4", String(frame), "0.8"]),
    ]);
    expect(studies[1]).toEqual(studies[0]);
  });

  it("takes images in the order in which they are first named, whether or not one is named again further down", async () => {
    const row = (image: string, left: number) => `${left},10,50,50,0.9,0.1,0.2,${image},`;
    const order = async (rows: readonly string[]) => {
      const folder = await written({ "faces.csv": [PYFEAT.replace(",frame", ",comment"), ...rows] });
      const { faces } = await importInto(join(folder, "study"), [join(folder, "faces.csv")]);
      return faces.map(({ path, face_id, box_left_px }) => [path, face_id, box_left_px]);
    };
    const expected = [
      ["b.jpg", "F1", "10"],
      ["b.jpg", "F2", "200"],
      ["a.jpg", "F1", "30"],
    ];
    expect(await order([row("b.jpg", 10), row("b.jpg", 200), row("a.jpg", 30)])).toEqual(expected);
    expect(await order([row("b.jpg", 10), row("a.jpg", 30), row("b.jpg", 200)])).toEqual(expected);
  });

  it("refuses to join files whose frames cannot be told to be the same", async () => {
    const still = (first: number) =>
      Array.from({ length: 9 }, (_, n) => `100,60,100,120,0.9,0.2,0.5,clip.mp4,${first + n}`);
    const folder = await written({ "a.csv": [PYFEAT, ...still(0)], "b.csv": [PYFEAT, ...still(1)] });
    await expect(importInto(join(folder, "s"), [join(folder, "a.csv"), join(folder, "b.csv")])).rejects.toThrow(
      /Cannot join what two files say of clip.mp4 as one counts frames from 0, the other may count them from 1/,
    );
  });

  it("goes on with --resume, starts anew with --force, and refuses another file in the same folder", async () => {
    const row = (smile: number) => `100,60,100,120,0.9,0.2,${smile},a.jpg,0`;
    const folder = await written({ "a.csv": [PYFEAT, row(0.5)], "b.csv": [PYFEAT, row(0.7)] });
    const [a, b, out] = [join(folder, "a.csv"), join(folder, "b.csv"), join(folder, "study")];
    await importInto(out, [a]);
    expect((await importInto(out, [a], { resume: true })).faces).toHaveLength(1);
    await expect(importInto(out, [b], { resume: true })).rejects.toThrow(/began with other settings \(files/);
    expect((await importInto(out, [b], { force: true })).faces[0]).toMatchObject({ AU12_both: "0.7" });
  });

  it("is one sentence where a command needs the images", async () => {
    const folder = await tempFolder();
    await importInto(folder, [goldenFile("openface-video.csv")]);
    await expect(listInputs([folder])).rejects.toThrow(
      /Cannot take the images of a study as it was imported from toolboxes' files without images/,
    );
  });
});

/** Files as people have them, that stand for what users of toolboxes report. */
describe("a file from the field", () => {
  const clip = (from: number, first: number) => Array.from({ length: 6 }, (_, n) => [n + from, "", (first + n) / 100]);
  it.each<[string, string, unknown[][], RegExp]>([
    ["03-zero-based-frames.csv", "AU12_both", clip(0, 10), /^$/],
    ["05-affdex-no-face-id.csv", "AU12_both", [0, 1, 2, 3].map((n) => [n, n * 0.04, n * 10]), /no column eyeWiden/],
    ["06-early-pyfeat-svm.csv", "AU24_both", [["", "", 1]], /no column AU05_c/],
    [
      "08-mean-row.csv",
      "AU12_both",
      [
        [1, 0, 1],
        [2, 0.03, 2],
      ],
      /1 rows name no frame although others do.*: left out/,
    ],
    [
      "09-duplicate-frame.csv",
      "AU12_both",
      [
        [1, "", 0.5],
        [2, "", 0.52],
        [3, "", 0.54],
      ],
      /1 rows repeat the box/,
    ],
    ["10-excel-sep-line.csv", "AU12_both", [[1, 0, 1]], /no column AU02_r/],
    ["13-small-negative.csv", "AU01_both", [[1, 0, 0]], /1 values stood just outside their scale/],
    ["13b-just-over-five.csv", "AU12_both", [[1, 0, 5]], /1 values stood just outside their scale/],
    ["14-r-write-table.csv", "AU12_both", [[1, 0, 1]], /no column AU02_r/],
    ["16-mediapipe-bare-list.json", "AU12_left", [["", "", 80]], /^$/],
    ["17-mediapipe-stream.jsonl", "AU12_right", [0, 0.033, 0.066].map((time, n) => [n, time, 70]), /^$/],
    [
      "19-blendshapes-timestamps.csv",
      "AU02_both",
      [0, 0.033, 0.066].map((time, n) => [n, time, 4.5]),
      /does not say where/,
    ],
    ["20-facereader.txt", "facereader_happy", [[0, 0, 0.05]], /does not say where/],
    [
      "21-libreface-unit-intensity.csv",
      "AU12_both_intensity",
      [0.8, 0.81, 0.82].map((value) => ["", "", value]),
      /never pass 1/,
    ],
  ])("is imported with its moments and values: %s", async (name, column, expected, told) => {
    const { faces, study } = await importInto(await tempFolder(), [fieldCase(name)]);
    const said = study.warnings.filter((warning) => !/imported without images/.test(warning)).join("\n");
    expect(
      faces.map((face) =>
        [face.frame, face.timestamp_s, face[column]].map((text) => (text === "" ? "" : Number(text))),
      ),
    ).toEqual(expected);
    expect(said).toMatch(told);
  });

  it("has one row about a video as a whole, which no other file's frames join: 01-video-mean.csv", async () => {
    const { faces, images, study } = await importInto(await tempFolder(), [fieldCase("01-video-mean.csv")]);
    const whole = { path: "clip.mp4", frame: "", timestamp_s: "", AU12_both: "0.77" };
    expect(faces).toEqual([expect.objectContaining({ ...whole, track_id: "" })]);
    expect(images).toEqual([expect.objectContaining({ path: "clip.mp4", frame: "", faces: "1" })]);
    expect(study.warnings.join()).toMatch(/1 videos have no row about a frame: what is said of one as a whole/);
    const both = ["03-zero-based-frames.csv", "01-video-mean.csv"].map(fieldCase);
    for (const files of [both, both.toReversed()]) {
      await expect(importInto(await tempFolder(), files)).rejects.toThrow(
        /one is about the video as a whole and the other about its frames/,
      );
    }
  });
});

describe("discovering in an imported study", () => {
  it("groups the faces by what the toolbox measured, without portraits", async () => {
    const random = createRandom(1);
    const header = ["FaceRectX,FaceRectY,FaceRectWidth,FaceRectHeight,FaceScore", "AU04,AU06,AU12,AU25", "input,frame"];
    const rows = Array.from({ length: 60 }, (_, n) => {
      const centres = n % 2 === 0 ? [0.1, 0.8, 0.9, 0.6] : [0.8, 0.1, 0.1, 0.1];
      const values = centres.map((centre) => Math.min(1, Math.max(0, centre + 0.05 * random.normal())).toFixed(3));
      return ["100,60,100,120,0.9", ...values, `p${n}.jpg`, 0].join();
    });
    const folder = await written({ "faces.csv": [header.join(), ...rows] });
    const study = join(folder, "study");
    await importInto(study, [join(folder, "faces.csv")]);
    const imported = await openImportedStudy(study);
    if (imported === undefined) throw new RangeError("It is an import");
    const { discovery, checkItems } = await discover(
      {
        ...{ folder: join(folder, "found"), words: [study], inputs: imported.inputs, known: [], knownCategories: [] },
        ...{ seed: 1, resamples: 3, notify: () => undefined },
      },
      { ...imported, describer: null },
    );
    expect(discovery.faces).toHaveLength(60);
    expect(discovery.faces[0]).toMatchObject({ path: "p0.jpg", sha256: null });
    expect(discovery.provenance.space.toolbox).toBe("pyfeat@1.x");
    expect(discovery.proposals.map(({ size }) => size).sort()).toEqual([30, 30]);
    expect(checkItems).toBe(0);
  });
});
