import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decimalNumber } from "../../../src/platform/tables/decimal-number.ts";

const read = (text: string, decimalComma = false) => decimalNumber(Buffer.from(text), 0, text.length, decimalComma);

describe("decimalNumber", () => {
  it("reads every decimal exactly as JavaScript does", () => {
    const decimals = fc
      .tuple(fc.constantFrom("", "-", "+"), fc.nat(1e9), fc.option(fc.stringMatching(/^\d{1,9}$/), { nil: undefined }))
      .map(([sign, whole, digits]) => `${sign}${whole}${digits === undefined ? "" : `.${digits}`}`);
    fc.assert(fc.property(decimals, (text) => void expect(read(text)).toBe(Number(text))));
  });

  it("reads what any double is printed as", () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        (x) => void expect(read(`${x}`)).toBe(Number(`${x}`)),
      ),
    );
  });

  it.each(["", "  ", "nan", "NaN", "NA", "None", "-nan(ind)", "#N/A", '""'])("takes %j as no value", (text) => {
    expect(read(text)).toBeNaN();
  });

  it.each(["abc", "1.2.3", "--1", "1,5", "0x10", "1 2", "Infinity"])("refuses %j", (text) => {
    expect(read(text)).toBeUndefined();
  });

  it("reads a decimal comma where the table has them", () => {
    expect(read(" 0,83", true)).toBe(0.83);
    expect(read("1,5e-3", true)).toBe(0.0015);
  });
});
