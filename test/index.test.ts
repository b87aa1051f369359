import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { ownPath } from "../src/platform/package-paths.ts";
import { samplePhoto } from "./support/photos.ts";

describe("the package", () => {
  it("can be imported by name and asked without any configuration", () => {
    const script = `
      import { ask, openDependencies, Report } from "kuleshov";
      const { dependencies, close } = await openDependencies({ model: "rules", toolboxes: ["mesh"], workers: 1 });
      const report = await ask({ image: ${JSON.stringify(samplePhoto(3))} }, dependencies);
      await close();
      process.stdout.write(JSON.stringify(Report.parse(report).judgment.subjects.map(({ faceId }) => faceId)));
    `;
    const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
      cwd: ownPath(),
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toEqual(["F1", "F2", "F3"]);
  });
});
