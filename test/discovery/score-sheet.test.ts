import { describe, expect, it } from "vitest";
import type { CheckKey } from "../../src/discovery/rating-sheet.ts";
import { type ProposalScore, scoreSheet } from "../../src/discovery/score-sheet.ts";

/** Score of what Ann rated members and others; Ben rates as she does, but for `otherwise`, by the place of the item. */
function scoreOf(
  members: readonly number[],
  others: readonly number[],
  otherwise: Readonly<Record<number, number>> = {},
): ProposalScore | undefined {
  const ratings = [...members, ...others];
  const items: CheckKey["items"] = ratings.map((_, index) => ({
    item: String(index + 1).padStart(3, "0"),
    group: "A",
    proposal: "P1",
    face: `face ${index}`,
    truth: index < members.length ? "member" : "other",
  }));
  const given = items.flatMap(({ item }, index) => [
    { item, rater: "ann", rating: ratings[index] as number },
    { item, rater: "ben", rating: otherwise[index] ?? (ratings[index] as number) },
  ]);
  return scoreSheet(given, { seed: 1, groups: [], items })[0];
}

const times = (count: number, rating: number) => new Array<number>(count).fill(rating);

describe("the score of a rating sheet", () => {
  it("counts a member that is rated as another face is as half told apart", () => {
    // Of 16 pairs 8 are ordered rightly and 8 are ties.
    expect(scoreOf([5, 5, 3, 3], times(4, 3))?.toldApart.value).toBe(0.75);
  });

  it("asks for raters who agree by an alpha of .667", () => {
    const unlike = (count: number) =>
      Object.fromEntries([0, 1, 2, 3, 4, 10, 11, 12, 13, 14, 5].map((at) => [at, 3]).slice(0, count));
    const enough = scoreOf(times(10, 5), times(10, 1), unlike(10));
    expect([enough?.verdict, enough?.agreement.value]).toEqual(["confirmed", expect.closeTo(0.675, 3)]);
    const tooLittle = scoreOf(times(10, 5), times(10, 1), unlike(11));
    expect([tooLittle?.verdict, tooLittle?.agreement.value]).toEqual(["undecided", expect.closeTo(0.631, 3)]);
  });

  it("asks for members who are told apart in more than .6 of pairs, at the lower end of the interval", () => {
    const others = [...times(10, 2), ...times(10, 3)];
    const enough = scoreOf([...times(5, 2), ...times(15, 4)], others);
    expect([enough?.verdict, enough?.toldApart.low]).toEqual(["confirmed", expect.closeTo(0.628, 3)]);
    const tooLittle = scoreOf([...times(6, 2), ...times(14, 4)], others);
    expect([tooLittle?.verdict, tooLittle?.toldApart.low]).toEqual(["rejected", expect.closeTo(0.597, 3)]);
    const less = scoreOf([...times(7, 2), ...times(13, 4)], others);
    expect([less?.verdict, less?.toldApart.low]).toEqual(["rejected", expect.closeTo(0.556, 3)]);
  });
});
