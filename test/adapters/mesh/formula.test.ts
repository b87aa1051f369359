import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileFormula, type FormulaScope } from "../../../src/adapters/mesh/formula.ts";
import { ModelFileError } from "../../../src/domain/errors.ts";

/** `x(a)` is 2, `d(a,b)` is 5, `eyeLine` is 3. */
const scope: FormulaScope = {
  call: (name, groups) => (name === "d" ? 5 : 2) * (groups.length > 0 ? 1 : Number.NaN),
  quantity: (name) => (name === "eyeLine" ? 3 : Number.NaN),
};

describe("compileFormula", () => {
  it.each([
    ["1+2*3", 7],
    ["(1+2)*3", 9],
    ["8/4/2", 1],
    ["8-4-2", 2],
    ["-x(corner)+eyeLine", 1],
    ["(y(upTop)-d(upTop, loBot)) / (x(a)+0.5)", -1.2],
  ])("reads %s as school arithmetic does", (text, value) => {
    expect(compileFormula(text)(scope)).toBeCloseTo(value, 12);
  });

  it("agrees with the language's own arithmetic on any expression", () => {
    const expression = fc.letrec((tie) => ({
      sum: fc.oneof(
        { maxDepth: 5 },
        fc.integer({ min: 1, max: 99 }).map(String),
        fc
          .tuple(tie("sum"), fc.constantFrom("+", "-", "*", "/"), tie("sum"))
          .map(([a, sign, b]) => `(${a}${sign}${b})`),
        fc.tuple(tie("sum"), fc.constantFrom("+", "-"), tie("sum")).map(([a, sign, b]) => `${a} ${sign} (${b})`),
      ),
    })).sum;
    fc.assert(
      fc.property(expression, (text) => {
        const expected = new Function(`return ${text}`)() as number;
        const found = compileFormula(String(text))(scope);
        if (Number.isFinite(expected)) expect(found).toBeCloseTo(expected, 6);
        else expect(Number.isFinite(found)).toBe(false);
      }),
    );
  });

  it.each(["", "1+", "(1", "x(", "x()", "x(1)", "1 2", "a;b", "x(corner", "*2"])("refuses %o", (text) => {
    expect(() => compileFormula(text)).toThrow(ModelFileError);
  });
});
