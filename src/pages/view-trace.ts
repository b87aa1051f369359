import type { Report, TraceStep } from "../domain/report.ts";
import { turnsOf } from "../domain/trace-tree.ts";
import { visibleText } from "../platform/visible-text.ts";
import { durationInWords, tokensInWords } from "../render/terminal-trace.ts";
import type { StepView, TurnView } from "./report-view.ts";

/** What a page shows of how a judgment came about. */
export function viewOfTrace(trace: Report["trace"]): readonly TurnView[] {
  return turnsOf(trace).map(({ complaint, answer, tools }, at, turns) => ({
    of: answer.of === undefined || answer.of === turns[at - 1]?.answer.of ? null : visibleText(answer.of),
    complaint: complaint === null ? null : visibleText(complaint.output),
    said: stepView(answer),
    tools: tools.map(stepView),
  }));
}

/** How long a judgment took, step by step, and its tokens. */
export function spentInWords({ timingsMs, tokens }: Report["provenance"]): string {
  const steps = (["decode", "measure", "observe", "judge"] as const).map(
    (step) => `${step} ${durationInWords(timingsMs[step])}`,
  );
  return `${durationInWords(timingsMs.total)}: ${steps.join(", ")}${tokensInWords(tokens)}`;
}

function stepView({ name, input, output, durationMs, tokens, images }: TraceStep): StepView {
  const time = durationMs === null ? "" : durationInWords(durationMs);
  const counted = tokens === null ? "" : tokensInWords(tokens);
  return {
    name: visibleText(name),
    input: input === null ? null : visibleText(input),
    output: visibleText(output),
    took: `${time}${counted}`.replace(/^, /, ""),
    images: images.map(visibleText),
  };
}
