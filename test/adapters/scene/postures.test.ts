import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Body, JOINTS, type Joint, mergeBodies, plausibleBody } from "../../../src/adapters/scene/body.ts";
import { handsAtFace } from "../../../src/adapters/scene/hands.ts";
import { posturesOf } from "../../../src/adapters/scene/postures.ts";

const FACE = { leftPx: 460, topPx: 200, widthPx: 80, heightPx: 100 };
const FRAME = { widthPx: 1000, heightPx: 1000 };
const UPRIGHT = { yawRad: 0, rollRad: 0 };

/** Somebody who faces the camera with the arms down; the person's left is on the right of the image. */
const STANDING: Readonly<Record<Joint, readonly [number, number]>> = {
  nose: [500, 255],
  "left eye": [520, 235],
  "right eye": [480, 235],
  "left ear": [540, 245],
  "right ear": [460, 245],
  "left shoulder": [600, 360],
  "right shoulder": [400, 360],
  "left elbow": [620, 500],
  "right elbow": [380, 500],
  "left wrist": [620, 620],
  "right wrist": [380, 620],
  "left hip": [560, 640],
  "right hip": [440, 640],
  "left knee": [560, 800],
  "right knee": [440, 800],
  "left ankle": [560, 950],
  "right ankle": [440, 950],
};

function body(
  moved: Partial<Record<Joint, readonly [number, number]>> = {},
  scores: Partial<Record<Joint, number>> = {},
): Body {
  return JOINTS.map((name) => {
    const [xPx, yPx] = moved[name] ?? STANDING[name];
    return { name, xPx, yPx, score: scores[name] ?? 0.8 };
  });
}

const namesOf = (of: Body) => posturesOf(of, FACE).map(({ name }) => name);
const LEFT_UP = { "left elbow": [640, 250], "left wrist": [650, 130] } as const;
const RIGHT_UP = { "right elbow": [360, 250], "right wrist": [350, 130] } as const;
const CROSSED = { "left wrist": [420, 480], "right wrist": [580, 480] } as const;

describe("postures", () => {
  it.each([
    ["arms down", body(), []],
    ["both arms up", body({ ...LEFT_UP, ...RIGHT_UP }), ["both arms raised"]],
    ["one arm up", body(LEFT_UP), ["left arm raised"]],
    ["a hand in the hair", body({ "left elbow": [640, 250], "left wrist": [560, 215] }), []],
    ["forearms across the trunk", body(CROSSED), ["arms crossed"]],
    ["one forearm across the trunk", body({ "left wrist": [420, 480] }), []],
    ["hips off to the left", body({ "left hip": [450, 640], "right hip": [330, 640] }), ["leaning"]],
  ])("of a person with %s", (_case, of, expected) => {
    expect(namesOf(of)).toEqual(expected);
  });

  it.each(["left shoulder", "left elbow", "left wrist"] as const)(
    "say nothing of an arm whose %s is not seen",
    (joint) => {
      expect(namesOf(body(LEFT_UP, { [joint]: 0.2 }))).toEqual([]);
    },
  );

  it("do not lean on hips that the network is unsure of", () => {
    const moved = { "left hip": [450, 640], "right hip": [330, 640] } as const;
    expect(namesOf(body(moved, { "left hip": 0.35 }))).toEqual([]);
  });

  it("are as sure as the least sure joint they rest on", () => {
    expect(posturesOf(body(LEFT_UP, { "left wrist": 0.45 }), FACE)[0]?.confidence).toBe(0.45);
  });

  it("mirror with the person", () => {
    const swap = (name: Joint) =>
      name.startsWith("left") ? name.replace("left", "right") : name.replace("right", "left");
    const up = body(LEFT_UP);
    const turned = JOINTS.map((name) => {
      const other = up.find((joint) => joint.name === swap(name));
      return { name, xPx: 1000 - (other?.xPx ?? Number.NaN), yPx: other?.yPx ?? Number.NaN, score: 0.8 };
    });
    expect(namesOf(turned)).toEqual(["right arm raised"]);
  });

  it("are never reported from joints that are all unseen", () => {
    const place = fc.tuple(
      fc.double({ min: 0, max: 1000, noNaN: true }),
      fc.double({ min: 0, max: 1000, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(place, { minLength: 17, maxLength: 17 }), (places) => {
        const hidden = JOINTS.map((name, at) => {
          const [xPx, yPx] = places[at] ?? [0, 0];
          return { name, xPx, yPx, score: 0.29 };
        });
        expect([...posturesOf(hidden, FACE), ...handsAtFace(hidden, FACE, UPRIGHT)]).toEqual([]);
      }),
    );
  });
});

describe("hands", () => {
  // The middle of a hand lies 0.37 of the forearm beyond the wrist.
  it.each([
    ["over the mouth", { "right elbow": [400, 420], "right wrist": [473, 312] }, "over", "mouth"],
    ["over the eyes", { "right elbow": [420, 400], "right wrist": [478, 276] }, "over", "eyes"],
    ["below the chin", { "right elbow": [420, 450], "right wrist": [478, 350] }, "at", "chin"],
    ["beside the face", { "right elbow": [350, 400], "right wrist": [418, 295] }, "at", "side of the face"],
  ] as const)("%s are found there", (_case, arm, place, part) => {
    expect(handsAtFace(body(arm), FACE, UPRIGHT)).toMatchObject([{ side: "right", place, part }]);
  });

  it("that hang down are not at the face", () => {
    expect(handsAtFace(body(), FACE, UPRIGHT)).toEqual([]);
  });

  it("at a profile have no part of the face beside them", () => {
    const arm = { "right elbow": [400, 420], "right wrist": [473, 312] } as const;
    expect(handsAtFace(body(arm), FACE, { yawRad: -0.9, rollRad: 0 })).toMatchObject([{ part: null }]);
  });

  it("are found on the same part of a tilted head", () => {
    // The whole person turned by 40 degrees about the middle of the face.
    const [angle, cx, cy] = [(40 * Math.PI) / 180, 500, 250];
    const upright = body({ "right elbow": [400, 420], "right wrist": [473, 312] });
    const turned = upright.map((joint) => {
      const [dx, dy] = [joint.xPx - cx, joint.yPx - cy];
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      return { ...joint, xPx: cx + dx * cos - dy * sin, yPx: cy + dx * sin + dy * cos };
    });
    expect(handsAtFace(turned, FACE, { yawRad: 0, rollRad: angle })).toMatchObject([{ place: "over", part: "mouth" }]);
  });

  it("whose elbow is hidden are believed less", () => {
    const arm = { "right wrist": [490, 282] } as const;
    const [hand] = handsAtFace(body(arm, { "right elbow": 0.1 }), FACE, UPRIGHT);
    expect(hand).toMatchObject({ place: "over", part: "mouth" });
    expect(hand?.confidence).toBeCloseTo(0.56, 10);
  });
});

describe("a body out of two readings", () => {
  it("keeps what they agree on, in the middle, and drops what they do not", () => {
    const merged = mergeBodies([body(), body({ "left elbow": [630, 500], "left wrist": [300, 620] })], FACE);
    expect(merged?.find(({ name }) => name === "left elbow")).toEqual({
      name: "left elbow",
      xPx: 625,
      yPx: 500,
      score: 0.8,
    });
    expect(merged?.find(({ name }) => name === "left wrist")?.score).toBe(0);
  });

  it("is none where no reading has the face", () => {
    expect(mergeBodies([], FACE)).toBeUndefined();
  });

  it("loses limbs longer than limbs are, and what hangs on them", () => {
    const stretched = plausibleBody(body({ "right elbow": [60, 500] }), FACE, FRAME);
    const scoreOf = (name: Joint) => stretched.find((joint) => joint.name === name)?.score;
    expect([scoreOf("right shoulder"), scoreOf("right elbow"), scoreOf("left elbow")]).toEqual([0.8, 0, 0.8]);
  });

  it("loses joints outside the image", () => {
    const cut = plausibleBody(body(), FACE, { widthPx: 1000, heightPx: 700 });
    expect(cut.filter(({ score }) => score === 0).map(({ name }) => name)).toEqual([
      "left knee",
      "right knee",
      "left ankle",
      "right ankle",
    ]);
  });
});
