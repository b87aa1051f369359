import { describe, expect, it } from "vitest";
import { feltStateIn } from "../../src/domain/felt-state.ts";

describe("feltStateIn", () => {
  it.each([
    ["She feels proud of her win.", "feels"],
    ["The man is clearly feeling anxious.", "is clearly feeling"],
    ["He felt cheated.", "felt"],
    ["Deep down, the smile hides grief.", "deep down"],
    ["The smile masks her true feelings.", "true feelings"],
    ["F1 is experiencing joy.", "experiencing"],
    ["The woman is very happy because she won.", "woman is very happy"],
    ["They are angry.", "they are angry"],
    ["She appears calm, but she feels sad.", "feels"],
    ["Internally there is conflict.", "internally"],
    ["People feel threatened here.", "people feel"],
    ["SHE IS  SAD", "she is sad"],
    ["It seems late, and she feels sad.", "feels"],
    ["It seems late, so he feels sad.", "feels"],
    ["It seems late but she feels sad.", "feels"],
    ["It seems late because she feels sad.", "feels"],
    ["Perceived as calm!  She feels sad", "feels"],
    ["He appears calm\n\nShe feels sad", "feels"],
    ["He appears calm,  yet  she feels sad", "feels"],
  ])("finds the assertion in: %s", (text, words) => {
    expect(feltStateIn(text)).toContain(words);
  });

  it.each(["a", " ", "is is ", "she is a".padEnd(500, "a"), "feel "])("reads a text without end: %j", (piece) => {
    expect(feltStateIn(`${piece.repeat(Math.ceil(300_000 / piece.length))}. She is sad.`)).toBe("she is sad");
  });

  it.each([
    ["She is perceived as feeling proud."],
    ["He looks as if he feels cheated."],
    ["She appears to be feeling relieved."],
    ["Her expression is happy."],
    ["The smile is read as polite, and what he feels is not asserted."],
    ["It cannot be told whether she is happy."],
    ["The true emotional state is not known."],
    ["The scene feels festive."],
    ["The photo feels staged."],
    ["The picture feels staged."],
    ["The face is very happy and bright."],
    ["She appears calm and she feels sad."],
    ["A man in a felt hat raises his glass."],
    ["The two readings are internally consistent."],
    ["Happiness is expressed by raised lip corners."],
  ])("accepts: %s", (text) => {
    expect(feltStateIn(text)).toBeUndefined();
  });
});
