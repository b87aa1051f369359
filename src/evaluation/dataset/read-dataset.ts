import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ConfigurationError } from "../../domain/errors.ts";
import { clipBox } from "../../domain/geometry.ts";
import { groupBy } from "../../domain/group-by.ts";
import { ActionUnitName } from "../../domain/measurement.ts";
import { nearestNames } from "../../domain/nearest-name.ts";
import { imageSize } from "../../measuring/decode-image.ts";
import { pathOfBytes, systemPath } from "../../platform/system-path.ts";
import type { DatasetSource } from "../file/dataset-source.ts";
import { createLabelReader, type LabelReader } from "../label-reader.ts";
import type { Lemmas } from "../metrics/emotion-wheels.ts";
import type { Sample } from "../sample.ts";
import { AFFECTNET_LABELS, readAffectNetSamples } from "./affectnet-samples.ts";
import { chosenSamples } from "./chosen-samples.ts";
import { CK_PLUS_LABELS, readCkPlusSamples } from "./ck-plus-samples.ts";
import { timeMoments } from "./clip-samples.ts";
import { type BadRow, type Dataset, type ReadRow, readFolderSamples } from "./dataset.ts";
import { drawVideoFrames, type FrameDrawer } from "./drawn-images.ts";
import { EMOTIC_LABELS, readEmoticSamples } from "./emotic-samples.ts";
import { locateDatasetPath } from "./locate.ts";
import { readNamedFiles } from "./named-files.ts";
import { readOasisSamples } from "./oasis-samples.ts";
import { rafDbLabels, readRafDbSamples } from "./raf-db-samples.ts";
import { readStudySamples } from "./study-samples.ts";
import { readTableSamples } from "./table-samples.ts";

/** What reading a dataset needs from outside. */
interface DatasetSetting {
  readonly evalFilePath: string;
  /** Frames of videos become images with it. */
  readonly frames: FrameDrawer;
  readonly lemmas: Lemmas;
  /** Labels of a taxonomy by its id. @throws {ConfigurationError} for an unknown id. */
  taxonomyLabels(id: string): Promise<readonly string[]>;
}

/** Problems that are spelled out before "and N more". */
const SHOWN_PROBLEMS = 5;

/**
 * Reads the samples of an evaluation file's dataset, checked: images there, ids unique, labels in the taxonomy.
 * @throws {ConfigurationError} if it cannot be read, or has rows that cannot be used and `badRows` is `stop`.
 */
export async function readDataset(source: DatasetSource, setting: DatasetSetting): Promise<Dataset> {
  const path = locateDatasetPath(source.path, setting.evalFilePath);
  const { rows, labels: ownLabels, notes = [] } = await readRows(source, path, setting.evalFilePath);
  const labels = await labelsOf(source, ownLabels, setting);
  const checked = await checkRows(rows, createLabelReader(labels, setting.lemmas));
  const refuse = (skipped: readonly BadRow[]) => {
    if (skipped.length > 0 && source.badRows === "stop") throw new ConfigurationError(describe(skipped, path));
    return skipped;
  };
  const unusable = refuse(checked.filter((row): row is BadRow => "reason" in row));
  const good = checked.filter((row): row is GoodRow => "sample" in row);
  const drawn = await timeMoments(await drawFrames(chosenSamples(good, source, path), setting.frames), setting.frames);
  const skipped = [...unusable, ...refuse(drawn.filter((row): row is BadRow => "reason" in row))];
  const read = drawn.flatMap((row) => ("sample" in row ? [row.sample] : []));
  if (read.length === 0) throw noneUsable(skipped, path, source.where);
  const { samples, notes: ofRegions } = await checkRegions(read, good);
  return { samples, skipped, notes: [...notes, ...ofRegions], labels };
}

/**
 * Leaves out regions of which most lies outside their image: it is a copy that was cropped or made smaller since. Where
 * this is so of most, the others are of the first images too. A person among several that the data set tells of in one
 * image keeps the region, as nobody else can stand for them.
 */
async function checkRegions(samples: readonly Sample[], all: readonly GoodRow[]) {
  const listed = groupBy(all, ({ sample }) => sample.image);
  const read = groupBy(samples, ({ image }) => image); // frames of a video are images of their own only here
  const isAlone = (image: string | null) => [listed, read].every((people) => (people.get(image)?.length ?? 0) <= 1);
  const alone = samples.filter(({ image, region }) => region !== null && isAlone(image));
  const misfits = new Set<Sample>();
  for (const sample of alone) if (await isMostlyOutside(sample)) misfits.add(sample);
  if (misfits.size === 0) return { samples, notes: [] };
  const areCopies = misfits.size * 2 > alone.length;
  const left = areCopies ? new Set(alone) : misfits;
  const others = areCopies && left.size > misfits.size ? `, so that none of the ${left.size} is used` : "";
  const note = `${misfits.size} of ${alone.length} regions of samples lie mostly outside their image (a cropped or smaller copy?)${others}: the largest face of such an image is meant`;
  return { samples: samples.map((one) => (left.has(one) ? { ...one, region: null } : one)), notes: [note] };
}

async function isMostlyOutside({ image, region }: Sample): Promise<boolean> {
  const size = image === null ? undefined : await imageSize(image);
  if (size === undefined || region === null) return false;
  const inside = clipBox(region, size);
  return (inside?.widthPx ?? 0) * (inside?.heightPx ?? 0) * 2 < region.widthPx * region.heightPx;
}

type GoodRow = Extract<ReadRow, { sample: Sample }>;

/** Frames of videos as images, video by video. A frame that its video does not have makes a row that cannot be used. */
async function drawFrames(rows: readonly GoodRow[], drawer: FrameDrawer): Promise<readonly ReadRow[]> {
  const drawn = new Map<GoodRow, ReadRow>();
  const ofVideos = rows.filter(({ frame, sample }) => frame !== undefined && sample.image !== null);
  for (const [video, own] of groupBy(ofVideos, ({ sample }) => sample.image as string)) {
    const paths = await drawVideoFrames(
      video,
      own.flatMap(({ frame }) => frame ?? []),
      drawer,
    );
    for (const [i, row] of own.entries()) {
      const image = paths[i];
      const missing = { where: row.where, reason: `its video has no such frame: \`${video}\`` };
      drawn.set(row, image === undefined ? missing : { ...row, sample: { ...row.sample, image } });
    }
  }
  return rows.map((row) => drawn.get(row) ?? row);
}

async function readRows(
  source: DatasetSource,
  path: string,
  evalFilePath: string,
): Promise<{ rows: readonly ReadRow[]; labels: readonly string[]; notes?: readonly string[] }> {
  switch (source.format) {
    case "csv":
    case "jsonl":
      return {
        rows: await readTableSamples(source, path, evalFilePath),
        labels: [...new Set(Object.values(source.labelMap ?? {}).filter((label) => label !== null))].sort(),
      };
    case "folder": {
      const found = await readFolderSamples(path);
      return { ...found, labels: labelsIn(found.rows) };
    }
    case "study": {
      const found = await readStudySamples(source, path, evalFilePath);
      return { ...found, labels: labelsIn(found.rows) };
    }
    case "files": {
      return {
        ...(await readNamedFiles(source, path)),
        labels: [...new Set(Object.values(source.labelMap ?? {}).filter((label) => label !== null))].sort(),
      };
    }
    case "affectnet":
      return { rows: await readAffectNetSamples(path, source.split), labels: AFFECTNET_LABELS };
    case "raf-db":
      return { rows: await readRafDbSamples(path, source), labels: rafDbLabels(source.set) };
    case "emotic":
      return { rows: await readEmoticSamples(path, source.split), labels: EMOTIC_LABELS };
    case "oasis":
      return { rows: await readOasisSamples(path), labels: [] };
    case "ck-plus":
      return { rows: await readCkPlusSamples(path), labels: CK_PLUS_LABELS };
  }
}

function labelsIn(rows: readonly ReadRow[]): readonly string[] {
  return [...new Set(rows.flatMap((row) => ("sample" in row ? (row.sample.truth.label ?? []) : [])))];
}

async function labelsOf(
  { taxonomy }: DatasetSource,
  ownLabels: readonly string[],
  setting: DatasetSetting,
): Promise<readonly string[]> {
  if (taxonomy === undefined) return ownLabels;
  return typeof taxonomy === "string" ? setting.taxonomyLabels(taxonomy) : taxonomy;
}

async function checkRows(rows: readonly ReadRow[], reader: LabelReader): Promise<ReadRow[]> {
  const seen = new Map<string, string>();
  const findFile = createFileFinder();
  const checked: ReadRow[] = [];
  for (const row of rows) {
    const found = "reason" in row ? row : await withImage(row, findFile);
    const reason = "reason" in found ? found.reason : problemOf(found.sample, { seen, reader });
    if ("sample" in row && !seen.has(row.sample.id)) seen.set(row.sample.id, row.where);
    checked.push(reason === undefined ? found : { where: row.where, reason });
  }
  return checked;
}

async function withImage(row: GoodRow, findFile: FileFinder): Promise<ReadRow> {
  const { image } = row.sample;
  if (image === null) return row;
  const path = await findFile(image);
  if (path === undefined) return { where: row.where, reason: `its image is missing: \`${image}\`` };
  return path === image ? row : { ...row, sample: { ...row.sample, image: path } };
}

const MOST_LABELS_TOLD = 8;

function problemOf(
  { id, truth }: Sample,
  { seen, reader }: { readonly seen: ReadonlyMap<string, string>; readonly reader: LabelReader },
): string | undefined {
  const first = seen.get(id);
  if (first !== undefined) return `its id "${id}" is that of ${first} too`;
  if (reader.labels.length === 0) return undefined;
  const coded = (truth.events?.coded ?? []).filter((what) => !isActionUnit(what));
  for (const label of [...(truth.labels ?? []), ...(truth.label === null ? [] : [truth.label]), ...coded]) {
    if (reader.read(label) !== null) continue;
    const near = nearestNames(label, reader.labels, 1)[0];
    const has = reader.labels.slice(0, MOST_LABELS_TOLD).join(", ");
    const more = reader.labels.length > MOST_LABELS_TOLD ? ", ..." : "";
    return `its label "${label}" is not in the taxonomy (${near === undefined ? `${has}${more}` : `nearest: "${near}"`})`;
  }
  return undefined;
}

function isActionUnit(what: string): boolean {
  return ActionUnitName.safeParse(what).success;
}

type FileFinder = (path: string) => Promise<string | undefined>;

/**
 * Finds files by listing each folder once: a study has many images in few folders. In tables from Windows folders may be
 * parted by `\\`, and names be written in another case: such a name is that of the one file that is spelled alike.
 */
function createFileFinder(): FileFinder {
  const folders = new Map<string, Promise<ReadonlyMap<string, readonly string[]>>>();
  const named = async (path: string) => {
    const [folder, name] = [dirname(path), basename(path)];
    const names = folders.get(folder) ?? namesIn(folder);
    folders.set(folder, names);
    const alike = (await names).get(name.toLowerCase()) ?? [];
    if (alike.includes(name)) return path;
    return alike.length === 1 ? join(folder, alike[0] as string) : undefined;
  };
  return async (path) => (await named(path)) ?? (path.includes("\\") ? named(path.replaceAll("\\", "/")) : undefined);
}

async function namesIn(folder: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const names = await readdir(systemPath(folder), { encoding: "buffer" }).catch(() => []);
  return groupBy(names.map(pathOfBytes), (name) => name.toLowerCase());
}

function noneUsable([first]: readonly BadRow[], path: string, where: DatasetSource["where"]): ConfigurationError {
  const chosen = Object.entries(where).map(([column, cells]) => `${column}=${cells.join(" or ")}`);
  if (first === undefined && chosen.length > 0) {
    return new ConfigurationError(`Cannot use dataset as none of its rows has ${chosen.join(" and ")}: \`${path}\``);
  }
  const example = first === undefined ? "" : ` (${first.where}: ${first.reason})`;
  return new ConfigurationError(`Cannot use dataset as no row of it can be used${example}: \`${path}\``);
}

function describe(problems: readonly BadRow[], path: string): string {
  const shown = problems.slice(0, SHOWN_PROBLEMS).map(({ where, reason }) => `  ${where}: ${reason}`);
  const more = problems.length - shown.length;
  return [
    `Cannot use dataset as ${problems.length} of its rows cannot be used (correct them, or set badRows: skip): \`${path}\``,
    ...shown,
    ...(more > 0 ? [`  and ${more} more`] : []),
  ].join("\n");
}
