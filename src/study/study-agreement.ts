import { readdir, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { z } from "zod";
import type { StudyAgreement, UnitAgreement } from "../domain/agreement.ts";
import { ConfigurationError } from "../domain/errors.ts";
import { ActionUnitMeasurement } from "../domain/measurement.ts";
import { createAgreementCounter } from "../evidence/agreement.ts";
import { openFile, readText } from "../platform/read-file.ts";
import { whyRefused } from "../platform/system-error.ts";
import { systemPath } from "../platform/system-path.ts";
import { csvLines } from "../platform/tables/write-table.ts";
import { openStudyFilter, type StudyFilter } from "./exclusions.ts";

/**
 * How far the toolboxes of a study agree.
 *
 * @throws {ConfigurationError} if nothing was measured, or by one toolbox alone.
 */
export async function studyAgreement(paths: readonly string[], signal?: AbortSignal): Promise<StudyAgreement> {
  const counter = createAgreementCounter();
  const toolboxes = new Set<string>();
  const leftOut: string[] = [];
  for (const path of paths) {
    for await (const measured of readMeasuredFaces(path, (sentence) => leftOut.push(sentence))) {
      signal?.throwIfAborted();
      counter.addFace(measured);
      for (const { toolbox } of measured) toolboxes.add(toolbox);
    }
  }
  if (toolboxes.size < 2) {
    const who = toolboxes.size === 0 ? "no toolbox measured a face" : `only ${[...toolboxes].join()} measured`;
    throw new ConfigurationError(
      `There is nothing to compare as ${who}: measure with two, as in --toolbox mesh openface or --evidence pyfeat:faces.csv, or import two files into one study`,
    );
  }
  const aside = leftOut.length === 0 ? {} : { leftOut };
  return { faces: counter.faces, ...aside, toolboxes: [...toolboxes].sort(), units: counter.table() };
}

/** Of a measured image, as `measure --json` and studies write it, what agreement needs. */
const MeasuredImage = z.object({
  path: z.string(),
  frame: z.object({ index: z.number() }).optional(),
  faces: z.array(z.object({ faceId: z.string().optional(), actionUnits: z.array(ActionUnitMeasurement) })),
});
const MeasureJson = z.object({ images: z.array(MeasuredImage) });

/**
 * The action units of every face that was measured: from the output of `measure --json`, from lines of measured images
 * (`.jsonl`), or from a study's folder with such lines, less what it excludes. Lines are read one by one.
 *
 * @param tell Told how many faces a study excludes.
 * @throws {ConfigurationError} if there is nothing measured in it.
 */
async function* readMeasuredFaces(
  path: string,
  tell: (sentence: string) => void,
): AsyncGenerator<readonly ActionUnitMeasurement[]> {
  const info = await stat(systemPath(path)).catch((cause: NodeJS.ErrnoException) => {
    throw unreadable(path, cause.code === "ENOENT" ? "there is no such file or folder" : whyRefused(cause), cause);
  });
  const files = info.isDirectory() ? await linesIn(path) : [path];
  const filter = info.isDirectory() ? await openStudyFilter(path) : null;
  let images = 0;
  for (const file of files) {
    for await (const image of extname(file) === ".jsonl" ? imagesOfLines(file, files.length > 1) : imagesOfJson(file)) {
      images += 1;
      yield* countedFaces(image, filter);
    }
  }
  const leftOut = filter?.leftOut() ?? null;
  if (leftOut !== null) tell(leftOut);
  if (images === 0)
    throw unreadable(path, "there is no measured image in it (write one with: kuleshov measure --json)");
}

type MeasuredImage = z.infer<typeof MeasuredImage>;

function* countedFaces({ path, frame, faces }: MeasuredImage, filter: StudyFilter | null) {
  for (const { faceId = null, actionUnits } of faces) {
    if (filter?.keepsFace({ path, frame: frame?.index ?? null, faceId }) ?? true) yield actionUnits;
  }
}

async function linesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(systemPath(folder));
  const lines = names.filter((name) => extname(name) === ".jsonl").sort();
  if (lines.length > 0) return lines.map((name) => join(folder, name));
  return names
    .filter((name) => extname(name) === ".json")
    .sort()
    .map((name) => join(folder, name));
}

/** A study's folder also has lines about other things, such as failures: they are passed over. */
async function* imagesOfLines(file: string, amongOthers: boolean): AsyncGenerator<MeasuredImage> {
  let number = 0;
  const handle = await openFile(file).catch((cause: unknown) => {
    throw unreadable(file, whyRefused(cause), cause);
  });
  try {
    for await (const line of handle.readLines()) {
      number += 1;
      if (line.trim() === "") continue;
      const image = MeasuredImage.safeParse(jsonIn(line));
      if (image.success) yield image.data;
      else if (!amongOthers) throw unreadable(file, `line ${number} is no measured image`);
    }
  } finally {
    await handle.close();
  }
}

async function* imagesOfJson(file: string): AsyncGenerator<MeasuredImage> {
  const output = MeasureJson.safeParse(jsonIn(await textOf(file)));
  if (!output.success) throw unreadable(file, "it is not what measure --json prints");
  yield* output.data.images;
}

function textOf(file: string): Promise<string> {
  return readText(file).catch((cause: unknown) => {
    throw unreadable(file, whyRefused(cause), cause);
  });
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unreadable(path: string, reason: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError(`Cannot read measurements as ${reason}: \`${path}\``, { cause });
}

const HEADER = ["au", "measure", "toolboxes", "scale", "n", "value"] as const;
type Row = readonly [au: string, measure: string, toolboxes: string, scale: string, n: number, value: number | null];

/**
 * Agreement as a table with one number per row, which R and Python reshape at will. `n` is the number of faces behind
 * the number; an empty value is one that is not defined, such as kappa where everybody always says absent.
 */
export function agreementCsv({ units }: StudyAgreement): string {
  const rows = units.flatMap(unitRows);
  return csvLines([HEADER, ...rows]);
}

function unitRows({ au, toolboxes, presence, intensity }: UnitAgreement): Row[] {
  const all = toolboxes.map(({ toolbox }) => toolbox).join(" ");
  return [
    ...toolboxes.flatMap(({ toolbox, scales, measured, present, absent, uncertain }): Row[] => {
      const scale = scales.join(" ");
      const decided = present + absent;
      return [
        [au, "present_share", toolbox, scale, decided, decided === 0 ? null : rounded(present / decided)],
        [au, "uncertain_share", toolbox, scale, measured, measured === 0 ? null : rounded(uncertain / measured)],
      ];
    }),
    [au, "unanimous_share", all, "", presence.n, rounded(presence.unanimousShare)],
    [au, "contradictions", all, "", presence.n, presence.contradictions],
    [au, "fleiss_kappa", all, "", presence.n, rounded(presence.fleissKappa)],
    ...presence.pairs.flatMap((pair): Row[] => {
      const two = pair.toolboxes.join(" ");
      return [
        [au, "pair_share", two, "", pair.n, rounded(pair.share)],
        [au, "pair_kappa", two, "", pair.n, rounded(pair.kappa)],
      ];
    }),
    ...intensity.flatMap((group): Row[] => {
      const together = group.toolboxes.join(" ");
      return [
        [au, "icc_2_1", together, group.scale, group.n, rounded(group.icc21)],
        [au, "icc_3_1", together, group.scale, group.n, rounded(group.icc31)],
      ];
    }),
  ];
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 1e6) / 1e6;
}
