import { expect, it } from "vitest";
import { createRandom } from "../../src/domain/statistics/random.ts";
import { clipDynamics } from "../../src/dynamics/clip-dynamics.ts";
import { leaderOf } from "../../src/dynamics/pair-dynamics.ts";
import type { ClipFrame } from "../../src/dynamics/person-curves.ts";
import { clipEvidence } from "../../src/evidence/clip-evidence.ts";

const FPS = 5;
const RAD = Math.PI / 180;

type Face = ClipFrame["faces"][number];

function face(trackId: string, more: Partial<Face> & { readonly smile?: number }): Face {
  const { smile, ...rest } = more;
  const unit = {
    au: "AU12",
    side: "both",
    scale: "probability",
    weight: 1,
    estimated: true,
    toolbox: "mesh@5",
  } as const;
  return {
    ...{ trackId, box: null, quality: null, headPose: null, gaze: null, eyeOpenness: null, expressions: [] },
    actionUnits: smile === undefined ? [] : [{ ...unit, value: smile }],
    ...rest,
  };
}

const clip = (seconds: number, facesAt: (i: number) => readonly Face[], cutAt = -1) =>
  clipDynamics(
    Array.from({ length: seconds * FPS }, (_, i) => ({
      ...{ frame: i, timeS: i / FPS, cut: i === cutAt, widthPx: 1280, heightPx: 720 },
      faces: facesAt(i),
    })),
  );

/** Smiles of two seconds at these times, trembling. */
function smiles(times: readonly number[], seed: number) {
  const random = createRandom(seed);
  return (i: number) => {
    const on = times.map((at) => Math.min((i / FPS - at) / 0.6, 1, (at + 2.6 - i / FPS) / 0.6));
    return 0.05 + 0.85 * Math.max(0, ...on) + 0.01 * random.normal();
  };
}

const OWN = [4, 12, 19, 31, 40, 47, 58, 69, 74, 85];

it("tells that one face follows another, by how much, and who goes first, whoever of them is named first", () => {
  const echo = OWN.map((at) => at + 0.6);
  const pair = (first: readonly number[], second: readonly number[]) => {
    const [one, two] = [smiles(first, 1), smiles(second, 2)];
    const { pairs } = clip(95, (i) => [face("T1", { smile: one(i) }), face("T2", { smile: two(i) })]);
    const found = pairs[0]?.synchrony[0]?.found;
    if (found === undefined || "reason" in found) throw new Error("not told");
    return { ...found, leader: leaderOf(found) };
  };
  const led = pair(OWN, echo);
  expect(led.lagS).toBeCloseTo(0.6);
  expect(led).toMatchObject({ windows: 10, leader: 0 });
  expect(led.r).toBeGreaterThan(0.6);
  expect(led.corrected).toBeLessThan(0.01);
  expect(pair(echo, OWN).lagS).toBeCloseTo(-0.6);
  expect(pair(echo, OWN).leader).toBe(1);
  expect(pair(OWN, OWN)).toMatchObject({ lagS: 0, leader: null });
  const apart = pair(OWN, [1, 8, 15, 26, 36, 44, 52, 63, 79, 90]);
  expect(apart.p).toBeGreaterThan(0.05);
  expect(apart.leader).toBeNull();
});

it("says of a clip who follows whom, what goes together by chance only, and what cannot be told", () => {
  const [one, two] = [
    smiles(OWN, 1),
    smiles(
      OWN.map((at) => at - 0.6),
      2,
    ),
  ];
  const said = (seconds: number) => {
    const dynamics = clip(seconds, (i) => [face("T1", { smile: one(i) }), face("T2", { smile: two(i) })]);
    const people = ["T1", "T2"].map((trackId, i) => ({ trackId, faceId: `F${i + 1}`, sights: [] }));
    const items = clipEvidence({ people, dynamics }, { type: "toolbox", name: "mesh@5" }).slice(1);
    return items.map(({ statement, value }) => [statement, value.type]);
  };
  expect(said(95)).toEqual([
    [
      expect.stringMatching(
        /^AU12 \(lip corner puller\) of F1 follows that of F2 by 0\.6 s \(0\.6 to 0\.6 s\) \(r \d\.\d\d, by chance 0\.\d\d, corrected p 0\.00\d, 10 windows\)/,
      ),
      "quantities",
    ],
    [expect.stringMatching(/^Whether F1 and F2 look at each other cannot be told/), "not-measured"],
  ]);
  expect(said(30)[0]).toEqual([
    expect.stringMatching(/^Whether F1 and F2 move together cannot be told: 3 windows/),
    "not-measured",
  ]);
});

it("says why it tells nothing: seen together too short, cut apart, too few frames, nothing that moves", () => {
  const one = smiles(OWN, 1);
  const reason = (...[seconds, facesAt, cut]: Parameters<typeof clip>) => {
    const [pair] = clip(seconds, facesAt, cut).pairs;
    return pair?.synchrony.map(({ found }) => ("reason" in found ? found.reason : found.windows));
  };
  const both = (i: number) => [face("T1", { smile: one(i) }), face("T2", { smile: one(i) })];
  expect(reason(30, both)).toEqual([
    "3 windows of 9 s can be made of the 30 s that show both: it takes 5, cuts and gaps apart",
  ]);
  expect(reason(46, both)).toEqual([5]);
  expect(reason(50, both, 30 * FPS)).toEqual([5]);
  expect(reason(46, both, 25 * FPS)?.[0]).toMatch(/^4 windows of 9 s can be made of the 46 s/);
  expect(reason(60, (i) => [face("T1", { smile: one(i) }), face("T2", { smile: 0.9 })])).toEqual([]);
  expect(clip(60, (i) => [face(i < 150 ? "T1" : "T2", { smile: one(i) })]).pairs).toEqual([]);
});

const at = (middle: number, high = 150) => ({ leftPx: middle - high / 2, topPx: 300, widthPx: high, heightPx: high });
const looking = (yawDeg: number, eyesDeg = 0) => ({
  headPose: { yawRad: yawDeg * RAD, pitchRad: 0, rollRad: 0 },
  gaze: { yawRad: eyesDeg * RAD, pitchRad: 0 },
});

it("finds when two people look toward each other, and tells it from looking at the camera, away, and past each other", () => {
  const left = (i: number) => (i < 10 ? looking(0) : i < 20 ? looking(50, 20) : looking(-60));
  const gaze = (right: ReturnType<typeof looking>, mirrored?: true) =>
    clip(6, (i) => [
      face("T1", { box: at(mirrored ? 980 : 300), ...left(i), ...(mirrored && { mirrored }) }),
      face("T2", { box: at(mirrored ? 300 : 980), ...right, ...(mirrored && { mirrored }) }),
    ]).pairs[0]?.gaze;
  expect(gaze(looking(-60, -15))).toEqual({ spells: [{ first: 10, last: 19 }], frames: 30, mutual: 10 });
  expect(gaze(looking(-60, -15), true)).toEqual({ spells: [{ first: 10, last: 19 }], frames: 30, mutual: 10 });
  for (const elsewhere of [looking(0), looking(60), looking(-30)]) expect(gaze(elsewhere)).toMatchObject({ mutual: 0 });
});

it("says that mutual gaze cannot be told where one is behind the other, and where gaze was not measured", () => {
  const pair = (one: Partial<Face>, two: Partial<Face>) => clip(2, () => [face("T1", one), face("T2", two)]).pairs[0];
  const toward = { box: at(300), ...looking(60) };
  expect(pair(toward, { box: at(500, 60), ...looking(-60) })?.gaze).toEqual({
    reason: "the other is too near to the camera's direction, as far as sizes of faces tell",
  });
  expect(pair(toward, { box: at(980), headPose: null })?.gaze).toEqual({
    reason: "gaze, head and place in the frame were never measured of both at once",
  });
});
