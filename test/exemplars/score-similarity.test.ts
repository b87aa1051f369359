import { describe, expect, it } from "vitest";
import { similarityAt, vectorDistance } from "../../src/domain/expression-space.ts";
import { scoreSimilarity } from "../../src/exemplars/score-similarity.ts";
import { exemplarEntry, expressionOf, testSpace } from "../support/exemplars.ts";

const smile = expressionOf({ AU12: 0.9 });
const showing = (AU4: number | null) =>
  exemplarEntry({ face: AU4 === null ? null : { AU12: 0.9, AU4 }, caption: `${AU4}` });
const similarityTo = (AU4: number) => similarityAt(vectorDistance(smile, expressionOf({ AU12: 0.9, AU4 })));

describe("the similarity of a face to examples", () => {
  it("is the mean of the three nearest, whatever the others are", () => {
    const similar = [0.9, 0.1, 0.5, null, 0.3].map(showing);
    const found = scoreSimilarity(smile, { space: testSpace, positives: similar, negatives: [] });
    const mean = (similarityTo(0.1) + similarityTo(0.3) + similarityTo(0.5)) / 3;
    expect(found?.similarity).toBeCloseTo(mean, 6);
    expect(found).toMatchObject({ contrast: null, nearest: similar[1]?.exemplar.id });
    expect(found?.score).toBe(found?.similarity);
    expect(found?.why[0]).toContain("AU12 similar (0.90 here, 0.90 there)");
  });

  it("is lowered by as much as contrasting examples are nearer, and by none that are not", () => {
    const [near, far] = [[showing(0.3)], [showing(0.9)]];
    const isNearer = scoreSimilarity(smile, { space: testSpace, positives: far, negatives: near });
    expect(isNearer?.contrast).toBeCloseTo(similarityTo(0.3), 6);
    expect(isNearer?.score).toBeCloseTo(similarityTo(0.9) ** 2 / similarityTo(0.3), 6);
    const isFarther = scoreSimilarity(smile, { space: testSpace, positives: near, negatives: far });
    expect(isFarther?.contrast).toBeCloseTo(similarityTo(0.9), 6);
    expect(isFarther?.score).toBeCloseTo(similarityTo(0.3), 6);
  });

  it("does not exist without a measured example", () => {
    expect(
      scoreSimilarity(smile, { space: testSpace, positives: [showing(null)], negatives: [showing(0.3)] }),
    ).toBeUndefined();
  });
});
