import { describe, expect, it } from "vitest";
import type { FaceMeasurement } from "../../src/domain/measurement.ts";
import { type MouthCurve, mouthCurve, whoSpeaks } from "../../src/dynamics/who-speaks.ts";
import { face } from "../support/builders.ts";

const FPS = 5;
const frames = Array.from({ length: 30 }, (_, i) => i / FPS);
/** A mouth that is open differently far in each frame while it speaks, and trembles otherwise. */
const mouth = (faceId: string, speaks: (timeS: number) => boolean, size = 0.15): MouthCurve => ({
  faceId,
  samples: frames.map((timeS, i) => ({
    ...{ timeS, cut: false },
    open: 0.05 + (speaks(timeS) ? size : 0.005) * Math.abs(Math.sin(i * 1.7)),
  })),
  movesFrom: 0.02,
});
const first = { fromS: 0, toS: 2 };
const second = { fromS: 3, toS: 5 };
const within =
  ({ fromS, toS }: typeof first) =>
  (timeS: number) =>
    timeS >= fromS && timeS <= toS;
const still = (faceId: string) => mouth(faceId, () => false);

describe("who speaks", () => {
  it("is whoever's mouth moves while it is said", () => {
    const said = whoSpeaks([first, second], [mouth("F1", within(first)), mouth("F2", within(second))]);
    expect(said.map(({ faceId }) => faceId)).toEqual(["F1", "F2"]);
  });

  it.each<[string, MouthCurve[], string]>([
    ["nobody is seen", [], "no mouth was measured in 4 frames of it"],
    ["the mouths that are seen rest", [still("F1"), still("F2")], "no mouth that is seen moves"],
    [
      "two mouths move alike",
      [mouth("F1", within(first)), mouth("F2", within(first), 0.12)],
      "the mouths of F1 and F2 move alike",
    ],
    ["the mouth never rests", [mouth("F1", () => true)], "the mouth of F1 moves as much where nothing is said"],
    [
      "a smile comes up and stays",
      [{ ...still("F1"), samples: frames.map((timeS) => ({ timeS, cut: false, open: timeS > 1 ? 0.3 : 0 })) }],
      "no mouth that is seen moves",
    ],
    [
      "the view changes from frame to frame",
      [
        {
          ...mouth("F1", within(first)),
          samples: mouth("F1", within(first)).samples.map((one) => ({ ...one, cut: true })),
        },
      ],
      "no mouth was measured in 4 frames of it",
    ],
  ])("is not known where %s", (_case, mouths, why) => {
    expect(whoSpeaks([first], mouths)).toEqual([{ faceId: null, why }]);
  });

  it("reads the gap of the lips off landmarks of 68 or more points, and else the action units of an open mouth", () => {
    const sightOf = (measurement: Partial<FaceMeasurement>) => [
      {
        place: { timestampS: 0 },
        face: { measurements: face().measurements.map((own) => ({ ...own, landmarks: null, ...measurement })) },
      },
    ];
    const points = (length: number, places: Readonly<Record<number, [number, number, number]>>) =>
      Array.from({ length }, (_, i): [number, number, number] => places[i] ?? [0, 0, 0]);
    const mesh = points(478, { 13: [50, 60, 0], 14: [50, 70, 0], 33: [0, 0, 0], 263: [100, 0, 0] });
    const ibug = points(68, { 62: [50, 60, 0], 66: [50, 70, 0], 36: [0, 0, 0], 45: [100, 0, 0] });
    for (const landmarks of [mesh, ibug]) {
      expect(mouthCurve("F1", sightOf({ landmarks }))?.samples).toEqual([{ timeS: 0, cut: false, open: 0.1 }]);
    }
    const [{ actionUnits } = { actionUnits: [] }] = face({ AU25: 0.8, AU26: 0.2, AU12: 1 }).measurements;
    expect(mouthCurve("F1", sightOf({ actionUnits }))?.samples[0]?.open).toBeCloseTo(0.5);
    expect(mouthCurve("F1", sightOf({ actionUnits: [] }))).toBeNull();
  });
});
