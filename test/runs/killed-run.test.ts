import { type ChildProcess, spawn } from "node:child_process";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect, it } from "vitest";
import { tempFolder } from "../support/temp-folder.ts";

it("a run neither loses nor repeats a row however often its process is killed", async () => {
  const folder = await tempFolder();
  const sizeOfFaces = () =>
    stat(join(folder, "faces.csv")).then(
      ({ size }) => size,
      () => 0,
    );
  const module = new URL("../../dist/src/runs/run-folder.js", import.meta.url).href;
  const script = `
    const { openRunFolder } = await import(${JSON.stringify(module)});
    const run = await openRunFolder(${JSON.stringify(folder)}, { command: "measure", settings: {}, version: "0" });
    const files = await run.openRows(new Map([["faces.csv", "path,value\\n"]]));
    const counts = { images: 1, faces: 1, failures: 0 };
    for (let i = 0; i < 3000; i += 1) {
      const done = i + ".jpg";
      const text = new Map([["faces.csv", done + ",1\\n"]]);
      if (!files.done.has(done)) await files.append({ done, inProgress: null, text, counts });
    }
    await files.close();
    await run.close("finished");
  `;
  for (let kill = 0; kill < 6; kill += 1) {
    const before = await sizeOfFaces();
    await run(script, async (child) => {
      const enough = before + 300 + 700 * kill;
      while (child.exitCode === null && (await sizeOfFaces()) < enough) await setTimeout(1);
      child.kill("SIGKILL");
    });
  }
  await run(script);
  const rows = (await readFile(join(folder, "faces.csv"), "utf8")).trim().split("\n").slice(1);
  expect(rows).toEqual(Array.from({ length: 3000 }, (_, i) => `${i}.jpg,1`));
});

async function run(script: string, meanwhile?: (child: ChildProcess) => Promise<void>): Promise<void> {
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: "inherit" });
  const ended = new Promise((resolve) => child.on("close", resolve));
  await meanwhile?.(child);
  await ended;
}
