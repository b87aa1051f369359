import { describe, expect, it } from "vitest";
import type { Scale } from "../../src/domain/measurement.ts";
import { createRandom } from "../../src/domain/statistics/random.ts";
import { clipDynamics } from "../../src/dynamics/clip-dynamics.ts";
import { type ClipClock, segmentsOf, trembleOf } from "../../src/dynamics/curve.ts";
import { findEpisodes } from "../../src/dynamics/find-episodes.ts";

const FPS = 10;

function clockOf(length: number, cutsAt: readonly number[] = []): ClipClock {
  const frames = Array.from({ length }, (_, i) => i);
  return { frames, timesS: frames.map((i) => i / FPS), cuts: frames.map((i) => cutsAt.includes(i)) };
}

/** Straight lines between `[frame, value]`. */
function line(...points: readonly (readonly [number, number])[]): number[] {
  const length = (points.at(-1)?.[0] ?? 0) + 1;
  return Array.from({ length }, (_, frame) => {
    const next = points.findIndex(([at]) => at >= frame);
    const [toAt, to] = points[next] as readonly [number, number];
    const [fromAt, from] = points[Math.max(0, next - 1)] as readonly [number, number];
    return toAt === fromAt ? to : from + ((frame - fromAt) / (toAt - fromAt)) * (to - from);
  });
}

const smile = line([0, 0.1], [10, 0.1], [15, 0.9], [25, 0.9], [33, 0.1], [40, 0.1]);

/** Where episodes begin, peak and end, by frame; `null` for what was not seen. */
function framesOf(values: readonly number[], { cuts = [] as number[], scale = "probability" as Scale } = {}) {
  const found = findEpisodes({ from: 0, values }, scale, clockOf(values.length, cuts));
  return found.map(({ onset, apex, offset }) => [onset?.frame ?? null, apex.frame, offset?.frame ?? null]);
}

const trembling = (values: readonly number[], sd: number, seed = 7) => {
  const random = createRandom(seed);
  return values.map((value) => value + sd * random.normal());
};

describe("findEpisodes", () => {
  it("tells when a rise begins, when it is highest, and when it is gone, with its speed", () => {
    const [episode] = findEpisodes({ from: 0, values: smile }, "probability", clockOf(smile.length));
    expect(episode).toMatchObject({
      onset: { timeS: 1, frame: 10, value: 0.1 },
      apex: { timeS: 1.5, frame: 15 },
      peaks: 1,
      interpolated: 0,
    });
    // A tenth of the fall still counts as rest.
    expect(episode?.offset?.frame).toBe(33 - 1 + 1);
    expect([episode?.onsetSpeed, episode?.offsetSpeed].map((speed) => speed?.toFixed(2))).toEqual(["1.60", "1.00"]);
  });

  it("finds onset and offset within one frame and the apex within two under noise, and nothing in noise alone", () => {
    for (const seed of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) {
      const [[onset = -9, apex = -9, offset = -9] = [], ...others] = framesOf(
        trembling(smile, 0.02, seed),
      ) as number[][];
      expect(others).toEqual([]);
      expect(Math.abs(onset - 10)).toBeLessThanOrEqual(1);
      expect(Math.abs(apex - 15)).toBeLessThanOrEqual(2);
      expect(Math.abs(offset - 33)).toBeLessThanOrEqual(1);
      for (const level of [0.1, 0.5, 0.9]) {
        for (const sd of [0.02, 0.1, 0.2])
          expect(framesOf(trembling(line([0, level], [200, level]), sd, seed))).toEqual([]);
      }
    }
  });

  it.each([
    ["what stays, however high", line([0, 0.95], [30, 0.95])],
    ["a rise to where it does not count as present", line([0, 0.02], [10, 0.45], [20, 0.02])],
    ["a small rise to where it counts as present", line([0, 0.4], [10, 0.7], [20, 0.4])],
    ["what is there for a single frame", smile.map((_, i) => (i === 20 ? 0.95 : 0.1))],
    ["a single frame", [0.9]],
    ["nothing that was measured", [Number.NaN, Number.NaN]],
  ])("finds no episode in %s", (_what, values) => {
    expect(framesOf(values)).toEqual([]);
  });

  it("leaves open what was not seen: at the ends of a clip, at a cut, and in a long gap", () => {
    expect(framesOf(line([0, 0.9], [10, 0.9], [15, 0.1], [20, 0.1]))).toEqual([[null, 0, 15]]);
    expect(framesOf(line([0, 0.1], [10, 0.1], [15, 0.9], [20, 0.9]))).toEqual([[10, 15, null]]);
    // Another shot begins with frame 12: from one frame to the next everything may differ.
    const cut = smile.map((value, i) => (i < 12 ? 0.1 : value));
    expect(framesOf(cut, { cuts: [12] })).toEqual([[null, 15, 33]]);
    const gone = smile.map((value, i) => (i > 26 && i < 34 ? Number.NaN : value));
    expect(framesOf(gone)).toEqual([[10, 15, null]]);
  });

  it("goes on over a short gap and counts what lies on the line", () => {
    const values = smile.map((value, i) => (i === 12 || i === 13 ? Number.NaN : value));
    const [episode] = findEpisodes({ from: 0, values }, "probability", clockOf(values.length));
    expect(episode).toMatchObject({ onset: { frame: 10 }, apex: { frame: 15 }, interpolated: 2 });
  });

  it("takes peaks for one episode until it has fallen by more than half, and for two from then on", () => {
    const dip = (low: number) =>
      line([0, 0.1], [5, 0.1], [10, 0.9], [15, 0.9], [18, low], [20, low], [22, 0.9], [26, 0.9], [30, 0.1], [35, 0.1]);
    const peaks = (values: number[]) =>
      findEpisodes({ from: 0, values }, "probability", clockOf(values.length)).map((episode) => episode.peaks);
    expect(peaks(dip(0.52))).toEqual([2]);
    expect(peaks(dip(0.45))).toEqual([1, 1]);
  });

  it("goes by each scale's own numbers", () => {
    const five = smile.map((value) => value * 5);
    expect(framesOf(five, { scale: "intensity-0-5" })).toEqual(framesOf(smile));
    expect(
      framesOf(
        smile.map((value) => (value > 0.5 ? 1 : 0)),
        { scale: "binary" },
      ),
    ).toEqual([[12, 13, 29]]);
    // Half a level is no event on a scale of five.
    expect(framesOf(line([0, 1.8], [5, 2.6], [10, 1.8]), { scale: "intensity-0-5" })).toEqual([]);
  });
});

describe("trembleOf", () => {
  it("is the standard deviation of noise, whatever else the curve does", () => {
    for (const values of [line([0, 0.3], [4000, 0.3]), line([0, 0], [2000, 1], [4000, 0])]) {
      const tremble = trembleOf(segmentsOf({ from: 0, values: trembling(values, 0.05) }, clockOf(values.length)));
      expect(tremble).toBeGreaterThan(0.045);
      expect(tremble).toBeLessThan(0.055);
    }
  });
});

describe("clipDynamics", () => {
  const unit = (au: string, side: "both" | "left" | "right", value: number, weight: number | null = 1) => ({
    ...{ au, side, value, weight, scale: "probability" as const, estimated: true, toolbox: "mesh@5" },
  });
  type Face =
    Parameters<typeof clipDynamics>[0] extends Iterable<infer Frame extends { faces: readonly unknown[] }>
      ? Frame["faces"][number]
      : never;
  const face = (actionUnits: Face["actionUnits"], more: Partial<Face> = {}): Face => ({
    ...{
      trackId: "T1",
      box: null,
      quality: null,
      headPose: null,
      gaze: null,
      eyeOpenness: null,
      expressions: [],
      actionUnits,
    },
    ...more,
  });
  const clip = (faceAt: (i: number) => readonly Face[], { fps = FPS, length = smile.length } = {}) =>
    clipDynamics(
      Array.from({ length }, (_, i) => ({
        ...{ frame: i, timeS: i / fps, cut: false, widthPx: null, heightPx: null },
        faces: faceAt(i),
      })),
    );
  const smileAt = (i: number) => smile[i] as number;

  it("follows each person's action units, leaves out what cannot be trusted, and compares the sides", () => {
    const { tracks } = clip((i) => [
      face([unit("AU12", "both", smileAt(i)), unit("AU12", "left", smileAt(i)), unit("AU12", "right", smileAt(i) / 2)]),
      face([unit("AU12", "both", smileAt(i), 0.1), unit("AU4", "both", 0.9)], { trackId: "T2" }),
    ]);
    expect(tracks.map(({ trackId, episodes }) => [trackId, episodes.map(({ curve }) => curve.name)])).toEqual([
      ["T1", ["AU12"]],
      ["T2", []],
    ]);
    expect(tracks[0]?.episodes[0]?.symmetry).toBe(0.5);
  });

  it("takes a face that is cut off by the edge of the frame for one that was not seen", () => {
    const good = { facePx: 200, sharpness: 99, luminance: 99, cutOff: 0, facePresence: 1, overall: 1, warnings: [] };
    const { tracks } = clip((i) => [
      face([unit("AU12", "both", smileAt(i))], { quality: { ...good, cutOff: i > 11 && i < 20 ? 0.3 : 0 } }),
    ]);
    expect(tracks[0]?.gaps).toEqual([{ first: 12, last: 19 }]);
    expect(tracks[0]?.episodes.map(({ onset, offset }) => [onset?.frame, offset?.frame])).toEqual([[undefined, 33]]);
  });

  it("says when the face grows or the head turns while something rises, and not when it does before or afterwards", () => {
    const meanwhile = (more: (i: number) => Partial<Face>) => {
      const dynamics = clipDynamics(
        smile.map((_, i) => ({
          ...{ frame: i, timeS: i / FPS, cut: false, widthPx: 640, heightPx: 360 },
          faces: [face([unit("AU12", "both", smileAt(i))], more(i))],
        })),
      );
      return [...(dynamics.tracks[0]?.meanwhile.values() ?? [])];
    };
    const box = (high: number) => ({ box: { leftPx: 100, topPx: 80, widthPx: 80, heightPx: high } });
    const turned = (deg: number) => ({ headPose: { yawRad: 0, pitchRad: 0, rollRad: (deg * Math.PI) / 180 } });
    expect(meanwhile((i) => ({ ...box(i < 20 ? 100 : 130), ...turned(i) }))).toEqual([
      "meanwhile the face changes its size by 30 % and the head turns or tilts by 23 degrees",
    ]);
    expect(meanwhile((i) => ({ ...box(i < 36 ? 100 : 150), ...turned(i < 8 ? 40 : 0) }))).toEqual([]);
    expect(meanwhile((i) => ({ ...box(100 + (i % 10)), ...turned(i % 10) }))).toEqual([]);
  });

  it("asks for half as much again while the head tilts or the light changes, and finds what is so large where it is", () => {
    const good = { facePx: 200, sharpness: 99, luminance: 99, cutOff: 0, facePresence: 1, overall: 1, warnings: [] };
    const tilted = (i: number): Partial<Face> => ({ headPose: { yawRad: 0, pitchRad: 0, rollRad: i / 100 } });
    const lit =
      (percent: number) =>
      (i: number): Partial<Face> => ({
        quality: { ...good, covered: [], luminance: 100 + (percent * Math.min(i, 40)) / 40 },
      });
    const found = (rise: number, more: (i: number) => Partial<Face>) =>
      clip((i) => [
        face([unit("AU12", "both", 0.1 + (rise * (smileAt(i) - 0.1)) / 0.8)], more(i)),
      ]).tracks[0]?.episodes.map(({ onset, apex, offset }) => [onset?.frame, apex.frame, offset?.frame]);
    const whole = [[10, 15, 33]];
    expect([found(0.51, () => ({})), found(0.51, lit(25)), found(0.51, lit(60)), found(0.51, tilted)]).toEqual([
      whole,
      whole,
      [],
      [],
    ]);
    expect([found(0.54, lit(60)), found(0.8, tilted)]).toEqual([whole, whole]);
    // Where the light more than doubles, only a smile that goes nearly all the way.
    expect([found(0.8, lit(400)), found(0.9, lit(400))]).toEqual([[], whole]);
  });

  it("lets nothing happen between two shots while one dissolves into the other, and follows what happens in each", () => {
    const episodes = (shift: number, dissolvedFrom: (i: number) => number | undefined) =>
      clipDynamics(
        smile.map((_, i) => ({
          ...{ frame: i, timeS: i / FPS, cut: false, widthPx: 640, heightPx: 360 },
          dissolvedFromS: dissolvedFrom(i + shift),
          faces: [face([unit("AU12", "both", smileAt(i + shift))])],
        })),
      ).tracks[0]?.episodes.map(({ onset, apex, offset }) => [onset?.frame, apex.frame, offset?.frame]);
    // It is known from 12 on that a dissolve began after 9, and lasts until the new shot is there alone.
    const dissolve = (i: number) => (i >= 12 && i <= 16 ? 0.9 : undefined);
    expect(episodes(0, dissolve)).toEqual([[undefined, 16, 33]]);
    expect(episodes(0, (i) => (i >= 36 ? 3.4 : undefined))).toEqual([[10, 15, 33]]);
  });

  it("compares the timing of a smile with what is known of groups, and says what it goes by", () => {
    const timing = (cheeks: (i: number) => readonly Face["actionUnits"][number][], mouth = smileAt) => {
      const [track] = clip((i) => [face([unit("AU12", "both", mouth(i)), ...cheeks(i)])]).tracks;
      return [...(track?.smiles.values() ?? [])].map(({ verdict, signs }) => [
        verdict,
        ...signs.map(({ what }) => what),
      ]);
    };
    const late = line([0, 0.1], [20, 0.1], [25, 0.9], [28, 0.9], [33, 0.1], [40, 0.1]);
    const quick = line([0, 0.1], [10, 0.1], [12, 0.9], [13, 0.9], [15, 0.1], [40, 0.1]);
    expect(timing((i) => [unit("AU6", "both", smileAt(i))])).toEqual([
      ["as spontaneous smiles mostly are", "it lasts 2.3 s", "it peaks once", "AU6 is highest together with AU12"],
    ]);
    expect(timing((i) => [unit("AU6", "both", late[i] as number)])).toEqual([
      ["mixed", "it lasts 2.3 s", "it peaks once", "AU6 is highest 1.0 s before or after AU12"],
    ]);
    expect(
      timing(
        () => [],
        (i) => quick[i] as number,
      ),
    ).toEqual([["mixed", "it lasts 0.5 s", "it peaks once", "AU6 was not measured"]]);
    const still = line([0, 0.9], [20, 0.9], [25, 0.1], [40, 0.1]);
    expect(
      timing(
        () => [],
        (i) => still[i] as number,
      )[0]?.[0],
    ).toBe("cannot be told");
  });

  const eyes = (left: number, right = left) => ({ eyeOpenness: { left, right } });

  it("counts blinks where frames are fast enough, not winks nor eyes that stay closed, and gives a rate from 10 s on", () => {
    const fps = 15;
    const length = 20 * fps;
    const closedAt = (i: number) => [40, 41, 100, 101, 200, 201].includes(i) || (i >= 150 && i < 170);
    const at = (i: number) => (i >= 250 && i < 253 ? eyes(1, 0.1) : eyes(closedAt(i) ? 0.1 : 1 + 0.05 * Math.sin(i)));
    const [track] = clip((i) => [face([], at(i))], { fps, length }).tracks;
    expect(track?.movements.map(({ kind, onset, offset }) => [kind, onset, offset])).toEqual([
      ["blink", 39, 42],
      ["blink", 99, 102],
      ["eyes closed", 149, 170],
      ["blink", 199, 202],
    ]);
    expect(track?.blinks?.count).toBe(3);
    expect(track?.blinks?.perMinute).toBeCloseTo(9);
    expect(clip((i) => [face([], at(i))], { fps, length: 8 * fps }).tracks[0]?.blinks).toBeNull();
    const slow = clip((i) => [face([], at(i))], { fps: 5, length });
    expect(slow.tooSlowFor).toEqual(["blinks", "nods and shakes", "short expressions"]);
    expect(slow.tracks[0]).toMatchObject({ movements: [], blinks: null });
  });

  it("tells nods from shakes, and neither from a head that turns away or goes round", () => {
    const rad = (deg: number) => (deg * Math.PI) / 180;
    const wave = (i: number, from: number, to: number, deg: number) =>
      i >= from && i <= to ? deg * Math.sin(((i - from) / 6) * 2 * Math.PI) : 0;
    const [track] = clip(
      (i) => [
        face([], {
          headPose: {
            pitchRad: rad(wave(i, 20, 38, 8) + wave(i + 2, 132, 150, 8)),
            yawRad: rad(wave(i, 60, 78, 8) + Math.min(30, Math.max(0, (i - 100) * 3)) + wave(i, 130, 148, 8)),
            rollRad: 0,
          },
        }),
      ],
      { fps: 15, length: 160 },
    ).tracks;
    expect(track?.movements.map(({ kind, onset }) => [kind, Math.round(onset / 20) * 20])).toEqual([
      ["nod", 20],
      ["shake", 60],
    ]);
  });

  it("finds where the gaze moves on at once, with where to and whether the head goes along, and no slow drift", () => {
    const step = (i: number) => (i < 10 ? 0 : 0.4);
    const headPose = (yawRad: number) => ({ yawRad, pitchRad: 0, rollRad: 0 });
    const shifts = (faceAt: (i: number) => Partial<Face>) =>
      clip((i) => [face([], faceAt(i))], { length: 30 }).tracks[0]?.movements.map(({ onset, value, note }) => [
        onset,
        Math.round(value),
        note,
      ]);
    const ahead = headPose(0);
    expect(shifts((i) => ({ headPose: ahead, gaze: { yawRad: -step(i), pitchRad: 0 } }))).toEqual([
      [9, 23, "toward the left edge of the image; mostly with the eyes"],
    ]);
    expect(shifts((i) => ({ headPose: headPose(step(i)), gaze: { yawRad: 0, pitchRad: 0 } }))).toEqual([
      [9, 23, "toward the right edge of the image; mostly with the head"],
    ]);
    expect(
      shifts((i) => ({ headPose: ahead, gaze: { yawRad: Math.min(15, Math.max(0, i - 5)) * 0.03, pitchRad: 0 } })),
    ).toEqual([]);
    // The eyes go one way as the head goes the other: the gaze stays.
    expect(shifts((i) => ({ headPose: headPose(step(i)), gaze: { yawRad: -step(i), pitchRad: 0 } }))).toEqual([]);
  });
});
