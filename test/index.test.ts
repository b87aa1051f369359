import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ownPath } from "../src/platform/package-paths.ts";
import { samplePhoto } from "./support/photos.ts";

describe("the package", () => {
  it("has all stories, every port with its types, and own toolboxes and scorers", async () => {
    const api = await import("../src/index.ts");
    const stories = ["ask", "askMany", "measure", "find", "discover", "evaluate", "lab", "importFiles", "validate"];
    expect(Object.keys(api)).toEqual(expect.arrayContaining([...stories, "defineToolbox", "defineScorer"]));
    const text = readFileSync(ownPath("src", "index.ts"), "utf8");
    const ports = readdirSync(ownPath("src", "ports")).filter((file) => file.endsWith(".ts"));
    for (const port of ports) expect(text).toContain(`export type * from "./ports/${port}";`);
  });

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
