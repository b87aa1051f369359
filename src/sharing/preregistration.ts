import type { EvalFile } from "../evaluation/file/eval-file.ts";
import { scorerMethods } from "../evaluation/report/scorer-methods.ts";

/** What only the authors know. */
const TO_FILL = "_To be filled in._";

/**
 * A preregistration as Markdown: what an evaluation file settles is filled in, what only its authors know is left to them. The
 * headings are those that registrations of studies ask for (hypotheses, design, sample, measures, exclusions, analysis).
 */
export function preregistration(file: EvalFile, text: string): string {
  const { matrix, analysis, dataset, scorers, thresholds, stopWhen, budget, task } = file;
  const choices = matrix.evidence.map((one) => (one === "none" ? "none" : one.join(" + ")));
  const sections: readonly (readonly [string, readonly string[]])[] = [
    ["Hypotheses", [TO_FILL, ...thresholds.map(thresholdInWords)]],
    [
      "Design",
      [
        `Task: ${task}${file.question === undefined ? "" : `, asking "${file.question}"`}.`,
        `Models: ${matrix.models.join(", ")}. Prompts: ${matrix.prompts.join(", ")}. Exemplars shown: ${matrix.shots.join(", ")}.`,
        `Measured evidence: ${choices.join(", ")}. Ways of showing the image: ${matrix.arms.join(", ")}.`,
        `Every condition with seeds ${matrix.seeds.join(", ")} and ${matrix.repeats} ${matrix.repeats === 1 ? "answer" : "answers"} each; all are crossed.`,
      ],
    ],
    [
      "Sample",
      [
        `Data set in the format ${dataset.format}, as the evaluation file below says. Who is shown, how they were recruited, consent and ethics approval: ${TO_FILL}`,
        stopWhen === undefined
          ? "All samples are asked about; there is no stopping rule."
          : `Samples are drawn at random and no more are asked about once the mean of ${stopWhen.scorer} is known to ±${stopWhen.halfWidth} (${Math.round(analysis.level * 100)} % interval) in every condition, and after at least ${stopWhen.atLeast} (Chow & Robbins, 1965).`,
        ...(budget.usd === undefined
          ? []
          : [`At most ${budget.usd} USD are spent; what is not answered then is missing.`]),
      ],
    ],
    ["Measures", [`Scorers: ${scorers.join(", ")}. The reading that is scored: ${analysis.reading}.`]],
    [
      "Exclusions and missing answers",
      [
        analysis.failures === "wrong"
          ? "Calls that fail or are refused count as wrong; abstentions are left unscored. All three are reported as rates."
          : "Calls that fail, are refused or abstain are left unscored and reported as rates.",
        `Samples that are excluded, and by what rule: ${TO_FILL}`,
      ],
    ],
    [
      "Analysis",
      [
        `Intervals: ${Math.round(analysis.level * 100)} % bias-corrected and accelerated bootstrap over subjects or images, ${analysis.resamples} resamples, seed ${analysis.seed}; of shares of 0 or 1 exact (Clopper & Pearson, 1934).`,
        "Conditions are compared on what both answered: McNemar's test for one right-or-wrong answer per image, paired permutation tests otherwise, with Holm's correction.",
        ...scorerMethods(file),
        ...(analysis.groupBy.length === 0 ? [] : [`Results are also given by ${analysis.groupBy.join(", ")}.`]),
      ],
    ],
    ["What was known already", [`Whether any of these answers had been seen: ${TO_FILL}`]],
  ];
  const body = sections.map(([heading, lines]) => `## ${heading}\n\n${lines.map((line) => `- ${line}`).join("\n")}\n`);
  return `# Preregistration: ${file.name}\n\n${body.join("\n")}\n## Evaluation file\n\n\`\`\`yaml\n${text.trimEnd()}\n\`\`\`\n`;
}

function thresholdInWords({ metric, atLeast, atMost, mayLose }: EvalFile["thresholds"][number]): string {
  const parts = [
    ...(atLeast === undefined ? [] : [`at least ${atLeast}`]),
    ...(atMost === undefined ? [] : [`at most ${atMost}`]),
    ...(mayLose === undefined ? [] : [`at most ${mayLose} worse than the baseline run`]),
  ];
  return `Criterion: ${metric} ${parts.join(", ")} in every condition.`;
}
