import type { EvalFile } from "../file/eval-file.ts";
import { judgedScorers } from "../judge/judge-calls.ts";
import type { RunSummary } from "../results/summarise.ts";
import type { RunHeader } from "../runner/stored-run.ts";
import { modelInWords, promptInWords } from "./conditions-in-words.ts";
import { scorerMethods } from "./scorer-methods.ts";
import type { ScoredRun } from "./write-report.ts";

const TASKS: Readonly<Record<EvalFile["task"], string>> = {
  judge: "judged which emotions one person in an image is perceived to express",
  choose: "chose one of several options in answer to a question",
  verify: "decided whether a statement about a face is true",
  measured: "were not asked: what toolboxes measured earlier was held against the truth",
};

const COMPARED =
  "Conditions were compared on the samples that both answered, by McNemar's test (exact under 25 discordant pairs) where one right-or-wrong answer per image was compared, and by paired permutation tests otherwise, with Holm's correction (Holm, 1979).";

/** A methods paragraph in APA style with every version that determines the numbers. */
export function methodsParagraph({
  run: { header, samples },
  file,
  summary: { cells },
}: Pick<ScoredRun, "run" | "file" | "summary">): string {
  const { matrix, analysis } = file;
  const answered = cells.reduce((sum, { usage }) => sum + usage.answered, 0);
  const calls = cells.reduce((sum, { usage }) => sum + usage.calls, 0);
  const cached = cells.reduce((sum, { usage }) => sum + usage.cached, 0);
  const level = Math.round(analysis.level * 100);
  return [
    `Models ${TASKS[file.task]} on ${samples.length} ${samples.length === 1 ? "sample" : "samples"} (dataset format ${file.dataset.format}).`,
    `${conditionsInWords(file, header)}, with ${matrix.seeds.length === 1 ? "one seed" : `${matrix.seeds.length} seeds`} and ${matrix.repeats === 1 ? "one answer" : `${matrix.repeats} answers`} per sample and condition.`,
    `Of ${calls} calls, ${answered} were answered (${cached} taken from the cache of identical earlier calls); ${analysis.failures === "wrong" ? "failures and refusals count as wrong in accuracy and choices, abstentions were left unscored" : "failures, refusals and abstentions were left unscored"} and are reported as rates of their own.`,
    `Intervals are ${level}% bias-corrected and accelerated bootstrap intervals (Efron, 1987) over subjects or images with up to ${analysis.resamples.toLocaleString("en-US")} resamples (seed ${analysis.seed}), and of shares of 0 or 1 exact (Clopper & Pearson, 1934).`,
    ...(cells.length < 2 ? [] : [COMPARED]),
    ...(file.stopWhen === undefined
      ? []
      : [
          `Samples were asked about in random order, and no more once the mean of ${file.stopWhen.scorer} was known to ±${file.stopWhen.halfWidth} under every condition, by the rule of Chow and Robbins (1965).`,
        ]),
    ...scorerMethods(file),
    ...judgesInWords(file, cells),
    `All answers concern perceived or expressed emotion; no felt state was inferred.`,
    `Analyses used Kuleshov ${header.kuleshovVersion} on Node.js ${header.nodeVersion.replace(/^v/, "")} (${header.platform}), run on ${header.createdAt.slice(0, 10)}.`,
  ].join(" ");
}

/** Who judged the answers, as it was asked for and as its server says that it ran. */
function judgesInWords(file: EvalFile, cells: RunSummary["cells"]): string[] {
  const scorers = judgedScorers(file);
  if (file.judge === undefined || scorers.length === 0) return [];
  const judgments = cells.flatMap((cell) =>
    (cell.scorers[0]?.calls ?? []).flatMap(({ judged }) =>
      Object.values(judged).filter(({ answer }) => answer !== null),
    ),
  );
  const ran = [...new Set(judgments.flatMap(({ fingerprint }) => fingerprint ?? []))];
  const as = ran.length === 0 ? "its server names no version" : `its server ran ${ran.join(" and ")}`;
  const what = scorers.includes("rubric")
    ? `graded ${judgments.length} answers by a rubric`
    : `rated ${judgments.length} explanations`;
  return [
    `A judge model (${file.judge.model}; ${as}) ${what}.${ran.length > 1 ? " Its versions are not the same judge: pin one by judge.version." : ""}`,
  ];
}

function conditionsInWords(file: EvalFile, header: RunHeader): string {
  const { shots, examples = [], evidence, arms } = file.matrix;
  const models = file.matrix.models.map((name) => modelInWords(name, file, header));
  const prompts = file.matrix.prompts.map((name) => promptInWords(name, header));
  const choices = evidence.map((one) => (one === "none" ? "none" : one.join(" + ")));
  const dimensions: readonly (readonly [one: string, many: string, values: readonly (string | number)[]])[] = [
    ["the model", "models", models],
    ["the prompt", "prompts", prompts],
    ["the number of exemplars", "numbers of exemplars", shots],
    ["the way of showing exemplars", "ways of showing exemplars", examples],
    ["the measured evidence", "choices of measured evidence", choices],
    ["the way of showing the image", "ways of showing the image", arms],
  ];
  const held = dimensions.filter(([, , { length }]) => length === 1).map(([one, , [value]]) => `${one} (${value})`);
  const crossed = dimensions
    .filter(([, , { length }]) => length > 1)
    .map(([, many, values]) => `${values.length} ${many} (${values.join(", ")})`);
  if (crossed.length === 0) return `There was one condition: ${listed(held)}`;
  return `Conditions crossed ${listed(crossed)}${held.length === 0 ? "" : `; the same throughout ${held.length === 1 ? "was" : "were"} ${listed(held)}`}`;
}

function listed(items: readonly string[]): string {
  return items.length < 2 ? items.join() : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}
