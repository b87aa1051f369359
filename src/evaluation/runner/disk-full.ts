import { KuleshovError } from "../../domain/errors.ts";

/** Says a full disk in words; other errors are returned as they are. */
export function inWordsIfDiskFull(error: unknown, path: string): unknown {
  if ((error as NodeJS.ErrnoException | null)?.code !== "ENOSPC") return error;
  return new KuleshovError(`Cannot write results as the disk is full; make room and resume: \`${path}\``, {
    cause: error,
  });
}
