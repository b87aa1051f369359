import type { EvalFile } from "../file/eval-file.ts";
import type { RunSummary } from "../results/summarise.ts";
import type { RunHeader } from "../runner/stored-run.ts";

const TASKS: Readonly<Record<EvalFile["task"], string>> = {
  judge: "judged which emotions one person in an image is perceived to express",
  choose: "chose one of several options in answer to a question",
  verify: "decided whether a statement about a face is true",
};

/** A methods paragraph in APA style with every version that determines the numbers. */
export function methodsParagraph(header: RunHeader, file: EvalFile, { cells }: RunSummary, samples: number): string {
  const { matrix, analysis } = file;
  const answered = cells.reduce((sum, { usage }) => sum + usage.answered, 0);
  const calls = cells.reduce((sum, { usage }) => sum + usage.calls, 0);
  const cached = cells.reduce((sum, { usage }) => sum + usage.cached, 0);
  const level = Math.round(analysis.level * 100);
  return [
    `Models ${TASKS[file.task]} on ${samples} samples (dataset format ${file.dataset.format}).`,
    `Conditions crossed ${counted(matrix.models, "model")}, ${counted(matrix.prompts, "prompt")}, ${counted(matrix.shots.map(String), "number", "numbers")} of exemplars, ${counted(
      matrix.evidence.map((one) => (one === "none" ? "none" : one.join(" + "))),
      "choice",
      "choices",
    )} of measured evidence and ${counted(matrix.arms, "way", "ways")} of showing the image, with ${matrix.seeds.length === 1 ? "one seed" : `${matrix.seeds.length} seeds`} and ${matrix.repeats === 1 ? "one answer" : `${matrix.repeats} answers`} per sample and condition.`,
    `Of ${calls} calls, ${answered} were answered (${cached} taken from the cache of identical earlier calls); failures and abstentions were left unscored and are reported, not counted as wrong.`,
    `Intervals are ${level}% bias-corrected and accelerated bootstrap intervals (Efron, 1987) over subjects or images with up to ${analysis.resamples.toLocaleString("en-US")} resamples (seed ${analysis.seed}).`,
    "Conditions were compared on the samples that both answered, by McNemar's test (exact under 25 discordant pairs) where one right-or-wrong answer per image was compared, and by paired permutation tests otherwise, with Holm's correction (Holm, 1979).",
    `All answers concern perceived or expressed emotion; no felt state was inferred.`,
    `Analyses used Kuleshov ${header.kuleshovVersion} on Node.js ${header.nodeVersion.replace(/^v/, "")} (${header.platform}), run on ${header.createdAt.slice(0, 10)}.`,
  ].join(" ");
}

function counted(items: readonly string[], one: string, many = `${one}s`): string {
  return `${items.length} ${items.length === 1 ? one : many} (${items.join(", ")})`;
}
