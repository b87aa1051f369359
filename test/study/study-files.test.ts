import { spawn } from "node:child_process";
import { appendFile, mkdtemp, readFile, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { openStudyFiles } from "../../src/study/study-files.ts";

const HEADERS = new Map([
  ["faces.csv", "path,value\n"],
  ["failures.csv", "path,reason\n"],
]);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kuleshov-study-"));
});

const record = (path: string) => ({ path, text: new Map([["faces.csv", `${path},1\n`]]) });
const faces = () => readFile(join(folder, "faces.csv"), "utf8");

describe("a study's files", () => {
  it("go on where they ended", async () => {
    const first = await openStudyFiles(folder, HEADERS);
    await first.append(record("a.jpg"));
    await first.close();

    const second = await openStudyFiles(folder, HEADERS);
    expect([...second.recorded]).toEqual(["a.jpg"]);
    await second.append(record("b.jpg"));
    await second.close();

    expect(await faces()).toBe("path,value\na.jpg,1\nb.jpg,1\n");
  });

  it("cut off what was written but not recorded", async () => {
    const first = await openStudyFiles(folder, HEADERS);
    await first.append(record("a.jpg"));
    await first.close();
    await appendFile(join(folder, "faces.csv"), "b.jpg,1\nc.jp");

    const second = await openStudyFiles(folder, HEADERS);
    await second.append(record("b.jpg"));
    await second.close();

    expect(await faces()).toBe("path,value\na.jpg,1\nb.jpg,1\n");
  });

  it("do not count a half-written journal line", async () => {
    const first = await openStudyFiles(folder, HEADERS);
    await first.append(record("a.jpg"));
    await first.append(record("b.jpg"));
    await first.close();
    const journal = join(folder, "journal.jsonl");
    await truncate(journal, (await readFile(journal)).length - 5);

    const second = await openStudyFiles(folder, HEADERS);
    expect([...second.recorded]).toEqual(["a.jpg"]);
    await second.append(record("b.jpg"));
    await second.close();

    expect(await faces()).toBe("path,value\na.jpg,1\nb.jpg,1\n");
  });

  it("start anew after a death before the first record", async () => {
    await writeFile(join(folder, "faces.csv"), "path,va");
    const files = await openStudyFiles(folder, HEADERS);
    await files.append(record("a.jpg"));
    await files.close();
    expect(await faces()).toBe("path,value\na.jpg,1\n");
  });

  it("refuse to go on when a file is shorter than its journal says", async () => {
    const files = await openStudyFiles(folder, HEADERS);
    await files.append(record("a.jpg"));
    await files.close();
    await truncate(join(folder, "faces.csv"), 3);
    await expect(openStudyFiles(folder, HEADERS)).rejects.toThrow("shorter than its journal says");
  });

  it("neither lose nor repeat a row however often the process is killed", async () => {
    const module = new URL("../../dist/src/study/study-files.js", import.meta.url).href;
    const script = `
      const { openStudyFiles } = await import(${JSON.stringify(module)});
      const files = await openStudyFiles(${JSON.stringify(folder)}, new Map([["faces.csv", "path,value\\n"]]));
      for (let i = 0; i < 3000; i += 1) {
        const path = i + ".jpg";
        if (!files.recorded.has(path)) await files.append({ path, text: new Map([["faces.csv", path + ",1\\n"]]) });
      }
      await files.close();
    `;
    for (let kill = 0; kill < 6; kill += 1) await runAndKill(script, 120 + kill * 40);
    await runAndKill(script, undefined);
    const rows = (await faces()).trim().split("\n").slice(1);
    expect(rows).toEqual(Array.from({ length: 3000 }, (_, i) => `${i}.jpg,1`));
  });
});

function runAndKill(script: string, afterMs: number | undefined): Promise<void> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: "inherit" });
    if (afterMs !== undefined) setTimeout(() => child.kill("SIGKILL"), afterMs);
    child.on("close", () => resolve());
  });
}
