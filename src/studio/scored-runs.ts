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

/** Scored runs that are kept: two that are compared. */
const MOST_KEPT = 2;
/** Results of more than this take longer to read than anybody waits: the first answers are shown meanwhile. */
const READ_AT_ONCE_BYTES = 8e6;
const FIRST_ANSWERS = 500;

/** The answers of a run that were read by now. */
export interface ReadAnswers extends ScoredAnswers {
  /** Whether they are all: of a large run the first are there long before. */
  readonly isWhole: boolean;
}

/** What the pages of labs and evaluations ask for: runs by their real places, each `null` while it is being prepared. */
interface ScoredRuns {
  /** A run as far as it is. @throws {ConfigurationError} */
  of(place: string): Promise<ScoredRun | null>;
  /** Its answers, which are there long before the numbers that are made of them. */
  answersOf(place: string): Promise<ScoredAnswers | null>;
  /** As many of them as were read by now. */
  firstOf(place: string): Promise<ReadAnswers | null>;
}

interface Kept {
  readonly stamp: string;
  readonly answers: Promise<ScoredAnswers>;
  /** What is shown until all are read. */
  readonly first: Promise<ReadAnswers>;
  isRead: boolean;
  run?: Promise<ScoredRun>;
}

/** @param onRead told when all answers of a run were read of which only the first were given out. */
export function createScoredRuns(onRead: () => void = () => {}): ScoredRuns {
  const all = new Map<string, Kept>();

  async function keptOf(place: string): Promise<Kept | null> {
    if (!hasRun(place)) return null;
    const { stamp, isLarge } = await stateOf(place);
    const before = all.get(place);
    // A large run that goes on is read once at a time; when it was, the listener has it asked for again.
    if (before?.stamp === stamp || (isLarge && before?.isRead === false)) return before;
    const kept = isLarge ? readInTwo(place, stamp, before) : readAtOnce(place, stamp);
    all.delete(place);
    all.set(place, kept);
    const [oldest] = all.keys();
    if (all.size > MOST_KEPT && oldest !== undefined) all.delete(oldest);
    return kept;
  }

  function readAtOnce(place: string, stamp: string): Kept {
    const answers = scoreAnswers(place);
    answers.catch(() => all.delete(place));
    return { stamp, answers, first: asWhole(answers), isRead: true };
  }

  /** First some, or what was there before, and then all. What cannot be read stays so until its files change. */
  function readInTwo(place: string, stamp: string, before: Kept | undefined): Kept {
    const some = before?.answers ?? scoreAnswers(place, [], FIRST_ANSWERS);
    const first = some.then((answers) => ({ ...answers, isWhole: false }));
    const answers = first.catch(() => undefined).then(() => scoreAnswers(place));
    const kept: Kept = { stamp, answers, first, isRead: false };
    const end = () => {
      kept.isRead = true;
      onRead();
    };
    answers.then(end, end);
    return kept;
  }

  return {
    async firstOf(place) {
      const kept = await keptOf(place);
      if (kept === null) return null;
      return kept.isRead ? asWhole(kept.answers) : kept.first;
    },
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

async function asWhole(answers: Promise<ScoredAnswers>): Promise<ReadAnswers> {
  return { ...(await answers), isWhole: true };
}

async function stateOf(place: string): Promise<{ readonly stamp: string; readonly isLarge: boolean }> {
  const results = resultsPath(place);
  const paths = [results, join(place, "run.json"), judgmentsPath(place), join(place, SCORING_FILE)];
  const found = await Promise.all(paths.map((path) => stat(systemPath(path)).catch(() => null)));
  return {
    stamp: found.map((one) => `${one?.size} ${one?.mtimeMs} ${one?.ctimeMs}`).join(" "),
    isLarge: (found[0]?.size ?? 0) > READ_AT_ONCE_BYTES,
  };
}

/** Where the images of a run lie now. */
interface RunImages {
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
