import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { z } from "zod";
import { issueInWords } from "../../domain/complaint.ts";
import { ConfigurationError } from "../../domain/errors.ts";
import { readText } from "../../platform/read-file.ts";
import { systemPath } from "../../platform/system-path.ts";
import { journalLines, readJournal } from "../../runs/journal.ts";
import type { RunFolder } from "../../runs/run-folder.ts";
import { Sample } from "../sample.ts";
import { CallRecord } from "./call-record.ts";

/** Raised when the files of a run change their meaning. */
const RUN_FORMAT = 1;
const HEADER_FILE = "run.json";

/** `run.json`: what a run is, written once at its start. */
export const RunHeader = z.strictObject({
  format: z.literal(RUN_FORMAT),
  kuleshovVersion: z.string(),
  nodeVersion: z.string(),
  platform: z.string(),
  name: z.string(),
  createdAt: z.string(),
  evalFilePath: z.string(),
  evalFileText: z.string(),
  /** Labels that samples are judged by; empty when any word will do. */
  labels: z.array(z.string()),
  /** Rows of the dataset that were left out. */
  skippedRows: z.array(z.strictObject({ where: z.string(), reason: z.string() })),
  /** By cell: everything besides sample and stimulus that determines its answers. */
  identities: z.record(z.string(), z.unknown()),
  /** Where whole answers are kept. */
  cacheFolder: z.string(),
  /** Whether answers that were there before the run are taken. */
  reuse: z.boolean(),
  /** The prompts' texts, by the hash that stands in identities. */
  prompts: z.record(z.string(), z.string()).default({}),
  /** How models are asked, beside what the file says. No key is among them. */
  modelOptions: z
    .strictObject({
      baseUrl: z.string().exactOptional(),
      temperature: z.number().exactOptional(),
      maxTokens: z.number().exactOptional(),
      timeoutMs: z.number().exactOptional(),
      samples: z.number().exactOptional(),
    })
    .default({}),
});
export type RunHeader = z.infer<typeof RunHeader>;

/** An existing run. */
export interface StoredRun {
  readonly folder: string;
  readonly header: RunHeader;
  readonly samples: readonly Sample[];
}

/** What was answered, and what a judge model said of it. */
export const RESULT_FILES = ["results.jsonl", "judgments.jsonl"] as const;

/** The results of a run, one JSON line per finished call. */
export function resultsPath(folder: string): string {
  return join(folder, RESULT_FILES[0]);
}

/** What the judge model said of the results, one JSON line per finished call. */
export function judgmentsPath(folder: string): string {
  return join(folder, RESULT_FILES[1]);
}

/** Writes down what a run is, the header last: its presence says that the samples are whole. */
export async function beginRun(
  run: RunFolder,
  header: Omit<RunHeader, "format">,
  samples: readonly Sample[],
): Promise<StoredRun> {
  const whole = RunHeader.parse({ format: RUN_FORMAT, ...header }); // fields in one order, whoever begins it
  await run.write("samples.jsonl", samples.map((sample) => `${JSON.stringify(sample)}\n`).join(""));
  await run.write(HEADER_FILE, `${JSON.stringify(whole, null, 2)}\n`);
  return { folder: run.folder, header: whole, samples };
}

/** Whether a run's header was written. */
export function hasRun(folder: string): boolean {
  return existsSync(systemPath(join(folder, HEADER_FILE)));
}

/** @throws {ConfigurationError} when the folder holds no run, or one of another version. */
export async function openRun(folder: string): Promise<StoredRun> {
  const header = await readRunHeader(folder);
  const samples: Sample[] = [];
  for await (const line of readJournal(join(folder, "samples.jsonl"))) {
    samples.push(checked(Sample, line, { folder, name: "samples.jsonl" }));
  }
  return { folder, header, samples };
}

/** What a run is, without its samples. @throws {ConfigurationError} as {@link openRun}. */
export async function readRunHeader(folder: string): Promise<RunHeader> {
  const text = await readText(join(folder, HEADER_FILE)).catch((error: unknown) => {
    throw new ConfigurationError(`Cannot open run as the folder has no run.json: \`${folder}\``, { cause: error });
  });
  return parseHeader(text, folder);
}

function parseHeader(text: string, folder: string): RunHeader {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new ConfigurationError(`Cannot open run as its run.json is damaged: \`${folder}\``, { cause: error });
  }
  const format = (data as { format?: unknown } | null)?.format;
  if (format !== RUN_FORMAT) {
    throw new ConfigurationError(
      `Cannot open run as its files are of format ${JSON.stringify(format ?? null)} and this Kuleshov reads format ${RUN_FORMAT}: use the version that made it, or run it anew (\`${folder}\`)`,
    );
  }
  return checked(RunHeader, data, { folder, name: HEADER_FILE });
}

/** @throws {ConfigurationError} if what a file of ours holds is not what we write. */
function checked<T>(schema: z.ZodType<T>, value: unknown, { folder, name }: { folder: string; name: string }): T {
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  throw new ConfigurationError(
    `Cannot open run as its ${name} is damaged (${issueInWords(parsed.error)}): \`${folder}\``,
  );
}

/**
 * The last line of every call of a run, in the order calls were first finished. A call that failed and was answered when
 * the run was resumed counts as answered.
 * @param most after so many calls, the rest is not read.
 * @throws {KuleshovError} if a line is damaged.
 */
export async function readResults(
  folder: string,
  path: string = resultsPath(folder),
  most = Number.POSITIVE_INFINITY,
): Promise<CallRecord[]> {
  const byCall = new Map<string, CallRecord>();
  for await (const line of readJournal(path)) {
    // Our own lines, written whole and synced: a full check of 50 000 would take longer than the report.
    const record = line as CallRecord;
    if (byCall.size === 0) checked(CallRecord, line, { folder, name: basename(path) });
    byCall.set(record.call, record);
    if (byCall.size >= most) break;
  }
  return [...byCall.values()];
}

/** Calls that need not be asked when a run goes on: those that were answered, or cannot be shown. Lines are not parsed: there may be many. */
export async function answeredCalls(folder: string, path: string = resultsPath(folder)): Promise<Set<string>> {
  const answered = new Set<string>();
  for await (const line of journalLines(path)) {
    const call: unknown = JSON.parse(line.slice(CALL_AT, line.indexOf(CALL_ENDS)));
    // Inside a text these quotes would be escaped, so only the keys themselves can match.
    if (line.includes('"answer":null,"failure":{')) answered.delete(call as string);
    else answered.add(call as string);
  }
  return answered;
}

/** Where a line's call id stands: our own lines begin with it. */
const CALL_AT = '{"call":'.length;
const CALL_ENDS = ',"cell":';
