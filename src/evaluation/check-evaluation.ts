import { ConfigurationError } from "../domain/errors.ts";
import { hasRenderingPair } from "../lab/rendering-effects.ts";
import type { Shard } from "../runs/shard.ts";
import { locateDatasetPath } from "./dataset/locate.ts";
import { type EvalFile, takesClips } from "./file/eval-file.ts";
import { judgedScorers } from "./judge/judge-calls.ts";
import { criteriaText } from "./judge/rubric-calls.ts";
import { hasRun } from "./runner/stored-run.ts";
import type { Sample } from "./sample.ts";
import type { Requirement, Scorer } from "./score.ts";
import { readsPrompts } from "./solvers/condition-dependencies.ts";

/** @throws {ConfigurationError} if a judge model would have nothing to judge, or nothing to judge by. */
export function checkJudge(file: EvalFile, samples: readonly Sample[]): void {
  const [scorer] = judgedScorers(file);
  if (scorer === undefined) return;
  if (file.judge === undefined) {
    throw new ConfigurationError(`Cannot score "${scorer}" as no judge is named: set judge.model`);
  }
  if (!file.scorers.includes("rubric")) return;
  if (file.rubric.length === 0) {
    throw new ConfigurationError('Cannot score "rubric" as there is none: say under rubric what answers are graded by');
  }
  if (file.task === "measured") {
    throw new ConfigurationError('Cannot score "rubric" as toolboxes say nothing in words: drop the scorer');
  }
  for (const sample of samples) criteriaText(file, sample);
}

/** @throws {ConfigurationError} if there are no groups that could be treated otherwise than others. */
export function checkFairness({ scorers, analysis, matrix }: EvalFile, samples: readonly Sample[]): void {
  if (!scorers.includes("fairness")) return;
  const refuse = (why: string) => new ConfigurationError(`Cannot score "fairness" as ${why}`);
  if (analysis.groupBy.length === 0 && !hasRenderingPair(matrix.arms)) {
    throw refuse(
      "no groups are named: set analysis.groupBy to their columns, or matrix.arms to renderings such as skin-lighter and skin-darker",
    );
  }
  for (const by of analysis.groupBy) {
    const groups = new Set(samples.flatMap(({ columns }) => columns[by] ?? []));
    if (groups.size === 0) throw refuse(`no sample has anything in its column "${by}"`);
    if (groups.size === 1) throw refuse(`the column "${by}" has one group`);
  }
}

/** @throws {ConfigurationError} if it is not said what is to be estimated, or nobody labelled any of it. */
export function checkCorrected({ scorers, analysis }: EvalFile, samples: readonly Sample[]): void {
  if (!scorers.includes("corrected-estimates")) return;
  const refuse = (why: string) => new ConfigurationError(`Cannot score "corrected-estimates" as ${why}`);
  const { corrected } = analysis;
  if (corrected === undefined) {
    throw refuse("it is not said of what: set analysis.corrected.share to a label, or mean to valence or arousal");
  }
  const { mean, by, probability } = corrected;
  const isLabelled = ({ truth }: Sample) => (mean === undefined ? (truth.label ?? truth.choice) : truth[mean]) !== null;
  if (!samples.some(isLabelled)) throw refuse("no sample is labelled by hand: some have to be");
  for (const named of [by, probability]) {
    if (named !== undefined && samples.every(({ columns }) => columns[named] === undefined)) {
      throw refuse(`no sample has anything in its column "${named}"`);
    }
  }
  const bad = samples.find(({ columns }) => {
    const chance = probability === undefined ? 1 : Number(columns[probability] || Number.NaN);
    return !(chance > 0 && chance <= 1);
  });
  if (bad !== undefined) {
    throw refuse(`"${bad.columns[probability ?? ""] ?? ""}" of ${bad.id} is no chance above 0 and up to 1`);
  }
}

/** A note where several prompts are one, as a model reads none; none where each can make a difference. */
export function checkPrompts({ task, matrix, models }: EvalFile): string[] {
  const { prompts } = matrix;
  const deaf = matrix.models.filter((name) => !readsPrompts(models[name]?.model ?? name));
  if (task === "measured" || prompts.length < 2 || deaf.length === 0) return [];
  return [
    `${deaf.join(" and ")} ${deaf.length === 1 ? "reads" : "read"} no prompt, so that all ${prompts.length} are one: name a language model, as in --model ollama:qwen2.5vl`,
  ];
}

/** @throws {ConfigurationError} if clips are to be shown where one image is. */
export function checkClips(file: EvalFile): void {
  if (!takesClips(file) || file.task === "judge") return;
  throw new ConfigurationError(
    `Cannot ${file.task} with videos: clips, which are judged: leave videos out to take a frame of each, or set task: judge`,
  );
}

/** @throws {ConfigurationError} if a run is to stop by what it does not score. */
export function checkStopRule({ stopWhen, scorers }: EvalFile, shard: Shard | undefined): void {
  if (stopWhen !== undefined && shard !== undefined) {
    throw new ConfigurationError(
      "Cannot share out an evaluation that stops when enough is known, as no shard knows of the others: leave stopWhen out",
    );
  }
  if (stopWhen === undefined || scorers.includes(stopWhen.scorer)) return;
  throw new ConfigurationError(`Cannot stop by "${stopWhen.scorer}" as it is none of the scorers: add it there`);
}

/** @throws {ConfigurationError} if there is no run that the file's thresholds could be held against, or none of them is. */
export function checkBaseline({ baseline, thresholds }: EvalFile, path: string): void {
  const place = baseline === undefined ? undefined : locateDatasetPath(baseline, path);
  if (place !== undefined && !hasRun(place)) {
    throw new ConfigurationError(`Cannot hold an evaluation against its baseline as no run is there: \`${place}\``);
  }
  const isHeld = thresholds.some(({ mayLose }) => mayLose !== undefined);
  if (place === undefined && isHeld) {
    throw new ConfigurationError("mayLose is held against a run: name it as baseline in the file, or with --baseline");
  }
  if (place !== undefined && !isHeld) {
    throw new ConfigurationError(
      `Nothing would be held against the baseline as no threshold says what a metric may lose: add mayLose to one, or leave the baseline out (\`${place}\`)`,
    );
  }
}

/**
 * Checks before anything is spent that every scorer finds what it needs in some sample.
 * @returns notes on scorers that will leave part of the samples unscored.
 * @throws {ConfigurationError} naming the scorer, what it needs, and what the dataset has.
 */
export function checkRequirements(
  scorers: readonly Pick<Scorer, "name" | "requires">[],
  samples: readonly Sample[],
  matrix: EvalFile["matrix"],
): string[] {
  return scorers.flatMap((scorer) =>
    scorer.requires.flatMap((requirement) => {
      if (requirement === "repeats") {
        if (matrix.repeats * matrix.seeds.length > 1) return [];
        throw new ConfigurationError(
          `Cannot score "${scorer.name}" as there is one answer per sample: set matrix.repeats to 2 or more`,
        );
      }
      const having = samples.filter((sample) => hasIt(sample, requirement)).length;
      if (having === 0) throw new ConfigurationError(absent(scorer.name, requirement, samples));
      if (having === samples.length) return [];
      return [
        `"${scorer.name}" leaves ${samples.length - having} of ${samples.length} samples unscored: they have no ${requirement}`,
      ];
    }),
  );
}

function hasIt(sample: Sample, requirement: Exclude<Requirement, "repeats">): boolean {
  if (requirement === "ratings") return sample.raters !== null || sample.votes !== undefined;
  if (requirement === "options" || requirement === "pair" || requirement === "raters") {
    return sample[requirement] !== null;
  }
  return (sample.truth[requirement] ?? null) !== null;
}

function absent(scorer: string, requirement: string, samples: readonly Sample[]): string {
  const present = new Set(
    samples.flatMap(({ truth }) => Object.entries(truth).flatMap(([name, value]) => (value === null ? [] : [name]))),
  );
  const has = present.size === 0 ? "no truth at all" : [...present].join(", ");
  const columns = requirement === "ratings" ? "raters or votes" : requirement;
  return `Cannot score "${scorer}" as it needs ${columns}, which no sample has (the dataset gives ${has}): name its column under dataset.columns, or drop the scorer`;
}
