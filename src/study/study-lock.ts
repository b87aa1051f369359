import { open, readFile, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { ConfigurationError } from "../domain/errors.ts";

const LOCK = "study.lock";

/**
 * Keeps other processes out of a study's folder until the function it gives is called. The lock of a process that was
 * killed is taken over.
 *
 * @throws {ConfigurationError} if another process is at work in the folder.
 */
export async function lockStudy(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, LOCK);
  const ours = `${process.pid} ${hostname()}\n`;
  for (let attempt = 0; !(await createdWith(path, ours)); attempt += 1) {
    const owner = await readFile(path, "utf8").catch(() => "");
    if (attempt > 0 || isAlive(owner)) {
      throw new ConfigurationError(
        `Cannot measure into study as process ${owner.trim()} is at work in it (if not, remove the lock): \`${path}\``,
      );
    }
    await rm(path, { force: true });
  }
  return () => rm(path, { force: true });
}

async function createdWith(path: string, text: string): Promise<boolean> {
  try {
    const file = await open(path, "wx");
    await file.writeFile(text);
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** A process of another machine may well be; a lock without a process in it was cut short by a crash. */
function isAlive(owner: string): boolean {
  const [pid, host] = owner.trim().split(" ");
  if (!pid) return false;
  if (host !== hostname()) return true;
  if (Number(pid) === process.pid) return false;
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
