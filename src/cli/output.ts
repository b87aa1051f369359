import { createTerminalStyle, type TerminalStyle } from "../render/terminal-style.ts";

/** How to dress text for standard output as it is now: a terminal, a pipe or a file. */
export function outputStyle(): TerminalStyle {
  const { stdout } = process;
  const color = stdout.isTTY === true && process.env.NO_COLOR === undefined && process.env.TERM !== "dumb";
  return createTerminalStyle({ color, columns: stdout.columns ?? 100 });
}

/** Writes to standard output and waits until it is taken, so that a slow pipe loses nothing. */
export function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

/** A note for the person at the terminal. It goes to standard error, so that scripts read clean output. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}
