import { describe, expect, it } from "vitest";
import { MeasureOutput } from "../../src/measuring/measurement-json.ts";
import { samplePhoto } from "../support/photos.ts";
import { runCli } from "../support/run-cli.ts";

describe("kuleshov measure --scene", () => {
  it("adds what is around the faces to the JSON, and changes nothing else in it", async () => {
    const [plain, scene] = await Promise.all(
      [[], ["--scene", "--objects"]].map(async (more) => {
        const { code, stdout } = await runCli(["measure", samplePhoto(3), "--json", ...more]);
        expect(code).toBe(0);
        return MeasureOutput.parse(JSON.parse(stdout));
      }),
    );
    const [image] = scene?.images ?? [];
    const names = image?.scene?.flatMap(({ value }) => (value.type === "finding" ? [value.name] : []));
    expect(names).toEqual(expect.arrayContaining(["cup", "wine glass", "person", "looks at camera", "very close to"]));
    const { scene: _scene, ...rest } = image ?? {};
    expect(plain?.images).toEqual([rest]);
  });

  it("is refused where there is no place for it", async () => {
    const { code, stderr } = await runCli(["measure", samplePhoto(3), "--csv", "--scene"]);
    expect([code, stderr.trim()]).toEqual([2, "--scene needs --json"]);
    const alone = await runCli(["measure", samplePhoto(3), "--json", "--objects"]);
    expect([alone.code, alone.stderr.trim()]).toEqual([2, "--objects needs --scene"]);
  });
});
