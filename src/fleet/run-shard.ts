import { spawn } from "node:child_process";
import { mkdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { builtFile } from "../platform/package-paths.ts";
import { systemPath } from "../platform/system-path.ts";
import { walkFolder } from "../platform/walk-folder.ts";
import type { FleetFile } from "../ports/fleet-queue.ts";
import { LOCK_FILE } from "../runs/run-folder.ts";
import { readRunHistory } from "../runs/run-history.ts";
import { SHARD_SETTING, type Shard, shardFolder } from "../runs/shard.ts";
import { JOB_VARIABLE, type JobOfProcess } from "./job-of-process.ts";

/** A shard to be run as a process of its own, which a broken image or a lack of memory ends alone. */
interface ShardCommand {
  readonly words: readonly string[];
  readonly shard: Shard;
  /** The folder of its shards. */
  readonly place: string;
  /** What it is told of its job beside this process's environment. */
  readonly job?: JobOfProcess | undefined;
}

export type ShardOutcome =
  | {
      readonly finished: true;
      readonly settings: Readonly<Record<string, unknown>>;
      readonly files: readonly FleetFile[];
    }
  /** In the words of the command. */
  | { readonly finished: false; readonly reason: string };

/** Between asking a process to end and making it. */
const GRACE_MS = 10_000;

/** Runs a shard, or goes on with it. Its process ends with this one, however this one ends. */
export async function runShard({ words, shard, place, job }: ShardCommand, signal: AbortSignal): Promise<ShardOutcome> {
  signal.throwIfAborted();
  await mkdir(systemPath(place), { recursive: true });
  const own = [...words, `--out=${place}`, `${SHARD_SETTING}=${shard.number}/${shard.of}`, "--resume"];
  const child = spawn(process.execPath, [builtFile("cli/fleet-job.ts"), ...own], {
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    ...(job === undefined ? {} : { env: { ...process.env, [JOB_VARIABLE]: JSON.stringify(job) } }),
    windowsHide: true,
  });
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-KEPT_CHARACTERS);
  });
  let killTimer: NodeJS.Timeout | undefined;
  const end = () => {
    child.kill("SIGINT");
    killTimer = setTimeout(() => child.kill("SIGKILL"), GRACE_MS);
  };
  signal.addEventListener("abort", end);
  const ended = await new Promise<string | number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, killedBy) => resolve(killedBy ?? code));
  }).finally(() => {
    signal.removeEventListener("abort", end);
    clearTimeout(killTimer);
  });
  return outcomeIn(join(place, shardFolder(shard)), said, ended);
}

const KEPT_CHARACTERS = 4_096;

async function outcomeIn(folder: string, said: string, ended: string | number | null): Promise<ShardOutcome> {
  const history = await readRunHistory(folder).catch(() => undefined);
  if (history?.finished !== true) return { finished: false, reason: lastWords(said, ended) };
  const { [SHARD_SETTING]: _shard, ...settings } = history.began.settings;
  const files: FleetFile[] = [];
  for await (const file of walkFolder(folder)) {
    const path = relative(folder, file).split(sep).join("/");
    if (path !== LOCK_FILE) files.push({ path, bytes: await readFile(systemPath(file)) });
  }
  return { finished: true, settings, files };
}

/** Why a command failed: what it said last, with the lines that belong to it. */
function lastWords(said: string, ended: string | number | null): string {
  const lines = said.trimEnd().split("\n");
  const start = lines.findLastIndex((line) => !line.startsWith("  "));
  const words = lines.slice(Math.max(0, start)).join(" ").replaceAll(/\s+/g, " ").trim();
  if (typeof ended === "string")
    return `Its process was ended by ${ended}${words === "" ? "" : `; it said last: ${words}`}`;
  return words === "" ? `It ended with exit code ${ended} and said nothing` : words;
}
