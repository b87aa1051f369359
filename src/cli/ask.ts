import type { Command } from "commander";
import type { Report } from "../domain/report.ts";
import { interruptSignal } from "./interrupt.ts";
import { note, outputStyle, print } from "./output.ts";
import { prepareReportFolder, writeReportFolder } from "./report-folder.ts";

interface AskCommandOptions {
  readonly context?: string;
  readonly model?: string;
  readonly labels?: readonly string[];
  readonly toolbox: readonly string[];
  readonly json?: true;
  readonly out?: string;
  readonly force?: true;
  readonly mode?: "agent" | "single-pass";
  readonly baseUrl?: string;
  readonly temperature?: number;
  readonly seed?: number;
  readonly timeout?: number;
}

export function register(program: Command): void {
  program
    .command("ask")
    .description("judge the expressions in a photo, with every claim traced to a measurement")
    .argument("<photo>", "the photo to judge")
    .argument("[question]", "what you want to know of it")
    .option("--context <text>", "what you know of the situation; it is kept apart from what the face shows")
    .option("--model <name>", "rules (built in), ollama:<name> or openai:<name>")
    .option("--labels <label...>", "labels to choose from; open vocabulary without it")
    .option("--toolbox <name...>", "toolboxes to measure with", ["mesh"])
    .option("--json", "print the whole report as JSON")
    .option("--out <folder>", "write report.json and an annotated picture into this folder")
    .option("--force", "with --out: replace an earlier report")
    .option("--mode <mode>", "insist on agent or single-pass instead of asking the model's server")
    .option("--base-url <url>", "address of an OpenAI-compatible server")
    .option("--temperature <number>", "sampling temperature of the model", Number)
    .option("--seed <number>", "seed for models that take one", Number)
    .option("--timeout <seconds>", "longest wait for one answer of the model", Number)
    .action(askCommand);
}

async function askCommand(photo: string, question: string | undefined, options: AskCommandOptions): Promise<void> {
  const signal = interruptSignal();
  if (options.out !== undefined) await prepareReportFolder(options.out, options.force === true);
  const report = await judgePhoto({ photo, question, ...options }, signal);
  if (options.json) {
    await print(`${JSON.stringify(report, null, 2)}\n`);
  } else {
    const { renderTerminalReport } = await import("../render/terminal-report.ts");
    await print(renderTerminalReport(report, outputStyle()));
  }
  if (options.out !== undefined) note(await writeReportFolder(options.out, report, signal));
  if (options.model === undefined) note(await betterModel(signal));
}

/** Asks with the parts that the options name. */
export async function judgePhoto(
  asked: AskCommandOptions & { readonly photo: string; readonly question?: string | undefined },
  signal: AbortSignal,
): Promise<Report> {
  const { ask } = await import("../ask.ts");
  const { openParts } = await import("../compose/ask.ts");
  const opened = await openParts({ ...partsOptions(asked), notify: note }, signal);
  try {
    const { photo: picture, question, context, labels } = asked;
    const query = { picture, context: context ?? null, labels: labels ?? null };
    return await ask(question === undefined ? query : { ...query, question }, opened.parts, signal);
  } finally {
    await opened.close();
  }
}

function partsOptions({ model = "rules", toolbox, mode, baseUrl, temperature, seed, timeout }: AskCommandOptions) {
  return {
    model,
    toolboxes: toolbox,
    mode: mode ?? null,
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(seed === undefined ? {} : { seed }),
    ...(timeout === undefined ? {} : { timeoutMs: timeout * 1000 }),
  };
}

/** One line on how to get a better judgment than the baseline's. A model that is there is offered, never used unasked. */
export async function betterModel(signal: AbortSignal): Promise<string> {
  const { offerLocalModel } = await import("../compose/models.ts");
  const offered = await offerLocalModel(process.env, signal);
  return offered === null
    ? "This is the rules baseline, not a language model. For one that sees the picture: --model ollama:<name> or openai:<name> (see kuleshov doctor)."
    : `This is the rules baseline, not a language model. A model that sees the picture is at hand: --model ${offered}`;
}
