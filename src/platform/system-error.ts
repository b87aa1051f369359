import { KuleshovError } from "../domain/errors.ts";

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "a part of its path is a file, not a folder",
  EISDIR: "it is a folder, not a file",
  EEXIST: "there is a file of this name already",
  EACCES: "this user may not use it",
  EPERM: "this user may not use it",
  ENOSPC: "the disk is full: free some space and try again",
  EDQUOT: "this user's share of the disk is used up: free some space and try again",
  EROFS: "the disk can only be read",
  EFBIG: "the file would be too large for this disk",
  EMFILE: "too many files are open: raise the limit, for example with `ulimit -n 1024`",
  ENFILE: "too many files are open on this machine: end other programs",
  ENAMETOOLONG: "its name is too long",
  ELOOP: "its links lead in a circle",
  ENOMEM: "the memory is used up",
  EIO: "the disk has a fault",
  EBUSY: "another program holds it",
  ENXIO: "it is a device or a pipe, not a file",
  EAGAIN: "it is a device or a pipe, not a file",
  EINVAL: "the system has no file of such a name",
};

/** A file that is not read although the system would let us; the message is the reason. */
export class RefusedFileError extends Error {
  readonly path: string;

  constructor(path: string, reason: string) {
    super(reason);
    this.path = path;
  }
}

/** Why the operating system, or {@link RefusedFileError}, refused a file: the second half of a sentence. */
export function whyRefused(error: unknown): string {
  if (error instanceof RefusedFileError) return error.message;
  if (isNulInPath(error)) return "its name holds a NUL character, which no file's name can";
  const code = codeOf(error);
  return (code === undefined ? undefined : REASONS[code]) ?? `the system refused (${code ?? String(error)})`;
}

/**
 * One sentence for an error of the operating system anywhere in the chain of causes, with the path where it is known;
 * `undefined` for every other error.
 */
export function systemErrorSentence(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (codeOf(error) === "ERR_MODULE_NOT_FOUND") return CANNOT_LOAD;
  if (!(error instanceof RefusedFileError) && !isSystemError(error)) return systemErrorSentence(error.cause);
  const path = "path" in error && typeof error.path === "string" ? `: \`${error.path}\`` : "";
  return `Cannot go on as ${whyRefused(error)}${path}`;
}

/** With too few files to open, Node does not find what is there. */
const CANNOT_LOAD =
  "Cannot go on as a part of Kuleshov cannot be loaded: allow more open files, for example with `ulimit -n 1024`, or install it again";

function isSystemError(error: Error): boolean {
  return "syscall" in error || (codeOf(error) ?? "") in REASONS || isNulInPath(error);
}

/** Node refuses such a path before the system sees it. */
function isNulInPath(error: unknown): boolean {
  return codeOf(error) === "ERR_INVALID_ARG_VALUE" && /without null bytes/.test((error as Error).message);
}

function codeOf(error: unknown): string | undefined {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}

const NO_ROOM = ["ENOSPC", "EDQUOT"];

/** Says a full disk in words; other errors are returned as they are. */
export function inWordsIfDiskFull(error: unknown, path: string): unknown {
  if (!NO_ROOM.includes((error as NodeJS.ErrnoException | null)?.code ?? "")) return error;
  return new KuleshovError(
    `Cannot write results as the disk is full; make room and run it again with --resume, which keeps what is done: \`${path}\``,
    { cause: error },
  );
}

/** Every error in one sentence, as all doors of the house tell it. */
export function errorSentence(error: unknown): string {
  if (error instanceof KuleshovError) return error.message;
  const message = error instanceof Error ? error.message.split("\n")[0] : String(error);
  return systemErrorSentence(error) ?? `Internal error, please report it: ${message} (KULESHOV_DEBUG=1 shows where)`;
}
