import { spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { forgetGroup, rememberGroup, signalGroup } from "./temporary-run.ts";

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Added to this program's environment, without its keys. */
  readonly env?: Readonly<Record<string, string>>;
}

/** How a process ended. None of it says whether its output is any good. */
export interface ProcessOutcome {
  readonly ended: "by itself" | "timed out" | "not started";
  readonly exitCode: number | null;
  /** The last of what it printed, at most `KEPT_CHARACTERS` each. */
  readonly stdout: string;
  readonly stderr: string;
}

/** A toolbox may print without end; what it said last is what matters. */
const KEPT_CHARACTERS = 16_384;
/** Between asking a process to end and making it. */
const GRACE_MS = 2_000;
/** How long what a program printed last may take to arrive. */
const LAST_WORDS_MS = 500;
/** Nothing that a toolbox starts needs these. */
const SECRET = /key|token|secret|password|credential|KULESHOV_(DATABASE|FLEET)/i;

/**
 * Runs a program in a process group of its own, so that whatever it starts ends with it, at the time limit, on abort and
 * when this program exits.
 *
 * @throws {DOMException} `AbortError` on abort, after the group was ended.
 */
export async function runProcess(
  command: Command,
  options: { readonly timeLimitMs: number },
  signal?: AbortSignal,
): Promise<ProcessOutcome> {
  signal?.throwIfAborted();
  const child = spawn(command.file, [...command.args], {
    cwd: command.cwd,
    env: { ...withoutSecrets(process.env), ...command.env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: process.platform !== "win32",
    windowsHide: true,
  });
  const stdout = keepTail(child.stdout);
  const stderr = keepTail(child.stderr);
  const { pid } = child;
  if (pid !== undefined) rememberGroup(pid);
  let timedOut = false;
  let killTimer: NodeJS.Timeout | undefined;
  const end = (): void => {
    if (pid === undefined || killTimer !== undefined) return;
    signalGroup(pid, "SIGTERM");
    killTimer = setTimeout(() => signalGroup(pid, "SIGKILL"), GRACE_MS);
  };
  const limit = setTimeout(() => {
    timedOut = true;
    end();
  }, options.timeLimitMs);
  signal?.addEventListener("abort", end, { once: true });
  try {
    const exit = await new Promise<{ code: number | null } | Error>((resolve) => {
      child.once("error", resolve);
      // What it printed last may still be on its way; a helper that keeps the pipe open is not waited for.
      child.once("exit", (code) => setTimeout(resolve, LAST_WORDS_MS, { code }));
      child.once("close", (code) => resolve({ code }));
    });
    signal?.throwIfAborted();
    if (exit instanceof Error) return { ended: "not started", exitCode: null, stdout: "", stderr: exit.message };
    const ended = timedOut ? "timed out" : "by itself";
    return { ended, exitCode: exit.code, stdout: stdout(), stderr: stderr() };
  } finally {
    clearTimeout(limit);
    clearTimeout(killTimer);
    signal?.removeEventListener("abort", end);
    // A helper that it left behind would go on writing into a folder that is about to be removed.
    if (pid !== undefined) {
      signalGroup(pid, "SIGKILL");
      forgetGroup(pid);
    }
    child.stdout.destroy();
    child.stderr.destroy();
  }
}

function keepTail(stream: Readable): () => string {
  let kept = "";
  stream.setEncoding("utf8");
  stream.on("data", (text: string) => {
    kept = (kept + text).slice(-KEPT_CHARACTERS);
  });
  return () => kept;
}

function withoutSecrets(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !SECRET.test(name)));
}
