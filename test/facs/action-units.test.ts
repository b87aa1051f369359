import { describe, expect, it } from "vitest";
import { actionUnit, actionUnits } from "../../src/facs/action-units.ts";
import { findActionUnitMentions } from "../../src/facs/prose/find-mentions.ts";

describe("the catalogue of action units", () => {
  it("names each action unit once and points only at ones that it has", () => {
    const names = actionUnits().map(({ au }) => au);
    expect(new Set(names).size).toBe(names.length);
    for (const { lookalikes } of actionUnits()) {
      for (const { au } of lookalikes) expect(actionUnit(au)).toBeDefined();
    }
  });

  it.each(actionUnits().filter(({ shown }) => shown !== null))(
    "has a clause for $au that says nothing else",
    (entry) => {
      const mentions = findActionUnitMentions(`${entry.shown} (${entry.au})`);
      expect(mentions.length).toBeGreaterThan(0);
      for (const { anyOf, state } of mentions) {
        expect(state).toBe("present");
        expect(anyOf).toContain(entry.au);
      }
    },
  );

  it.each(actionUnits().filter(({ au }) => Number(au.slice(2)) < 51))(
    "finds $au by its name in a sentence",
    (entry) => {
      const found = findActionUnitMentions(`The ${entry.name} is active`).flatMap(({ anyOf }) => anyOf);
      expect(found).toContain(entry.au);
    },
  );
});
