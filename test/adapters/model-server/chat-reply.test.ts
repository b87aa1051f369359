import { describe, expect, it } from "vitest";
import { replyOf } from "../../../src/adapters/model-server/chat-reply.ts";
import { NO_TOKENS } from "../../../src/domain/token-use.ts";

const server = { server: "The server", model: "m", keyVariable: "KEY", whenDown: "start it", secret: undefined };
const tools = [{ name: "read_face", description: "", parameters: {} }];

function said(content: string) {
  const raw = { content, reasoning: "", refusal: "", calls: [], finish: "stop", tokens: NO_TOKENS, fingerprint: null };
  const { text, calls } = replyOf(raw, { messages: [], tools }, server);
  return { text, calls: calls.map(({ name, args }) => [name, args]) };
}

const call = '{"name": "read_face", "arguments": {"faceId": "F1"}}';
const read = ["read_face", { faceId: "F1" }];

describe("calls that a model wrote as text", () => {
  it.each([
    ["Hermes's tags", `Let me see.\n<tool_call>\n${call}\n</tool_call> Then`, [read], "Let me see.\n Then"],
    ["two, the last not closed", `<tool_call>${call}</tool_call><tool_call> ${call}`, [read, read], ""],
    ["Llama's functions", `So: <function=read_face> {"faceId": "F1"} </function>`, [read], "So:"],
    ["Mistral's list", `[TOOL_CALLS][${call}]`, [read], ""],
    [
      "Mistral's later form",
      `Well:[TOOL_CALLS]read_face[ARGS]{"faceId": "F1"}[TOOL_CALLS]read_face[ARGS]{"faceId": "F1"}`,
      [read, read],
      "Well:",
    ],
    [
      "Qwen3-Coder's parameters",
      "<tool_call>\n<function=read_face>\n<parameter=faceId>\nF1\n</parameter>\n</function>\n</tool_call>",
      [read],
      "",
    ],
    ["a fenced block", `\`\`\`json\n${call}\n\`\`\``, [read], ""],
    ["a call of something else", '<tool_call>{"name": "rm"}</tool_call>', [], '<tool_call>{"name": "rm"}</tool_call>'],
  ])("count as calls: %s", (_case, content, calls, text) => {
    expect(said(content)).toEqual({ calls, text });
  });

  // Each took minutes: its end was searched from each of its beginnings.
  it.each([
    ["functions that never end", "<function=read_face>".repeat(200_000)],
    ["spaces within a function", `<function=a>${" ".repeat(400_000)}x`],
    ["spaces within a tag", `<tool_call>${" ".repeat(400_000)}x`],
    ["calls of Mistral's without end", "[TOOL_CALLS]a[ARGS]".repeat(200_000)],
    ["parameters that never end", `<function=a>${"<parameter=b>".repeat(200_000)}</function>`],
    ["brackets without end", "[{".repeat(500_000)],
  ])("are looked for once, whatever the text: %s", (_case, content) => {
    expect(said(content)).toEqual({ calls: [], text: content.trim() });
  });
});
