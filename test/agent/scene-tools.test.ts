import { describe, expect, it } from "vitest";
import { createTools } from "../../src/agent/tool-list.ts";
import { ToolInputError } from "../../src/domain/errors.ts";
import { loadPromptLibrary } from "../../src/judging/prompt-library.ts";
import { ownPath } from "../../src/platform/package-paths.ts";
import { face, findingEvidence, foundFaceEvidence, ledgerOf, type NewEvidence } from "../support/builders.ts";
import { gradientImage } from "../support/images.ts";

const tools = createTools(await loadPromptLibrary(ownPath("prompts")));
const people = [foundFaceEvidence("F1"), foundFaceEvidence("F2")];
const SCENE = [
  findingEvidence("object", "cake"),
  findingEvidence("posture", "both arms raised", { faceId: "F1" }),
  findingEvidence("relation", "looks at", { faceId: "F2", to: ["F1"] }),
  findingEvidence("relation", "looks at camera", { faceId: "F1" }),
];

async function run(name: string, input: object, items: readonly NewEvidence[] = SCENE) {
  const tool = tools.find((each) => each.name === name);
  if (tool === undefined) throw new Error(`There is no tool ${name}`);
  const toolContext = {
    image: gradientImage(64, 64),
    ledger: ledgerOf(people, items),
    question: null,
    labels: null,
    observer: { type: "model" as const, name: "test" },
  };
  const { text, output } = await tool.run(input, toolContext);
  return { text, names: output.evidence.map(({ value }) => (value.type === "finding" ? value.name : value.type)) };
}

describe("the tools for the scene", () => {
  it.each([
    ["objects_in_scene", {}, ["cake"]],
    ["body_posture", { faceId: "F1" }, ["both arms raised"]],
    ["who_looks_where", { faceId: null }, ["looks at", "looks at camera"]],
    ["who_looks_where", { faceId: "F2" }, ["looks at"]],
  ])("%s %j shows its items, each with the id to cite", async (name, input, expected) => {
    const { text, names } = await run(name, input);
    expect(names).toEqual(expected);
    expect(text.split("\n").every((line) => /^E\d+ \[/.test(line))).toBe(true);
  });

  it("show who looks at a person as well as where that person looks", async () => {
    expect((await run("who_looks_where", { faceId: "F1" })).names).toEqual(["looks at", "looks at camera"]);
  });

  it.each([
    ["objects_in_scene", {}],
    ["body_posture", { faceId: "F1" }],
    ["who_looks_where", { faceId: null }],
  ])("%s says that nobody looked, rather than that there is nothing", async (name, input) => {
    const { text, names } = await run(name, input, []);
    expect(names).toEqual([]);
    expect(text).toContain("nobody looked");
  });

  it("refuse a face that is not there, and name those that are", async () => {
    await expect(run("body_posture", { faceId: face({}, { faceId: "F9" }).faceId })).rejects.toThrow(ToolInputError);
    await expect(run("who_looks_where", { faceId: "F9" })).rejects.toThrow("known faces are F1, F2");
  });
});
