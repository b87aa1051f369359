import { describe, expect, it } from "vitest";
import { refusalIn } from "../../src/judging/refusal.ts";

describe("a refusal", () => {
  it.each([
    "I'm sorry, but I can't help with identifying people or their emotions.",
    "I’m sorry, I cannot assist with that request.",
    "I can't provide an analysis of this person.",
    "Sorry, but I won't do that.",
    "I am unable to make inferences about a real person's feelings.",
    "Unfortunately, I'm not able to comment on people in images.",
    "As an AI language model, I cannot judge faces.",
    "I must decline.",
  ])("is told from %j", (text) => {
    expect(refusalIn(text)).toMatchObject({ refused: true, retryable: false });
    expect(refusalIn(text)?.message).toBe(`The model declined to answer: ${JSON.stringify(text)}`);
  });

  it.each([
    "",
    "I can see a woman who smiles.",
    "I cannot see any image in our conversation.",
    "I'm sorry, but I am unable to view images.",
    "She cannot hide her anger.",
    "I think that he can't be sad.",
    '{"answer": "I cannot tell"}',
    "I candidly answer: happiness.",
    "I can notice a smile.",
  ])("is not told from %j", (text) => {
    expect(refusalIn(text)).toBeUndefined();
  });
});
