import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { openEvidenceFile as openFile } from "../../src/compose/evidence.ts";
import { ConfigurationError } from "../../src/domain/errors.ts";
import type { DecodedImage } from "../../src/domain/image.ts";
import type { Face } from "../../src/domain/measurement.ts";
import { importEvidence } from "../../src/evidence/import-evidence.ts";
import { measureFaces } from "../../src/measuring/measure-image.ts";
import type { FerToolbox } from "../../src/ports/fer-toolbox.ts";
import { face } from "../support/builders.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { goldenFile } from "../support/toolbox-files.ts";

/** An image of which only the name and size matter. */
const imageAt = (path: string): DecodedImage => ({
  path,
  widthPx: 800,
  heightPx: 600,
  rgb: new Uint8Array(),
  sha256: "",
});

/** Measures an image in which these faces are found by a toolbox that runs here, and with what was imported. */
async function attach(imported: FerToolbox | readonly FerToolbox[], image: { path: string }, found: readonly Face[]) {
  const toolboxes = [imported].flat();
  const mesh: FerToolbox = {
    id: "mesh@5",
    supports: { actionUnits: [], expressions: [] },
    networks: [],
    measure: async () => found.flatMap(({ measurements }) => measurements),
    close: async () => undefined,
  };
  const faces = await measureFaces(imageAt(image.path), [mesh, ...toolboxes]);
  return { faces, warnings: toolboxes.flatMap(({ warnings = [] }) => warnings) };
}

const party = { path: "photos/party.jpg", widthPx: 800, heightPx: 600 };

/** Closed with its test, whatever becomes of it there. */
async function openEvidenceFile(path: string) {
  const file = await openFile(path);
  onTestFinished(() => file.close());
  return file;
}

async function opened(text: string, name = "results.csv") {
  const path = join(await tempFolder(), name);
  await writeFile(path, text);
  return openEvidenceFile(path);
}

function faceAt(leftPx: number, topPx: number, faceId = "F1"): Face {
  const box = { leftPx, topPx, widthPx: 150, heightPx: 170 };
  const { measurements } = face({}, { faceId });
  return { faceId, box, measurements: measurements.map((measurement) => ({ ...measurement, box })) };
}

/** Toolboxes by face, from left to right. */
function toolboxesOf(faces: readonly Face[]): readonly (readonly [string, readonly string[]])[] {
  return faces.map(({ faceId, measurements }) => [faceId, measurements.map(({ toolbox }) => toolbox)]);
}

describe("finding our images in a toolbox's file", () => {
  it("joins rows to the faces they overlap and keeps a face that only the file has", async () => {
    const imported = await importEvidence(await openEvidenceFile(goldenFile("pyfeat1.csv")), [party.path]);
    const { faces, warnings } = await attach(imported, party, [faceAt(105, 85)]);
    expect(toolboxesOf(faces)).toEqual([
      ["F1", ["mesh@5", "pyfeat@1.x"]],
      ["F2", ["pyfeat@1.x"]],
    ]);
    expect(warnings.filter((warning) => warning.includes("left out:"))).toEqual([]);
    await imported.close();
  });

  it("joins several files, each to its own face, whatever the order of their rows", async () => {
    const files = [
      await openEvidenceFile(goldenFile("openface3.csv")),
      await openEvidenceFile(goldenFile("pyfeat1.csv")),
    ];
    const imported = await Promise.all(files.map((file) => importEvidence(file, [party.path])));
    const { faces } = await attach(imported, party, [faceAt(390, 80, "F2"), faceAt(105, 85, "F1")]);
    expect(toolboxesOf(faces)).toEqual([
      ["F1", ["mesh@5", "openface3@unknown", "pyfeat@1.x"]],
      ["F2", ["mesh@5", "pyfeat@1.x"]],
    ]);
  });

  it("tells 'no face' from 'not mentioned'", async () => {
    const paths = [party.path, "photos/empty.jpg", "photos/other.jpg"];
    const imported = await importEvidence(await openEvidenceFile(goldenFile("pyfeat1.csv")), paths);
    expect(imported.warnings?.filter((warning) => warning.includes("no row about"))).toEqual([
      expect.stringContaining("no row about photos/other.jpg: there it counts as not measured"),
    ]);
    expect((await attach(imported, { ...party, path: "photos/empty.jpg" }, [])).faces).toEqual([]);
  });

  it("knows an image by its name whatever the folder, case, ending and separators", async () => {
    const file = await openEvidenceFile(goldenFile("pyfeat2.csv"));
    const imported = await importEvidence(file, ["/data/study/PARTY.JPG"]);
    expect((await attach(imported, { ...party, path: "/data/study/PARTY.JPG" }, [])).faces).toHaveLength(1);
  });

  it("tells two images of one name apart by their folders, and uses neither when it cannot", async () => {
    const text = "input,AU12_r\n/x/happy/a.jpg,3\n/x/sad/a.jpg,0\n";
    const read = async (path: string) => {
      const imported = await importEvidence(await opened(text), [path]).catch((error: Error) => error.message);
      if (typeof imported === "string") return imported;
      const { faces } = await attach(imported, { ...party, path }, [faceAt(10, 10)]);
      return faces[0]?.measurements[1]?.actionUnits[0]?.value;
    };
    expect(await read("study/sad/a.jpg")).toBe(0);
    expect(await read("study/happy/a.jpg")).toBe(3);
    expect(await read("a.jpg")).toMatch(/about \/x\/happy\/a.jpg, \/x\/sad\/a.jpg/);
  });

  it("takes a folder with a file per image, named after it", async () => {
    const folder = await tempFolder();
    for (const [name, value] of [
      ["one", 1],
      ["two", 2],
    ] as const) {
      await writeFile(join(folder, `${name}.csv`), `face, confidence, AU12_r\n0, 0.9, ${value}\n`);
    }
    await writeFile(join(folder, "people.csv"), "name,age\nAnn,30\n");
    await mkdir(join(folder, "two_aligned"));
    const imported = await importEvidence(await openEvidenceFile(`openface:${folder}`), ["p/two.png", "p/one.png"]);
    const { faces } = await attach(imported, { ...party, path: "p/two.png" }, [faceAt(0, 0)]);
    expect(faces[0]?.measurements[1]?.actionUnits[0]?.value).toBe(2);
    expect(imported.warnings?.join("\n")).toMatch(/Left out: .*people\.csv/);
  });

  it("takes frames by the number in the name of our images", async () => {
    const file = await openEvidenceFile(goldenFile("openface-video.csv"));
    const imported = await importEvidence(file, ["clip/frame_0003.png", "clip/frame_0001.png"]);
    const at = async (path: string) => (await attach(imported, { ...party, path }, [])).faces[0]?.measurements[0];
    expect((await at("clip/frame_0003.png"))?.actionUnits.find(({ au }) => au === "AU4")?.value).toBe(2.4);
    expect((await at("clip/frame_0001.png"))?.actionUnits.find(({ au }) => au === "AU12")?.value).toBe(3.25);
    expect(imported.warnings?.join()).toContain("by the number in their names: frame 3 is clip/frame_0003.png");
  });

  it("takes as many frames as images in order, and says so", async () => {
    const file = await openEvidenceFile(goldenFile("openface-video.csv"));
    const imported = await importEvidence(file, ["c.png", "a.png", "b.png"]);
    expect(imported.warnings?.join()).toContain("in the order of their names");
    expect((await attach(imported, { ...party, path: "b.png" }, [])).faces).toEqual([]);
    expect((await attach(imported, { ...party, path: "c.png" }, [])).faces).toHaveLength(1);
  });
});

describe("a video's own file", () => {
  const OPENFACE = [
    "frame,face_id,timestamp,confidence,success,AU04_r,AU12_r",
    ...[0, 1, 2, 3].map((n) => `${n + 1},0,${(n * 0.04).toFixed(2)},0.98,1,0.2,${n + 1}`),
  ];
  const frameAt = async (imported: FerToolbox, timestampS: number, number?: number) => {
    const frame = { index: 0, timestampS, ...(number === undefined ? {} : { number }) };
    const image = { ...imageAt("films/clip.mp4"), frame };
    const [measured] = await imported.measure(image);
    return measured?.actionUnits.find(({ au }) => au === "AU12")?.value;
  };

  it("is joined to the video's frames by the time, whatever the rate at which they are looked at", async () => {
    const imported = await importEvidence(await opened(OPENFACE.join("\n"), "clip.csv"), ["films/clip.mp4"]);
    expect(await Promise.all([0, 0.041, 0.119].map((time) => frameAt(imported, time)))).toEqual([1, 2, 4]);
    expect(await frameAt(imported, 3)).toBeUndefined();
  });

  it("is joined under the name that FaceReader's log gives the video, whatever the log is called", async () => {
    const log = (analysed: string) =>
      `Video analysis detailed log\n\nFilename:\t${analysed}\nFrame rate:\t25\n\nVideo Time\tNeutral\tHappy\tSad\tAction Unit 12 - Lip Corner Puller\n00:00:00.000\t1\t0\t0\tA\n00:00:00.040\t1\t0\t0\tC\n`;
    const join = async (analysed: string) => importEvidence(await opened(log(analysed), "log.txt"), videos);
    const videos = ["films/other.mp4", "films/clip.mp4"];
    const imported = await join("C:\\data\\Clip.MP4");
    expect([await frameAt(imported, 0), await frameAt(imported, 0.04)]).toEqual([1, 3]);
    expect(imported.warnings?.join()).toMatch(/FaceReader has no row about films\/other.mp4/);
    // A camera is no file: the rows are about the only video there is. Two videos are never their two frames.
    await expect(join("USB camera")).rejects.toThrow(/Cannot import measurements/);
    const live = await importEvidence(await opened(log("USB camera"), "log.txt"), ["films/clip.mp4"]);
    expect(await frameAt(live, 0.04)).toBe(3);
  });

  it("joins several people in one frame to their faces by their boxes", async () => {
    const rows = ["TimeStamp,faceId,upperLeftX,upperLeftY,lowerRightX,lowerRightY,smile,browFurrow,browRaise"];
    for (const [time, left, smile] of [
      [0, 10, 20],
      [0, 400, 80],
      [0.1, 10, 30],
      [0.1, 400, 90],
    ] as const)
      rows.push(`${time},${left},${left},100,${left + 150},270,${smile},0,0`);
    const imported = await importEvidence(await opened(rows.join("\n")), ["films/clip.mp4"]);
    const image = { ...imageAt("films/clip.mp4"), frame: { index: 1, timestampS: 0.1 } };
    const measured = await imported.measure(image);
    expect(measured.map(({ box, actionUnits }) => [box.leftPx, actionUnits[0]?.value])).toEqual([
      [10, 0],
      [400, 0],
    ]);
    expect(measured.map(({ actionUnits }) => actionUnits.find(({ au }) => au === "AU12")?.value)).toEqual([30, 90]);
  });

  it("is refused when it numbers frames and does not say when they were", async () => {
    const text = OPENFACE.map((line) => line.replace(/^([^,]+),([^,]+),[^,]+,/, "$1,$2,")).join("\n");
    await expect(importEvidence(await opened(text, "clip.csv"), ["clip.mp4"])).rejects.toThrow(
      /number the frames of clip.mp4 without saying when they were or whether they count from 0/,
    );
  });

  it("is joined by the number of the frame among all of the video, where it counts from 0 and says no time", async () => {
    const rows = [0, 12, 24].map((n) => `100,60,200,240,0.99,0.${10 + n},clip.mp4,${n}`);
    const header = "FaceRectX,FaceRectY,FaceRectWidth,FaceRectHeight,FaceScore,AU12,input,frame";
    const imported = await importEvidence(await opened([header, ...rows].join("\n")), ["films/clip.mp4"]);
    expect(await frameAt(imported, 0.48, 12)).toBe(0.22);
    expect(await frameAt(imported, 0.8, 20)).toBe(0.34);
    expect(await frameAt(imported, 1.6, 40)).toBeUndefined();
    // The rate of the video is not known: no frame has a number.
    expect(await frameAt(imported, 0.48)).toBeUndefined();
  });

  it("takes rows of a time series for moments, not for faces of one image", async () => {
    const file = await opened(",TimeStamp,smile,browFurrow,browRaise\n0,0.00,0,1,2\n1,0.04,10,1,2\n");
    await expect(importEvidence(file, ["a.png"])).rejects.toThrow(/about 2 frames, which cannot be the 1 image/);
  });

  it("leaves out a row about the whole video, and never gives it to a frame", async () => {
    const header = "FaceRectX,FaceRectY,FaceRectWidth,FaceRectHeight,FaceScore,AU12,input,frame";
    const mean = await opened(`${header}\n100,60,200,240,0.99,0.77,clip.mp4,\n`);
    await expect(importEvidence(mean, ["clip.jpg"])).rejects.toThrow(/rows are about whole videos \(means\?\)/);
    const file = await opened(`${OPENFACE.join("\n")}\n,,,0.975,1,0.15,2.5\n`);
    const imported = await importEvidence(file, ["frame_001.png", "frame_002.png"]);
    expect(imported.warnings?.join()).toMatch(/OpenFace 2: 1 rows name no frame although others do/);
  });

  it("gives a video's only row to its own moment, and one without a moment to none", async () => {
    const one = await importEvidence(await opened(OPENFACE.slice(0, 2).join("\n"), "clip.csv"), ["films/clip.mp4"]);
    expect(await frameAt(one, 0)).toBeDefined();
    expect(await frameAt(one, 0.04)).toBeUndefined();
    for (const name of ["clip.csv", "other.csv"]) {
      const still = await opened("FaceRectX1,FaceRectY1,FaceRectX2,FaceRectY2,AU12_c\n180,130,370,400,1\n", name);
      await expect(importEvidence(still, ["films/clip.mp4"])).rejects.toThrow(
        /do not say when in films\/clip.mp4 they were/,
      );
    }
  });

  it("refuses images that may count from 1 beside frames that count from 0, unless there are as many", async () => {
    const rows = [0, 1, 2].map((n) => `100,60,200,240,0.99,0.1${n},clip.mp4,${n}`);
    const text = `FaceRectX,FaceRectY,FaceRectWidth,FaceRectHeight,FaceScore,AU12,input,frame\n${rows.join("\n")}\n`;
    await expect(importEvidence(await opened(text), ["f_001.png", "f_002.png"])).rejects.toThrow(
      /its frames are counted from 0 and f_001.png, f_002.png may be counted from 1, and boxes of faces do not tell/,
    );
    const imported = await importEvidence(await opened(text), ["f_001.png", "f_002.png", "f_003.png"]);
    const [first] = await imported.measure(imageAt("f_001.png"));
    expect(first?.actionUnits[0]?.value).toBe(0.1);
  });

  describe("whose frames and images count from different numbers", () => {
    /** Where the face is at a moment, to the eyes of a toolbox that draws its boxes `aside` of another's. */
    const boxAt = (moment: number, aside = 0) => ({
      leftPx: 100 + 40 * Math.sin(moment / 2) + aside,
      topPx: 60 + 3 * moment + aside,
      widthPx: 200,
      heightPx: 240,
    });
    const fromZero = async (moves: boolean) => {
      const rows = Array.from({ length: 12 }, (_, n) => {
        const { leftPx, topPx, widthPx, heightPx } = boxAt(moves ? n : 0);
        return `${leftPx},${topPx},${widthPx},${heightPx},0.99,${(n / 100).toFixed(2)},clip.mp4,${n}`;
      });
      const header = "FaceRectX,FaceRectY,FaceRectWidth,FaceRectHeight,FaceScore,AU12,input,frame";
      return opened([header, ...rows].join("\n"));
    };
    const images = Array.from({ length: 10 }, (_, i) => `f_${String(i + 1).padStart(3, "0")}.png`);
    const seen = (path: string) => boxAt(Number(/\d+/.exec(path)?.[0]) - 1, 9);

    it("finds which frame is which image by the overlap of boxes, and says so", async () => {
      const imported = await importEvidence(await fromZero(true), images, { look: async (path) => [seen(path)] });
      expect(imported.warnings?.join()).toMatch(
        /by the number in their names and the overlap of boxes: frame 0 is f_001/,
      );
      const [third] = await imported.measure(imageAt("f_003.png"));
      expect(third?.actionUnits[0]?.value).toBe(0.02);
    });

    it("finds that both count alike although frame 0 has no image", async () => {
      const look = async (path: string) => [boxAt(Number(/\d+/.exec(path)?.[0]), 9)];
      const imported = await importEvidence(await fromZero(true), images, { look });
      const [third] = await imported.measure(imageAt("f_003.png"));
      expect(third?.actionUnits[0]?.value).toBe(0.03);
    });

    it("refuses when the face does not move, when nobody is seen, or is somewhere else", async () => {
      const still = { look: async () => [boxAt(0, 9)] };
      await expect(importEvidence(await fromZero(false), images, still)).rejects.toThrow(/boxes of faces do not tell/);
      for (const box of [[], [{ leftPx: 700, topPx: 500, widthPx: 90, heightPx: 90 }]]) {
        const nobody = { look: async () => box };
        await expect(importEvidence(await fromZero(true), images, nobody)).rejects.toThrow(/do not tell/);
      }
    });
  });

  it("takes one box twice in one frame for one face, the surer row, and says so", async () => {
    const row = (frame: number, score: number, smile: number) => `100,60,200,240,${score},${smile},clip.mp4,${frame}`;
    const header = "FaceRectX,FaceRectY,FaceRectWidth,FaceRectHeight,FaceScore,AU12,input,frame";
    const text = [header, row(1, 0.99, 0.5), row(2, 0.41, 0.51), row(2, 0.99, 0.52), row(3, 0.99, 0.54)].join("\n");
    const imported = await importEvidence(await opened(text), ["f_001.png", "f_002.png"]);
    const measured = await imported.measure(imageAt("f_002.png"));
    expect(measured.map(({ actionUnits }) => actionUnits[0]?.value)).toEqual([0.52]);
    expect(imported.warnings?.join()).toMatch(/1 rows repeat the box of another row of their frame/);
  });
});

describe("values that are not quite on their scale", () => {
  it("are set to the end of it and counted, and refused when the file is full of them", async () => {
    const imported = await importEvidence(await opened("input,AU04_r,AU12_r\na.jpg,-0.02,5.01\nb.jpg,1,2\n"), [
      "a.jpg",
    ]);
    const [measured] = await imported.measure(imageAt("a.jpg"));
    expect(measured?.actionUnits.map(({ value }) => value)).toEqual([0, 5]);
    expect(imported.warnings?.join()).toMatch(/OpenFace 2: 2 values stood just outside their scale/);
    const rows = Array.from({ length: 30 }, (_, n) => `${n}.jpg,-0.02,1`);
    await expect(importEvidence(await opened(`input,AU04_r,AU12_r\n${rows.join("\n")}`), ["1.jpg"])).rejects.toThrow(
      /30 of 60 values are outside their scale/,
    );
  });
});

describe("what cannot be matched", () => {
  it("refuses an order of frames that depends on how names are sorted", async () => {
    const file = await openEvidenceFile(goldenFile("openface-video.csv"));
    const images = ["take9.png", "take10.png", "take11.png"];
    await expect(importEvidence(file, images)).rejects.toThrow(
      /frame 1 is take10\.png by letters and take9\.png by numbers/,
    );
  });

  it("does not give two images with the same number the same frame", async () => {
    const file = await openEvidenceFile(goldenFile("openface-video.csv"));
    await expect(importEvidence(file, ["ann/frame_1.png", "bob/frame_1.png"])).rejects.toThrow(
      /3 frames, which cannot be the 2 images given/,
    );
  });

  it.each([
    [
      "frames that cannot be these images",
      "openface-video.csv",
      ["a.jpg", "b.jpg"],
      /3 frames, which cannot be the 2 images given/,
    ],
    [
      "a file about other images",
      "pyfeat1.csv",
      ["a.jpg"],
      /none of them is about a.jpg: it is about photos\/party.jpg, photos\/empty.jpg/,
    ],
    [
      "one nameless row for several images",
      "libreface-image.csv",
      ["a.jpg", "b.jpg"],
      /it does not name its images in a column `input`/,
    ],
  ])("refuses %s", async (_case, name, paths, sentence) => {
    const refusal = importEvidence(await openEvidenceFile(goldenFile(name)), paths);
    await expect(refusal).rejects.toThrow(ConfigurationError);
    await expect(refusal).rejects.toThrow(sentence);
  });

  it("refuses a face that stands there twice", async () => {
    const file = await opened("face,confidence,AU12_r\n0,0.9,1\n1,0.9,2\n0,0.8,3\n");
    await expect(importEvidence(file, ["results.jpg"])).rejects.toThrow(/lines 2 and 4 are both about face 0/);
  });

  it("refuses a file with a header and no rows", async () => {
    await expect(importEvidence(await opened("input,AU12_r\n"), ["a.jpg"])).rejects.toThrow(/no rows in the file/);
  });
});

describe("placing faces of files without boxes", () => {
  const text = "input,AU12_r\nparty.jpg,3\n";

  it("gives the only row to the only face", async () => {
    const imported = await importEvidence(await opened(text), [party.path]);
    const { faces } = await attach(imported, party, [faceAt(300, 200)]);
    expect(toolboxesOf(faces)).toEqual([["F1", ["mesh@5", "openface@unknown"]]]);
    expect(faces[0]?.measurements[1]?.box).toEqual(faces[0]?.box);
  });

  it("leaves the row out when there are two faces to choose from, and says so", async () => {
    const imported = await importEvidence(await opened(text), [party.path]);
    const { faces, warnings } = await attach(imported, party, [faceAt(10, 10), faceAt(500, 10, "F2")]);
    expect(toolboxesOf(faces)).toEqual([
      ["F1", ["mesh@5"]],
      ["F2", ["mesh@5"]],
    ]);
    expect(warnings.at(-1)).toMatch(/which of 2 faces of photos\/party.jpg line 2 is about: left out/);
  });

  it("leaves out a box that lies outside the image, as of an image of another size", async () => {
    const far =
      "input,FaceRectX,FaceRectY,FaceRectWidth,FaceRectHeight,FaceScore,AU12\nparty.jpg,3000,2000,400,400,0.9,0.8\n";
    const imported = await importEvidence(await opened(far), [party.path]);
    const { faces, warnings } = await attach(imported, party, [faceAt(10, 10), faceAt(500, 10, "F2")]);
    expect(faces.every(({ measurements }) => measurements.length === 1)).toBe(true);
    expect(warnings.join()).toContain("not for this size of the image");
  });

  it("scales a box that is given in shares of the image", async () => {
    const file = await openEvidenceFile(goldenFile("blendshapes-javascript.json"));
    const imported = await importEvidence(file, [party.path]);
    const { faces } = await attach(imported, party, []);
    expect(faces[0]?.box.leftPx).toBeCloseTo(0.25 * 800, 6);
    expect(faces[0]?.box.heightPx).toBeCloseTo(0.3 * 600, 6);
  });
});
