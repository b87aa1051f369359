import { describe, expect, it } from "vitest";
import { chooseFrames } from "../../src/dynamics/choose-frames.ts";
import { clipDynamics } from "../../src/dynamics/clip-dynamics.ts";
import { stretchesOf } from "../../src/dynamics/stretches.ts";

const FPS = 5;

describe("stretchesOf", () => {
  /** One letter for each frame: neutral, happy, sad; a gap and a cut. */
  const sights = (letters: string, cuts: readonly number[] = []) =>
    [...letters].flatMap((letter, i) => {
      if (letter === ".") return [];
      const of = (label: string) => ({ label, probability: label[0] === letter ? 0.8 : 0.1 });
      const distribution = ["neutral", "happiness", "sadness"].map(of);
      return [{ timeS: i / FPS, cut: cuts.includes(i), expressions: [{ source: "one@1", distribution }] }];
    });
  const told = (letters: string, cuts?: readonly number[]) =>
    stretchesOf(sights(letters, cuts)).map(({ fromS, toS, expressions }) => {
      const [top] = [...(expressions[0]?.distribution ?? [])].sort((a, b) => b.probability - a.probability);
      return `${top?.label[0]} ${fromS}-${toS}`;
    });

  it("begin where another label comes first for half a second or longer, with the mean of their frames", () => {
    expect(told("nnnnnhhhhhhnnnn")).toEqual(["n 0-0.8", "h 1-2", "n 2.2-2.8"]);
    expect(told("nnnnnhhnnnnn")).toEqual(["n 0-2.2"]);
    const [stretch] = stretchesOf(sights("nnnnnhhnnnnn"));
    expect(stretch?.expressions[0]?.distribution.find(({ label }) => label === "happiness")?.probability).toBeCloseTo(
      (2 * 0.8 + 10 * 0.1) / 12,
    );
  });

  it("end at cuts and gaps, and hold whatever there is of a short clip", () => {
    expect(told("nnnnnnnn", [4])).toEqual(["n 0-0.6", "n 0.8-1.4"]);
    expect(told("nnnn....nnnn")).toEqual(["n 0-0.6", "n 1.6-2.2"]);
    expect(told("h")).toEqual(["h 0-0"]);
    expect(told("hn")).toEqual(["n 0-0.2"]);
  });
});

describe("chooseFrames", () => {
  const smile = (i: number) => (i >= 40 && i < 60 ? 0.95 : 0.05);
  const frown = (i: number) => (i >= 80 && i < 100 ? 0.7 : 0.2);
  const dynamics = clipDynamics(
    Array.from({ length: 150 }, (_, i) => ({
      ...{ frame: i, timeS: i / FPS, cut: i === 120, widthPx: null, heightPx: null },
      faces: [
        {
          ...{
            trackId: "T1",
            box: null,
            quality: null,
            headPose: null,
            gaze: null,
            eyeOpenness: null,
            expressions: [],
          },
          actionUnits: [["AU12", smile(i)] as const, ["AU4", frown(i)] as const].map(([au, value]) => ({
            ...{ au, value, side: "both" as const, scale: "probability" as const, weight: 1 },
            ...{ estimated: true, toolbox: "mesh@2" },
          })),
        },
      ],
    })),
  );
  const chosen = (budget: number) => chooseFrames(dynamics, budget, () => "F1");

  it("takes peaks first, the largest of all, then shots, beginnings and ends, and keeps some to be spread", () => {
    expect(chosen(8).map(({ frame, why }) => [frame, why])).toEqual([
      [0, "between the others"],
      [39, "onset of AU12 of F1"],
      [40, "apex of AU12 of F1"],
      [60, "offset of AU12 of F1"],
      [79, "onset of AU4 of F1"],
      [80, "apex of AU4 of F1"],
      [120, "a new shot"],
      [149, "between the others"],
    ]);
    expect(chosen(2).map(({ why }) => why)).toEqual(["apex of AU12 of F1", "between the others"]);
  });

  it("spreads all frames over a clip in which nothing happens, and takes none twice", () => {
    const nothing = {
      ...dynamics,
      tracks: [],
      clock: { ...dynamics.clock, cuts: dynamics.clock.cuts.map(() => false) },
    };
    const frames = chooseFrames(nothing, 5, () => "").map(({ frame }) => frame);
    expect(frames.length).toBe(5);
    const gaps = frames.slice(1).map((frame, i) => frame - (frames[i] as number));
    expect(Math.min(...gaps)).toBeGreaterThan(30);
    const short = { ...nothing, clock: { timesS: [0, 0.2], frames: [0, 1], cuts: [false, false] } };
    expect(chooseFrames(short, 8, () => "").map(({ frame }) => frame)).toEqual([0, 1]);
  });
});
