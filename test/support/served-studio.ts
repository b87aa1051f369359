import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { ownPath } from "../../src/platform/package-paths.ts";

/** A studio as a user starts it. Model servers of this machine are out of its reach. */
export interface ServedStudio {
  /** With the token, and `/` at its end. */
  readonly address: string;
  /** Ends it as Ctrl-C does. @returns its exit code. */
  end(): Promise<number | null>;
  /** Ends it without warning. */
  kill(): Promise<void>;
}

/** @param program of another installation than this one. @param port any free one when left out. */
export async function serveStudio(
  folder: string,
  env: Readonly<Record<string, string>> = {},
  program = ownPath("bin", "kuleshov.js"),
  port = 0,
): Promise<ServedStudio> {
  const words = [program, "studio", folder, "--no-open", "--port", String(port)];
  const child = spawn(process.execPath, words, {
    env: { ...process.env, OPENAI_API_KEY: "", OPENAI_BASE_URL: "", OLLAMA_HOST: "http://127.0.0.1:9", ...env },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const ended = once(child, "exit") as Promise<[number | null]>;
  return {
    address: await firstLine(child),
    async end() {
      child.kill("SIGINT");
      return (await ended)[0];
    },
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

async function firstLine({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error("no standard output");
  for await (const line of createInterface(stdout)) return line;
  throw new Error("it ended without an address");
}
