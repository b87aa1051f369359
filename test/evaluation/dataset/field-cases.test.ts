import { cp, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Dataset } from "../../../src/evaluation/dataset/dataset.ts";
import { readDataset } from "../../../src/evaluation/dataset/read-dataset.ts";
import { readEvalFile } from "../../../src/evaluation/file/read-eval-file.ts";
import { ownPath } from "../../../src/platform/package-paths.ts";
import { NO_VIDEOS } from "../../support/no-videos.ts";
import { tempFolder } from "../../support/temp-folder.ts";

afterEach(() => vi.unstubAllEnvs());

/** A case from the field with images that its tables name, in a folder of its own. */
async function caseWith(name: string, images: readonly string[]): Promise<string> {
  const folder = await tempFolder();
  await cp(fileURLToPath(new URL(`../../fixtures/cases/datasets/${name}`, import.meta.url)), folder, {
    recursive: true,
  });
  await writeInto(folder, Object.fromEntries(images.map((image) => [image, ""])));
  return folder;
}

async function writeInto(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

async function read(evalFilePath: string): Promise<Dataset> {
  const { file } = await readEvalFile(evalFilePath);
  const setting = { evalFilePath, frames: NO_VIDEOS, lemmas: new Map(), taxonomyLabels: async () => [] };
  return readDataset(file.dataset, setting);
}

/** Through the evaluation that ships. */
async function readShipped(name: string, variable: string, folder: string): Promise<Dataset> {
  vi.stubEnv(variable, folder);
  return read(ownPath("evals", `${name}.eval.yaml`));
}

const truths = ({ samples }: Dataset) =>
  samples.map(({ id, truth }) => [id, truth.label ?? truth.labels, truth.valence, truth.arousal]);

describe("tables as people save them", () => {
  it.each<[string, unknown[][]]>([
    ["backslash", [["1", "sub/b.png", "happy", -0.125]]],
    ["case", [["1", "a.png", "happy", -0.125]]],
    ["latin1", [["1", "a.png", "fâché", -0.125]]],
    [
      "na",
      [
        ["1", "a.png", "happy", null],
        ["2", "sub/b.png", "happy", null],
      ],
    ],
    [
      "quote",
      [
        ["1", "a.png", "happy", -0.125],
        ["2", "sub/b.png", "sad", -0.5],
      ],
    ],
    ["sep", [["1", "a.png", "happy", -0.125]]],
    ["utf16", [["1", "a.png", "happy", -0.125]]],
  ])("are read: %s", async (name, expected) => {
    const folder = await caseWith("tables", ["a.png", "sub/b.png"]);
    const { samples, skipped } = await read(join(folder, `${name}.eval.yaml`));
    expect(samples.map(({ id, image, truth }) => [id, image, truth.label, truth.valence])).toEqual(
      expected.map(([id, image, ...rest]) => [id, join(folder, String(image)), ...rest]),
    );
    expect(skipped).toEqual([]);
  });

  it("are refused with the line where one id stands twice, and with what is missing", async () => {
    const folder = await caseWith("tables", ["a.png", "sub/b.png", "A.png"]);
    await expect(read(join(folder, "dup.eval.yaml"))).rejects.toThrow('line 3: its id "1" is that of line 2 too');
    // Two files are spelled alike: which is meant cannot be told.
    await expect(read(join(folder, "case.eval.yaml"))).rejects.toThrow("line 2: its image is missing");
  });

  it("keep words in quotation marks, and separators within them", async () => {
    const { samples } = await read(join(await caseWith("tables", ["a.png", "sub/b.png"]), "quote.eval.yaml"));
    expect(samples.map(({ columns }) => columns.note)).toEqual(["5 cm; 2\tcm", 'he said "no"']);
  });
});

describe("data sets as their holders have them, through the evaluations that ship", () => {
  it.each([
    ["affectnet-csv", "Manually_Annotated_Images"],
    ["affectnet-csv", "Manually_Annotated/Manually_Annotated_Images"],
    ["affectnet-nohead", "."],
  ])("AffectNet's table, %s, with images in %s", async (name, images) => {
    const folder = await caseWith(name, [`${images}/1/a.jpg`]);
    expect(truths(await readShipped("affectnet", "AFFECTNET_DIR", folder))[0]).toEqual([
      "1/a.jpg",
      "happiness",
      0.7,
      0.2,
    ]);
  });

  it("AffectNet's boxes say which face is meant, unless the images are cropped or smaller copies", async () => {
    const header =
      "subDirectory_filePath,face_x,face_y,face_width,face_height,facial_landmarks,expression,valence,arousal";
    const boxes = ["60,60,150,150", "10,10,90,90", "0,0,170,170", "NA,NA,NA,NA"];
    const rows = boxes.map((box, n) => `1/${n}.png,${box},none,1,0.7,0.2`);
    const of = async (size: number) => {
      const folder = await tempFolder();
      await writeInto(folder, { "validation.csv": [header, ...rows].join("\n"), "1/note": "" });
      for (const n of boxes.keys()) {
        const create = { width: size, height: size, channels: 3, background: "grey" } as const;
        await sharp({ create })
          .png()
          .toFile(join(folder, "1", `${n}.png`));
      }
      const { samples, notes } = await readShipped("affectnet", "AFFECTNET_DIR", folder);
      return { regions: samples.map(({ region }) => region?.leftPx ?? null), notes };
    };
    expect(await of(300)).toEqual({ regions: [60, 10, 0, null], notes: [] });
    expect(await of(150)).toEqual({
      regions: [null, 10, 0, null],
      notes: [expect.stringMatching(/^1 of 3 regions .* mostly outside their image .*: the largest face of such/)],
    });
    expect(await of(100)).toEqual({
      regions: [null, null, null, null],
      notes: [expect.stringMatching(/^2 of 3 regions .*, so that none of the 3 is used: the largest face/)],
    });
  });

  it("AffectNet's lists in the folder that they are handed out in", async () => {
    const name = (at: number) => `${100 + at}/0123456789abcdef0123456789abcdef0123456789abcdef${at}.jpg`;
    const images = [0, 2, 3, 5, 7, 8, 9].map((at) => join("Manually_Annotated_Images", name(at)));
    const { samples, skipped } = await readShipped(
      "affectnet",
      "AFFECTNET_DIR",
      await caseWith("affectnet-zip", images),
    );
    const labels = samples.map(({ id, truth }) => [Number(id.slice(0, 3)) - 100, truth.label]);
    expect(labels).toEqual([
      [0, "anger"],
      [2, "disgust"],
      [3, "fear"],
      [5, "happiness"],
      [7, "neutral"],
      [8, "sadness"],
      [9, "surprise"],
    ]);
    expect(samples[0]?.truth).toMatchObject({ valence: -0.176846, arousal: -0.0776398 });
    expect(skipped).toHaveLength(3);
  });

  it("EMOTIC's two people in one corner are two", async () => {
    const folder = await caseWith("emotic-same-corner", ["mscoco/images/p.jpg"]);
    const { samples } = await readShipped("emotic", "EMOTIC_DIR", folder);
    expect(samples.map(({ truth, region }) => [truth.labels, region?.widthPx])).toEqual([
      [["peace"], 640],
      [["doubt/confusion", "disconnection"], 1920],
    ]);
    // In a smaller copy nobody else stands for either of them.
    const create = { width: 100, height: 100, channels: 3, background: "grey" } as const;
    await sharp({ create }).jpeg().toFile(join(folder, "mscoco/images/p.jpg"));
    const smaller = await readShipped("emotic", "EMOTIC_DIR", folder);
    expect(smaller.samples.map(({ region }) => region?.widthPx)).toEqual([640, 1920]);
  });

  it("EMOTIC's annots_arrs, whose tables name images without their folder", async () => {
    const names = [
      "mscoco/images/COCO_val2014_000000000001.jpg",
      "framesdb/images/frame_abc.jpg",
      "emodb_small/images/2xyz.jpg",
    ];
    const folder = await caseWith(
      "emotic-arr",
      names.map((name) => `emotic/${name}`),
    );
    const { samples, skipped } = await readShipped("emotic", "EMOTIC_DIR", folder);
    expect(samples.slice(0, 3).map(({ truth, columns }) => [truth.labels, columns.Gender])).toEqual([
      [["engagement", "happiness", "pleasure"], "Female"],
      [["peace", "engagement"], "Male"],
      [["doubt/confusion", "disconnection"], "Female"],
    ]);
    expect(samples[0]?.region).toEqual({ leftPx: 400, topPx: 200, widthPx: 300, heightPx: 700 });
    expect(skipped).toEqual([
      { where: "line 6", reason: 'its image "ADE_train_00000001.jpg" is in no folder of the dataset' },
    ]);
  });

  it("RAF-DB's official list", async () => {
    const folder = await tempFolder();
    await writeInto(folder, {
      "basic/EmoLabel/list_patition_label.txt": "train_00001.jpg 5\ntest_0001.jpg 4\ntest_0002.jpg 7\n",
      "basic/Image/aligned/test_0001_aligned.jpg": "",
      "basic/Image/aligned/test_0002_aligned.jpg": "",
    });
    const { samples } = await readShipped("raf-db", "RAFDB_DIR", folder);
    expect(samples.map(({ truth }) => truth.label)).toEqual(["happiness", "neutral"]);
  });

  it("CK+: the peak frames, with labels and codes", async () => {
    const folder = await tempFolder();
    await writeInto(folder, {
      "cohn-kanade-images/S005/001/S005_001_00000001.png": "",
      "cohn-kanade-images/S005/001/S005_001_00000011.png": "",
      "Emotion/S005/001/S005_001_00000011_emotion.txt": "   3.0000000e+00\n",
      "FACS/S005/001/S005_001_00000011_facs.txt": "   9.0000000e+00   4.0000000e+00\n",
    });
    const { samples } = await readShipped("ck-plus", "CKPLUS_DIR", folder);
    expect(samples.map(({ id, truth }) => [id, truth.label])).toEqual([["S005_001_00000011", "disgust"]]);
    expect(samples[0]?.truth.actionUnits?.find(({ au }) => au === "AU9")).toMatchObject({ value: 4 });
  });

  it("FER2013's pixels, and FER+'s votes joined with them", async () => {
    vi.stubEnv("KULESHOV_CACHE", await tempFolder());
    const folder = await tempFolder();
    const pixels = (grey: number) => Array.from({ length: 48 * 48 }, () => grey).join(" ");
    await writeInto(folder, {
      "fer2013.csv": `emotion,pixels,Usage\n3,${pixels(9)},Training\n3,${pixels(70)},PublicTest\n6,${pixels(80)},PublicTest\n`,
      "fer2013new.csv":
        "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF\nTraining,,10,0,0,0,0,0,0,0,0,0\nPublicTest,,1,8,1,0,0,0,0,0,0,0\nPublicTest,,0,0,0,0,0,0,0,7,3,0\n",
    });
    const fer = await readShipped("fer2013", "FER2013_DIR", folder);
    expect(fer.samples.map(({ truth }) => truth.label)).toEqual(["happiness", "neutral"]);
    const plus = await readShipped("ferplus", "FER2013_DIR", folder);
    expect(plus.samples.map(({ truth, image }) => [truth.label, image])).toEqual([
      ["happiness", fer.samples[0]?.image],
      ["contempt", fer.samples[1]?.image],
    ]);
  });

  it("JAFFE: labels and people from the names of files", async () => {
    const folder = await tempFolder();
    await writeInto(folder, { "KA.AN1.39.tiff": "", "KM.SU3.14.TIFF": "", "jaffedbase/YM.NE2.5.tiff": "", README: "" });
    const { samples } = await readShipped("jaffe", "JAFFE_DIR", folder);
    expect(samples.map(({ subject, truth }) => [subject, truth.label])).toEqual([
      ["KA", "anger"],
      ["KM", "surprise"],
      ["YM", "neutral"],
    ]);
  });
});
