import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { acquireLock, withFileLock } from "../../src/platform/file-lock.ts";
import { tempFolder } from "../support/temp-folder.ts";

const module = new URL("../../dist/src/platform/file-lock.js", import.meta.url).href;

/** Starts a process that waits to be told a path, tries once for its lock, says what it got, and keeps it. */
async function contender() {
  const script = `
    const { acquireLock } = await import(${JSON.stringify(module)});
    const locks = [];
    process.stdout.write("ready\\n");
    process.stdin.on("data", async (path) => {
      const lock = await acquireLock(String(path));
      locks.push(lock);
      process.stdout.write(("holder" in lock ? "refused" : "got") + "\\n");
    });
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["pipe", "pipe", "inherit"] });
  const words = child.stdout.setEncoding("utf8")[Symbol.asyncIterator]();
  const next = async () => String((await words.next()).value).trim();
  expect(await next()).toBe("ready");
  const ended = new Promise((resolve) => child.on("close", resolve));
  return {
    async tries(path: string) {
      child.stdin.write(path);
      return next();
    },
    async killed() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

describe("a lock", () => {
  it("is had by one at a time, also within one process, and by the next once it is released", async () => {
    const path = join(await tempFolder(), "run.lock");
    const first = await acquireLock(path);
    expect(await acquireLock(path)).toEqual({ holder: expect.stringContaining(`process ${process.pid} on `) });
    if ("release" in first) await first.release();
    expect(existsSync(path)).toBe(false);
    expect(
      await withFileLock(
        path,
        () => "refused",
        async () => 7,
      ),
    ).toBe(7);
  });

  it("names its holder also to whoever comes before the name is in it", async () => {
    const path = join(await tempFolder(), "run.lock");
    const first = await acquireLock(path);
    await truncate(path);
    const refused = acquireLock(path);
    await writeFile(path, "process 7 on here\n");
    expect(await refused).toEqual({ holder: "process 7 on here" });
    await truncate(path);
    expect(await acquireLock(path)).toEqual({ holder: "another process" });
    if ("release" in first) await first.release();
  });

  it("is not held by a file that a dead process, or anybody else, left behind", async () => {
    const path = join(await tempFolder(), "run.lock");
    await writeFile(path, `process ${process.pid} on here\n`);
    expect(
      await withFileLock(
        path,
        () => "refused",
        async () => 7,
      ),
    ).toBe(7);
  });

  it("leaves a file alone that somebody else gave its name", async () => {
    const path = join(await tempFolder(), "run.lock");
    for (const theirs of ["my notes\n", "process 7 on here\nand my notes\n", "process 7 on ".padEnd(600, "x")]) {
      await writeFile(path, theirs);
      await expect(acquireLock(path)).rejects.toThrow("that Kuleshov did not write");
      expect(await readFile(path, "utf8")).toBe(theirs);
    }
    await writeFile(path, "\0\0\0\0"); // as a power cut may leave it
    await withFileLock(
      path,
      () => "refused",
      async () => 7,
    );
    expect(existsSync(path)).toBe(false);
  });

  it("is had by exactly one of four that rush for the lock of a process that was killed", async () => {
    const path = join(await tempFolder(), "run.lock");
    let holder = await contender();
    expect(await holder.tries(path)).toBe("got");
    let rushing: (typeof holder)[] = [];
    for (let round = 0; round < 12; round += 1) {
      // Whoever had it is killed, and whoever gets it is the next to be killed: one process more each time.
      while (rushing.length < 4) rushing.push(await contender());
      await holder.killed();
      const outcomes = await Promise.all(rushing.map((one) => one.tries(path)));
      expect(outcomes.toSorted()).toEqual(["got", "refused", "refused", "refused"]);
      const winner = outcomes.indexOf("got");
      holder = rushing[winner] as typeof holder;
      rushing = rushing.filter((_, index) => index !== winner);
    }
    await Promise.all([holder, ...rushing].map((one) => one.killed()));
  }, 120_000);
});
