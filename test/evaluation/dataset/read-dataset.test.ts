import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { ConfigurationError } from "../../../src/domain/errors.ts";
import type { Dataset } from "../../../src/evaluation/dataset/dataset.ts";
import { locateDatasetPath } from "../../../src/evaluation/dataset/locate.ts";
import { readDataset } from "../../../src/evaluation/dataset/read-dataset.ts";
import { DatasetSource } from "../../../src/evaluation/file/dataset-source.ts";
import { decodeImage } from "../../../src/measuring/decode-image.ts";
import { NO_VIDEOS } from "../../support/no-videos.ts";
import { tempFolder } from "../../support/temp-folder.ts";

/** Writes files by name; images need no content, as only their presence is checked here. */
async function folderWith(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const folder = await tempFolder();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

function read(folder: string, source: Record<string, unknown>): Promise<Dataset> {
  return readDataset(DatasetSource.parse(source), {
    evalFilePath: join(folder, "trial.eval.yaml"),
    lemmas: new Map([["happy", "happiness"]]),
    frames: NO_VIDEOS,
    taxonomyLabels: async (id) => {
      throw new ConfigurationError(`No taxonomy ${id}`);
    },
  });
}

/** One text or number as NumPy writes it. */
function npy(value: string | number): Uint8Array {
  const text = typeof value === "string";
  const descr = text ? `<U${value.length}` : "<f8";
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (), }`.padEnd(117).concat("\n");
  const body = Buffer.alloc(text ? value.length * 4 : 8);
  if (text)
    [...value].forEach((letter, i) => {
      body.writeUInt32LE(letter.codePointAt(0) as number, i * 4);
    });
  else body.writeDoubleLE(value);
  const head = Buffer.from([0x93, ...Buffer.from("NUMPY"), 1, 0, header.length & 255, header.length >> 8]);
  return Buffer.concat([head, Buffer.from(header, "latin1"), body]);
}

const csv = {
  format: "csv",
  path: "list.csv",
  columns: { image: "file", label: "emotion", subject: "person", valence: "v", raters: ["r1", "r2"] },
  scales: { valence: [1, 9] },
  taxonomy: ["anger", "happiness", "sadness"],
};

describe("a table", () => {
  const rows = "file,emotion,person,v,r1,r2,note\na.jpg,happy,p1,9,joy,,indoors\nsub/b.jpg,Sadness,p2,3,2,3,\n";

  it("becomes samples with numbers on -1..1, images found beside it and other columns kept", async () => {
    const folder = await folderWith({ "list.csv": rows, "a.jpg": "", "sub/b.jpg": "" });
    const { samples, skipped } = await read(folder, csv);
    expect(skipped).toEqual([]);
    expect(samples[0]).toMatchObject({
      id: "a.jpg",
      image: join(folder, "a.jpg"),
      subject: "p1",
      raters: ["joy", null],
      columns: { note: "indoors" },
      truth: { label: "happy", valence: 1, arousal: null, labels: null },
    });
    expect(samples[1]).toMatchObject({ raters: [-0.75, -0.5], columns: {}, truth: { valence: -0.5 } });
  });

  it.each([
    ["a missing image", rows.replace("sub/b.jpg", "sub/c.jpg"), "line 3: its image is missing"],
    [
      "a label outside the taxonomy",
      rows.replace("Sadness", "sadnes"),
      'line 3: its label "sadnes" is not in the taxonomy (nearest: "sadness")',
    ],
    [
      "a label that is like none of the taxonomy",
      rows.replace("Sadness", "boredom"),
      'line 3: its label "boredom" is not in the taxonomy (anger, happiness, sadness)',
    ],
    ["an empty image cell", rows.replace("a.jpg", ""), 'line 2: its cell "file" is empty'],
    ["a number off its scale", rows.replace(",9,", ",11,"), 'line 2: its cell "v" is 11, outside the scale 1 to 9'],
    ["a word for a number", rows.replace(",9,", ",high,"), 'line 2: its cell "v" is "high", which is not a number'],
    ["one id twice", rows.replace("sub/b.jpg", "a.jpg"), 'line 3: its id "a.jpg" is that of line 2 too'],
  ])("is refused for %s, and read without that row when told to skip", async (_case, table, expected) => {
    const folder = await folderWith({ "list.csv": table, "a.jpg": "", "sub/b.jpg": "" });
    await expect(read(folder, csv)).rejects.toThrow(expected);
    const { samples, skipped } = await read(folder, { ...csv, badRows: "skip" });
    expect([samples.length, skipped.length]).toEqual([1, 1]);
  });

  it("takes an empty label as no truth, not as a label", async () => {
    const folder = await folderWith({ "list.csv": rows.replace("happy", ""), "a.jpg": "", "sub/b.jpg": "" });
    expect((await read(folder, csv)).samples[0]?.truth.label).toBeNull();
  });

  it("names the nearest column when one is missing", async () => {
    const folder = await folderWith({ "list.csv": rows });
    const source = { ...csv, columns: { image: "file", label: "emotoin" } };
    await expect(read(folder, source)).rejects.toThrow('it has no column "emotoin": did you mean "emotion"?');
  });

  it("may be JSONL, with lists for several labels and codes per action unit", async () => {
    const line = JSON.stringify({ id: 7, pic: "a.jpg", tags: ["awe", "joy"], au12: 3, box: "1 2 30 40" });
    const folder = await folderWith({ "list.jsonl": `${line}\n\n`, "a.jpg": "" });
    const { samples } = await read(folder, {
      format: "jsonl",
      path: "list.jsonl",
      columns: { id: "id", image: "pic", labels: "tags", region: "box", actionUnits: { AU12: "au12" } },
    });
    expect(samples).toHaveLength(1);
    expect(samples[0]).toMatchObject({
      id: "7",
      region: { leftPx: 1, topPx: 2, widthPx: 30, heightPx: 40 },
      truth: { labels: ["awe", "joy"], actionUnits: [{ au: "AU12", value: 3, scale: "intensity-0-5" }] },
    });
  });

  it("draws the same subset for the same seed", async () => {
    const many = Array.from({ length: 30 }, (_, i) => `q${i},anger`).join("\n");
    const folder = await folderWith({ "list.csv": `id,emotion\n${many}\n` });
    const source = { format: "csv", path: "list.csv", columns: { id: "id", label: "emotion" }, limit: 5 };
    const ids = async (seed: number) => (await read(folder, { ...source, seed })).samples.map(({ id }) => id);
    expect(await ids(3)).toHaveLength(5);
    expect(await ids(3)).toEqual(await ids(3));
    expect(await ids(3)).not.toEqual(await ids(4));
  });
});

describe("general means", () => {
  it("takes the samples of a layout without a table by what it says of them", async () => {
    const folder = await folderWith({ "joy/1.jpg": "", "joy/2.jpg": "", "fear/3.jpg": "" });
    const ids = async (choice: object) =>
      (await read(folder, { format: "folder", path: ".", ...choice })).samples.map(({ id }) => id);
    expect(await ids({ where: { label: ["joy"] } })).toEqual(["joy/1.jpg", "joy/2.jpg"]);
    expect(await ids({ where: { label: ["joy"] }, ids: ["joy/2.jpg"] })).toEqual(["joy/2.jpg"]);
    await expect(ids({ where: { lable: ["joy"] } })).rejects.toThrow(/no column "lable" \(nearest: "label"\)/);
  });

  it("labels from the names of files, with subjects and codes", async () => {
    const folder = await folderWith({
      "x/KA.HA1.29.tiff": "",
      "x/KM.NE2.5.tiff": "",
      "x/readme.txt": "",
      "x/other.TIFF": "",
    });
    const source = {
      format: "files",
      path: ".",
      files: "**/*.t*",
      pattern: "(?:^|/)(?<subject>[A-Z]{2})\\.(?<label>[A-Z]{2})(?<take>\\d)",
      labelMap: { HA: "happiness", NE: null },
    };
    const { samples, labels, notes } = await read(folder, source);
    expect(notes).toEqual([
      `Left out of 4 files: 1 are no images, 1 have a path that the pattern does not fit (\`${folder}\`)`,
    ]);
    expect(samples.map(({ id, subject, truth, columns }) => [id, subject, truth.label, columns])).toEqual([
      ["x/KA.HA1.29.tiff", "KA", "happiness", { take: "1" }],
    ]);
    expect(labels).toEqual(["happiness"]);
    await expect(read(folder, { ...source, labelMap: { HA: "happiness" } })).rejects.toThrow(
      /x\/KM.NE2.5.tiff: its label "NE" is not in labelMap/,
    );
    await expect(read(folder, { ...source, pattern: "^(?<label>z)" })).rejects.toThrow(/fits none of its 3 images/);
    await expect(read(folder, { ...source, pattern: "(" })).rejects.toThrow(/no regular expression/);
    await expect(read(folder, { ...source, pattern: "x" })).rejects.toThrow(/no group \(\?<label>/);
  });

  it("a table without a header, codes for labels, a box in four columns and a path made of cells", async () => {
    const folder = await folderWith({ "list.csv": "a,2,1,2,30,40\nb,9,1,2,30,40\n", "faces/2/a.png": "" });
    const { samples } = await read(folder, {
      format: "csv",
      path: "list.csv",
      header: ["name", "code", "x", "y", "w", "h"],
      columns: { label: "code", region: ["x", "y", "w", "h"] },
      imagePath: "faces/{code}/{name}.png",
      labelMap: { 2: "sadness", 9: null },
    });
    expect(samples).toHaveLength(1);
    expect(samples[0]).toMatchObject({
      image: join(folder, "faces/2/a.png"),
      region: { leftPx: 1, topPx: 2, widthPx: 30, heightPx: 40 },
      truth: { label: "sadness" },
    });
  });

  it("two tables joined by a key, rows of one alone counted", async () => {
    const folder = await folderWith({
      "labels.csv": "names,emotions\ns1,\"['angry', 'tense']\"\ns2,\"['happy']\"\n",
      "subtitles.csv": "name,subtitle\ns1,Leave me alone.\ns9,Nothing.\n",
      "s1.png": "",
    });
    const { samples, skipped } = await read(folder, {
      format: "csv",
      path: "labels.csv",
      join: { path: "subtitles.csv", on: ["names", "name"] },
      columns: { id: "names", labels: "emotions", context: "subtitle" },
      imagePath: "{names}.png",
      badRows: "skip",
    });
    expect(samples.map(({ id, context, truth }) => [id, context, truth.labels])).toEqual([
      ["s1", "Leave me alone.", ["angry", "tense"]],
    ]);
    expect(skipped.map(({ where }) => where)).toEqual(["line 3"]);
  });

  it("grey values as images, joined by row with votes; a tie is no label", async () => {
    const pixels = [0, 60, 120, 255].join(" ");
    const folder = await folderWith({
      "fer.csv": `emotion,pixels,Usage\n3,${pixels},PublicTest\n4,${pixels},PublicTest\n4,${pixels},Training\n`,
      "plus.csv": "Usage,neutral,happiness\nPublicTest,3,7\nPublicTest,5,5\nTraining,9,1\n",
    });
    const { samples, skipped } = await read(folder, {
      format: "csv",
      path: "plus.csv",
      join: { path: "fer.csv", on: "row" },
      columns: { pixels: "pixels", votes: { neutral: "neutral", happiness: "happiness" } },
      where: { Usage: ["PublicTest"] },
      badRows: "skip",
    });
    expect(samples.map(({ truth }) => truth.label)).toEqual(["happiness"]);
    expect(skipped).toEqual([{ where: "line 3", reason: 'as many voted for "neutral" as for "happiness"' }]);
    const image = await decodeImage(samples[0]?.image ?? "");
    expect([image.widthPx, image.heightPx, image.rgb[3], image.rgb[11]]).toEqual([2, 2, 60, 255]);
  });

  it("refuses to join by row what has not as many rows, and by a key that stands there twice", async () => {
    const folder = await folderWith({ "a.csv": "k,l\n1,x\n2,y\n", "b.csv": "k\n1\n", "c.csv": "k\n1\n1\n" });
    const source = { format: "csv", path: "a.csv", columns: { label: "l" } };
    await expect(read(folder, { ...source, join: { path: "b.csv", on: "row" } })).rejects.toThrow(
      /one has 2 rows and the other 1/,
    );
    await expect(read(folder, { ...source, join: { path: "c.csv", on: ["k", "k"] } })).rejects.toThrow(
      /"1" stands in line 2 and line 3/,
    );
  });

  it("numbers with decimal commas, NA for nothing, and text that is no UTF-8", async () => {
    const folder = await folderWith({
      "list.csv": Buffer.from("sep=;\r\nid;image;label;v\r\n1;a.png;f\xe2ch\xe9;4,5\r\n2;a.png;NA;NaN\r\n", "latin1"),
      "a.png": "",
    });
    const { samples } = await read(folder, {
      format: "csv",
      path: "list.csv",
      columns: { id: "id", image: "image", label: "label", valence: "v" },
      scales: { valence: [1, 8] },
    });
    expect(samples.map(({ truth }) => [truth.label, truth.valence])).toEqual([
      ["fâché", 0],
      [null, null],
    ]);
  });
});

describe("layouts in which databases are handed out", () => {
  it("a folder per label", async () => {
    const folder = await folderWith({
      "faces/anger/a.jpg": "",
      "faces/joy/deep/joy/b.png": "",
      "faces/joy/c.JFIF": "",
      "faces/joy/notes.txt": "",
      "faces/loose.jpg": "",
    });
    const { samples, labels, notes } = await read(folder, { format: "folder", path: "faces" });
    expect(samples.map(({ id, truth }) => [id, truth.label])).toEqual([
      ["anger/a.jpg", "anger"],
      ["joy/c.JFIF", "joy"],
      ["joy/deep/joy/b.png", "joy"],
    ]);
    expect(notes).toEqual([
      `1 file is left out as its ending is no image's: 1 .txt (\`${join(folder, "faces")}\`)`,
      `1 image is left out, in no folder of a label (\`${join(folder, "faces")}\`)`,
    ]);
    expect(labels).toEqual(["anger", "joy"]);
  });

  it("AffectNet's annotations in NumPy files, without its uncertain faces and impossible valences", async () => {
    const at = (id: number, part: string) => `val_set/annotations/${id}_${part}.npy`;
    const folder = await folderWith({
      "val_set/images/0.jpg": "",
      "val_set/images/10.jpg": "",
      [at(0, "exp")]: npy("1"),
      [at(0, "val")]: npy(0.75),
      [at(0, "aro")]: npy("0.25"),
      [at(10, "exp")]: npy("6"),
      [at(10, "val")]: npy(-2),
      [at(10, "aro")]: npy(-2),
      [at(11, "exp")]: npy("9"),
      [at(11, "val")]: npy(0),
      [at(11, "aro")]: npy(0),
    });
    const { samples } = await read(folder, { format: "affectnet", path: "." });
    expect(samples.map(({ id, truth }) => [id, truth.label, truth.valence, truth.arousal])).toEqual([
      ["0", "happiness", 0.75, 0.25],
      ["10", "anger", null, null],
    ]);
  });

  it("AffectNet's list", async () => {
    const list = "subDirectory_filePath,face_x,expression,valence,arousal\n1/a.jpg,3,7,-0.5,0.1\n2/b.jpg,3,10,-2,-2\n";
    const folder = await folderWith({ "validation.csv": list, "Manually_Annotated_Images/1/a.jpg": "" });
    const { samples } = await read(folder, { format: "affectnet", path: "." });
    expect(samples.map(({ truth }) => truth.label)).toEqual(["contempt"]);
  });

  it("RAF-DB's official list, of one split, with aligned images", async () => {
    const folder = await folderWith({
      "basic/EmoLabel/list_patition_label.txt": "train_00001.jpg 5\ntest_0001.jpg 4\ntest_0002.jpg 7\n",
      "basic/Image/aligned/test_0001_aligned.jpg": "",
      "basic/Image/aligned/test_0002_aligned.jpg": "",
    });
    const { samples } = await read(folder, { format: "raf-db", path: "." });
    expect(samples.map(({ truth }) => truth.label)).toEqual(["happiness", "neutral"]);
  });

  it("EMOTIC's table: categories, box of the person, and 1-10 turned into -1..1", async () => {
    const folder = await folderWith({
      "test.csv": `Index,Folder,Filename,Image Size,BBox,Categorical_Labels,Continuous_Labels,Gender,Age
0,mscoco/images,a.jpg,"[640, 480]","[86, 58, 564, 428]","['Disconnection', 'Doubt/Confusion']","[5.5, 1.0, 10.0]",Male,Adult
`,
      "emotic/mscoco/images/a.jpg": "",
    });
    const { samples } = await read(folder, { format: "emotic", path: "." });
    expect(samples[0]).toMatchObject({
      region: { leftPx: 86, topPx: 58, widthPx: 478, heightPx: 370 },
      truth: { labels: ["disconnection", "doubt/confusion"], valence: 0, arousal: -1, dominance: 1 },
      columns: { Gender: "Male", Age: "Adult" },
    });
  });

  it("OASIS, with 1-7 turned into -1..1", async () => {
    const folder = await folderWith({
      "OASIS.csv": "Theme,Category,Valence_mean,Arousal_mean\nAcorns 1,Object,4.68,2.5\n",
      "images/Acorns 1.jpg": "",
    });
    const { samples } = await read(folder, { format: "oasis", path: "." });
    expect(samples[0]?.truth.valence).toBeCloseTo(0.68 / 3, 12);
    expect(samples[0]?.truth.arousal).toBe(-0.5);
  });

  it("CK+: peak frames by subject, labels where there are any, codes with unlisted units absent", async () => {
    const folder = await folderWith({
      "cohn-kanade-images/S005/001/S005_001_00000001.png": "",
      "cohn-kanade-images/S005/001/S005_001_00000011.png": "",
      "cohn-kanade-images/S010/002/S010_002_00000014.png": "",
      "Emotion/S005/001/S005_001_00000011_emotion.txt": "   3.0000000e+00\n",
      "FACS/S005/001/S005_001_00000011_facs.txt": "   9.0000000e+00   4.0000000e+00\n   1.7000000e+01   0.0\n",
    });
    const { samples } = await read(folder, { format: "ck-plus", path: "." });
    expect(samples.map(({ id, subject, truth }) => [id, subject, truth.label])).toEqual([
      ["S005_001_00000011", "S005", "disgust"],
      ["S010_002_00000014", "S010", null],
    ]);
    const codes = samples[0]?.truth.actionUnits ?? [];
    expect(codes.filter(({ value }) => value > 0)).toEqual([
      { au: "AU9", value: 4, scale: "intensity-0-5" },
      { au: "AU17", value: 2, scale: "intensity-0-5" },
    ]);
    expect(samples[1]?.truth.actionUnits).toBeNull();
  });

  it("AffectNet's list without a header, landmarks full of semicolons", async () => {
    const landmarks = Array.from({ length: 136 }, (_, i) => `${i}.5`).join(";");
    const folder = await folderWith({
      "validation.csv": `1/a.jpg,10,10,90,90,${landmarks},1,0.7,0.2\n1/b.jpg,1,1,1,1,${landmarks},3,0,0\n`,
      "Manually_Annotated_Images/1/a.jpg": "",
      "Manually_Annotated_Images/1/b.jpg": "",
    });
    const { samples } = await read(folder, { format: "affectnet", path: "." });
    expect(samples.map(({ id, truth }) => [id, truth.label, truth.valence])).toEqual([
      ["1/a.jpg", "happiness", 0.7],
      ["1/b.jpg", "surprise", 0],
    ]);
  });

  it("EMOTIC's tables of annots_arrs, with a column for each category and images named without folder", async () => {
    const folder = await folderWith({
      "annots_arrs/annot_arrs_test.csv": `Filename,Width,Height,Age,Gender,X_min,Y_min,X_max,Y_max,Peace,Engagement,Doubt/Confusion,Valence,Arousal,Dominance,Crop_name
a.jpg,1920,1280,Adult,Female,400,200,700,900,0,1,1,10,5.5,1,c0.npy
gone.jpg,1920,1280,Adult,Female,400,200,700,900,0,1,1,8,6,7,c1.npy
`,
      "emotic/mscoco/images/a.jpg": "",
    });
    const { samples, skipped } = await read(folder, { format: "emotic", path: ".", badRows: "skip" });
    expect(samples).toHaveLength(1);
    expect(samples[0]).toMatchObject({
      image: join(folder, "emotic/mscoco/images/a.jpg"),
      region: { leftPx: 400, topPx: 200, widthPx: 300, heightPx: 700 },
      truth: { labels: ["engagement", "doubt/confusion"], valence: 1, arousal: 0, dominance: -1 },
      columns: { Gender: "Female", Age: "Adult" },
    });
    expect(skipped).toEqual([{ where: "line 3", reason: 'its image "gone.jpg" is in no folder of the dataset' }]);
  });

  it.each(["emotic.mat", "emotic-plain.mat"])("EMOTIC's own Annotations.mat, as in %s", async (name) => {
    const folder = await folderWith({
      "Annotations/Annotations.mat": await readFile(new URL(`../../fixtures/datasets/${name}`, import.meta.url)),
      "emotic/mscoco/images/a.jpg": "",
      "emotic/emodb_small/images/p.jpg": "",
    });
    const train = await read(folder, { format: "emotic", path: ".", split: "train" });
    expect(train.samples).toHaveLength(1);
    expect(train.samples[0]).toMatchObject({
      region: { leftPx: 86, topPx: 58, widthPx: 478, heightPx: 370 },
      truth: { labels: ["disconnection", "doubt/confusion"], valence: 0, arousal: -1, dominance: 1 },
      columns: { Gender: "Male", Age: "Adult" },
    });
    const test = await read(folder, { format: "emotic", path: "." });
    expect(test.samples.map(({ truth, columns }) => [truth.labels, truth.arousal, columns.Age])).toEqual([
      [["peace", "happiness"], expect.closeTo((3.7 - 1) / 4.5 - 1, 12), "Teenager"],
      [["anger"], 1, "Kid"],
    ]);
    await expect(read(folder, { format: "emotic", path: ".", split: "val" })).rejects.toThrow('it has no split "val"');
  });

  it("a MATLAB file of another version is refused in a sentence", async () => {
    const folder = await folderWith({ "Annotations.mat": "MATLAB 7.3 MAT-file, Platform: GLNXA64".padEnd(600) });
    await expect(read(folder, { format: "emotic", path: "." })).rejects.toThrow(
      /MATLAB's version 7.3: save it with -v7/,
    );
  });

  it("RAF-DB's compound set", async () => {
    const folder = await folderWith({
      "compound/EmoLabel/list_patition_label.txt": "train_0001.jpg 2\ntest_0001.jpg 1\ntest_0002.jpg 11\n",
      "compound/Image/aligned/test_0001_aligned.jpg": "",
      "compound/Image/aligned/test_0002_aligned.jpg": "",
    });
    const { samples, labels } = await read(folder, { format: "raf-db", path: ".", set: "compound" });
    expect(samples.map(({ truth }) => truth.label)).toEqual(["happily surprised", "disgustedly surprised"]);
    expect(labels).toHaveLength(11);
  });

  it("RAF-DB in numbered folders alone", async () => {
    const folder = await folderWith({
      "test/1/a.jpg": "",
      "test/4/b.jpg": "",
      "test/notes/c.jpg": "",
      "train/2/d.jpg": "",
    });
    const { samples } = await read(folder, { format: "raf-db", path: "." });
    expect(samples.map(({ id, truth }) => [id, truth.label])).toEqual([
      ["1/a.jpg", "surprise"],
      ["4/b.jpg", "happiness"],
    ]);
  });

  it.each(["affectnet", "raf-db", "emotic", "oasis", "ck-plus", "folder"])(
    "%s says what it expected of a folder that is none",
    async (format) => {
      const folder = await folderWith({ "readme.txt": "" });
      await expect(read(folder, { format, path: "." })).rejects.toThrow(/^Cannot use dataset as /);
    },
  );
});

describe("where a dataset is", () => {
  it("may depend on the environment, in words when that is not set", () => {
    expect(locateDatasetPath("$DATA/emotic", "/x/y.eval.yaml", { DATA: "/data" })).toBe("/data/emotic");
    expect(() => locateDatasetPath("$DATA/emotic", "/x/y.eval.yaml", {})).toThrow(
      /environment variable DATA is not set/,
    );
  });

  it("may be inside an installed package", () => {
    expect(locateDatasetPath("npm:@vladmandic/face-api/demo", "/x/y.eval.yaml", {})).toMatch(/face-api[/\\]demo$/);
    expect(() => locateDatasetPath("npm:not-there-at-all/demo", "/x/y.eval.yaml", {})).toThrow(/not installed/);
  });
});
