import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SceneObject } from "../../../src/adapters/scene/find-objects.ts";
import { headPosturesOf } from "../../../src/adapters/scene/head-posture.ts";
import { lookOf } from "../../../src/adapters/scene/looking.ts";
import {
  angleBetween,
  directionFrom,
  neighboursOf,
  type Person,
  type Place,
} from "../../../src/adapters/scene/people.ts";

const FRAME = { widthPx: 1600, heightPx: 1000 };
const deg = (degrees: number) => (degrees * Math.PI) / 180;

interface Held {
  readonly yaw?: number;
  readonly pitch?: number;
  readonly gaze?: readonly [number, number] | null;
  readonly quality?: number;
  readonly sizePx?: number;
}

/** A person whose face is centred at x, in the middle of the image's height; angles in degrees. */
function person(
  faceId: string,
  x: number,
  { yaw = 0, pitch = 0, gaze = [0, 0], quality = 0.9, sizePx = 150 }: Held = {},
): Person {
  return {
    faceId,
    box: { leftPx: x - sizePx * 0.4, topPx: 500 - sizePx / 2, widthPx: sizePx * 0.8, heightPx: sizePx },
    headPose: { yawRad: deg(yaw), pitchRad: deg(pitch), rollRad: 0 },
    gaze: gaze === null ? null : { yawRad: deg(gaze[0]), pitchRad: deg(gaze[1]) },
    quality,
    toolbox: "mesh@5",
  };
}

const look = (one: Person, others: readonly Person[] = [], objects: readonly SceneObject[] = []) =>
  lookOf(one, [one, ...others], objects, FRAME);

describe("where a person looks", () => {
  it.each([
    ["straight at the camera", {}, { type: "camera", by: "eyes" }],
    ["at the camera from a turned head", { yaw: 25, gaze: [-25, 0] }, { type: "camera" }],
    ["at the neighbour on the right of the image", { yaw: 70, gaze: null }, { type: "face", faceId: "F3", by: "head" }],
    [
      "with the eyes at the neighbour on the left",
      { yaw: -45, gaze: [-40, 0] },
      { type: "face", faceId: "F1", by: "eyes" },
    ],
    ["down", { pitch: -40 }, { type: "elsewhere", direction: "down" }],
    [
      "up and to the right",
      { yaw: 20, pitch: 35 },
      { type: "elsewhere", direction: "up and toward the right edge of the image" },
    ],
  ] as const)("is told of one who looks %s", (_case, held, expected) => {
    const others = [person("F1", 400), person("F3", 1200)];
    expect(look(person("F2", 800, held), others)).toMatchObject(expected);
  });

  it.each([
    ["with closed eyes", { gaze: null }, "no gaze"],
    ["whose face is poor", { quality: 0.1 }, "too poor"],
    ["whose face is tiny", { sizePx: 30 }, "under 40 px"],
  ])("cannot be told of one %s", (_case, held, reason) => {
    expect(look(person("F1", 800, held))).toMatchObject({ type: "untold", reason: expect.stringContaining(reason) });
  });

  it("cannot be told of one whose head pose nobody measured", () => {
    expect(look({ ...person("F1", 800), headPose: null })).toMatchObject({ type: "untold" });
  });

  it("is surer with the eyes than by the head alone, and never certain", () => {
    const [eyes, head] = [
      look(person("F1", 800, { yaw: 45, gaze: [40, 0] }), [person("F2", 1200)]),
      look(person("F1", 800, { yaw: 85, gaze: null }), [person("F2", 1200)]),
    ];
    if (eyes.type !== "face" || head.type !== "face") throw new Error(`They look at ${eyes.type} and ${head.type}`);
    expect(eyes.confidence).toBeGreaterThan(head.confidence);
    expect(eyes.confidence).toBeLessThan(1);
  });

  it("names everybody who stands in that direction", () => {
    const [near, behind] = [person("F2", 1150, { sizePx: 150 }), person("F3", 1300, { sizePx: 140 })];
    const found = look(person("F1", 800, { yaw: 45, gaze: [40, 0] }), [near, behind]);
    expect(found.type === "face" && [found.faceId, ...found.others].sort()).toEqual(["F2", "F3"]);
  });

  it("is an object below the eyes, but not what is worn there", () => {
    const below = (name: string): SceneObject => ({
      name,
      score: 0.6,
      box: { leftPx: 760, topPx: 750, widthPx: 80, heightPx: 60 },
    });
    const reader = person("F1", 800, { pitch: -35 });
    expect(look(reader, [], [below("book")])).toMatchObject({ type: "object", object: { name: "book" } });
    expect(look(reader, [], [below("tie")])).toMatchObject({ type: "elsewhere" });
    expect(look(person("F1", 800), [], [below("book")])).toMatchObject({ type: "camera" });
  });

  it("mirrors with the image", () => {
    const angle = fc.integer({ min: -60, max: 60 });
    fc.assert(
      fc.property(angle, angle, fc.integer({ min: 100, max: 700 }), (yaw, gaze, x) => {
        const there = look(person("F1", 800, { yaw, gaze: [gaze / 3, 0] }), [person("F2", 800 + x)]);
        const mirrored = look(person("F1", 800, { yaw: -yaw, gaze: [-gaze / 3, 0] }), [person("F2", 800 - x)]);
        expect(mirrored.type).toBe(there.type);
      }),
    );
  });
});

describe("directions", () => {
  it("lead to the camera from everywhere when head and eyes are straight", () => {
    const place: Place = [0.8, -0.3, 2];
    const straight = directionFrom(place, { yawRad: 0, pitchRad: 0 });
    expect(angleBetween(straight, [-0.8, 0.3, -2])).toBeCloseTo(0, 6);
  });

  it("go right with positive yaw and up with positive pitch", () => {
    const [right] = directionFrom([0, 0, 2], { yawRad: deg(30), pitchRad: 0 });
    const [, down] = directionFrom([0, 0, 2], { yawRad: 0, pitchRad: deg(30) });
    expect(right).toBeCloseTo(0.5, 10);
    expect(down).toBeCloseTo(-0.5, 10);
  });
});

describe("closeness", () => {
  it("counts who is within reach, nearest first", () => {
    const [one, near, nearer, far] = [person("F1", 300), person("F2", 900), person("F3", 500), person("F4", 1590)];
    const found = neighboursOf(one, [one, near, nearer, far], FRAME);
    expect(found.map(({ faceId }) => faceId)).toEqual(["F3", "F2"]);
    // 200 px at 150 px for 0.18 m.
    expect(found[0]?.distanceM).toBeCloseTo(0.24, 2);
  });

  it("does not take a face in the background for a neighbour", () => {
    const one = person("F1", 300);
    expect(neighboursOf(one, [one, person("F2", 400, { sizePx: 60 })], FRAME)).toEqual([]);
  });
});

describe("heads", () => {
  it.each([
    [{ pitch: -30 }, ["head bowed"]],
    [{ pitch: 30 }, ["head raised"]],
    [{ pitch: -10 }, []],
  ])("held at %j are %j", (held, expected) => {
    expect(headPosturesOf(person("F1", 800, held)).map(({ name }) => name)).toEqual(expected);
  });

  it("are believed less on a poor face, and not at all without a pose", () => {
    const confidence = (quality: number) =>
      headPosturesOf(person("F1", 800, { pitch: -30, quality }))[0]?.confidence ?? Number.NaN;
    expect(confidence(0.3)).toBeLessThan(confidence(0.9));
    expect(headPosturesOf({ ...person("F1", 800), headPose: null })).toEqual([]);
  });
});
