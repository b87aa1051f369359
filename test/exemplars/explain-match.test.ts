import { describe, expect, it } from "vitest";
import { compareExpressions, expressionReasons, sharedWords } from "../../src/exemplars/explain-match.ts";
import { exemplarEntry, expressionOf, testSpace } from "../support/exemplars.ts";

const compare = (query: Record<string, number>, exemplar: Record<string, number>) =>
  compareExpressions(testSpace, expressionOf(query), expressionOf(exemplar));
const named = (pairs: readonly { readonly name: string }[]) => pairs.map(({ name }) => name);

describe("in what two faces are similar and different", () => {
  it("are what both depart in to one side, the farthest first, four at the most", () => {
    const centre = testSpace.dimensions.find(({ name }) => name === "AU1")?.centre as number;
    const query = { AU1: centre + 0.26, AU2: centre + 0.24, AU4: 0.9, AU6: 0.8, AU9: 0.85, AU25: 0.95 };
    expect(named(compare(query, query).similar)).toEqual(["AU25", "AU4", "AU9", "AU6"]);
    const { AU1, AU2 } = query;
    expect(named(compare({ AU1, AU2 }, { AU1, AU2 }).similar)).toEqual(["AU1"]);
    // One of the two alone departs far enough.
    expect(compare({ AU1: centre + 0.24 }, { AU1: centre + 0.4 }).similar).toEqual([]);
    expect(compare({ AU1: centre + 0.4 }, { AU1: centre + 0.24 }).similar).toEqual([]);
  });

  it("are similar up to .2 apart, and different from .35 on, the widest first, two at the most", () => {
    const match = compare(
      { AU4: 0.9, AU6: 0.9, AU9: 0.9, AU12: 0.9, AU25: 0.9, AU26: 0.9 },
      { AU4: 0.71, AU6: 0.69, AU9: 0.56, AU12: 0.5, AU25: 0.2, AU26: 0.1 },
    );
    expect(named(match.similar)).toEqual(["AU4"]);
    expect(named(match.different)).toEqual(["AU26", "AU25"]);
    expect(named(compare({ AU9: 0.9 }, { AU9: 0.56 }).different)).toEqual([]);
    expect(named(compare({ AU9: 0.9 }, { AU9: 0.54 }).different)).toEqual(["AU9"]);
    expect(compare({ AU9: 0.9 }, { AU9: 0.3 }).different[0]).toEqual({
      name: "AU9",
      query: expect.closeTo(0.9, 6),
      exemplar: expect.closeTo(0.3, 6),
    });
  });

  it("are told in words", () => {
    const one = { name: "AU6", query: 0.84, exemplar: 0.79 };
    const other = { name: "AU12", query: 0.95, exemplar: 0.93 };
    const third = { name: "AU25", query: 0.5, exemplar: 0.456 };
    expect(expressionReasons({ similar: [one, other], different: [] })).toEqual([
      "AU6 and AU12 similar (0.84 and 0.95 here, 0.79 and 0.93 there)",
    ]);
    expect(expressionReasons({ similar: [one, other, third], different: [third] })).toEqual([
      "AU6, AU12 and AU25 similar (0.84, 0.95 and 0.50 here, 0.79, 0.93 and 0.46 there)",
      "AU25 different (0.50 here, 0.46 there)",
    ]);
    expect(expressionReasons({ similar: [], different: [] })).toEqual(["nothing that stands out in common"]);
  });
});

describe("words that a query and an exemplar share", () => {
  const { exemplar } = exemplarEntry({ category: "awe", caption: "Two hikers are standing at the edges of a canyon" });

  it.each([
    ["canyon", ["canyon"]],
    ["CANYONS, canyon!", ["canyon"]],
    ["a hiker stands on edges", ["hiker", "stands", "edges"]],
    ["the canyon and the awe of it", ["canyon", "awe"]],
    ["two of them", ["two"]],
    ["at a sea", []],
    ["hik", ["hik"]],
    ["", []],
  ])("are told as the query has them, whatever their endings, without those of every sentence: %s", (query, words) => {
    expect(sharedWords(query, exemplar)).toEqual(words);
  });

  it("keep at least three letters", () => {
    const seen = exemplarEntry({ category: "awe", caption: "She sees it" }).exemplar;
    expect(sharedWords("a seed, used", seen)).toEqual([]);
  });
});
