import { Command } from "commander";
import { vi } from "vitest";
import { reportFailure } from "../../src/cli/failure.ts";
import { signalListeners } from "./signal-listeners.ts";

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

/**
 * Runs a command as `src/cli/main.ts` does, in this process: what a start of the process costs is not paid for each of
 * many small questions. The working folder and the environment are those of the test.
 */
export async function runCommand(args: readonly string[], modules: readonly CommandModule[]): Promise<CommandResult> {
  const [stdout, stderr] = [capture(process.stdout), capture(process.stderr)];
  const program = new Command("kuleshov").exitOverride();
  for (const module of modules) module.register(program);
  const endListening = signalListeners();
  process.exitCode = undefined;
  try {
    await program.parseAsync([...args], { from: "user" });
  } catch (error) {
    process.exitCode = reportFailure(error);
  } finally {
    stdout.end();
    stderr.end();
    endListening();
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
