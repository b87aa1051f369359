import { describe, expect, it } from "vitest";
import { fixedAnswerNote } from "../../src/domain/fixed-answers.ts";
import type { Judgment, Reading } from "../../src/domain/judgment.ts";
import { nearestToPool, poolSubjects, withPooledReadings } from "../../src/domain/pooled-reading.ts";
import { judgment, subject } from "../support/builders.ts";

const reading = (shares: Readonly<Record<string, number>>, valence: number | null = null): Reading => ({
  distribution: Object.entries(shares).map(([label, probability]) => ({ label, probability, novel: false })),
  valence: valence === null ? null : { value: valence, low: valence - 0.2, high: valence + 0.1 },
  arousal: null,
  abstention: null,
});
const abstained: Reading = { distribution: [], valence: null, arousal: null, abstention: "too dark" };
const judged = (...readings: readonly Reading[]): Judgment[] =>
  readings.map((one) => judgment(subject({ faceId: "F1", faceOnly: one, contextOnly: abstained, integrated: one })));

describe("readings taken together", () => {
  it("are the mean with the standard deviation, a label that one leaves out being 0 there", () => {
    const all = judged(reading({ joy: 0.9, fear: 0.1 }, 0.5), reading({ Joy: 0.6, surprise: 0.4 }, 0.8), abstained);
    const [pooled] = poolSubjects(all);
    expect(pooled?.faceOnly).toMatchObject({ given: 2, abstained: 1, arousal: null });
    // By hand: (0.9 + 0.6) / 2, |0.9 - 0.6| / sqrt 2, and so on.
    const rounded = pooled?.faceOnly.distribution.map(({ label, mean, sd }) => [
      label,
      mean.toFixed(4),
      sd?.toFixed(4),
    ]);
    expect(rounded).toEqual([
      ["joy", "0.7500", "0.2121"],
      ["surprise", "0.2000", "0.2828"],
      ["fear", "0.0500", "0.0707"],
    ]);
    expect(pooled?.faceOnly.valence?.mean).toBeCloseTo(0.65, 9);
    expect(pooled?.contextOnly).toEqual({ given: 0, abstained: 3, distribution: [], valence: null, arousal: null });
  });

  it("stand in the judgment, between the mean ends of the intervals", () => {
    const all = judged(reading({ joy: 1 }, 0.5), reading({ joy: 0.5, fear: 0.5 }, 0.7));
    const [first] = all as [Judgment];
    const { subjects } = withPooledReadings(first, all, { pooled: poolSubjects(all), who: "samples" });
    expect(subjects[0]?.integrated.distribution.map(({ probability }) => probability)).toEqual([0.75, 0.25]);
    expect(subjects[0]?.integrated.valence).toEqual({
      value: expect.closeTo(0.6, 9),
      low: expect.closeTo(0.4, 9),
      high: expect.closeTo(0.7, 9),
    });
  });

  it("abstain where more than half of the answers do, and say how many", () => {
    const all = judged(abstained, reading({ joy: 1 }), abstained);
    const { subjects } = withPooledReadings(all[1] as Judgment, all, { pooled: poolSubjects(all), who: "samples" });
    expect(subjects[0]?.faceOnly).toEqual({ ...abstained, abstention: "2 of 3 samples abstained: too dark" });
    const half = judged(abstained, reading({ joy: 1 }));
    const even = withPooledReadings(half[1] as Judgment, half, { pooled: poolSubjects(half), who: "samples" });
    expect(even.subjects[0]?.faceOnly.distribution).toHaveLength(1);
  });

  it("know the answer that is nearest to the mean, one that abstains being the furthest", () => {
    const all = judged(
      abstained,
      reading({ joy: 0.1, fear: 0.9 }),
      reading({ joy: 0.55, fear: 0.45 }),
      reading({ joy: 0.9, fear: 0.1 }),
    );
    expect(nearestToPool(all, poolSubjects(all))).toBe(2);
    const same = judged(reading({ joy: 1 }), reading({ joy: 1 }));
    expect(nearestToPool(same, poolSubjects(same))).toBe(0);
  });
});

describe("numbers that never change", () => {
  const face = (shares: Readonly<Record<string, number>>) => {
    const { distribution } = reading(shares);
    return { faceOnly: distribution, integrated: distribution };
  };

  it("are told where the same distribution comes for nearly all faces", () => {
    const faces = Array.from({ length: 10 }, (_, at) => face(at === 3 ? { fear: 1 } : { joy: 0.8, fear: 0.2 }));
    expect(fixedAnswerNote("m", faces)).toBe(
      "m gave the same distribution (joy 0.8, fear 0.2) for 9 of 10 faces (face only and integrated): unless they all show the same, its numbers are habits and no estimates",
    );
    expect(fixedAnswerNote("m", [...faces.slice(0, 9), face({ joy: 1 })])).toBeNull();
  });

  it("are told where only the label changes", () => {
    const faces = ["joy", "fear", "anger", "pride", "awe"].map((label) => face({ other: 0.2, [label]: 0.8 }));
    expect(fixedAnswerNote("m", faces)).toContain("the same numbers (0.8, 0.2), if under different labels, for 5 of 5");
  });

  it("are not told of numbers that change, of four faces, or of faces on which it abstained", () => {
    const changing = [0.81, 0.82, 0.83, 0.84, 0.85].map((joy) => face({ joy, fear: 1 - joy }));
    expect(fixedAnswerNote("m", changing)).toBeNull();
    expect(
      fixedAnswerNote(
        "m",
        Array.from({ length: 4 }, () => face({ joy: 1 })),
      ),
    ).toBeNull();
    expect(
      fixedAnswerNote(
        "m",
        Array.from({ length: 9 }, () => face({})),
      ),
    ).toBeNull();
  });
});
