import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import { ConfigurationError } from "../domain/errors.ts";
import type { Report } from "../domain/report.ts";
import { systemPath } from "../platform/system-path.ts";
import { note, outputStyle, print } from "./output.ts";

interface TraceOptions {
  readonly page?: string;
  readonly spans?: string;
}

export function register(program: Command): void {
  program
    .command("trace")
    .description("how a judgment came about: every turn of the model and every tool it called, as a tree")
    .argument("<report>", "report.json, or the folder of an `ask --out`")
    .option("--page <file>", "write it as a page, with the images that the model was shown")
    .option("--spans <file>", "write it as OpenTelemetry spans (GenAI conventions), OTLP JSON, one to a line")
    .action(traceCommand);
}

async function traceCommand(place: string, { page, spans }: TraceOptions): Promise<void> {
  const { writeFileAtomic } = await import("../platform/write-file-atomic.ts");
  const report = await reportAt(place);
  const { renderTrace } = await import("../render/terminal-trace.ts");
  await print(renderTrace(report, outputStyle()));
  if (page !== undefined) {
    const { tracePage } = await import("../pages/trace-page.tsx");
    await writeFileAtomic(page, tracePage(report));
    note(`Wrote ${page}`);
  }
  if (spans !== undefined) {
    const { traceSpans } = await import("../render/trace-spans.ts");
    await writeFileAtomic(spans, traceSpans(report));
    note(`Wrote ${spans}`);
  }
}

const MOST_BYTES = 200e6;

async function reportAt(place: string): Promise<Report> {
  const { readText } = await import("../platform/read-file.ts");
  const { Report: ReportSchema } = await import("../domain/report.ts");
  const isFolder = await stat(systemPath(place)).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const path = isFolder ? join(place, "report.json") : place;
  const text = await readText(path, { mostBytes: MOST_BYTES }).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== "ENOENT") throw cause;
    throw new ConfigurationError(`There is no report \`${path}\`: \`kuleshov ask --out <folder>\` writes one`, {
      cause,
    });
  });
  try {
    return ReportSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new ConfigurationError(`Cannot read \`${path}\` as it is no report of \`kuleshov ask --out\``, { cause });
  }
}
