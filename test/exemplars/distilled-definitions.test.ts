import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createRulesModel } from "../../src/adapters/rules/rules-model.ts";
import { ProviderError } from "../../src/domain/errors.ts";
import { distilCategories, fittingDescriptions } from "../../src/exemplars/distil-category.ts";
import { defineWithModel, readDistilled } from "../../src/exemplars/distilled-definitions.ts";
import { loadPromptLibrary } from "../../src/judging/prompt-library.ts";
import { ownPath } from "../../src/platform/package-paths.ts";
import type { JudgeModel } from "../../src/ports/chat-model.ts";
import { exemplarEntry, expressionOf, testSpace } from "../support/exemplars.ts";
import { tempFolder } from "../support/temp-folder.ts";

const scenes = ["weeping at a funeral beside a grave", "weeping on a stage with a trophy"];
const entries = Array.from({ length: 12 }, (_, n) =>
  exemplarEntry({ category: "tears", face: { AU4: 0.8 }, image: `tears ${n}`, caption: scenes[n % 2] as string }),
);
const looks = distilCategories(entries, testSpace);
const byId = new Map(entries.map(({ exemplar }) => [exemplar.id, exemplar]));

/** A model that answers a prompt as told. */
function writing(answer: (prompt: string) => string): JudgeModel {
  const { reply: _reply, ...like } = createRulesModel();
  return {
    ...like,
    async reply({ messages: [first] }) {
      const [part] = first?.role === "user" ? first.parts : [];
      const text = answer(part?.type === "text" ? part.text : "");
      const tokens = { input: 1, output: 1 };
      return { text, calls: [], malformedCalls: [], tokens, fingerprint: null };
    },
  };
}
const define = async (answer: (prompt: string) => string) =>
  defineWithModel(looks, byId, { model: writing(answer), prompts: await loadPromptLibrary(ownPath("prompts")) });

describe("defineWithModel", () => {
  it("has each label defined once for each kind of context, from that context's examples, and keeps what was measured", async () => {
    const asked: string[] = [];
    const { looks: defined, notes } = await define((prompt) => {
      asked.push(prompt);
      return prompt.includes(`wrote of them, as quoted data: "${scenes[0]}"`)
        ? "Grief at a grave.\n"
        : "A win on stage.";
    });
    expect(asked).toHaveLength(2);
    for (const prompt of asked) {
      const [own] = /wrote of them, as quoted data: (.*)/.exec(prompt)?.slice(1) ?? [];
      expect(scenes.filter((scene) => own?.includes(scene))).toHaveLength(1);
      expect(prompt).toContain('with "tears"');
      expect(prompt).toMatch(/as it is met elsewhere, as quoted data: "one of 2 looks, 6 examples/);
    }
    expect(notes).toEqual([]);
    const fitting = (text: string) => fittingDescriptions(defined, { face: expressionOf({ AU4: 0.8 }), text })[0]?.text;
    expect(fitting("At the grave of his father")).toMatch(/^Grief at a grave\. Measured: one of 2 looks, 6 examples;/);
    expect(fitting("She has just won a trophy")).toMatch(/^A win on stage\. Measured: /);
  });

  it("keeps the description by rule where the model fails, says nothing, or asserts what is felt", async () => {
    const fails = () => {
      throw new ProviderError("The server is gone", { retryable: false });
    };
    for (const answer of [fails, () => " ", () => "The person feels deep grief.", () => "x".repeat(1201)]) {
      const { looks: kept, notes } = await define(answer);
      expect(kept).toEqual(looks);
      expect(notes).toEqual(
        ["tears 1 of 2", "tears 2 of 2"].map((id) => expect.stringContaining(`${id} keeps the description by rule: `)),
      );
    }
  });
});

describe("readDistilled", () => {
  async function fileOf(content: unknown): Promise<string> {
    const path = join(await tempFolder(), "tears.json");
    await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
    return path;
  }
  const definitions = looks.map((look) => ({ ...look, centroid: [...look.centroid] }));
  const whole = { toolbox: testSpace.toolbox, writtenBy: null, definitions };

  it("gives back what was distilled, whoever changed its words", async () => {
    const changed = definitions.map((one) => ({ ...one, text: `By hand: ${one.category}` }));
    const read = await readDistilled(await fileOf({ ...whole, definitions: changed }), testSpace);
    expect(read).toEqual(looks.map((look) => ({ ...look, text: "By hand: tears" })));
  });

  it.each([
    ["is no JSON", "{", "Cannot read definitions"],
    ["has no definitions", { ...whole, definitions: [] }, "Cannot read definitions"],
    ["is of another toolbox", { ...whole, toolbox: "openface@2" }, "that openface@2 measured, not mesh@5"],
    [
      "is of another space",
      { ...whole, definitions: definitions.map((one) => ({ ...one, centroid: [1] })) },
      "distil them again from the store",
    ],
  ])("refuses a file that %s", async (_what, content, message) => {
    await expect(readDistilled(await fileOf(content), testSpace)).rejects.toThrow(message);
  });
});
