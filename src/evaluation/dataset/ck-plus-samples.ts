import { existsSync } from "node:fs";
import { join } from "node:path";
import { glob } from "tinyglobby";
import { ConfigurationError } from "../../domain/errors.ts";
import type { CodedActionUnit } from "../sample.ts";
import { type ReadRow, sampleOf } from "./dataset.ts";
import { readDatasetText } from "./table-rows.ts";

/** CK+ codes 0 to 7 (Lucey et al. 2010). */
const CODES = ["neutral", "anger", "contempt", "disgust", "fear", "happiness", "sadness", "surprise"] as const;

/** CK+ labels, sorted. */
export const CK_PLUS_LABELS: readonly string[] = [...CODES].sort();

/** Units that CK+'s coders looked for in every sequence; a unit that is not listed there is absent. */
const CODED_UNITS = [1, 2, 4, 5, 6, 7, 9, 10, 11, 12, 14, 15, 16, 17, 18, 20, 23, 24, 25, 26, 27] as const;

/**
 * CK+: the last (peak) frame of each sequence in `cohn-kanade-images/S005/001/`, its label from
 * `Emotion/S005/001/*_emotion.txt` and its codes from `FACS/S005/001/*_facs.txt`. Sequences without a label keep their codes.
 */
export async function readCkPlusSamples(path: string): Promise<ReadRow[]> {
  const images = join(path, "cohn-kanade-images");
  if (!existsSync(images)) {
    throw new ConfigurationError(`Cannot use dataset as it has no cohn-kanade-images (CK+ expected): \`${path}\``);
  }
  const frames = (await glob(["S*/*/*.png"], { cwd: images })).sort();
  const peaks = new Map(frames.map((frame) => [frame.slice(0, frame.lastIndexOf("/")), frame]));
  const rows: ReadRow[] = [];
  for (const [sequence, frame] of peaks) {
    const stem = frame.slice(frame.lastIndexOf("/") + 1).replace(/\.png$/, "");
    const [subject = sequence] = sequence.split("/");
    try {
      const label = await labelOf(join(path, "Emotion", sequence, `${stem}_emotion.txt`));
      const actionUnits = await codesOf(join(path, "FACS", sequence, `${stem}_facs.txt`));
      const truth = { label, actionUnits };
      rows.push({ where: frame, sample: sampleOf({ id: stem, image: join(images, frame), subject, truth }) });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      rows.push({ where: frame, reason: error.message });
    }
  }
  return rows;
}

async function labelOf(file: string): Promise<string | null> {
  if (!existsSync(file)) return null;
  const code = Number((await readDatasetText(file)).trim());
  const label = CODES[code];
  if (label === undefined) throw new RangeError(`its emotion file says ${code}, which is no CK+ expression`);
  return label;
}

/** A code without intensity is written 0 in CK+ and means present: it counts as B (2 of 5), the least that is scored. */
async function codesOf(file: string): Promise<CodedActionUnit[] | null> {
  if (!existsSync(file)) return null;
  const shown = new Map<number, number>();
  for (const line of (await readDatasetText(file)).split(/\r?\n/)) {
    const [unit, intensity] = line.trim().split(/\s+/).map(Number);
    if (unit === undefined || !Number.isFinite(unit) || unit < 1) continue;
    shown.set(Math.round(unit), intensity !== undefined && intensity > 0 ? Math.min(5, intensity) : 2);
  }
  return CODED_UNITS.map((unit) => {
    const value = shown.get(unit);
    return { au: `AU${unit}`, value: value === undefined ? 0 : value, scale: "intensity-0-5" };
  });
}
