import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { ownPath } from "../src/platform/package-paths.ts";
import { samplePhoto } from "./support/photos.ts";

describe("the package", () => {
  it("can be imported by name and asked without any configuration", () => {
    const script = `
      import { ask, openParts, Report } from "kuleshov";
      const { parts, close } = await openParts({ model: "rules", toolboxes: ["mesh"], workers: 1 });
      const report = await ask({ picture: ${JSON.stringify(samplePhoto(3))} }, parts);
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
