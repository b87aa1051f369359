import { describe, expect, it } from "vitest";
import {
  coordinatesOf,
  createExpressionSpace,
  embedFace,
  searchVector,
  similarityAt,
  vectorDistance,
} from "../../src/domain/expression-space.ts";
import type { FaceMeasurement } from "../../src/domain/measurement.ts";
import { actionUnits } from "../support/builders.ts";
import { measuredFace, testSpace } from "../support/exemplars.ts";

const point = (face: FaceMeasurement) => embedFace(testSpace, face);
const coordinate = (face: FaceMeasurement, name: string) =>
  point(face)?.coordinates[testSpace.dimensions.findIndex((dimension) => dimension.name === name)];

describe("an expression space", () => {
  it("names its dimensions in the order of the action units", () => {
    const space = createExpressionSpace(
      "mesh@2",
      {
        actionUnits: [
          { au: "AU12", scale: "probability", sides: true },
          { au: "AU4", scale: "probability", sides: false },
        ],
      },
      ["b@2", "a@1"],
    );
    expect(space.id).toBe("mesh@2+a@1+b@2/1");
    expect(space.dimensions.map((dimension) => dimension.name).slice(0, 4)).toEqual([
      "AU4",
      "AU12",
      "AU12 one-sided",
      "anger",
    ]);
  });

  it("does not place a face that another toolbox measured", () => {
    expect(point(measuredFace({}, "openface@2.2"))).toBeUndefined();
  });

  it("does not place a face of which too little was measured", () => {
    const face = { ...measuredFace(), actionUnits: actionUnits({ AU1: 0.2, AU2: 0.2, AU4: 0.2 }) };
    expect(point(face)).toBeUndefined();
  });

  it("puts what was not measured at the centre and names it", () => {
    const face = { ...measuredFace(), actionUnits: measuredFace().actionUnits.filter((unit) => unit.au !== "AU9") };
    expect(point(face)?.unmeasured).toContain("AU9");
    expect(coordinate(face, "AU9")).toBe(testSpace.dimensions.find((dimension) => dimension.name === "AU9")?.centre);
  });

  it.each([
    ["intensity-0-5", 2.5],
    ["percent-0-100", 50],
    ["log-odds", 0],
    ["probability", 0.5],
  ] as const)("reads half of the scale %s as 0.5", (scale, value) => {
    const units = measuredFace().actionUnits.filter((unit) => unit.au !== "AU4");
    const face = { ...measuredFace(), actionUnits: [...units, ...actionUnits({ AU4: value }, { scale })] };
    expect(coordinate(face, "AU4")).toBeCloseTo(0.5, 12);
  });

  it("draws a doubtful action unit toward the centre and drops one that says nothing", () => {
    const units = measuredFace().actionUnits.filter((unit) => unit.au !== "AU4");
    const weighed = (weight: number) => ({
      ...measuredFace(),
      actionUnits: [...units, ...actionUnits({ AU4: 1 }, { weight })],
    });
    const centre = 0.15;
    expect(coordinate(weighed(1), "AU4")).toBe(1);
    expect(coordinate(weighed(0.5), "AU4")).toBeCloseTo(centre + 0.5 * (1 - centre), 12);
    expect(point(weighed(0.1))?.unmeasured).toContain("AU4");
  });

  it("is blind to mirroring", () => {
    const left = { ...measuredFace({ "AU12:left": 0.9 }), headPose: { yawRad: 0.4, pitchRad: 0.1, rollRad: -0.2 } };
    const right = { ...measuredFace({ "AU12:right": 0.9 }), headPose: { yawRad: -0.4, pitchRad: 0.1, rollRad: 0.2 } };
    expect(point(left)).toEqual(point(right));
    expect(coordinate(left, "AU12 one-sided")).toBeCloseTo(0.8, 12);
  });

  it("comes back from a stored vector, within float32", () => {
    const placed = point(measuredFace({ AU12: 0.93, AU6: 0.71 }));
    if (placed === undefined) throw new Error("not placed");
    const back = coordinatesOf(testSpace, searchVector(testSpace, placed));
    for (const [index, value] of placed.coordinates.entries()) expect(back[index]).toBeCloseTo(value, 6);
  });

  it("finds the same face wholly alike and different ones less so", () => {
    const vector = (values: Record<string, number>) => {
      const placed = point(measuredFace(values));
      if (placed === undefined) throw new Error("not placed");
      return searchVector(testSpace, placed);
    };
    const smile = vector({ AU6: 0.9, AU12: 0.9 });
    const alike = (values: Record<string, number>) => similarityAt(vectorDistance(smile, vector(values)));
    expect(alike({ AU6: 0.9, AU12: 0.9 })).toBe(1);
    expect(alike({ AU6: 0.7, AU12: 0.9 })).toBeGreaterThan(alike({ AU12: 0.9 }));
    expect(alike({ AU12: 0.9 })).toBeGreaterThan(alike({ AU4: 0.9, AU15: 0.9 }));
  });
});
