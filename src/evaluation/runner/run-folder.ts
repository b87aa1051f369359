import { mkdir, open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { ConfigurationError } from "../../domain/errors.ts";
import { writeFileAtomic } from "../../platform/write-file-atomic.ts";
import { Sample } from "../sample.ts";
import { readJournal } from "./journal.ts";

/** Raised when the files of a run change their meaning. */
const RUN_FORMAT = 1;

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
});
export type RunHeader = z.infer<typeof RunHeader>;

/** An existing run. */
export interface StoredRun {
  readonly folder: string;
  readonly header: RunHeader;
  readonly samples: readonly Sample[];
}

/** The results of a run, one JSON line per finished call. */
export function resultsPath(folder: string): string {
  return join(folder, "results.jsonl");
}

/** What the judge model said of the results, one JSON line per finished call. */
export function judgmentsPath(folder: string): string {
  return join(folder, "judgments.jsonl");
}

/** @throws {ConfigurationError} when the folder holds a run already. */
export async function createRun(
  folder: string,
  header: Omit<RunHeader, "format">,
  samples: readonly Sample[],
): Promise<StoredRun> {
  await mkdir(folder, { recursive: true });
  if (await exists(join(folder, "run.json"))) {
    throw new ConfigurationError(
      `Cannot start evaluation as a run is there already: resume it, or choose another --out (\`${folder}\`)`,
    );
  }
  await writeFileAtomic(join(folder, "samples.jsonl"), samples.map((sample) => `${JSON.stringify(sample)}\n`).join(""));
  const whole: RunHeader = { format: RUN_FORMAT, ...header };
  await writeFileAtomic(join(folder, "run.json"), `${JSON.stringify(whole, null, 2)}\n`);
  return { folder, header: whole, samples };
}

/** @throws {ConfigurationError} when the folder holds no run, or one of another version. */
export async function openRun(folder: string): Promise<StoredRun> {
  const text = await readFile(join(folder, "run.json"), "utf8").catch((error: unknown) => {
    throw new ConfigurationError(`Cannot open run as the folder has no run.json: \`${folder}\``, { cause: error });
  });
  const header = parseHeader(text, folder);
  const samples: Sample[] = [];
  for await (const line of readJournal(join(folder, "samples.jsonl"))) samples.push(Sample.parse(line));
  return { folder, header, samples };
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
      `Cannot open run as its files are of format ${String(format)} and this Kuleshov reads format ${RUN_FORMAT}: use the version that made it, or run it anew (\`${folder}\`)`,
    );
  }
  const parsed = RunHeader.safeParse(data);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new ConfigurationError(
    `Cannot open run as its run.json is damaged (${issue?.path.join(".")}: ${issue?.message}): \`${folder}\``,
  );
}

/**
 * Keeps a second process from writing into the same run. A lock whose process is gone is taken over.
 * @returns releases the lock. @throws {ConfigurationError} while another process holds it.
 */
export async function lockRun(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, "run.lock");
  const holder = await readFile(path, "utf8").catch(() => undefined);
  if (holder !== undefined && isAlive(Number(holder))) {
    throw new ConfigurationError(`Cannot write to run as process ${holder} is at it: \`${folder}\``);
  }
  await rm(path, { force: true });
  const handle = await open(path, "wx").catch((error: unknown) => {
    throw new ConfigurationError(`Cannot write to run as another process has just taken it: \`${folder}\``, {
      cause: error,
    });
  });
  await handle.writeFile(String(process.pid));
  await handle.close();
  return () => rm(path, { force: true });
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function exists(path: string): Promise<boolean> {
  return readFile(path).then(
    () => true,
    () => false,
  );
}
