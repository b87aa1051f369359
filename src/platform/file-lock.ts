import { type FileHandle, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout } from "node:timers/promises";
import { tryLock } from "fs-native-extensions";
import { ConfigurationError } from "../domain/errors.ts";
import { openFile } from "./read-file.ts";
import { systemPath } from "./system-path.ts";

/** How long a lock may be held by somebody whose name is not in it yet. */
const MOST_MS_UNNAMED = 1000;
/**
 * What the file of a lock says: who holds it, the process id alone of the first versions, or nothing where a process was
 * killed before its name, or the power went before it, was in it.
 */
const OURS = /^(?:process [0-9]+ on [^\n]*\n|[0-9]+|\0*)$/;

/** A lock that this process holds. */
export interface FileLock {
  /** Lets others have it, and removes its file. */
  release(): Promise<void>;
}

/** Somebody else has the lock: `process 4711 on ward-3`. */
interface LockedOut {
  readonly holder: string;
}

/**
 * Takes the lock that a file stands for, without waiting for it. It is the operating system's own (open-file-description lock,
 * `LockFileEx`), which ends with its process however that ends. So there is no stale lock to be recognised and taken
 * over, which is where lock files that hold a process id let two in: between "its process is gone" and "it is mine" a
 * third may have come, and ids are given out again. Text in the file is for people only.
 *
 * @throws {ConfigurationError} if the file system has no locks, or the file is not Kuleshov's.
 */
export async function acquireLock(path: string): Promise<FileLock | LockedOut> {
  const since = performance.now();
  for (;;) {
    const file = await openFile(path, "append");
    try {
      if (!isLocked(file, path)) {
        const holder = (await file.readFile("utf8")).trim();
        await file.close();
        if (holder !== "") return { holder };
        // Whoever has just got it is about to say who it is.
        if (performance.now() - since > MOST_MS_UNNAMED) return { holder: "another process" };
        await setTimeout(5);
        continue;
      }
      // Whoever held it before has removed the file that is open here; another may have one of that name by now.
      if (await isStillThere(file, path)) {
        await refuseTheirs(file, path);
        await file.truncate();
        await file.writeFile(`process ${process.pid} on ${hostname()}\n`);
        return { release: () => release(file, path) };
      }
    } catch (error) {
      await file.close();
      throw error;
    }
    await file.close();
  }
}

/** Does something while holding a lock. @throws {ConfigurationError} in the words of `refusal` if somebody else has it. */
export async function withFileLock<T>(
  path: string,
  refusal: (holder: string) => string,
  act: () => Promise<T>,
): Promise<T> {
  const lock = await acquireLock(path);
  if ("holder" in lock) throw new ConfigurationError(refusal(lock.holder));
  try {
    return await act();
  } finally {
    await lock.release();
  }
}

function isLocked(file: FileHandle, path: string): boolean {
  try {
    return tryLock(file.fd);
  } catch (cause) {
    throw new ConfigurationError(
      `Cannot lock as the file system keeps no locks, choose a place on another: \`${path}\``,
      {
        cause,
      },
    );
  }
}

async function isStillThere(file: FileHandle, path: string): Promise<boolean> {
  const [own, named] = [await file.stat(), await stat(systemPath(path)).catch(() => undefined)];
  return named !== undefined && own.ino === named.ino && own.dev === named.dev;
}

/** A lock's file is written anew and removed, which a file that happens to have its name must not be. */
async function refuseTheirs(file: FileHandle, path: string): Promise<void> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, 0);
  if (OURS.test(buffer.toString("latin1", 0, bytesRead))) return;
  throw new ConfigurationError(
    `Cannot lock as there is a file of that name that Kuleshov did not write, move it away or choose another place: \`${path}\``,
  );
}

/** Removed while it is still held, so that nobody's new lock is. Where an open file cannot be removed it stays, empty of meaning. */
async function release(file: FileHandle, path: string): Promise<void> {
  await rm(systemPath(path), { force: true }).catch(() => undefined);
  await file.close();
}
