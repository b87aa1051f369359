import { differenceSum, diffRuns, promptText } from "../evaluation/report/diff-runs.ts";
import { differenceRows, evaluationView } from "../evaluation/report/evaluation-view.ts";
import type { ScoredRun } from "../evaluation/report/write-report.ts";
import { compareSides, sideOf } from "../evaluation/results/compare.ts";
import { createAnswerCache } from "../evaluation/runner/answer-cache.ts";
import { shortNames } from "../evaluation/runner/plan.ts";
import { serveWorker } from "../networks/worker-server.ts";
import type { DifferencesView, EvaluationView } from "../pages/evaluation-view.ts";
import { createContentStore } from "../platform/content-store.ts";
import { nothingAsked } from "./requests.ts";
import { createScoredRuns, imagesOfRun } from "./scored-runs.ts";

/** A run: its folder's real place, and as it is seen from the studio's folder. */
interface Run {
  readonly place: string;
  readonly path: string;
}

const scored = createScoredRuns();
const views = new WeakMap<ScoredRun, Promise<EvaluationView>>();

/** What is worked out of runs. @throws {ConfigurationError} for a run that cannot be read, or of which nothing was asked yet. */
const WORK = {
  /** The numbers of a run, as its report shows them. @param root of the studio. */
  async numbers(run: Run, root: string): Promise<EvaluationView> {
    const whole = await scoredRun(run);
    const known = views.get(whole);
    if (known !== undefined) return known;
    const images = await imagesOfRun({ root }, whole);
    const view = evaluationView(whole, createAnswerCache(createContentStore(whole.run.header.cacheFolder)), {
      stimulus: images.thumbnail,
      sample: async (_image, { id }) =>
        `/api/evaluation/image?${new URLSearchParams({ path: run.path, sample: id, near: "person" })}`,
    });
    views.set(whole, view);
    view.catch(() => views.delete(whole));
    return view;
  },

  /**
   * The main metric of each scorer under the conditions of one run, or one of them, held against a condition of another
   * run or of the same. A condition that is not named is the first of the one, and all of the other.
   */
  async compare(
    one: Run & { readonly cell: string },
    other: Run & { readonly cell: string },
  ): Promise<DifferencesView["rows"]> {
    const [its, others] = [await scoredRun(one), await scoredRun(other)];
    const first = its.summary.cells.find(({ cell: { id } }) => id === one.cell) ?? its.summary.cells[0];
    const seconds = others.summary.cells.filter(
      (each) => each !== first && (other.cell === "" || each.cell.id === other.cell),
    );
    if (first === undefined) return [];
    const short = shortNames(others.summary.cells.map((each) => each.cell));
    const comparisons = its.scorers
      .filter(({ name }) => others.scorers.some((each) => each.name === name))
      .flatMap((scorer) => {
        const sides = [first, ...seconds].map((each) => sideOf(each, scorer.name));
        return compareSides(sides, scorer, { ...its.file.analysis, metrics: "first" });
      });
    return differenceRows(comparisons, (id) => short.get(id) ?? id);
  },

  /** What was asked otherwise, and how many answers are others since, as `eval diff` says it. */
  async diff(before: string, after: string) {
    const found = await diffRuns(before, after);
    return { sum: differenceSum(found), causes: found.causes, prompts: found.prompts.map(promptText) };
  },
};
export type NumbersWork = typeof WORK;

async function scoredRun({ place, path }: Run): Promise<ScoredRun> {
  const found = await scored.of(place);
  if (found === null) throw nothingAsked(path);
  return found;
}

export interface NumbersOrder {
  readonly work: keyof NumbersWork;
  readonly of: readonly unknown[];
}

serveWorker<undefined, NumbersOrder, unknown>(() => ({
  handle: async ({ work, of }) => {
    const run = WORK[work] as (...of: readonly unknown[]) => Promise<unknown>;
    return { response: await run(...of) };
  },
  close: async () => {},
}));
