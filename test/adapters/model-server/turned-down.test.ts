import { describe, expect, it } from "vitest";
import { createOpenAiJudge } from "../../../src/adapters/openai/openai-judge.ts";
import { ask } from "../../../src/ask.ts";
import { judgment, subject } from "../../support/builders.ts";
import { gradientImage } from "../../support/images.ts";
import { partsFor } from "../../support/judge-of.ts";
import { callsAll, failsWith, type Reply, saysJson, type WireBody } from "../../support/model-server.ts";
import { startOpenAiServer } from "../../support/openai-server.ts";

const IMAGE = gradientImage(200, 100);
const GOOD = judgment(subject({ faceId: "F1", cues: [] }));

/** What the server refuses, whenever it is there. */
const REFUSED: readonly (readonly [what: string, message: string, isThere: (asked: WireBody) => boolean])[] = [
  ["seed", "seed is not supported", ({ seed }) => seed !== undefined],
  ["temperature", "temperature is not supported with this model", ({ temperature }) => temperature !== undefined],
  ["response_format", "response_format is not supported", (asked) => asked.response_format !== undefined],
  ["tools", "this model does not support tools", ({ tools }) => tools !== undefined],
  [
    "parallel_tool_calls",
    "This model only supports single tool-calls at once!",
    ({ messages }) => messages.some(({ tool_calls: made = [] }) => made.length > 1),
  ],
];

function behaves(asked: WireBody): Reply {
  if (asked.tools === undefined || asked.messages.some(({ role }) => role === "tool")) return saysJson(GOOD);
  const measure = { name: "measure_face", args: { faceId: "F1" } };
  return callsAll(measure, { name: "list_evidence", args: { faceId: null, kind: null } });
}

describe("what a server refuses", () => {
  it.each(REFUSED)("is sent once, and to that server never again: %s", async (what, message, isThere) => {
    const server = await startOpenAiServer((asked) =>
      isThere(asked) ? failsWith(400, { error: { message } }) : behaves(asked),
    );
    const turnedDown = new Map();
    const asksOf = async (options: object) => {
      const model = await createOpenAiJudge("m", { baseUrl: `${server.url}/v1`, temperature: 0, seed: 1, ...options });
      const mode = what === "response_format" ? ("single-pass" as const) : null;
      await ask({ image: IMAGE }, await partsFor(model, { mode }));
      await ask({ image: IMAGE }, await partsFor(model, { mode }));
    };
    await asksOf({ turnedDown });
    expect(server.chats.filter(isThere)).toHaveLength(1);
    await asksOf({ turnedDown });
    expect(server.chats.filter(isThere)).toHaveLength(1);
    await asksOf({});
    expect(server.chats.filter(isThere)).toHaveLength(2);
  });
});
