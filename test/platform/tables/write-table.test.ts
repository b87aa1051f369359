import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readTable } from "../../../src/platform/tables/table-rows.ts";
import { csvLines, csvTable, textOfCell } from "../../../src/platform/tables/write-table.ts";
import { tempFolder } from "../../support/temp-folder.ts";

describe("a CSV table", () => {
  it.each([
    ["=1+1", "'=1+1"],
    ['=HYPERLINK("http://x","y")', `"'=HYPERLINK(""http://x"",""y"")"`],
    ["+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"],
    ["-2+3", "'-2+3"],
    ["@SUM(1)", "'@SUM(1)"],
    ["\t=1", "'\t=1"],
    ["\r=1", "'\\u000d=1"],
    ["'=1", "''=1"],
    ["-", "'-"],
  ])("takes from %j what makes it a formula", (text, cell) => {
    expect(csvLines([[text]])).toBe(`${cell}\n`);
  });

  it.each([-1.5, "-1.5", "+3", "-2e-7", "1.", ".5", "it's = fine", "a-b", "", "AU12"])("leaves %j as it is", (cell) => {
    expect(csvLines([[cell, 0]])).toBe(`${cell},0\n`);
  });

  it("quotes what a list separator of another country would end", () => {
    expect(csvLines([["a;=1+1", "b"]])).toBe('"a;=1+1",b\n');
  });

  it("writes missing values as empty cells and truth as R and Python do", () => {
    expect(
      csvTable([
        { a: null, b: true },
        { b: false, c: 1 },
      ]),
    ).toBe("a,b,c\n,TRUE,\n,FALSE,1\n");
  });

  it("gives every text back when Kuleshov reads it", async () => {
    const path = join(await tempFolder(), "table.csv");
    const text = fc
      .tuple(
        fc.constantFrom("", "=", "'", "''=", "-", "'@"),
        fc.string({ unit: "grapheme" }),
        fc.constantFrom("", "\u001b", "\udce9", "\\u001b"),
      )
      .map((parts) => `${parts.join("").replaceAll("\r", "").trim()}.`);
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 20 }), async (texts) => {
        await writeFile(path, csvTable(texts.map((one) => ({ path: one, other: 1 }))));
        const rows = await readTable(path, { refuse: (reason) => new Error(reason) });
        expect(rows.map(({ cells }) => cells.path)).toEqual(texts);
      }),
      { numRuns: 60 },
    );
    expect(textOfCell("'tis")).toBe("'tis");
  });
});
