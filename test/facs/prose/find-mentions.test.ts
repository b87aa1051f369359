import { describe, expect, it } from "vitest";
import { findActionUnitMentions } from "../../../src/facs/prose/find-mentions.ts";
import { readSituation } from "../../../src/situations/read-situation.ts";

/** `"+AU12"` is shown, `"-AU6"` is not, `"+AU1|AU2"` is either of two, `":left"` is the side as worded. */
function claims(text: string): string[] {
  return findActionUnitMentions(text).map(
    ({ anyOf, state, side }) =>
      `${state === "present" ? "+" : "-"}${anyOf.join("|")}${side === "both" ? "" : `:${side}`}`,
  );
}

describe("findActionUnitMentions", () => {
  it.each([
    ["AU12 is present", ["+AU12"]],
    ["AU 6 and AU12 are both active.", ["+AU6", "+AU12"]],
    ["AU6+12 with AU25", ["+AU6", "+AU12", "+AU25"]],
    ["AUs 1, 2 and 5 show surprise", ["+AU1", "+AU2", "+AU5"]],
    ["Action units 6 and 12", ["+AU6", "+AU12"]],
    ["AU04 and AU07", ["+AU4", "+AU7"]],
    ["AU26/27", ["+AU26|AU27"]],
    ["au-12", ["+AU12"]],
    ["AU14L", ["+AU14:left"]],
    ["AU12 and 2 people behind", ["+AU12"]],
    ["left AU14", ["+AU14:left"]],
  ])("reads codes in: %s", (text, expected) => {
    expect(claims(text)).toEqual(expected);
  });

  it.each([
    ["The lip corners are pulled up", ["+AU12|AU13"]],
    ["Raised corners of the mouth", ["+AU12|AU13"]],
    ["A broad smile", ["+AU12|AU13"]],
    ["This is a Duchenne smile", ["+AU6", "+AU12|AU13"]],
    ["She is grinning", ["+AU12|AU13"]],
    ["furrowed brow", ["+AU4"]],
    ["His eyebrows are drawn together and lowered", ["+AU4"]],
    ["raised eyebrows", ["+AU1|AU2"]],
    ["the inner brows are raised", ["+AU1"]],
    ["The outer corners of the eyebrows lift", ["+AU2"]],
    ["cheeks lifted and crow's feet beside the eyes", ["+AU6", "+AU6"]],
    ["a smile that reaches the eyes", ["+AU12|AU13", "+AU6"]],
    ["wide-eyed", ["+AU5"]],
    ["eyes wide open", ["+AU5"]],
    ["her upper lids are raised", ["+AU5"]],
    ["wrinkled nose", ["+AU9"]],
    ["upper lip curled", ["+AU10"]],
    ["The corners of the lips turn downward", ["+AU15"]],
    ["lips pressed tightly together", ["+AU23|AU24"]],
    ["tight-lipped", ["+AU23|AU24"]],
    ["mouth open", ["+AU25|AU26|AU27"]],
    ["lips are parted", ["+AU25|AU26|AU27"]],
    ["an open-mouthed gasp", ["+AU25|AU26|AU27"]],
    ["her jaw has dropped", ["+AU26|AU27"]],
    ["The mouth drops open", ["+AU25|AU26|AU27"]],
    ["lips stretched horizontally", ["+AU20"]],
    ["eyes closed", ["+AU43|AU45|AU46"]],
    ["chin boss wrinkled", ["+AU17"]],
    ["The teeth are visible", ["+AU25|AU26|AU27"]],
    ["The zygomaticus major is active and the corrugator is relaxed", ["+AU12", "-AU4"]],
    ["no activity of the corrugator supercilii", ["-AU4"]],
    ["the lateral frontalis contracts", ["+AU2"]],
    ["the orbicularis oculi is at rest", ["-AU6|AU7"]],
    ["the lip corner puller is strong", ["+AU12"]],
    ["cheek raiser", ["+AU6"]],
    ["raised inner brows and lowered lip corners", ["+AU1", "+AU15"]],
    ["the cheeks and lip corners are raised", ["+AU6", "+AU12|AU13"]],
    ["brows drawn up", ["+AU1|AU2"]],
    ["vertical lines between the eyebrows", ["+AU4"]],
    ["an upward curve of the mouth", ["+AU12|AU13"]],
    ["the left lip corner is raised", ["+AU12|AU13:left"]],
    ["raised on the left cheek", ["+AU6:left"]],
    ["The man on the right smiles", ["+AU12|AU13"]],
    ["The man on the left raises his brows", ["+AU1|AU2"]],
    ["a smirk on the right side of the face", ["+AU12|AU14:right"]],
  ])("reads movements in: %s", (text, expected) => {
    expect(claims(text)).toEqual(expected);
  });

  it.each([
    ["no smile", ["-AU12|AU13"]],
    ["She is not smiling", ["-AU12|AU13"]],
    ["The brows are not raised", ["-AU1|AU2"]],
    ["AU4 is absent", ["-AU4"]],
    ["AU4, AU7 and AU23 are all absent", ["-AU4", "-AU7", "-AU23"]],
    ["AU6 is present and AU12 is absent", ["+AU6", "-AU12"]],
    ["AU12 present, AU6 not", ["+AU12", "-AU6"]],
    ["AU12 (present) but AU6 (absent)", ["+AU12", "-AU6"]],
    ["without raised cheeks or a furrowed brow", ["-AU6", "-AU4"]],
    ["a smile without AU6", ["+AU12|AU13", "-AU6"]],
    ["the absence of AU4", ["-AU4"]],
    ["absence of brow lowering", ["-AU4"]],
    ["lack of AU6", ["-AU6"]],
    ["AU6 is missing", ["-AU6"]],
    ["The smile lacks crow's feet", ["+AU12|AU13", "-AU6"]],
    ["no visible sign of brow lowering", ["-AU4"]],
    ["a relaxed brow", ["-AU1|AU2|AU4"]],
    ["the forehead is smooth", ["-AU1|AU2|AU4"]],
    ["mouth closed", ["-AU25|AU26|AU27"]],
    ["the mouth is not closed", ["+AU25|AU26|AU27"]],
    ["the eyes are open", ["-AU43"]],
    ["neither AU4 nor AU7", ["-AU4", "-AU7"]],
    ["The brows are not lowered but raised", ["-AU4", "+AU1|AU2"]],
    ["The cheeks are not raised (AU6)", ["-AU6", "-AU6"]],
    ["raised cheeks (AU6) and lip corners pulled up (AU12)", ["+AU6", "+AU6", "+AU12|AU13", "+AU12"]],
    ["no smile, but furrowed brows", ["-AU12|AU13", "+AU4"]],
    ["a smile and no furrowed brow", ["+AU12|AU13", "-AU4"]],
    ["not only a smile but raised cheeks", ["+AU12|AU13", "+AU6"]],
    ["AU4 isn't active", ["-AU4"]],
    ["The smile does not reach the eyes", ["+AU12|AU13", "-AU6"]],
    ["non-Duchenne smile", ["-AU6"]],
    ["She does not show raised cheeks", ["-AU6"]],
    ["The absence of AU6 and AU7 suggests a posed smile", ["-AU6", "-AU7", "+AU12|AU13"]],
    ["The low AU12 value speaks against happiness", ["-AU12"]],
    ["Both AU1 and AU2 are below the threshold", ["-AU1", "-AU2"]],
    ["The eyebrows show no elevation", ["-AU1|AU2"]],
    ["There is no sign of brow lowering or lip pressing", ["-AU4", "-AU23|AU24"]],
    ["AU4, the brow lowerer, is absent", ["-AU4", "-AU4"]],
    ["AU12, which raises the lip corners, is not visible", ["-AU12", "-AU12|AU13"]],
    ["AU4 (brow lowerer) is absent", ["-AU4", "-AU4"]],
  ])("reads denials in: %s", (text, expected) => {
    expect(claims(text).sort()).toEqual([...expected].sort());
  });

  it.each([
    ["F1 does not show a Duchenne smile"],
    ["There is no Duchenne smile"],
    ["AU9 was not measured"],
    ["The toolbox cannot measure AU11"],
    ["AU7 is not supported by any toolbox"],
    ["It is unclear whether AU6 is active"],
    ["F2 is left open, as AU6 can be called neither present nor absent"],
    ["AU6 is neither present nor absent"],
    ["AU6 and AU12 can be called neither absent nor present"],
    ["The toolbox does not say whether AU6 is present or absent"],
    ["F2 may or may not show a Duchenne smile"],
    ["If AU6 were active, the smile would be a Duchenne smile"],
    ["Surprise would show raised brows"],
    ["Smiles usually include AU6"],
    ["She has just won the final"],
    ["A close-up of the mouth"],
    ["The open door behind her is wide"],
    ["She raises her glass with both hands up"],
    ["The man on the left wears a tie"],
    ["no smirk"],
    ["There is no genuine smile"],
    ["She covers her mouth with her open hand"],
    ["He holds a raised hand to his cheek"],
    ["Lips together, she looks down"],
    ["A photo of 12 people, AUSTRALIA 6"],
    [""],
  ])("claims nothing from: %s", (text) => {
    expect(claims(text)).toEqual([]);
  });

  it("denies by pronoun what a supposition named", () => {
    expect(claims("A smile of joy would lift the cheeks, which are not visible here")).toEqual(
      ["-AU12|AU13", "-AU6"].slice(1),
    );
  });

  it("does not let a negation reach past a comma or another object", () => {
    expect(claims("She is not looking at the camera with a smile")).toEqual(["+AU12|AU13"]);
    expect(claims("No glasses, raised brows")).toEqual(["+AU1|AU2"]);
    expect(claims("The gaze goes down and the brows are raised")).toEqual(["+AU1|AU2"]);
    expect(claims("a wide smile and bright eyes")).toEqual(["+AU12|AU13"]);
  });

  it.each([
    ["AU12 (0.93) is high", 0.93],
    ["AU12 = 0.93", 0.93],
    ["AU12 at 93% lifts the corners", 0.93],
    ["AU12 (E5: 0.05)", 0.05],
    ["AU12 (intensity 3.4)", 3.4],
    ["AU12 is present", null],
    ["AU6 and AU12 (0.9)", null],
    ["AU12 (E5)", null],
  ])("takes the number quoted with a code in: %s", (text, value) => {
    expect(findActionUnitMentions(text)[0]?.statedValue).toBe(value);
  });

  it("says where each claim stands and in which words", () => {
    const text = "F1 smiles; the left brow is raised.";
    const [smile, brow] = findActionUnitMentions(text);
    expect(text.slice(smile?.index).startsWith("smiles")).toBe(true);
    expect(brow).toMatchObject({ words: "brow is raised", side: "left" });
  });
});

describe("words that are names of JavaScript's own", () => {
  it.each(["constructor", "__proto__", "toString", "hasOwnProperty"])("are words like others: %s", (word) => {
    expect(findActionUnitMentions(`The ${word} raised AU6`)).toMatchObject([{ anyOf: ["AU6"], state: "present" }]);
    expect(readSituation(`The ${word} lost the final`).distribution).not.toBeNull();
  });
});

describe("a text without end", () => {
  // Each took minutes to hours while a clause was compared with itself, or a run of marks was searched from each of them.
  it.each([
    ["one clause of movements", "the lip corners are pulled up and ", 12_000],
    ["one clause of parts", "brow ", 40_000],
    ["codes in a row", "AU12, ", 40_000],
    ["brackets", "cheeks raised (AU6 absent) ", 8000],
    ["full stops", ".", 300_000],
    ["open brackets", "([", 100_000],
  ])("is read to its end: %s", (_what, piece, times) => {
    const mentions = findActionUnitMentions(`${piece.repeat(times)}x. AU4 is present.`);
    expect(mentions.at(-1)).toMatchObject({ anyOf: ["AU4"], state: "present" });
  });

  it("is read as it would be in parts", () => {
    const clause = "The cheeks are raised and no brow is lowered and so on and so forth and ";
    const [one, many] = [findActionUnitMentions(clause), findActionUnitMentions(clause.repeat(300))];
    expect(one.map(({ anyOf, state }) => [...anyOf, state])).toEqual([
      ["AU6", "present"],
      ["AU4", "absent"],
    ]);
    const states = new Set(many.map(({ anyOf, state }) => `${anyOf} ${state}`));
    expect([...states].sort()).toEqual(["AU4 absent", "AU6 present"]);
    expect(many.length).toBeGreaterThan(550);
  });
});
