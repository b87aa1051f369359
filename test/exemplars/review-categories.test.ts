import { describe, expect, it } from "vitest";
import { reviewCategories } from "../../src/exemplars/review-categories.ts";
import { scoreSimilarity } from "../../src/exemplars/score-similarity.ts";
import { exemplarEntry, testSpace } from "../support/exemplars.ts";

const smile = (at: number, more = {}) =>
  exemplarEntry({ category: "smile", face: { AU6: 0.8 - at / 50, AU12: 0.9 }, image: `smile ${at}`, ...more });
const neutral = (at: number, more = {}) =>
  exemplarEntry({ category: "neutral", face: { AU25: at / 40 }, image: `neutral ${at}`, ...more });
const of = (category: string, placed: Parameters<typeof reviewCategories>[0]) => {
  const review = reviewCategories(placed, testSpace).find((each) => each.category === category);
  if (review === undefined) throw new Error(`no ${category}`);
  return review;
};

describe("reviewing categories", () => {
  it("finds nothing against two that are apart, and says by which action units they are", () => {
    const review = of(
      "smile",
      [0, 1, 2, 3].flatMap((at) => [smile(at), neutral(at)]),
    );
    expect(review).toMatchObject({ hits: 4, tried: 4, falseAlarms: [{ of: "neutral", taken: [], tried: 4 }] });
    expect(review.signature.slice(0, 2).map(({ unit }) => unit)).toEqual(["AU12", "AU6"]);
    expect(review.signature[0]?.mean).toBeGreaterThan(0.8);
    expect(review.signature[0]?.elsewhere).toBeLessThan(0.2);
    expect(review.advice).toEqual(["Nothing speaks against it."]);
  });

  it("leaves a face out as find would compare it, if it were new", () => {
    const placed = [0, 1, 2, 3].flatMap((at) => [smile(at), neutral(at)]);
    const [first] = placed;
    const { score: _, ...expected } = scoreSimilarity(first?.expression as Float32Array, {
      space: testSpace,
      positives: placed.filter((each) => each !== first && each.exemplar.category === "smile"),
      negatives: placed.filter(({ exemplar }) => exemplar.category !== "smile"),
    }) as { score: number; similarity: number; contrast: number };
    const left = of("smile", placed).examples.find(({ id }) => id === first?.exemplar.id);
    expect(left).toMatchObject({ similarity: expected.similarity, contrast: expected.contrast, rival: "neutral" });
  });

  it("counts false alarms by what they are, and advises more examples of it", () => {
    const odd = [0, 1, 2].map((at) => smile(10 + at, { face: { AU25: 0.01 + at / 40 } }));
    const review = of("smile", [
      ...odd,
      ...[0, 1, 2, 3].map((at) => neutral(at, { face: { AU25: at / 40, AU4: 0.45 * (at % 2) } })),
    ]);
    const [alarms] = review.falseAlarms;
    expect(alarms).toMatchObject({ of: "neutral", tried: 4 });
    expect(alarms?.taken.length).toBeGreaterThanOrEqual(2);
    expect(review.advice).toContain(
      `${alarms?.taken.length} of 4 neutral faces are false alarms: add neutral examples, or take out the doubtful examples.`,
    );
  });

  it("puts an example last that looks like something else, and keeps the pile of what it is not apart", () => {
    const stray = smile(9, { face: { AU4: 0.9 } });
    const pile = [0, 1, 2].map((at) => smile(20 + at, { role: "counter", face: { AU4: 0.85 + at / 50 } }));
    const review = of("smile", [smile(0), smile(1), smile(2), stray, ...pile]);
    expect(review.examples.at(-1)).toMatchObject({ id: stray.exemplar.id, rival: null });
    expect(review).toMatchObject({ hits: 3, tried: 4, falseAlarms: [{ of: null, taken: [], tried: 3 }] });
  });

  it("tells no copy of a face from the face itself", () => {
    const twice = [smile(0), smile(0, { labeller: "another" })];
    const review = of("smile", [...twice, neutral(0), neutral(1), neutral(2)]);
    expect(review).toMatchObject({ hits: 0, tried: 0 });
    expect(review.advice[0]).toBe("2 measured examples are too few: add 1 more at least, of other people.");
  });

  it("says when there is nothing to tell it from, when one image gave all, and when nothing was measured", () => {
    const alone = [0, 1, 2].map((at) => smile(at));
    expect(of("smile", alone)).toMatchObject({ hits: 0, tried: 0, falseAlarms: [] });
    expect(of("smile", alone).advice[0]).toMatch(/^There is nothing to tell it from: put faces that are not it/);
    const sameImage = alone.map((each, at) => ({
      ...each,
      exemplar: {
        ...each.exemplar,
        image: { ...each.exemplar.image, sha256: "a".repeat(64), hash: null },
        region: { leftPx: at, topPx: 0, widthPx: 1, heightPx: 1 },
      },
    }));
    expect(of("smile", sameImage).advice[0]).toBe("All examples are from one image: add faces from others.");
    const unmeasured = exemplarEntry({ category: "smile", face: null });
    expect(of("smile", [unmeasured])).toMatchObject({ signature: [], examples: [], tried: 0 });
    expect(of("smile", [unmeasured]).advice.join(" ")).toContain("1 face has too little that could be measured");
  });
});
