import { describe, expect, it } from "vitest";
import { createOpenAiJudge } from "../../src/adapters/openai/openai-judge.ts";
import { type AskQuery, ask } from "../../src/ask.ts";
import { gradientImage } from "../support/images.ts";
import { partsFor } from "../support/judge-of.ts";
import { calls, saysJson, type WireBody } from "../support/model-server.ts";
import { startOpenAiServer } from "../support/openai-server.ts";
import { carefulJudgment } from "../support/scripted-judge.ts";

/** What a provider reads first, in its order: tools, then the system's words, then the rest. */
const prefixOf = ({ tools, messages }: WireBody) => JSON.stringify([tools, messages[0]]);

/** Two asks about images, contexts and questions that have nothing in common. */
async function chatsOfTwo(mode: "agent" | "single-pass", structured?: "none") {
  const server = await startOpenAiServer((asked) =>
    asked.tools !== undefined && asked.messages.every(({ role }) => role !== "tool")
      ? calls("measure_face", { faceId: "F1" })
      : saysJson(carefulJudgment(asked)),
  );
  const queries: readonly Partial<AskQuery>[] = [
    {
      image: gradientImage(200, 100),
      context: "At a wedding",
      question: "Who smiles?",
      labels: ["happiness", "neutral", "glee"],
    },
    { image: gradientImage(640, 480), context: "At a funeral" },
  ];
  for (const query of queries) {
    const model = await createOpenAiJudge("test-model", { baseUrl: `${server.url}/v1`, temperature: 0, seed: 1 });
    if (structured) model.learn?.({ ...model.capabilities, structuredOutput: structured });
    await ask({ image: "", ...query }, await partsFor(model, { mode }));
  }
  return server.chats;
}

describe("what is sent first", () => {
  it.each([
    ["a loop with tools", "agent", undefined],
    ["a single pass", "single-pass", undefined],
    ["a single pass whose schema stands in the prompt", "single-pass", "none"],
  ] as const)(
    "is the same for every image, byte for byte, so that a provider has it from before: %s",
    async (...given) => {
      const [, mode, structured] = given;
      const chats = await chatsOfTwo(mode, structured);
      const firsts = chats.filter(({ messages }) => messages.every(({ role }) => role === "system" || role === "user"));
      expect(firsts).toHaveLength(2);
      const [one, two] = firsts.map(prefixOf) as [string, string];
      expect(two).toBe(one);
      expect(one.length).toBeGreaterThan(5_000);
      expect(one).not.toMatch(/wedding|funeral|Who smiles|glee/);
    },
  );

  it("stays as it was in every further request of a loop: each begins with the one before", async () => {
    const chats = await chatsOfTwo("agent");
    const [first, second] = chats as [WireBody, WireBody];
    expect(second.messages.length).toBeGreaterThan(first.messages.length);
    expect(JSON.stringify(second.messages.slice(0, first.messages.length))).toBe(JSON.stringify(first.messages));
    expect(JSON.stringify(second.tools)).toBe(JSON.stringify(first.tools));
  });
});
