import { execFileSync } from "node:child_process";
import { truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readBytes, readText } from "../../src/platform/read-file.ts";
import { whyRefused } from "../../src/platform/system-error.ts";
import { tempFolder } from "../support/temp-folder.ts";

describe("A file of the user's", () => {
  it("is read whole", async () => {
    const path = join(await tempFolder(), "words.txt");
    await writeFile(path, "smile ☺");
    expect(await readText(path)).toBe("smile ☺");
  });

  it.skipIf(process.platform === "win32").each([
    ["a named pipe that nobody writes to", namedPipe, "it is a device or a pipe, not a file"],
    ["a device without end", async () => "/dev/zero", "it is a device or a pipe, not a file"],
    ["a folder", tempFolder, "it is a folder, not a file"],
    ["nothing", async () => join(await tempFolder(), "none"), "there is no such file"],
    ["below a file", async () => join(await namedPipe(), "x"), "a part of its path is a file, not a folder"],
    ["too large", hugeFile, "the file has 1000000 MB (limit 536)"],
  ])("is refused at once when it is %s", async (_name, place, reason) => {
    const error = await readBytes(await place()).catch((refusal: unknown) => refusal);
    expect(whyRefused(error)).toBe(reason);
  });

  it("is read as long as the file system says it is, and no longer", async () => {
    if (process.platform === "linux") expect(await readText("/proc/self/maps")).toBe("");
  });
});

async function namedPipe(): Promise<string> {
  const path = join(await tempFolder(), "pipe.jpg");
  execFileSync("mkfifo", [path]);
  return path;
}

async function hugeFile(): Promise<string> {
  const path = join(await tempFolder(), "huge.jpg");
  await writeFile(path, "");
  await truncate(path, 1e12);
  return path;
}
