import { journalLines, readJournal } from "../../runs/journal.ts";
import { CallRecord } from "../runner/call-record.ts";
import { resultsPath } from "../runner/stored-run.ts";

/**
 * The last line of every call of a run, in the order calls were first finished. A call that failed and was answered when
 * the run was resumed counts as answered.
 * @throws {KuleshovError} if a line is damaged.
 */
export async function readResults(folder: string, path: string = resultsPath(folder)): Promise<CallRecord[]> {
  const byCall = new Map<string, CallRecord>();
  for await (const line of readJournal(path)) {
    // Our own lines, written whole and synced: a full check of 50 000 would take longer than the report.
    const record = line as CallRecord;
    if (byCall.size === 0) CallRecord.parse(line);
    byCall.set(record.call, record);
  }
  return [...byCall.values()];
}

/** Calls that need not be asked when a run goes on: those that were answered. Lines are not parsed: there may be many. */
export async function answeredCalls(folder: string, path: string = resultsPath(folder)): Promise<Set<string>> {
  const answered = new Set<string>();
  for await (const line of journalLines(path)) {
    const call: unknown = JSON.parse(line.slice(CALL_AT, line.indexOf(CALL_ENDS)));
    // Inside a text these quotes would be escaped, so only the keys themselves can match.
    if (line.includes('"answer":null,"failure":')) answered.delete(call as string);
    else answered.add(call as string);
  }
  return answered;
}

/** Where a line's call id stands: our own lines begin with it. */
const CALL_AT = '{"call":'.length;
const CALL_ENDS = ',"cell":';
