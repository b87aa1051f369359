import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { openEvaluation } from "../../src/compose/evaluation.ts";
import { type LabQuery, lab } from "../../src/lab.ts";
import { samplePhoto } from "../support/photos.ts";
import { tempFolder } from "../support/temp-folder.ts";

async function labOf(query: Partial<LabQuery>) {
  const folder = await tempFolder();
  const image = join(folder, "three.jpg");
  await sharp(samplePhoto(1)).resize(600).toFile(image);
  const open = (evalFilePath: string) =>
    openEvaluation({
      evalFilePath,
      stimuliFolder: join(folder, "out", "stimuli"),
      answersFolder: join(folder, "answers"),
    });
  const whole = {
    folder: join(folder, "out"),
    images: [image],
    model: "rules",
    hide: "faces",
    mask: "gray",
    repeats: 1,
  } as const;
  return { folder: join(folder, "out"), run: (more = {}) => lab({ ...whole, ...query, ...more }, { open }) };
}

describe("the lab", () => {
  it("asks about the face that is named, shows its stimuli with their readings, and draws them for kept answers too", async () => {
    const { run } = await labOf({ faces: ["F2"] });
    for (const more of [{}, { force: true }] as const) {
      const { scored, report } = await run(more);
      expect(scored.run.samples[0]).toMatchObject({ id: "three.jpg", columns: { face: "F2 of 3 faces" } });
      const [{ leftPx = 0, widthPx = 0 } = {}] = scored.run.samples.flatMap(({ region }) => region ?? []);
      // The middle one of the three, as faces are counted from the left.
      expect((leftPx + widthPx / 2) / 600).toBeGreaterThan(0.4);
      expect((leftPx + widthPx / 2) / 600).toBeLessThan(0.65);
      const page = await readFile(report, "utf8");
      expect(page).toContain("three.jpg: F2 of 3 faces");
      expect(page.match(/<figure><img /g)).toHaveLength(7);
      expect(page.match(/Every face is hidden and bodies stay/g)).toHaveLength(1);
      expect(page).not.toContain("not drawn");
      expect(page).toMatch(
        /The face alone reads as \w+ \d+ %, the whole image as \w+ \d+ %: the context (changed|did not change) the label\./,
      );
      expect(page).toMatch(/Without colour, the label was another in \d+ %/);
      expect(page.indexOf("What the context did")).toBeLessThan(page.indexOf("<h2>Results"));
    }
  });

  it("says under the stimulus, and not as a failure, that an image does not allow an arm", async () => {
    const { run } = await labOf({ faces: ["F2"], hide: "people", mask: "fill", seed: 5 });
    const { outcome, report, scored } = await run();
    expect(outcome.failed).toBe(0);
    expect(scored.file).toMatchObject({ matrix: { seeds: [5] }, stimuli: { seed: 5 } });
    const control = scored.summary.cells.find(({ cell }) => cell.condition.arm === "hole-elsewhere");
    expect(control?.usage).toMatchObject({ calls: 1, answered: 0, failures: {}, paidUsd: 0, unpriced: 0 });
    expect(control?.scorers.map(({ unscored }) => unscored)).toEqual([{ "not shown": 1 }, { "not shown": 1 }]);
    const page = await readFile(report, "utf8");
    expect(page).toMatch(
      /By their texture, places in the fill are told from those around it in \d+ % of pairs, places of the untouched image in \d+ % \(50 % is chance\)/,
    );
    expect(page).toMatch(
      /class="undrawn"><span>This arm cannot be shown, as there is no room for an equally large hole beside the people/,
    );
  });

  it("refuses an image that shows nobody, in one sentence and before there is a folder", async () => {
    const { run, folder } = await labOf({});
    const nobody = join(folder, "..", "nobody.png");
    await sharp({ create: { width: 1, height: 1, channels: 3, background: "gray" } })
      .png()
      .toFile(nobody);
    await expect(run({ images: [nobody] })).rejects.toThrow(
      `Cannot show image with and without its context as no face was found in it: leave it out (\`${nobody}\`)`,
    );
    expect(existsSync(folder)).toBe(false);
  });

  it("refuses a face that is not there, and a name that is none of the images, in one sentence", async () => {
    const { run, folder } = await labOf({});
    await expect(run({ faces: ["F7"] })).rejects.toThrow(
      "Cannot ask about face F7 in `three.jpg`: there are F1, F2, F3",
    );
    await expect(run({ faces: ["four.jpg=F1"], force: true })).rejects.toThrow(
      "--face four.jpg=F1 names none of the images: three.jpg",
    );
    // Neither was a folder made, nor would an earlier run have been removed.
    expect(existsSync(folder)).toBe(false);
  });
});
