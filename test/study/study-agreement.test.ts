import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { ConfigurationError } from "../../src/domain/errors.ts";
import type { ActionUnitMeasurement } from "../../src/domain/measurement.ts";
import { agreementFigure, agreementPage } from "../../src/pages/result-pages.tsx";
import { renderAgreement } from "../../src/render/terminal-agreement.ts";
import { createTerminalStyle } from "../../src/render/terminal-style.ts";
import { agreementCsv, studyAgreement } from "../../src/study/study-agreement.ts";
import { actionUnits } from "../support/builders.ts";
import { expectHarmless, hostile } from "../support/hostile.ts";
import { tempFolder } from "../support/temp-folder.ts";

const mesh = (values: Record<string, number>) => actionUnits(values, { toolbox: "mesh@5" });
const openFace = (values: Record<string, number>) =>
  actionUnits(values, { toolbox: "openface@2.2.0", scale: "intensity-0-5" });
const libreFace = (values: Record<string, number>) =>
  actionUnits(values, { toolbox: "libreface@0.2.0", scale: "intensity-0-5" });

/** Four faces: on AU12 they agree three times and contradict each other once; AU43 only the mesh measures. */
const FACES: readonly (readonly ActionUnitMeasurement[])[] = [
  [...mesh({ AU12: 0.9, AU43: 0.1 }), ...openFace({ AU12: 4 }), ...libreFace({ AU12: 3 })],
  [...mesh({ AU12: 0.8, AU43: 0.1 }), ...openFace({ AU12: 3 }), ...libreFace({ AU12: 2 })],
  [...mesh({ AU12: 0.1, AU43: 0.9 }), ...openFace({ AU12: 0 }), ...libreFace({ AU12: 0.5 })],
  [...mesh({ AU12: 0.9, AU43: 0.1 }), ...openFace({ AU12: 0.5 }), ...libreFace({ AU12: 1 })],
];

const images = (faces = FACES) =>
  faces.map((units, i) => ({ path: `${i}.jpg`, widthPx: 9, heightPx: 9, sha256: "", faces: [{ actionUnits: units }] }));

async function studyOf(files: Record<string, string>): Promise<string> {
  const folder = await tempFolder();
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

const asLines = (records: readonly object[]) => records.map((record) => `${JSON.stringify(record)}\n`).join("");

describe("the agreement of a study", () => {
  it("is the same from a study's folder, from lines and from the output of measure --json", async () => {
    const lines = asLines(images());
    const folder = await studyOf({
      "measurements.jsonl": lines,
      "failures.jsonl": asLines([{ path: "x.jpg", reason: "damaged" }]),
    });
    const output = await studyOf({ "out.json": JSON.stringify({ images: images(), failures: [] }) });
    const found = await studyAgreement([folder]);
    expect(await studyAgreement([join(folder, "measurements.jsonl")])).toEqual(found);
    expect(await studyAgreement([join(output, "out.json")])).toEqual(found);
    expect(found).toMatchObject({ faces: 4, toolboxes: ["libreface@0.2.0", "mesh@5", "openface@2.2.0"] });
  });

  it("counts agreement and contradictions, and compares numbers on one scale only", async () => {
    const { units } = await studyAgreement([await studyOf({ "m.jsonl": asLines(images()) })]);
    const smile = units.find(({ au }) => au === "AU12");
    expect(smile?.presence).toMatchObject({ n: 4, unanimousShare: 0.75, contradictions: 1 });
    expect(smile?.intensity.map(({ scale, toolboxes, n }) => [scale, toolboxes, n])).toEqual([
      ["intensity-0-5", ["libreface@0.2.0", "openface@2.2.0"], 4],
    ]);
    // Two-way ANOVA by hand over (3,4) (2,3) (0.5,0) (1,0.5): rows 13.75/3, columns 0.125, error 1.125/3.
    const [rows, columns, error] = [13.75 / 3, 0.125, 1.125 / 3];
    expect(smile?.intensity[0]?.icc21).toBeCloseTo((rows - error) / (rows + error + (2 / 4) * (columns - error)), 10);
    expect(units.find(({ au }) => au === "AU43")?.presence.n).toBe(0);
  });

  it("is written as a table with one number per row", async () => {
    const found = await studyAgreement([await studyOf({ "m.jsonl": asLines(images()) })]);
    const rows = parse(agreementCsv(found), { columns: true }) as Record<string, string>[];
    const one = (au: string, measure: string, toolboxes: string) =>
      rows.find((row) => row.au === au && row.measure === measure && row.toolboxes === toolboxes);
    expect(one("AU12", "present_share", "mesh@5")).toMatchObject({ n: "4", value: "0.75", scale: "probability" });
    expect(one("AU12", "contradictions", "libreface@0.2.0 mesh@5 openface@2.2.0")).toMatchObject({ value: "1" });
    expect(one("AU43", "fleiss_kappa", "mesh@5")).toMatchObject({ n: "0", value: "" });
    expect(new Set(rows.map((row) => Object.keys(row).join())).size).toBe(1);
  });

  it("is drawn with every toolbox and every comparable action unit, and says which it could not compare", async () => {
    const found = await studyAgreement([await studyOf({ "m.jsonl": asLines(images()) })]);
    const svg = agreementFigure(found);
    for (const text of ["mesh@5", "openface@2.2.0", "AU12", "lip corner puller", "decided on a face: AU43"]) {
      expect(svg).toContain(text);
    }
    expect(svg.match(/<circle [^>]*><title>/g)).toHaveLength(3);
    const { default: sharp } = await import("sharp");
    expect((await sharp(Buffer.from(svg)).metadata()).width).toBe(1100);
    const page = agreementPage(found);
    expect(page).toContain(svg.trim());
    expect(page).not.toMatch(/(src|href)="http| style="/);
  });

  it("is harmless as a page and as a drawing, whatever toolboxes and scales are called", async () => {
    const found = await studyAgreement([await studyOf({ "m.jsonl": asLines(images()) })]);
    const evil = hostile(
      found,
      found.units.map(({ au }) => au),
    );
    expectHarmless(agreementPage(evil));
    expectHarmless(agreementFigure(evil));
  });

  it("is shown in a terminal line by line", async () => {
    const found = await studyAgreement([await studyOf({ "m.jsonl": asLines(images()) })]);
    const shown = renderAgreement(found, createTerminalStyle({ color: false, columns: 100 }));
    expect(shown).toContain("libreface@0.2.0, mesh@5, openface@2.2.0 on 4 faces");
    expect(shown).toMatch(/AU12 lip corner puller +█+ +75% +0\.\d\d +4 +0\.\d\d +1/);
    expect(shown).toContain("Fewer than two toolboxes decided on: AU43");
  });
});

describe("a study that cannot be compared", () => {
  it.each([
    [
      "one toolbox alone",
      { "m.jsonl": asLines(images([mesh({ AU12: 0.9 })])) },
      /only mesh@5 measured: measure with two/,
    ],
    ["no face", { "m.jsonl": asLines(images([[]])) }, /no toolbox measured a face/],
    ["nothing measured", { "notes.txt": "hello" }, /there is no measured image in it/],
    ["other JSON", { "m.json": "{}" }, /it is not what measure --json prints/],
    ["a broken line", { "m.jsonl": `${asLines(images())}{"path": "a.jpg", "fa` }, /line 5 is no measured image/],
  ])("with %s is refused", async (_case, files, sentence) => {
    const refusal = studyAgreement([await studyOf(files as Record<string, string>)]);
    await expect(refusal).rejects.toThrow(ConfigurationError);
    await expect(refusal).rejects.toThrow(sentence);
  });

  it("says that there is no such study", async () => {
    await expect(studyAgreement(["nowhere"])).rejects.toThrow(/there is no such file or folder: `nowhere`/);
  });
});
