import { KuleshovError } from "../domain/errors.ts";

const NO_ROOM = ["ENOSPC", "EDQUOT"];

/** Says a full disk in words; other errors are returned as they are. */
export function inWordsIfDiskFull(error: unknown, path: string): unknown {
  if (!NO_ROOM.includes((error as NodeJS.ErrnoException | null)?.code ?? "")) return error;
  return new KuleshovError(
    `Cannot write results as the disk is full; make room and run it again with --resume, which keeps what is done: \`${path}\``,
    { cause: error },
  );
}
