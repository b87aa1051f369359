import { createInterface } from "node:readline/promises";

/** Whether somebody is at a terminal who can be asked. */
export function canBeAsked(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/** Asks on standard error. An end of input (Ctrl-D) is an empty answer. */
export async function askAtTerminal(question: string, signal: AbortSignal): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const ended = new Promise<string>((resolve) => terminal.once("close", () => resolve("")));
  // While it asks, the terminal hands Ctrl-C to readline rather than to the process.
  terminal.once("SIGINT", () => process.kill(process.pid, "SIGINT"));
  try {
    return await Promise.race([terminal.question(question, { signal }), ended]);
  } finally {
    terminal.close();
  }
}
