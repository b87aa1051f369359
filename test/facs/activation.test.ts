import { describe, expect, it } from "vitest";
import { activationVectors } from "../../src/facs/activation.ts";

const measured = (both: number | null, left: number, right: number) =>
  activationVectors(
    (["both", "left", "right"] as const).flatMap((side) => {
      const value = { both, left, right }[side];
      const rest = { au: "AU6", side, scale: "probability", weight: 1, toolbox: "mesh@5" } as const;
      return value === null ? [] : [{ ...rest, value }];
    }),
  )[0]?.activations.get("AU6");

describe("the activation of the whole face", () => {
  it("is that of a side which shows the unit, though the whole face is called absent", () => {
    expect(measured(0.29, 0.68, 0.07)?.level).toBeCloseTo(0.68, 9);
  });

  it("is its own where no side shows the unit", () => {
    expect(measured(0.29, 0.45, 0.07)?.level).toBe(0);
  });

  it("is its own where that is the clearer", () => {
    expect(measured(0.8, 0.7, 0.6)?.level).toBeCloseTo(0.8, 9);
  });

  it("is the mean of the sides where none shows it and the whole face was not measured", () => {
    expect(measured(null, 0.4, 0.2)?.level).toBeCloseTo(0.125, 9);
  });
});
