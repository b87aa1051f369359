import { execFileSync } from "node:child_process";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ownPath } from "../../src/platform/package-paths.ts";
import { readText } from "../../src/platform/read-file.ts";
import { hasStrayBytes, pathOfBytes, systemPath } from "../../src/platform/system-path.ts";
import { walkFolder } from "../../src/platform/walk-folder.ts";
import { writeFileAtomic } from "../../src/platform/write-file-atomic.ts";
import { collect } from "../support/collect.ts";
import { tempFolder } from "../support/temp-folder.ts";

const LATIN1 = Buffer.from("caf\xe9.txt", "latin1");

describe("a path that is not UTF-8", () => {
  it("is kept as text that gives its bytes again, whatever they are", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), (bytes) => {
        const path = pathOfBytes(Buffer.from(bytes));
        expect(Buffer.from(systemPath(path))).toEqual(Buffer.from(bytes));
      }),
    );
    expect(pathOfBytes(LATIN1)).toBe("caf\udce9.txt");
    expect(hasStrayBytes("café.txt")).toBe(false);
    expect(systemPath("👩.txt")).toBe("👩.txt");
  });

  it.runIf(process.platform === "linux")("is found in a folder, read and written", async () => {
    const folder = await tempFolder();
    await mkdir(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from("d\xfc", "latin1")]));
    await writeFile(join(folder, "plain"), "text");
    await rename(
      join(folder, "plain"),
      Buffer.concat([Buffer.from(`${folder}/`), Buffer.from("d\xfc/", "latin1"), LATIN1]),
    );
    const [path] = await collect(walkFolder(folder));
    expect(path).toBe(join(folder, "d\udcfc", "caf\udce9.txt"));
    expect(await readText(path as string)).toBe("text");
    await writeFileAtomic(path as string, "other");
    expect(await readText(path as string)).toBe("other");
  });

  it.runIf(process.platform === "linux")("is known as it was given on the command line", async () => {
    const module = pathToFileURL(ownPath("dist", "src", "platform", "system-path.js")).href;
    const script = join(await tempFolder(), "script.mjs");
    await writeFile(
      script,
      `import(${JSON.stringify(module)}).then((m) => console.log(JSON.stringify(m.argumentsAsGiven())))`,
    );
    const told = execFileSync("sh", [
      "-c",
      `exec "$0" --no-warnings "$1" measure "$(printf 'caf\\351.txt')" ü`,
      process.execPath,
      script,
    ]);
    expect(JSON.parse(told.toString())).toEqual(["measure", "caf\udce9.txt", "ü"]);
  });
});
