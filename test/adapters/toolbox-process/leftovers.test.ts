import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { ownPath } from "../../../src/platform/package-paths.ts";
import { fakeOpenFace } from "../../support/fake-toolboxes.ts";
import { tempFolder } from "../../support/temp-folder.ts";

const running = (pid: number): boolean => {
  const status = `/proc/${pid}/stat`;
  if (existsSync("/proc/self/stat")) return existsSync(status) && !/\) [ZX] /.test(readFileSync(status, "utf8"));
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

it("leaves neither a running toolbox nor a copy of an image behind when the program ends in the middle", async () => {
  const folder = await tempFolder();
  const temporary = await tempFolder();
  const pidFile = join(folder, "pid");
  await fakeOpenFace(folder, {
    before: `fs.writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); await new Promise(() => setInterval(() => 0, 1000));`,
  });
  const script = join(folder, "program.mjs");
  const program = pathToFileURL(ownPath("dist", "src", "adapters", "openface", "openface-toolbox.js")).href;
  await writeFile(
    script,
    `import { existsSync, readFileSync } from "node:fs";
    import { openFaceToolbox } from ${JSON.stringify(program)};
    const found = await openFaceToolbox({ env: { PATH: ${JSON.stringify(folder)} }, platform: process.platform }).find();
    const image = { path: "a.png", widthPx: 4, heightPx: 4, rgb: new Uint8Array(48), sha256: "" };
    found.open().measure(image).catch(() => undefined);
    setInterval(() => {
      if (existsSync(${JSON.stringify(pidFile)}) && readFileSync(${JSON.stringify(pidFile)}, "utf8") !== "") process.exit(5);
    }, 20);`,
  );
  const child = spawn(process.execPath, [script], { env: { ...process.env, TMPDIR: temporary }, stdio: "inherit" });
  expect(await new Promise((resolve) => child.once("exit", resolve))).toBe(5);
  // The signal was sent before the program ended; the kernel may take a moment longer to end the toolbox.
  await expect.poll(() => running(Number(readFileSync(pidFile, "utf8"))), { timeout: 10_000 }).toBe(false);
  expect(readdirSync(temporary)).toEqual([]);
});
