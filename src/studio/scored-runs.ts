import { stat } from "node:fs/promises";
import { join } from "node:path";
import { thumbnail } from "../evaluation/report/worst-cases.ts";
import { type ScoredRun, scoreRun } from "../evaluation/report/write-report.ts";
import { SCORING_FILE } from "../evaluation/results/scoring.ts";
import { hasRun, judgmentsPath, resultsPath } from "../evaluation/runner/stored-run.ts";
import { cacheFolder } from "../platform/cache-folder.ts";
import { findInstalledPackage } from "../platform/package-paths.ts";
import { placeInside, realPath } from "../platform/root-folder.ts";
import { systemPath } from "../platform/system-path.ts";
import type { StudioFolder } from "./folder.ts";

/** Scored runs that are kept: two that are compared, and one more. */
const MOST_KEPT = 3;

/** What the pages of labs and evaluations ask for. */
export interface ScoredRuns {
  /** A run as far as it is; `null` while it is being prepared. @param place its real place. @throws {ConfigurationError} */
  of(place: string): Promise<ScoredRun | null>;
}

export function createScoredRuns(): ScoredRuns {
  const kept = new Map<string, { readonly stamp: string; readonly run: Promise<ScoredRun> }>();
  return {
    async of(place) {
      if (!hasRun(place)) return null;
      const stamp = await stampOf(place);
      const before = kept.get(place);
      if (before?.stamp === stamp) return before.run;
      const run = scoreRun(place);
      kept.delete(place);
      kept.set(place, { stamp, run });
      const [oldest] = kept.keys();
      if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
      run.catch(() => kept.delete(place));
      return run;
    },
  };
}

async function stampOf(place: string): Promise<string> {
  const paths = [join(place, "run.json"), resultsPath(place), judgmentsPath(place), join(place, SCORING_FILE)];
  const sizes = await Promise.all(paths.map((path) => stat(systemPath(path)).catch(() => null)));
  return sizes.map((one) => `${one?.size} ${one?.mtimeMs}`).join(" ");
}

/**
 * The real place of a run's image; `null` where it lies outside of the folder and neither did Kuleshov copy it from a data
 * set nor does it ship with a package of ours.
 */
export async function placeOfRunImage({ root }: Pick<StudioFolder, "root">, path: string): Promise<string | null> {
  const samples = findInstalledPackage("@vladmandic/face-api")?.folder;
  for (const allowed of [root, join(cacheFolder(), "dataset-images"), ...(samples === undefined ? [] : [samples])]) {
    const place = await realPath(allowed)
      .then((real) => placeInside(real, path, ""))
      .catch(() => null);
    if (place !== null) return place;
  }
  return null;
}

/** A run's image, small, as a data address. */
export async function imageOfRun(folder: Pick<StudioFolder, "root">, path: string): Promise<string | null> {
  const place = await placeOfRunImage(folder, path);
  return place === null ? null : thumbnail(place);
}
