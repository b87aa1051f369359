import { spawn } from "node:child_process";
import { ownPath } from "../../src/platform/package-paths.ts";

/** What a run of the command line left behind. */
export interface CliRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Sends Ctrl-C when this resolves. */
  readonly interrupt?: Promise<unknown>;
  /** Kills it without warning when this resolves. */
  readonly kill?: Promise<unknown>;
}

/** Runs the built `kuleshov` as a user does. Model servers of this machine are out of its reach unless named in `env`. */
export function runCli(words: readonly string[], { cwd, env, interrupt, kill }: CliOptions = {}): Promise<CliRun> {
  const child = spawn(process.execPath, [ownPath("bin", "kuleshov.js"), ...words], {
    cwd,
    env: { ...process.env, OPENAI_API_KEY: "", OPENAI_BASE_URL: "", OLLAMA_HOST: "http://127.0.0.1:9", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  interrupt?.then(() => child.kill("SIGINT"));
  kill?.then(() => child.kill("SIGKILL"));
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, stdout, stderr })));
}
