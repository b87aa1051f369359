import { spawnSync } from "node:child_process";
import { chown, readdir, readFile, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { ownPath, packageVersion } from "../../src/platform/package-paths.ts";
import { tempFolder } from "../support/temp-folder.ts";

function run(cache: string, ...words: string[]) {
  const env = { ...process.env, KULESHOV_CACHE: cache };
  return spawnSync(process.execPath, [ownPath("bin/kuleshov.js"), ...words], { env, encoding: "utf8" });
}

/** What the command says of its version, with its cache there. */
function version(cache: string): string {
  return run(cache, "--version").stdout.trim();
}

/** The one file of compiled code. */
async function keptFile(cache: string): Promise<string> {
  const names = await readdir(join(cache, "code"));
  expect(names).toHaveLength(1);
  return join(cache, "code", names[0] as string);
}

/** A cache in which a start left its code, with its time set back. */
async function usedCache() {
  const cache = await tempFolder();
  version(cache);
  const file = await keptFile(cache);
  const hourAgo = new Date(Date.now() - 3_600_000);
  await utimes(file, hourAgo, hourAgo);
  return { cache, file, hourAgo };
}

describe("compiled code", () => {
  it("is kept by the first start, for this Node, and only read by the second", async () => {
    const { cache, file, hourAgo } = await usedCache();
    expect(file).toContain(process.version);
    expect(version(cache)).toBe(packageVersion());
    expect((await stat(await keptFile(cache))).mtime).toEqual(hourAgo);
  });

  it("imports modules of others as well as code that was compiled just now", async () => {
    const cache = await tempFolder();
    const scorer = join(cache, "scorer.mjs");
    const made = JSON.stringify(pathToFileURL(ownPath("dist/bundle/evaluation/score.js")).href);
    const parts =
      'name: "own", description: "d", requires: [], score: () => unscored("abstained", "a"), metrics: () => []';
    await writeFile(
      scorer,
      `import { defineScorer, unscored } from ${made};\nexport default defineScorer({ ${parts} });\n`,
    );
    // What the first one compiled, the function that imports among it, is what the second one runs.
    for (const start of ["first", "second"]) {
      const words = ["facs-exam", "--limit", "1", "--out", join(cache, start), "--scorer", scorer];
      expect(run(cache, "eval", "run", ...words)).toMatchObject({ status: 0 });
    }
  });

  it.each([
    ["has one byte that is another", (code: Buffer) => code.fill(code.readUInt8(300_000) ^ 1, 300_000, 300_001)],
    ["was cut short", (code: Buffer) => code.subarray(0, 100_000)],
    ["is empty", () => Buffer.alloc(0)],
  ])("that %s is not run, and made again", async (_case, damage) => {
    const { cache, file } = await usedCache();
    const whole = await readFile(file);
    await writeFile(file, damage(Buffer.from(whole)));
    expect(version(cache)).toBe(packageVersion());
    expect((await readFile(file)).length).toBeGreaterThan(whole.length * 0.9);
    expect(version(cache)).toBe(packageVersion());
  });

  it.runIf(process.getuid?.() === 0)("that another user wrote is not run, and made again", async () => {
    const { cache, file } = await usedCache();
    await chown(file, 65_534, 65_534);
    expect(version(cache)).toBe(packageVersion());
    expect((await stat(file)).uid).toBe(0);
  });

  it("that nobody used for a month goes when new code is kept", async () => {
    const { cache, file } = await usedCache();
    const old = join(cache, "code", "command-OLDER123-cjs-ask-v20.19.0-x64.bin");
    await writeFile(old, "");
    await utimes(old, new Date(0), new Date(0));
    await writeFile(file, "");
    version(cache);
    expect(await keptFile(cache)).toBe(file);
  });

  it("leaves what somebody else keeps in a folder of that name, however old", async () => {
    const { cache, file } = await usedCache();
    const own = ["thesis", "command-line.bin"].map((name) => join(cache, "code", name));
    for (const path of own) {
      await writeFile(path, "");
      await utimes(path, new Date(0), new Date(0));
    }
    await writeFile(file, "");
    version(cache);
    expect((await stat(file)).size).toBeGreaterThan(0);
    expect(await readdir(join(cache, "code"))).toEqual(expect.arrayContaining(["thesis", "command-line.bin"]));
  });

  it("is not needed: where the cache cannot be a folder, the command starts without", async () => {
    const file = join(await tempFolder(), "no-folder");
    await writeFile(file, "");
    expect(run(file, "--version")).toMatchObject({ stdout: `${packageVersion()}\n`, stderr: "", status: 0 });
  });

  it("is not kept of a command that there is not", async () => {
    const cache = await tempFolder();
    expect(run(cache, "aks").status).toBe(2);
    expect(await readdir(cache)).toEqual([]);
  });
});
