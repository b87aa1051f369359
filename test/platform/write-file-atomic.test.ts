import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeFileAtomic } from "../../src/platform/write-file-atomic.ts";
import { tempFolder } from "../support/temp-folder.ts";

describe("writeFileAtomic", () => {
  it("makes the folder, replaces what is there, and leaves nothing else behind", async () => {
    const folder = join(await tempFolder(), "new", "folder");
    const path = join(folder, "report.json");
    await writeFileAtomic(path, "a first, longer text");
    await writeFileAtomic(path, new TextEncoder().encode("second"));
    expect([await readFile(path, "utf8"), await readdir(folder)]).toEqual(["second", ["report.json"]]);
  });

  it("leaves one whole text when several write at once", async () => {
    const folder = await tempFolder();
    const texts = ["a", "b", "c", "d"].map((letter) => letter.repeat(200_000));
    await Promise.all(texts.map((text) => writeFileAtomic(join(folder, "cache.json"), text)));
    expect(texts).toContain(await readFile(join(folder, "cache.json"), "utf8"));
    expect(await readdir(folder)).toEqual(["cache.json"]);
  });

  it("leaves no draft when the file cannot be put into place", async () => {
    const folder = await tempFolder();
    await mkdir(join(folder, "taken", "inside"), { recursive: true });
    await expect(writeFileAtomic(join(folder, "taken"), "text")).rejects.toThrow();
    expect(await readdir(folder)).toEqual(["taken"]);
  });
});
