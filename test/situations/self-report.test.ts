import { expect, it } from "vitest";
import { readUtterance, saidPleasantness } from "../../src/situations/read-utterance.ts";

it.each([
  ["I'm fine, really.", true],
  ["I’m not upset at all.", true],
  ["Fine, thanks.", true],
  ["What a lovely day!", true],
  ["It isn't bad.", true],
  ["Never been better (laughs).", true],
  ["I was fine, but now I'm scared.", false],
  ["I'm not feeling good.", false],
  ["I don't like it.", false],
  ["This is so unfair.", false],
  ["My dog died yesterday.", false],
  ["Well, let's see.", null],
  ["Okay. Next one.", null],
  ["I'm afraid so.", null],
  ["She's having a good time.", null],
  ["I hope it doesn't hurt.", null],
  ["Are you sad?", null],
  ["She is sad.", null],
  ["I was afraid of the dark.", null],
  ["I wish I was happy.", null],
  ["He says that I'm happy.", null],
  ["I'm at the station.", null],
  ["I guess I'm happy with it.", true],
  ["To be honest, this is rather sickening.", false],
  ["The whole evening was ruined.", false],
  ["I have no worries.", true],
  ["I'm in no pain.", true],
  ["I've been pain free for a year.", true],
  ["They accepted my paper!", true],
  ["They fired me this morning.", false],
  ["I've lost all hope.", false],
  ['He said, "I am furious."', null],
  ["According to her, everything is great.", null],
  ["She finds it disgusting.", null],
  ["My boss loves meetings.", null],
  ["My sister is terrified of spiders.", null],
  ["Back then I hated it.", null],
  ["In case I'm sick, call him.", null],
  ["I'm happy and sad at the same time.", null],
  ["It's neither great nor terrible.", null],
  ["I'm happy to answer that.", null],
  ["That's a good question.", null],
  ["That was a good day.", true],
  ["I couldn't be more pleased.", true],
  ["I've never been less afraid.", true],
  ["It doesn't worry me any more.", true],
  ["I'm not well, can't you see that?", false],
  ["I'm sorry, could you repeat that?", null],
  ["It fills me with dread.", false],
  ["My cousin plays the trumpet.", null],
  ["My flat has two rooms and a kitchen.", null],
])("reads off %j whether it is pleasant for who says it", (text, expected) => {
  expect(saidPleasantness(text)?.pleasant ?? null).toBe(expected);
});

it("reads what somebody says for another only where they are addressed", () => {
  const first = (text: string, of: "speaker" | "another") => readUtterance(text, of).distribution?.[0]?.label ?? null;
  expect(first("You won the prize!", "another")).toBe("happiness");
  expect(first("I'm terrified.", "another")).toBeNull();
  expect(first("I'm terrified.", "speaker")).toBe("fear");
});
