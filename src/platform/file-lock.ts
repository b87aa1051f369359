import { readFile, rm, writeFile } from "node:fs/promises";
import { ConfigurationError } from "../domain/errors.ts";

/**
 * Does something while holding a lock file with this process' id in it. The lock of a process that is gone is taken over.
 *
 * @throws {ConfigurationError} if another process holds it.
 */
export async function withFileLock<T>(lock: string, what: string, act: () => Promise<T>): Promise<T> {
  if (!(await acquire(lock))) {
    const holder = await holderOf(lock);
    if (holder !== undefined && isRunning(holder)) {
      throw new ConfigurationError(`Another process (${holder}) is fetching "${what}": wait for it, or end it`);
    }
    await rm(lock, { force: true });
    if (!(await acquire(lock)))
      throw new ConfigurationError(`Another process has inProgress to fetch "${what}": wait for it`);
  }
  try {
    return await act();
  } finally {
    await rm(lock, { force: true });
  }
}

async function acquire(lock: string): Promise<boolean> {
  try {
    await writeFile(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

async function holderOf(lock: string): Promise<number | undefined> {
  const pid = Number(await readFile(lock, "utf8").catch(() => ""));
  return Number.isInteger(pid) && pid > 0 ? pid : undefined;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Not ours to signal, but there.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
