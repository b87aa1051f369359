import type { Report, TraceStep } from "../domain/report.ts";
import type { TokenUse } from "../domain/token-use.ts";
import { turnsOf } from "../domain/trace-tree.ts";
import { plain, type TerminalStyle } from "./terminal-style.ts";

/** How a judgment came about, as a tree: every turn of the model, and the tools that it called in it. */
export function renderTrace({ trace, provenance }: Report, style: TerminalStyle): string {
  const { image, model, timingsMs, tokens } = provenance;
  const turns = turnsOf(trace);
  const steps = (["decode", "measure", "observe", "judge"] as const).map(
    (step) => `${step} ${durationInWords(timingsMs[step])}`,
  );
  const lines = turns.flatMap(({ complaint, answer, tools }, index) => {
    const isLast = index === turns.length - 1;
    const [branch, trunk] = isLast ? ["└─", "  "] : ["├─", "│ "];
    const told =
      complaint === null ? [] : [`│  ${style.doubtful("complaint")}  ${cut(complaint.output, style.columns - 16)}`];
    const head = `${branch} ${style.bold(`turn ${index + 1}`)}  ${facts(answer, style)}`;
    const said = tools.length > 0 ? [] : [`${trunk}    ${cut(answer.output, style.columns - 8)}`];
    const of = answer.of === turns[index - 1]?.answer.of ? [] : [`${style.bold(plain(answer.of ?? ""))}`];
    return [
      ...of,
      ...told,
      head,
      ...said,
      ...tools.flatMap((tool, at) => toolLines(tool, { trunk, isLast: at === tools.length - 1 }, style)),
    ];
  });
  const spent = tokensInWords(tokens);
  return [
    `${style.bold(plain(image.path))}  ${plain(model.id)}, ${model.mode}, ${turns.length} turns${spent}`,
    style.dim(steps.join(" · ")),
    ...lines,
    "",
  ].join("\n");
}

function toolLines(
  step: TraceStep,
  place: { readonly trunk: string; readonly isLast: boolean },
  style: TerminalStyle,
): string[] {
  const [branch, trunk] = place.isLast ? ["└─", "   "] : ["├─", "│  "];
  const room = style.columns - 12;
  const images = step.images.map((caption) => `${place.trunk} ${trunk} ${style.dim(`image: ${plain(caption)}`)}`);
  return [
    `${place.trunk} ${branch} ${step.name}(${cut(step.input ?? "", 60)})  ${facts(step, style)}`,
    `${place.trunk} ${trunk} ${style.dim(cut(step.output, room))}`,
    ...images,
  ];
}

function facts({ durationMs, tokens }: TraceStep, style: TerminalStyle): string {
  const time = durationMs === null ? "" : durationInWords(durationMs);
  return style.dim(`${time}${tokens === null ? "" : tokensInWords(tokens)}`);
}

/** Nothing for a model that counts none, such as the rules. */
export function tokensInWords({ input, output, cached }: TokenUse): string {
  if (input === null && output === null) return "";
  return `, ${input ?? "?"} tokens in${cached === undefined ? "" : ` (${cached} cached)`}, ${output ?? "?"} out`;
}

export function durationInWords(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

function cut(text: string, length: number): string {
  const line = plain(text).replace(/\s+/g, " ").trim();
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
}
