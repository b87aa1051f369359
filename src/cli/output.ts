import { KuleshovError } from "../domain/errors.ts";
import { visibleLine } from "../platform/visible-text.ts";
import { createTerminalStyle, forTerminal, type TerminalStyle } from "../render/terminal-style.ts";

/** How to dress text for standard output as it is now: a terminal, a pipe or a file. */
export function outputStyle(): TerminalStyle {
  const { stdout } = process;
  const color = stdout.isTTY === true && process.env.NO_COLOR === undefined && process.env.TERM !== "dumb";
  return createTerminalStyle({ color, columns: stdout.columns ?? 100 });
}

/** Standard output took no more. */
export class OutputError extends KuleshovError {
  static override readonly code = "output";
  override readonly code = OutputError.code;
  /** Whether the program at the other end of a pipe has read what it wanted, as `head` does. */
  readonly readerLeft: boolean;

  constructor(cause: NodeJS.ErrnoException) {
    const reason = cause.code === "ENOSPC" ? "the disk is full: free some space" : (cause.code ?? cause.message);
    super(`Cannot write the result to standard output as ${reason}`, { cause });
    this.readerLeft = cause.code === "EPIPE";
  }
}

/**
 * Keeps a full disk or a reader that has left from ending the process in the middle: {@link print} rejects instead, and
 * notes that nobody reads are dropped.
 */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
}

/**
 * Writes to standard output and waits until it is taken, so that a slow pipe loses nothing. What a terminal could act on
 * is spelled out; JSON stays the same JSON.
 *
 * @throws {OutputError} if it takes no more.
 */
export function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(forTerminal(text), (error) => (error ? reject(new OutputError(error)) : resolve()));
  });
}

/**
 * A note for the person at the terminal, each text on a line of its own, whatever it holds. It goes to standard error, so
 * that scripts read clean output.
 */
export function note(...lines: readonly string[]): void {
  process.stderr.write(lines.map((line) => `${visibleLine(line)}\n`).join(""));
}
