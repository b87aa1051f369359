import { writeFileAtomic } from "../../platform/write-file-atomic.ts";
import { journalLine, readJournal } from "../../runs/journal.ts";
import { JUDGED } from "../judge/judge-calls.ts";

/** The lines of a file of calls, by call in the order of their first lines. */
export async function linesByCall(path: string): Promise<Map<string, string[]>> {
  const lines = new Map<string, string[]>();
  for await (const record of readJournal(path)) {
    const { call } = record as { readonly call: string };
    const own = lines.get(call) ?? [];
    own.push(journalLine(record as object));
    lines.set(call, own);
  }
  return lines;
}

/**
 * Puts the lines of a run that has come to its end into the order of its calls: they came as they were answered, which is
 * another order each time. No line is lost.
 */
export async function orderLines(path: string, calls: readonly string[]): Promise<void> {
  const lines = await linesByCall(path);
  const there = [...lines.keys()];
  const ordered = [...new Set([...calls.filter((call) => lines.has(call)), ...there])];
  if (ordered.every((call, index) => call === there[index]) && !hasRepeats(lines)) return;
  await writeFileAtomic(path, linesOf(ordered, lines));
}

/** Whether a call was tried again, so that its lines may lie apart. */
function hasRepeats(lines: ReadonlyMap<string, readonly string[]>): boolean {
  for (const own of lines.values()) if (own.length > 1) return true;
  return false;
}

function* linesOf(calls: readonly string[], lines: ReadonlyMap<string, readonly string[]>): Generator<string> {
  for (const call of calls) yield (lines.get(call) ?? []).join("");
}

/** What a judge is asked about answers, answer by answer. */
export function judgmentIds(calls: readonly string[]): string[] {
  return calls.flatMap((call) => Object.values(JUDGED).map(({ prefix }) => prefix + call));
}
