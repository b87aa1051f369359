import { CommanderError } from "commander";
import { ConfigurationError, JudgmentError } from "../domain/errors.ts";
import { errorSentence } from "../platform/system-error.ts";
import { EXIT } from "./exit.ts";
import { note, OutputError } from "./output.ts";

/**
 * Tells the user in one sentence why nothing came out, and gives the exit code for it. A stack trace is shown only when
 * `KULESHOV_DEBUG` is set. A judgment that was turned down takes three lines.
 */
export function reportFailure(error: unknown): number {
  if (error instanceof CommanderError) return EXIT.wrongUse; // commander has said why
  if (error instanceof OutputError && error.readerLeft) return EXIT.done;
  if (isAbort(error)) {
    note("Interrupted.");
    return EXIT.interrupted;
  }
  noteFailure(error);
  if (error instanceof JudgmentError && error.complaints.length > 0) noteComplaints(error);
  return error instanceof ConfigurationError ? EXIT.wrongUse : EXIT.nothingDone;
}

/** Whether the work was stopped on purpose. */
function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === "AbortError" || (error.cause !== error && isAbort(error.cause)));
}

function noteComplaints({ complaints }: JudgmentError): void {
  note("None of it is shown, since a judgment that breaks these rules cannot be traced to measurements.");
  if (process.env.KULESHOV_DEBUG) note(...complaints);
  else note("Ask again, with another --seed or another --model; KULESHOV_DEBUG=1 lists all that was wrong.");
}

/** An error in one sentence; where it came from only when `KULESHOV_DEBUG` is set. */
export function noteFailure(error: unknown): void {
  if (process.env.KULESHOV_DEBUG) note(...String(error instanceof Error ? error.stack : error).split("\n"));
  note(...errorSentence(error).split(/\n(?= {2})/)); // a list of problems is indented; no other line is begun
}
