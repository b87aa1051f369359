import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  columnsInWords,
  isMissing,
  listInCell,
  numberInCell,
  readTable,
} from "../../../src/platform/tables/table-rows.ts";
import { tempFolder } from "../../support/temp-folder.ts";

const refuse = (reason: string, options?: ErrorOptions) => new Error(`refused as ${reason}`, options);

async function table(text: string | Uint8Array, options: { readonly names?: readonly string[] } = {}) {
  const path = join(await tempFolder(), "table.csv");
  await writeFile(path, text);
  return readTable(path, { refuse, ...options });
}

async function cells(text: string | Uint8Array, options: { readonly names?: readonly string[] } = {}) {
  return (await table(text, options)).map((row) => row.cells);
}

const TWO = [
  { id: "1", label: "calm; half-smile" },
  { id: "2", label: "sad, not angry" },
];

describe("a table read as text", () => {
  it.each([
    ["commas", 'id,label\n1,calm; half-smile\n2,"sad, not angry"\n'],
    ["semicolons", 'id;label\n1;"calm; half-smile"\n2;sad, not angry\n'],
    ["tabs", "id\tlabel\n1\tcalm; half-smile\n2\tsad, not angry\n"],
    ["a byte order mark", '\uFEFFid,label\n1,calm; half-smile\n2,"sad, not angry"\n'],
    ["UTF-16, little end first", Buffer.from("\uFEFFid\tlabel\r\n1\tcalm; half-smile\r\n2\tsad, not angry", "utf16le")],
    [
      "UTF-16, big end first",
      Buffer.from("\uFEFFid\tlabel\n1\tcalm; half-smile\n2\tsad, not angry\n", "utf16le").swap16(),
    ],
    ["sep=", 'sep=;\nid;label\n1;"calm; half-smile"\n2;sad, not angry\n'],
    ["sep= of a character that nobody would guess", "sep=|\nid|label\n1|calm; half-smile\n2|sad, not angry\n"],
    ["CR only", 'id,label\r1,calm; half-smile\r2,"sad, not angry"\r'],
    ["R's short header", '"id","label"\n"a",1,"calm; half-smile"\n"b",2,"sad, not angry"\n'],
    ["pandas' row numbers", ',id,label\n0,1,calm; half-smile\n1,2,"sad, not angry"\n'],
    ["rows that a spreadsheet left empty", 'id,label\n1,calm; half-smile\n,\n2,"sad, not angry"\n,\n,\n'],
  ])("is the same with %s", async (_case, text) => {
    expect(await cells(text)).toEqual(TWO);
  });

  it("takes a quote inside a cell for a character, and one at its beginning for a quote", async () => {
    const text = 'id,note\n1,5" screen\n2,he said "no"\n3,"a ""b"" c"\n4, "x\ny"\n';
    expect(await cells(text)).toEqual([
      { id: "1", note: '5" screen' },
      { id: "2", note: 'he said "no"' },
      { id: "3", note: 'a "b" c' },
      { id: "4", note: "x\ny" },
    ]);
  });

  it("reads what is no UTF-8 as Windows-1252, cell by cell", async () => {
    const fache = Buffer.concat([Buffer.from("label,name\nf\xe2ch\xe9,", "latin1"), Buffer.from("Zoë\n", "utf8")]);
    expect(await cells(fache)).toEqual([{ label: "fâché", name: "Zoë" }]);
  });

  it("reads a cell of a million characters", async () => {
    const long = "x".repeat(1_000_000);
    expect(await cells(`id,text\n1,${long}\n2,"${long}\n"\n`)).toEqual([
      { id: "1", text: long },
      { id: "2", text: long },
    ]);
  });

  it("names the columns of a file that has no header, and keeps its first row", async () => {
    expect(await cells("1/a.jpg,3\n1/b.jpg,4\n", { names: ["file", "code"] })).toEqual([
      { file: "1/a.jpg", code: "3" },
      { file: "1/b.jpg", code: "4" },
    ]);
  });

  it("says on which line a row stands, whatever stands before it", async () => {
    const rows = await table('#note\n\nid,text\n1,"a\nb"\n\n2,c\n');
    expect(rows.map(({ line }) => line)).toEqual([4, 7]);
  });

  it("says which separator a number is written with", async () => {
    const [row] = await table("id;valence\n1;4,5\n");
    expect(row?.decimalComma).toBe(true);
    expect(numberInCell(row?.cells.valence ?? "", row?.decimalComma)).toBe(4.5);
  });

  it.each([
    ["is empty", "", "the file is empty"],
    ["has a row cut short", "a,b\n1,2\n3", "the file ends in the middle of a row: line 3 has 1 cells for 2 columns"],
    ["never closes a quote in its last cell", 'a,b\n1,2\n3,"4\n', "a quotation in the row on line 3 is never closed"],
    ["never closes a quote in the middle", 'a,b\n1,"2\n3,4\n5,6\n', "a quotation in the row on line 2 is never closed"],
    ["never closes a quote", `a,b\n1,"${"x".repeat(17_000_000)}`, "the row on line 2 does not end"],
    ["is binary", Buffer.from([1, 0, 2]), "it is not a text file"],
  ])("is refused when it %s", async (_case, text, reason) => {
    await expect(cells(text)).rejects.toThrow(reason);
  });

  it("is refused when it is a folder or not there", async () => {
    const folder = await tempFolder();
    await expect(readTable(folder, { refuse })).rejects.toThrow("refused as it is a folder");
    await expect(readTable(join(folder, "none.csv"), { refuse })).rejects.toThrow("there is no such file");
  });

  it("gives what csv-parse gives for any cells, written in quotes", async () => {
    const cell = fc.string({ unit: fc.constantFrom("a", "é", '"', ",", ";", "\t", "\n", " "), maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 8 }),
        fc.constantFrom(",", ";", "\t"),
        fc.constantFrom("\n", "\r\n"),
        async (rows, delimiter, lineEnd) => {
          const lines = rows.map((row, n) => [`${n}`, ...row].map((text) => `"${text.replaceAll('"', '""')}"`));
          const text = [["n", "a", "b"], ...lines].map((line) => line.join(delimiter)).join(lineEnd);
          const expected: Record<string, string>[] = parse(text, { columns: true, delimiter });
          expect(await cells(text)).toEqual(
            expected.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value.trim()]))),
          );
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe("what a cell says", () => {
  it.each(["", " ", "NA", "NaN", "nan", "N/A"])("%j is no value", (text) => {
    expect([isMissing(text), numberInCell(text)]).toEqual([true, Number.NaN]);
  });

  it("takes 'none' for a word where a word may stand", () => {
    expect([isMissing("none"), numberInCell("none")]).toEqual([false, Number.NaN]);
  });

  it.each([
    ["['Peace', \"Doubt/Confusion\"]", ["Peace", "Doubt/Confusion"]],
    ["[0, 0, 640.5, -1]", ["0", "0", "640.5", "-1"]],
    ["[1.  2.5 3]", ["1.", "2.5", "3"]],
    ["['it\\'s', 'a, b']", ["it's", "a, b"]],
    ["['Peace' 'Anger']", ["Peace", "Anger"]],
    ["[very calm, sad]", ["very calm", "sad"]],
    ['["a","b"]', ["a", "b"]],
    ["[]", []],
    ["Peace, Anger", undefined],
  ])("reads the list in %s", (text, items) => {
    expect(listInCell(text)).toEqual(items);
  });

  it("names eight columns and counts the others", () => {
    const names = Array.from({ length: 709 }, (_, i) => `x_${i}`);
    expect(columnsInWords(names)).toBe("x_0, x_1, x_2, x_3, x_4, x_5, x_6, x_7 and 701 more");
  });
});
