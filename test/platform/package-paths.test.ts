import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { findInstalledPackage, ownPath, packageRoot } from "../../src/platform/package-paths.ts";

it("finds the package's root from the sources and from what is built of them", async () => {
  expect(existsSync(ownPath("models", "manifests"))).toBe(true);
  const script = `
    import { packageRoot } from ${JSON.stringify(ownPath("dist", "src", "platform", "package-paths.js"))};
    console.log(packageRoot());`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], { cwd: "/" });
  expect(stdout.trim()).toBe(packageRoot());
});

it("finds installed packages with their version, those that hide their package.json too", () => {
  expect(findInstalledPackage("@mediapipe/face_mesh")?.version).toBe("0.4.1657299874");
  const human = findInstalledPackage("@vladmandic/human");
  expect(existsSync(join(human?.folder as string, "models", "emotion.json"))).toBe(true);
  expect(findInstalledPackage("@kuleshov/no-such-package")).toBeUndefined();
});
