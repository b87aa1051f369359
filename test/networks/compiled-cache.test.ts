import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { buildNetwork } from "../../src/networks/build.ts";
import { verifyNetwork } from "../../src/networks/verify-network.ts";
import { cacheFolder } from "../../src/platform/cache-folder.ts";
import { ownPath } from "../../src/platform/package-paths.ts";

const ID = "face-api-expression";
let cacheDir: string;
beforeEach(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), "kuleshov-cache-"));
});
afterEach(() => rm(cacheDir, { recursive: true, force: true }));

async function entries(): Promise<string[]> {
  return readdir(join(cacheDir, "networks"));
}

async function onlyEntry(): Promise<string> {
  const [name, ...others] = await entries();
  if (name === undefined || others.length > 0) throw new Error(`Expected one entry, found ${others.length + 1}`);
  return join(cacheDir, "networks", name);
}

describe("the cache of compiled networks", () => {
  it.each([
    ["cut short", async (path: string) => truncate(path, 1000)],
    ["emptied", async (path: string) => truncate(path, 0)],
    [
      "altered in one byte",
      async (path: string) => {
        const bytes = await readFile(path);
        bytes[5000] = (bytes[5000] as number) ^ 1;
        await writeFile(path, bytes);
      },
    ],
  ])("rebuilds an entry that was %s instead of using it", async (_case, damage) => {
    const { onnx } = await buildNetwork(ID, { cacheDir });
    await damage(await onlyEntry());
    const rebuilt = await buildNetwork(ID, { cacheDir });
    expect(rebuilt.from).toBe("compiler");
    expect(Buffer.compare(rebuilt.onnx, onnx)).toBe(0);
    expect((await buildNetwork(ID, { cacheDir })).from).toBe("cache");
    expect(await entries()).toHaveLength(1);
  });

  it("leaves alone what somebody put beside an entry, under a name like its own", async () => {
    await buildNetwork(ID, { cacheDir });
    const entry = await onlyEntry();
    const theirs = entry.replace(/[0-9a-f]+\.onnx$/, "0 mine.onnx"); // is looked at first
    await rename(entry, theirs);
    expect((await buildNetwork(ID, { cacheDir })).from).toBe("compiler");
    expect((await buildNetwork(ID, { cacheDir })).from).toBe("cache");
    expect((await entries()).sort()).toEqual([entry, theirs].map((path) => basename(path)).sort());
  });

  it("is whole after several processes compiled the same network at once", async () => {
    const script = `
      import { buildNetwork } from ${JSON.stringify(ownPath("dist", "src", "networks", "build.js"))};
      const { onnx } = await buildNetwork("${ID}", { cacheDir: ${JSON.stringify(cacheDir)} });
      console.log(onnx.length);`;
    const run = () => promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
    const sizes = (await Promise.all([run(), run(), run()])).map(({ stdout }) => Number(stdout));
    expect(new Set(sizes).size).toBe(1);
    expect((await readFile(await onlyEntry())).length).toBe(sizes[0]);
    expect((await verifyNetwork(ID, { cacheDir })).verdict).toBe("passed");
  });

  it("is not needed: what cannot be kept is compiled each time, and says so", async () => {
    const file = join(cacheDir, "a-file-where-the-folder-should-be");
    await writeFile(file, "");
    const built = await buildNetwork(ID, { cacheDir: file });
    expect(built).toMatchObject({ from: "compiler", notKept: expect.stringContaining("cannot be written") });
    expect((await verifyNetwork(ID, { cacheDir: file })).verdict).toBe("passed");
  });
});

describe("cacheFolder", () => {
  it.each([
    ["linux", {}, join(homedir(), ".cache", "kuleshov")],
    ["linux", { XDG_CACHE_HOME: "/x" }, join("/x", "kuleshov")],
    ["darwin", { XDG_CACHE_HOME: "/x" }, join(homedir(), "Library", "Caches", "kuleshov")],
    ["win32", { LOCALAPPDATA: "C:/L" }, join("C:/L", "kuleshov", "Cache")],
    ["win32", { KULESHOV_CACHE: "/k" }, "/k"],
  ] as const)("on %s with %j is the place of that platform", (platform, env, expected) => {
    expect(cacheFolder(env, platform)).toBe(expected);
  });
});
