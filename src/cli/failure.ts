import { CommanderError } from "commander";
import { ConfigurationError, KuleshovError } from "../domain/errors.ts";
import { systemErrorSentence } from "../platform/system-error.ts";
import { EXIT } from "./exit.ts";
import { OutputError } from "./output.ts";

/**
 * Tells the user in one sentence why nothing came out, and gives the exit code for it. A stack trace is shown only when
 * `KULESHOV_DEBUG` is set.
 */
export function reportFailure(error: unknown): number {
  if (error instanceof CommanderError) return EXIT.wrongUse; // commander has said why
  if (error instanceof OutputError && error.readerLeft) return EXIT.done;
  if (isAbort(error)) {
    process.stderr.write("Interrupted.\n");
    return EXIT.interrupted;
  }
  if (process.env.KULESHOV_DEBUG) process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.stderr.write(`${sentence(error)}\n`);
  return error instanceof ConfigurationError ? EXIT.wrongUse : EXIT.nothingDone;
}

/** Whether the work was stopped on purpose. */
function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === "AbortError" || (error.cause !== error && isAbort(error.cause)));
}

function sentence(error: unknown): string {
  if (error instanceof KuleshovError) return error.message;
  const message = error instanceof Error ? error.message.split("\n")[0] : String(error);
  return systemErrorSentence(error) ?? `Internal error, please report it: ${message} (KULESHOV_DEBUG=1 shows where)`;
}
