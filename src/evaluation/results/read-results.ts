import { CallRecord } from "../runner/call-record.ts";
import { readJournal } from "../runner/journal.ts";
import { resultsPath } from "../runner/run-folder.ts";

/**
 * The last line of every call of a run, in the order calls were first finished. A call that failed and was answered when
 * the run was resumed counts as answered.
 * @throws {KuleshovError} if a line is damaged.
 */
export async function readResults(folder: string): Promise<CallRecord[]> {
  const byCall = new Map<string, CallRecord>();
  for await (const line of readJournal(resultsPath(folder))) {
    // Our own lines, written whole and synced: a full check of 50 000 would take longer than the report.
    const record = line as CallRecord;
    if (byCall.size === 0) CallRecord.parse(line);
    byCall.set(record.call, record);
  }
  return [...byCall.values()];
}

/** Calls that need not be asked when a run goes on: those that were answered. */
export async function answeredCalls(folder: string): Promise<Set<string>> {
  const answered = new Set<string>();
  for await (const line of readJournal(resultsPath(folder))) {
    const { call, answer } = line as CallRecord;
    if (answer === null) answered.delete(call);
    else answered.add(call);
  }
  return answered;
}
