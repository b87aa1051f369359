import { stat } from "node:fs/promises";
import { join } from "node:path";
import { thumbnail } from "../evaluation/report/worst-cases.ts";
import { type ScoredAnswers, type ScoredRun, scoreAnswers, withNumbers } from "../evaluation/report/write-report.ts";
import { SCORING_FILE } from "../evaluation/results/scoring.ts";
import { hasRun, judgmentsPath, resultsPath } from "../evaluation/runner/stored-run.ts";
import { cacheFolder } from "../platform/cache-folder.ts";
import { findInstalledPackage } from "../platform/package-paths.ts";
import { placeInside, realPath } from "../platform/root-folder.ts";
import { systemPath } from "../platform/system-path.ts";
import { readRunHistory } from "../runs/run-history.ts";
import type { StudioFolder } from "./folder.ts";
import { seenFrom } from "./runs.ts";

/** Scored runs that are kept: two that are compared, and one more. */
const MOST_KEPT = 3;

/** What the pages of labs and evaluations ask for. */
export interface ScoredRuns {
  /** A run as far as it is; `null` while it is being prepared. @param place its real place. @throws {ConfigurationError} */
  of(place: string): Promise<ScoredRun | null>;
  /** Its answers, which are there long before the numbers that are made of them. */
  answersOf(place: string): Promise<ScoredAnswers | null>;
}

interface Kept {
  readonly stamp: string;
  readonly answers: Promise<ScoredAnswers>;
  run?: Promise<ScoredRun>;
}

export function createScoredRuns(): ScoredRuns {
  const all = new Map<string, Kept>();
  async function keptOf(place: string): Promise<Kept | null> {
    if (!hasRun(place)) return null;
    const stamp = await stampOf(place);
    const before = all.get(place);
    if (before?.stamp === stamp) return before;
    const kept: Kept = { stamp, answers: scoreAnswers(place) };
    all.delete(place);
    all.set(place, kept);
    const [oldest] = all.keys();
    if (all.size > MOST_KEPT && oldest !== undefined) all.delete(oldest);
    kept.answers.catch(() => all.delete(place));
    return kept;
  }
  return {
    answersOf: async (place) => (await keptOf(place))?.answers ?? null,
    async of(place) {
      const kept = await keptOf(place);
      if (kept === null) return null;
      kept.run ??= kept.answers.then((answers) => withNumbers(answers));
      kept.run.catch(() => all.delete(place));
      return kept.run;
    },
  };
}

async function stampOf(place: string): Promise<string> {
  const paths = [join(place, "run.json"), resultsPath(place), judgmentsPath(place), join(place, SCORING_FILE)];
  const sizes = await Promise.all(paths.map((path) => stat(systemPath(path)).catch(() => null)));
  return sizes.map((one) => `${one?.size} ${one?.mtimeMs}`).join(" ");
}

/** Where the images of a run lie now. */
export interface RunImages {
  /** `null` where it is gone, or lies outside of the folder and neither did Kuleshov copy it nor does it ship with a package. */
  place(path: string): Promise<string | null>;
  /** Small, as a data address. */
  thumbnail(path: string): Promise<string | null>;
}

/** Images of a run, those of a folder that was moved since as it lies now. */
export async function imagesOfRun(
  { root }: Pick<StudioFolder, "root">,
  { run }: Pick<ScoredAnswers, "run">,
): Promise<RunImages> {
  const history = await readRunHistory(run.folder).catch(() => undefined);
  const samples = findInstalledPackage("@vladmandic/face-api")?.folder;
  const folders = [root, join(cacheFolder(), "dataset-images"), ...(samples === undefined ? [] : [samples])];
  async function place(path: string): Promise<string | null> {
    const now = history === undefined ? path : seenFrom(history.began.workingFolder, history.began.workingFolder, path);
    for (const allowed of folders) {
      for (const each of new Set([path, now])) {
        const found = await realPath(allowed)
          .then((real) => placeInside(real, each, ""))
          .catch(() => null);
        if (found !== null) return found;
      }
    }
    return null;
  }
  return {
    place,
    async thumbnail(path) {
      const found = await place(path);
      return found === null ? null : thumbnail(found);
    },
  };
}

/** Samples that are looked at to say that images were moved. */
const LOOKED_AT = 40;

/** What to do where images of a run are not found; `null` where they are. */
export async function missingImages({ run }: Pick<ScoredAnswers, "run">, images: RunImages): Promise<string | null> {
  const every = Math.max(1, Math.floor(run.samples.length / LOOKED_AT));
  for (const { image } of run.samples.filter((_sample, at) => at % every === 0)) {
    if (image === null || (await images.place(image)) !== null) continue;
    return `Images of this run are not where they were, or lie outside of this folder: put them back, or start the studio on the folder that holds them (\`${image}\`).`;
  }
  return null;
}
