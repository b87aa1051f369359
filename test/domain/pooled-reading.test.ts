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

describe("readings of several faces taken together", () => {
  const at = (valence: number): Reading => ({
    ...reading({ joy: 1 }, valence),
    arousal: { value: valence / 2, low: 0, high: 1 },
  });
  const both = (first: Reading, second: Reading) =>
    judgment(
      subject({ faceId: "F1", faceOnly: first, contextOnly: first, integrated: first }),
      subject({ faceId: "F2", faceOnly: second, contextOnly: second, integrated: second }),
    );

  it("are those of each face, with one that a judge left out neither given nor abstained", () => {
    const lone = judgment(subject({ faceId: "F2", faceOnly: at(0.4), contextOnly: at(0), integrated: at(0.2) }));
    const pooled = poolSubjects([both(at(0.2), reading({ " FEAR": 1 })), lone]);
    expect(pooled.map(({ faceId, faceOnly }) => [faceId, faceOnly.given, faceOnly.abstained])).toEqual([
      ["F1", 1, 0],
      ["F2", 2, 0],
    ]);
    expect(pooled[0]?.integrated.valence).toEqual({ mean: 0.2, sd: null });
    expect(pooled[1]?.faceOnly.arousal).toEqual({ mean: 0.2, sd: null });
    expect(pooled[1]?.faceOnly.distribution.map(({ label, mean }) => [label, mean])).toEqual([
      [" FEAR", 0.5],
      ["joy", 0.5],
    ]);
  });

  it("stand in the judgment for each of its faces, with the mean arousal; a face of no pool stays as it is", () => {
    const all = [both(at(0.2), at(0.6)), both(at(0.4), at(0.8))];
    const [first] = all as [Judgment];
    const pooled = poolSubjects(all);
    const { subjects } = withPooledReadings(first, all, { pooled, who: "judges" });
    expect(subjects.map(({ faceOnly }) => faceOnly.arousal?.value)).toEqual([
      expect.closeTo(0.15, 9),
      expect.closeTo(0.35, 9),
    ]);
    const partly = withPooledReadings(first, all, { pooled: pooled.slice(1), who: "judges" });
    expect(partly.subjects[0]).toBe(first.subjects[0]);
    expect(partly.subjects[1]).toEqual(subjects[1]);
  });

  it("say that nobody gave a reason where none of those that abstain did", () => {
    const silent = judged({ ...abstained, abstention: null });
    const { subjects } = withPooledReadings(silent[0] as Judgment, silent, {
      pooled: poolSubjects(silent),
      who: "judges",
    });
    expect(subjects[0]?.faceOnly.abstention).toBe("1 of 1 judges abstained: no reason was given");
    expect(subjects[0]?.faceOnly).toMatchObject({ valence: null, arousal: null });
  });

  it("have nothing nearer than an answer about all faces", () => {
    const all = [
      judgment(subject({ faceId: "F1", faceOnly: at(0), contextOnly: at(0), integrated: at(0) })),
      both(at(0), at(0)),
    ];
    expect(nearestToPool(all, poolSubjects(all))).toBe(1);
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

  it("are told of the reading that never changes alone", () => {
    const shares = [0.81, 0.82, 0.83, 0.84, 0.85];
    const half = shares.map((joy) => ({ ...face({ joy, fear: 1 - joy }), faceOnly: face({ joy: 1 }).faceOnly }));
    expect(fixedAnswerNote("m", half)).toContain("(joy 1) for 5 of 5 faces (face only):");
    const other = shares.map((joy) => ({ ...face({ joy, fear: 1 - joy }), integrated: face({ awe: 1 }).integrated }));
    expect(fixedAnswerNote("m", other)).toContain("(awe 1) for 5 of 5 faces (integrated):");
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
