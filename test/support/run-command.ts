import { Command } from "commander";
import { vi } from "vitest";
import { reportFailure } from "../../src/cli/failure.ts";

/** What a run of a command said, and how it ended. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A file of `src/cli` that puts its command into the program. */
export interface CommandModule {
  register(program: Command): void;
}

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/**
 * Runs a command as `src/cli/main.ts` does, in this process: what a start of the process costs is not paid for each of
 * many small questions. The working folder and the environment are those of the test.
 */
export async function runCommand(args: readonly string[], modules: readonly CommandModule[]): Promise<CommandResult> {
  const [stdout, stderr] = [capture(process.stdout), capture(process.stderr)];
  const program = new Command("kuleshov").exitOverride();
  for (const module of modules) module.register(program);
  const listening = SIGNALS.map((signal) => new Set(process.listeners(signal)));
  process.exitCode = undefined;
  try {
    await program.parseAsync([...args], { from: "user" });
  } catch (error) {
    process.exitCode = reportFailure(error);
  } finally {
    stdout.end();
    stderr.end();
    // A run listens for Ctrl-C to the end of its process: of a hundred runs in this one, Node would warn.
    SIGNALS.forEach((signal, at) => {
      const added = process.listeners(signal).filter((listener) => !listening[at]?.has(listener));
      for (const listener of added) process.removeListener(signal, listener);
    });
  }
  const code = Number(process.exitCode === undefined ? 0 : process.exitCode);
  process.exitCode = undefined;
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

function capture(stream: NodeJS.WriteStream) {
  let text = "";
  const spy = vi.spyOn(stream, "write").mockImplementation((chunk, ...rest) => {
    text += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
    const done = rest.find((argument) => typeof argument === "function") as ((error?: Error) => void) | undefined;
    done?.();
    return true;
  });
  return { text: () => text, end: () => spy.mockRestore() };
}
