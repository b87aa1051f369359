import { describe, expect, it } from "vitest";
import { findContextCues } from "../../../src/adapters/rules/context-cues.ts";

describe("findContextCues", () => {
  it.each([
    ["She has just won the final", "win", 1],
    ["She has not won the final", "defeat", 0.6],
    ["He almost won the championship", "defeat", 0.6],
    ["She lost the final", "defeat", 1],
    ["They lost their home in the flood", "loss", 1],
    ["He lost his mother last week", "bereavement", 1],
    ["Her rival won the race", "defeat", 1],
    ["Her rival lost the race", "others misfortune", 1],
    ["He hopes to win", "win", 0.3],
    ["He didn't get the job", "failure", 0.6],
    ["A birthday party with friends", "celebration", 1],
    ["At her father's funeral", "bereavement", 1],
    ["A man points a gun at her", "threat", 1],
    ["Somebody stole her bike", "injustice", 1],
    ["They found maggots in the fridge", "filth", 1],
    ["Her friends threw a surprise party for her", "gift", 1],
    ["The comedian tells a joke", "humour", 1],
    ["Waiting for the results of an exam", "nervousness", 1],
    ["A passport photo", "routine", 1],
    ["A flight attendant greets passengers", "courtesy", 1],
  ])("reads %s", (text, id, strength) => {
    expect(findContextCues(text).map((found) => [found.cue.id, found.strength])).toEqual([[id, strength]]);
  });

  it.each([
    ["Quarterly numbers of the firm"],
    ["Nothing special"],
    ["He has lost weight"],
    ["No one died"],
    ["There was no party"],
    [""],
  ])("finds no situation in: %s", (text) => {
    expect(findContextCues(text)).toEqual([]);
  });

  it("finds several situations, each once, in the words in which they stand", () => {
    const found = findContextCues("She won. After the funeral she won again; her dog died.");
    expect(found.map(({ cue, words }) => [cue.id, words])).toEqual([
      ["win", "won"],
      ["bereavement", "funeral"],
    ]);
  });
});
