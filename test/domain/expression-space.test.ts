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
      "mesh@5",
      {
        actionUnits: [
          { au: "AU12", scale: "probability", sides: true },
          { au: "AU4", scale: "probability", sides: false },
        ],
      },
      ["b@2", "a@1"],
    );
    expect(space.id).toBe("mesh@5+a@1+b@2/1");
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

  it("gives every kind of coordinate its centre and weight, and a version of their own to toolboxes of two scales", () => {
    const unit = (au: string, scale: "probability" | "binary", sides = false) => ({ au, scale, sides });
    const plain = createExpressionSpace("t@1", { actionUnits: [unit("AU1", "probability")] }, []);
    expect(plain).toEqual({
      ...{ id: "t@1/1", toolbox: "t@1", expressionSources: [] },
      dimensions: [
        { name: "AU1", kind: "action-unit", centre: 0.15, weight: 1 },
        ...["head turned", "chin raised", "head tilted", "gaze aside", "gaze raised"].map((name) => ({
          ...{ name, kind: "head-and-gaze", centre: 0, weight: 0.3 },
        })),
      ],
    });
    const both = { actionUnits: [unit("AU12", "probability", true), unit("AU12", "binary", true)] };
    const rich = createExpressionSpace("t@1", both, ["n@1"]);
    expect(rich.id).toBe("t@1+n@1/2");
    const kinds = rich.dimensions.slice(1, 10).map(({ kind, centre, weight }) => `${kind} ${centre} ${weight}`);
    expect(kinds).toEqual(["one-sidedness 0 0.5", ...Array(8).fill("expression 0.125 1")]);
  });

  it("takes the mean of the classifiers it knows, and the sides' mean where the whole face was not measured", () => {
    const supports = { actionUnits: [{ au: "AU12", scale: "probability" as const, sides: true }] };
    const space = createExpressionSpace("mesh@5", supports, ["a@1", "b@1"]);
    const reads = (source: string, happiness: number) => ({
      source,
      distribution: [
        { label: "happiness" as const, probability: happiness },
        { label: "anger" as const, probability: 1 - happiness },
      ],
    });
    const measured = {
      ...measuredFace(),
      actionUnits: actionUnits({ "AU12:left": 0.9, "AU12:right": 0.5 }),
      expressions: [reads("a@1", 0.9), reads("b@1", 0.5), reads("other@1", 0)],
      headPose: { yawRad: -Math.PI / 8, pitchRad: Math.PI / 16, rollRad: -Math.PI / 2 },
      gaze: { yawRad: -Math.PI / 4, pitchRad: -Math.PI / 8 },
    } as FaceMeasurement;
    const placed = embedFace(space, measured);
    const values = Object.fromEntries(
      space.dimensions.map(({ name }, index) => [name, Number(placed?.coordinates[index]?.toFixed(9))]),
    );
    expect(values).toEqual({
      ...{ AU12: 0.7, "AU12 one-sided": 0.4, happiness: 0.7, anger: 0.3 },
      ...{ disgust: 0.125, fear: 0.125, sadness: 0.125, surprise: 0.125, neutral: 0.125, contempt: 0.125 },
      ...{ "head turned": 0.5, "chin raised": 0.25, "head tilted": 2, "gaze aside": 1, "gaze raised": -0.5 },
    });
    expect(placed?.unmeasured).toEqual(
      ["contempt", "disgust", "fear", "neutral", "sadness", "surprise"].sort((a, b) => order(a) - order(b)),
    );
    function order(name: string) {
      return space.dimensions.findIndex((dimension) => dimension.name === name);
    }
    const still = embedFace(space, { ...measured, headPose: null, gaze: null, expressions: [] });
    expect(still?.unmeasured).toHaveLength(8 + 5);
    const oneSide = embedFace(space, { ...measured, actionUnits: actionUnits({ "AU12:left": 0.9 }) });
    expect(oneSide?.coordinates.slice(0, 2)).toEqual(Float64Array.of(0.9, 0));
    expect(oneSide?.unmeasured).toContain("AU12 one-sided");
    const weightless = {
      ...actionUnits({ "AU12:left": 0.9 })[0],
      weight: 0.1,
    } as (typeof measured.actionUnits)[number];
    const doubtful = embedFace(space, {
      ...measured,
      actionUnits: [weightless, ...actionUnits({ "AU12:right": 0.5 })],
    });
    expect(doubtful?.coordinates[0]).toBe(0.5);
    expect(embedFace(space, { ...measured, actionUnits: [weightless] })).toBeUndefined();
  });

  it("takes a degree before a decision, in whatever order a toolbox gives them", () => {
    const units = measuredFace().actionUnits.filter((unit) => unit.au !== "AU4");
    const [degree, decision] = [
      actionUnits({ AU4: 3 }, { scale: "intensity-0-5" }),
      actionUnits({ AU4: 1 }, { scale: "binary" }),
    ];
    for (const both of [
      [...degree, ...decision],
      [...decision, ...degree],
    ]) {
      expect(coordinate({ ...measuredFace(), actionUnits: [...units, ...both] }, "AU4")).toBeCloseTo(0.6, 12);
    }
    expect(coordinate({ ...measuredFace(), actionUnits: [...units, ...decision] }, "AU4")).toBe(1);
  });

  it("places a face of which half of the units were measured, and none whose numbers are none", () => {
    const half = measuredFace().actionUnits.filter(({ au }) => ["AU1", "AU2", "AU4", "AU6", "AU9"].includes(au));
    expect(point({ ...measuredFace(), actionUnits: half })?.unmeasured).toContain("AU12");
    expect(point({ ...measuredFace(), actionUnits: half.slice(1) })).toBeUndefined();
    const broken = { ...measuredFace(), actionUnits: [...half.slice(1), ...actionUnits({ AU1: Number.NaN })] };
    expect(point(broken)).toBeUndefined();
  });

  it("weighs coordinates in stored vectors, and counts 1.4 apart as half similar", () => {
    const placed = point({
      ...measuredFace({ AU12: 0.9 }),
      headPose: { yawRad: Math.PI / 4, pitchRad: 0, rollRad: 0 },
    });
    if (placed === undefined) throw new Error("not placed");
    const stored = searchVector(testSpace, placed);
    const at = (name: string) => stored[testSpace.dimensions.findIndex((dimension) => dimension.name === name)];
    expect([at("AU12"), at("head turned")]).toEqual([Math.fround(0.9 - 0.15), Math.fround(0.3)]);
    expect(coordinatesOf(testSpace, stored)[testSpace.dimensions.length - 5]).toBeCloseTo(1, 6);
    expect(similarityAt(1.4)).toBe(0.5);
    expect(similarityAt(2.8)).toBe(1 / 16);
  });
});
