import { describe, expect, it } from "vitest";
import { readSituation } from "../../src/situations/read-situation.ts";
import { findCues } from "../../src/situations/word-table.ts";

function cuesIn(text: string) {
  return readSituation(text).cues.map(({ cue, strength }) => [cue.id, strength]);
}

describe("the word table", () => {
  it.each([
    ["They lost their home in the flood", "loss"],
    ["He lost his mother last week", "bereavement"],
    ["A birthday party with friends", "celebration"],
    ["At her father's funeral", "bereavement"],
    ["A man points a gun at her", "threat"],
    ["Somebody stole her bike", "injustice"],
    ["They found maggots in the fridge", "filth"],
    ["Her friends threw a surprise party for her", "gift"],
    ["The comedian tells a joke", "humour"],
    ["A passport photo", "routine"],
    ["A flight attendant greets passengers", "courtesy"],
  ])("finds the cue in: %s", (text, id) => {
    expect(findCues(text).map(({ cue }) => cue.id)).toEqual([id]);
  });

  it.each(["A photo shoot for a band", "Shooting stars over the camp", "They shoot hoops in the park"])(
    "finds no danger in: %s",
    (text) => {
      expect(findCues(text)).toEqual([]);
    },
  );

  it("finds several cues, each once, in the words in which they stand", () => {
    const found = findCues("She won. After the funeral she won again; her dog died.");
    expect(found.map(({ cue, words }) => [cue.id, words])).toEqual([
      ["win", "won"],
      ["bereavement", "funeral"],
    ]);
  });

  it.each([
    ["She has not won the final", [["defeat", 0.6]]],
    ["He almost won the championship", [["defeat", 0.6]]],
    ["Her rival won the race", [["defeat", 1]]],
    ["He hopes to win", [["win", 0.3]]],
    ["He did not fail the exam", [["achievement", 0.6]]],
  ])("has its cues turned by the sentence: %s", (text, cues) => {
    expect(cuesIn(text)).toEqual(cues);
  });

  it("names a rival's misfortune by the words that tell of it", () => {
    expect(cuesIn("His rival fell on the stairs")).toContainEqual(["others misfortune", 1]);
  });
});
