import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ask } from "../src/ask.ts";
import { openDependencies } from "../src/compose/ask.ts";
import { Report } from "../src/domain/report.ts";
import { samplePhoto } from "./support/photos.ts";
import { tempFolder } from "./support/temp-folder.ts";

/** What OpenFace said of the woman on the right of sample3.jpg, in a file of its own making. */
async function openFaceFile(au12: string): Promise<string> {
  const path = join(await tempFolder(), "openface.csv");
  const points = (low: number, high: number) =>
    Array.from({ length: 68 }, (_, i) => low + ((high - low) * (i % 17)) / 16);
  const names = ["x", "y"].flatMap((axis) => Array.from({ length: 68 }, (_, i) => `${axis}_${i}`));
  const header = ["input", "face", "confidence", ...names, "AU12_r", "AU12_c"];
  const cells = [
    "C:\\study\\sample3.jpg",
    0,
    0.98,
    ...points(1470, 1690),
    ...points(330, 570),
    au12,
    Number(au12) >= 1 ? 1 : 0,
  ];
  await writeFile(path, `${header.join(", ")}\r\n${cells.join(", ")}\r\n`);
  return path;
}

async function askedWith(file: string, toolbox = "openface@2.2.0"): Promise<Report> {
  const evidence = { files: [`${toolbox}:${file}`], images: [samplePhoto(3)] };
  const { dependencies, close } = await openDependencies({ model: "rules", toolboxes: ["mesh"], workers: 1, evidence });
  try {
    return await ask({ image: samplePhoto(3) }, dependencies);
  } finally {
    await close();
  }
}

describe("a question with what a toolbox measured earlier", () => {
  it("holds both toolboxes' numbers of the same face in the ledger, each on its own scale", async () => {
    const file = await openFaceFile("3.25");
    const report = await askedWith(file);
    expect(() => Report.parse(report)).not.toThrow();
    expect(report.faces.map(({ measurements }) => measurements.map(({ toolbox }) => toolbox))).toEqual([
      ["mesh@5"],
      ["mesh@5"],
      ["mesh@5", "openface@2.2.0"],
    ]);
    const smiles = report.evidence.filter(({ faceId, value, source }) => {
      return faceId === "F3" && source.name === "openface@2.2.0" && value.type === "action-unit" && value.au === "AU12";
    });
    expect(smiles.map(({ value }) => value)).toEqual([
      expect.objectContaining({ value: 3.25, scale: "intensity-0-5", presence: "present" }),
      expect.objectContaining({ value: 1, scale: "binary", presence: "present" }),
    ]);
  });

  it("keeps scores that are no distribution, and a label without a probability, as what they are", async () => {
    const file = join(await tempFolder(), "affdex.csv");
    const box = "upperLeftX,upperLeftY,lowerRightX,lowerRightY";
    await writeFile(
      file,
      `input,${box},joy,valence,smile,browRaise,jawDrop\nsample3.jpg,1470,330,1690,570,91.5,76,98,2,12\n`,
    );
    const { evidence } = await askedWith(file, "affdex@2.0");
    const scores = evidence.filter(({ source, kind }) => source.name === "affdex@2.0" && kind === "expression");
    expect(scores.map(({ faceId, statement, value }) => ({ faceId, statement, value }))).toEqual([
      {
        faceId: "F3",
        statement:
          "Scores of affdex@2.0, each for itself and no distribution: joy 91.50 (0..100), valence 76.00 (-100..100)",
        value: {
          type: "quantities",
          values: [
            { name: "joy", value: 91.5, unit: "0..100" },
            { name: "valence", value: 76, unit: "-100..100" },
          ],
        },
      },
    ]);
  });

  it("says which file it was, and what was odd about it", async () => {
    const file = await openFaceFile("3.25");
    const { createHash } = await import("node:crypto");
    const { provenance, warnings } = await askedWith(file);
    const sha256 = createHash("sha256").update(readFileSync(file)).digest("hex");
    expect(provenance.toolboxes).toContainEqual({ id: "openface@2.2.0", networks: [{ id: "openface.csv", sha256 }] });
    expect(warnings.join()).toContain("It has no column AU01_r");
  });
});
