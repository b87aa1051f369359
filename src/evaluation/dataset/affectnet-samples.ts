import { existsSync } from "node:fs";
import { join } from "node:path";
import { glob } from "tinyglobby";
import { ConfigurationError } from "../../domain/errors.ts";
import { PixelBox } from "../../domain/geometry.ts";
import { readBytes } from "../../platform/read-file.ts";
import { type ReadRow, sampleOf } from "./dataset.ts";
import { columnsOf, readCsvRows, type TableRow } from "./table-rows.ts";

/** AffectNet's codes in order (Mollahosseini et al. 2019); 8 none, 9 uncertain and 10 no face are not judged. */
export const AFFECTNET_LABELS = [
  "neutral",
  "happiness",
  "sadness",
  "surprise",
  "fear",
  "disgust",
  "anger",
  "contempt",
] as const;

/** Columns of the lists, which some copies do not name. */
const COLUMNS = [
  "subDirectory_filePath",
  "face_x",
  "face_y",
  "face_width",
  "face_height",
  "facial_landmarks",
  "expression",
  "valence",
  "arousal",
] as const;

const IMAGE_FOLDERS = [
  "Manually_Annotated_Images",
  join("Manually_Annotated", "Manually_Annotated_Images"),
  "Manually_Annotated",
  ".",
];

/** Where AffectNet writes -2 for "no valence": that is nothing, not very unpleasant. */
function affectOf(value: number): number | null {
  return value >= -1 && value <= 1 ? value : null;
}

/**
 * AffectNet in either form it is handed out: `<split>/images/0.jpg` with `<split>/annotations/0_exp.npy`, `0_val.npy`,
 * `0_aro.npy`; or `validation.csv` / `training.csv`, with or without their header, beside the images, their folder
 * `Manually_Annotated_Images` or the one that its archive makes around it, or in `Manually_Annotated_file_lists`. The
 * lists say where in the image the face is.
 */
export async function readAffectNetSamples(path: string, split: string): Promise<ReadRow[]> {
  const annotations = join(path, split, "annotations");
  if (existsSync(annotations)) return fromAnnotations(join(path, split));
  const name = `${split.startsWith("train") ? "training" : "validation"}.csv`;
  const list = [name, join("Manually_Annotated_file_lists", name)]
    .map((place) => join(path, place))
    .find((place) => existsSync(place));
  if (list !== undefined) return fromList(list, path);
  throw new ConfigurationError(
    `Cannot use dataset as it is not laid out as AffectNet (${split}/annotations or ${name} expected): \`${path}\``,
  );
}

async function fromAnnotations(folder: string): Promise<ReadRow[]> {
  const files = (await glob(["*_exp.npy"], { cwd: join(folder, "annotations") })).sort(
    (a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10),
  );
  const rows: ReadRow[] = [];
  for (const file of files) {
    const id = file.replace("_exp.npy", "");
    try {
      const value = async (part: string) =>
        Number(parseNpy(await readBytes(join(folder, "annotations", `${id}_${part}.npy`)))[0]);
      const image = join(folder, "images", `${id}.jpg`);
      rows.push(
        ...rowOf(
          { where: file, id, image, region: null, code: await value("exp") },
          await value("val"),
          await value("aro"),
        ),
      );
    } catch (error) {
      rows.push({ where: file, reason: `its annotation cannot be read (${(error as Error).message})` });
    }
  }
  return rows;
}

async function fromList(list: string, path: string): Promise<ReadRow[]> {
  const header = await columnsOf(list);
  const rows = await readCsvRows(list, header.includes("subDirectory_filePath") ? undefined : COLUMNS);
  return rows.flatMap(({ where, cells }) => {
    const file = cells.subDirectory_filePath;
    if (file === undefined) return [{ where, reason: "it has no subDirectory_filePath" }];
    const places = IMAGE_FOLDERS.map((folder) => join(path, folder, file));
    const image = places.find((place) => existsSync(place)) ?? join(path, "Manually_Annotated_Images", file);
    return rowOf(
      { where, id: file, image, region: faceBoxOf(cells), code: Number(cells.expression) },
      Number(cells.valence),
      Number(cells.arousal),
    );
  });
}

/** `null` where there is none, as in lists that people shortened. */
function faceBoxOf(cells: TableRow["cells"]): PixelBox | null {
  const names = ["face_x", "face_y", "face_width", "face_height"];
  const [leftPx, topPx, widthPx, heightPx] = names.map((name) => Number.parseFloat(cells[name] ?? ""));
  const box = PixelBox.safeParse({ leftPx, topPx, widthPx, heightPx });
  return box.success ? box.data : null;
}

interface AffectNetRow {
  readonly where: string;
  readonly id: string;
  readonly image: string;
  readonly region: PixelBox | null;
  readonly code: number;
}

function rowOf(row: AffectNetRow, valence: number, arousal: number): ReadRow[] {
  if (row.code >= 8 && row.code <= 10) return [];
  const label = AFFECTNET_LABELS[row.code];
  if (label === undefined) return [{ where: row.where, reason: `${row.code} is no AffectNet expression` }];
  const truth = { label, valence: affectOf(valence), arousal: affectOf(arousal) };
  return [{ where: row.where, sample: sampleOf({ id: row.id, image: row.image, region: row.region, truth }) }];
}

/** Contents of a NumPy `.npy` file that holds one or more texts or numbers. */
type NpyValues = readonly (string | number)[];

/**
 * Reads NumPy's `.npy` format, versions 1 to 3, of the kinds that AffectNet's annotations use: `<U` texts, little-endian
 * floats and integers. @throws {RangeError} for anything else.
 */
function parseNpy(bytes: Uint8Array): NpyValues {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (
    bytes.byteLength < 12 ||
    bytes[0] !== 0x93 ||
    new TextDecoder("latin1").decode(bytes.subarray(1, 6)) !== "NUMPY"
  ) {
    throw new RangeError("it is not a NumPy file");
  }
  const long = (bytes[6] as number) >= 2;
  const start = long ? 12 : 10;
  const headerBytes = long ? view.getUint32(8, true) : view.getUint16(8, true);
  const header = new TextDecoder("latin1").decode(bytes.subarray(start, start + headerBytes));
  const kind = /'descr':\s*'([^']+)'/.exec(header)?.[1] ?? "";
  const shape = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1] ?? "";
  const count = shape
    .split(",")
    .filter((part) => part.trim() !== "")
    .reduce((product, part) => product * Number(part), 1);
  return Array.from({ length: count }, (_, i) => readItem(view, kind, { start: start + headerBytes, index: i }));
}

function readItem(
  view: DataView,
  kind: string,
  { start, index }: { readonly start: number; readonly index: number },
): string | number {
  const text = /^<U(\d+)$/.exec(kind);
  if (text !== null) {
    const length = Number(text[1]);
    let value = "";
    for (let i = 0; i < length; i++) {
      const code = view.getUint32(start + (index * length + i) * 4, true);
      if (code !== 0) value += String.fromCodePoint(code);
    }
    return value;
  }
  if (kind === "<f8") return view.getFloat64(start + index * 8, true);
  if (kind === "<f4") return view.getFloat32(start + index * 4, true);
  if (kind === "<i8") return Number(view.getBigInt64(start + index * 8, true));
  if (kind === "<i4") return view.getInt32(start + index * 4, true);
  throw new RangeError(`its items are of kind "${kind}"`);
}
