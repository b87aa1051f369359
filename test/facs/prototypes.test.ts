import { describe, expect, it } from "vitest";
import { activationVectors } from "../../src/facs/activation.ts";
import { bestPrototype, prototypeText } from "../../src/facs/prototypes.ts";
import { actionUnits } from "../support/builders.ts";

function showing(...units: string[]) {
  const values = Object.fromEntries(["AU1", "AU2", "AU4", "AU5", "AU7", "AU9", "AU23"].map((au) => [au, 0.1]));
  const [vector] = activationVectors(actionUnits({ ...values, ...Object.fromEntries(units.map((au) => [au, 0.9])) }));
  if (vector === undefined) throw new Error("There are action units");
  return vector;
}

describe("bestPrototype", () => {
  it("agrees fully where just the prototype's units are present", () => {
    const match = bestPrototype(showing("AU4", "AU7", "AU23"));
    expect(match).toMatchObject({ emotion: "anger", units: ["AU4", "AU7", "AU23"], agreement: 1 });
    expect(match && prototypeText(match)).toBe("anger (3 of 3 units: AU4, AU7, AU23)");
  });

  it("does not let one unit that a short prototype names outweigh three of a longer one", () => {
    const match = bestPrototype(showing("AU4", "AU7", "AU23", "AU9"));
    expect(match?.emotion).toBe("anger");
    expect(match?.agreement).toBeCloseTo(6 / 7, 12);
  });

  it("is lower for what is missing and for what is there besides", () => {
    const agreement = (...units: string[]) => bestPrototype(showing(...units))?.agreement;
    expect(agreement("AU1", "AU2", "AU5")).toBeCloseTo(6 / 7, 12); // surprise without its open jaw
    expect(agreement("AU9", "AU1")).toBeCloseTo(2 / 3, 12);
  });

  it("finds none on a face at rest", () => {
    expect(bestPrototype(showing())).toBeUndefined();
  });
});
