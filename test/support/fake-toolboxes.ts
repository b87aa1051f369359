import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DecodedImage } from "../../src/domain/image.ts";
import { goldenFile } from "./toolbox-files.ts";

/*
 * Programs that behave as the toolboxes do, well or badly, without a toolbox on the machine. They are node scripts in a
 * folder that a test puts on PATH. A black image has no face for them; the others have one whose AU12 is told by the
 * image's first pixel, so that a test can see which image a measurement is of.
 */

/** An image of one colour, 64 x 48 px. `level` 0 is the one without a face. */
export function plainImage(level: number, path = `level-${level}.png`): DecodedImage {
  return { path, widthPx: 64, heightPx: 48, rgb: new Uint8Array(64 * 48 * 3).fill(level), sha256: "0".repeat(64) };
}

async function writeScript(folder: string, name: string, body: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, name);
  await writeFile(path, `#!${process.execPath}\n${body}`);
  await chmod(path, 0o755);
  return path;
}

/** Reads the level of the PNGs that our runs write: decompressed, its first pixel's red. */
const READ_LEVEL = `
const { inflateSync } = require("node:zlib");
const fs = require("node:fs");
const path = require("node:path");
function levelOf(file) {
  const png = fs.readFileSync(file);
  const parts = [];
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    if (png.toString("latin1", at + 4, at + 8) === "IDAT") parts.push(png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  // Row filters only ever store differences to what is before; the first pixel of the first row has nothing before it.
  return inflateSync(Buffer.concat(parts))[1];
}
`;

/** Ways in which FaceLandmarkImg behaves, as JavaScript that runs for each image before it is written. */
export interface FakeOpenFace {
  /** Runs once before the images; may end the program. */
  readonly before?: string;
  /** Runs before each image; \`index\` and \`stem\` are in scope. */
  readonly each?: string;
  /** Changes the table's text; \`text\` is in scope and is what is written. */
  readonly change?: string;
  /** Runs after the images. */
  readonly after?: string;
  /** What it prints when it is asked nothing. */
  readonly greeting?: string;
}

/** Writes a fake FaceLandmarkImg into a folder and returns the folder. */
export async function fakeOpenFace(folder: string, behaviour: FakeOpenFace = {}): Promise<string> {
  const greeting = behaviour.greeting ?? "For command line arguments see: OpenFace/wiki/Command-line-arguments";
  await writeScript(
    folder,
    "FaceLandmarkImg",
    `${READ_LEVEL}
if (process.argv.length === 2) { console.log(${JSON.stringify(greeting)}); process.exit(0); }
const option = (name) => process.argv[process.argv.indexOf(name) + 1];
const input = option("-fdir");
const output = option("-out_dir");
const [header] = fs.readFileSync(${JSON.stringify(goldenFile("openface-image.csv"))}, "utf8").split("\\n");
const names = header.split(",").map((name) => name.trim());
(async () => {
  ${behaviour.before ?? ""}
  for (const [index, file] of fs.readdirSync(input).sort().entries()) {
    const stem = path.parse(file).name;
    fs.writeFileSync(path.join(output, stem + "_of_details.txt"), "Input:" + file);
    ${behaviour.each ?? ""}
    const level = levelOf(path.join(input, file));
    if (level === 0) continue;
    const cell = (name) => {
      if (name === "face") return "0";
      if (name === "confidence") return "0.98";
      const point = /^([xy])_(\\d+)$/.exec(name);
      if (point) return String((point[1] === "x" ? 10 : 8) + Number(point[2]) % 17);
      if (name === "AU12_r") return (level / 51).toFixed(2);
      if (name === "AU12_c") return level > 100 ? "1.0" : "0.0";
      return "0.0";
    };
    let text = header + "\\n" + names.map(cell).join(", ") + "\\n";
    ${behaviour.change ?? ""}
    fs.writeFileSync(path.join(output, stem + ".csv"), text);
  }
  ${behaviour.after ?? ""}
})();
`,
  );
  return folder;
}

/** A fake Python that has one package and runs our shims as the toolbox behind it would. */
export interface FakePython {
  readonly package: string;
  readonly version: string;
  /** JavaScript that gives a table's text for the image \`path\` with \`level\` > 0, by whatever columns it likes. */
  readonly table: string;
  /** Runs before the images; may end the program or hang. */
  readonly before?: string;
}

/** Writes a fake \`python3\` into a folder and returns the folder. */
export async function fakePython(folder: string, python: FakePython): Promise<string> {
  await writeScript(
    folder,
    "python3",
    `${READ_LEVEL}
const [, , script, argument] = process.argv;
if (path.basename(script) === "which.py") {
  const packages = Object.fromEntries(process.argv.slice(3).map((name) => [name, name === ${JSON.stringify(python.package)} ? ${JSON.stringify(python.version)} : null]));
  console.log(JSON.stringify({ python: "fake", packages }));
  process.exit(0);
}
const job = JSON.parse(fs.readFileSync(argument, "utf8"));
(async () => {
  ${python.before ?? ""}
  for (const image of job.images) {
    const level = levelOf(image.path);
    const target = path.join(job.out, image.stem);
    if (level === 0) fs.writeFileSync(target + ".noface", "");
    else if (level === 13) fs.writeFileSync(target + ".error", "RuntimeError: unlucky image");
    else fs.writeFileSync(target + ".csv", (${python.table})(level, image.path));
  }
})();
`,
  );
  return folder;
}

/** Golden header of a toolbox with one row, whose AU12 is told by the image. */
export function tableLike(golden: string, cells: string): string {
  return `(level, path) => {
    const [header] = fs.readFileSync(${JSON.stringify(goldenFile(golden))}, "utf8").split("\\n");
    const cells = ${cells};
    return header + "\\n" + header.split(",").map((name) => cells(name.trim(), level, path)).join(",") + "\\n";
  }`;
}

export const FAKE_PYFEAT: FakePython = {
  package: "py-feat",
  version: "2.1.5",
  table: tableLike(
    "pyfeat2.csv",
    `(name, level, path) => ({ FaceRectX: 10, FaceRectY: 8, FaceRectWidth: 30, FaceRectHeight: 30, FaceScore: 0.99,
      AU12: level / 255, Happy: level / 255, Neutral: 1 - level / 255, input: path, frame: 0, Identity: "Person_0",
    })[name] ?? (/^(Sad|Surprise|Fear|Disgust|Anger)$/.test(name) ? 0 : 0.1)`,
  ),
};

export const FAKE_LIBREFACE: FakePython = {
  package: "libreface",
  version: "0.2.0",
  table: tableLike(
    "libreface-image.csv",
    `(name, level) => {
      if (name === "facial_expression") return "Happiness";
      const point = /^lm_mp_(\\d+)_([xyz])$/.exec(name);
      if (point) return point[2] === "z" ? 0 : 0.2 + Number(point[1]) / 1000;
      if (name === "au_12_intensity") return (level / 51).toFixed(3);
      return name === "au_12" && level > 100 ? 1 : 0;
    }`,
  ),
};

export const FAKE_OPENFACE3: FakePython = {
  package: "openface-test",
  version: "0.1.26",
  table: `(level, path) => 'face_detection,emotion,action_units,image_path,face_id\\n"[10.0, 8.0, 40.0, 40.0, 0.99]",1,"[[0.1, 0.1, 0.1, 0.1, 0.1, ' + level / 255 + ', 0.1, 0.1]]",' + path + ',0\\n'`,
};
