import { describe, expect, it } from "vitest";
import { createOpenAiJudge } from "../../../src/adapters/openai/openai-judge.ts";
import type { ChatMessage } from "../../../src/ports/chat-model.ts";
import { says, type WireBody } from "../../support/model-server.ts";
import { type OpenAiServerOptions, startOpenAiServer } from "../../support/openai-server.ts";

const TOOL = { name: "measure_face", description: "Measures a face.", parameters: { type: "object" } };
const call = (id: string) => ({ id, name: "measure_face", args: {} });
const result = (callId: string): ChatMessage => {
  return { role: "tool", callId, name: "measure_face", text: "E1", output: null, views: [] };
};
const user = (text: string): ChatMessage => ({ role: "user", parts: [{ type: "text", text }] });
const SAID: ChatMessage[] = [
  { role: "system", text: "Rules." },
  user("Question?"),
  { role: "assistant", text: "", calls: [call("a1b2c3d4e"), call("f5g6h7i8j")] },
  result("a1b2c3d4e"),
  result("f5g6h7i8j"),
  user("Go on."),
];

/** The roles of a conversation with two calls, as such a server is sent it; `null` where it is offered no tools. */
async function sentTo(llama: Omit<NonNullable<OpenAiServerOptions["llama"]>, "props">, caps?: object) {
  const settings = { n_ctx: 4096 };
  const props = {
    chat_template: "...",
    default_generation_settings: settings,
    ...(caps === undefined ? {} : { chat_template_caps: caps }),
  };
  const server = await startOpenAiServer([says("Done")], { llama: { props, ...llama } });
  const judge = await createOpenAiJudge("test-model", { baseUrl: `${server.url}/v1` });
  expect(judge.capabilities.contextTokens).toBe(4096);
  if (!judge.capabilities.tools) return null;
  await judge.reply({ messages: SAID, tools: [TOOL] });
  return rolesOf(server.chats[0]);
}

const rolesOf = (body: WireBody | undefined) => body?.messages.map(({ role }) => role).join(" ");
const callsAt = ({ messages }: WireBody) => Math.max(...messages.map(({ tool_calls: made = [] }) => made.length));
const afterTool = ({ messages }: WireBody) =>
  messages.some(({ role }, at) => role === "user" && messages[at - 1]?.role === "tool");
const FREE = "system user assistant tool tool user";
const ONE_BY_ONE = "assistant tool assistant tool";

describe("the shape of a conversation with llama.cpp's server", () => {
  it.each([
    ["as it is where its template takes all of it", () => true, FREE],
    [
      "with an assistant between tool and user",
      (body: WireBody) => !afterTool(body),
      "system user assistant tool tool assistant user",
    ],
    ["one call at a time", (body: WireBody) => callsAt(body) < 2, `system user ${ONE_BY_ONE} user`],
    [
      "without a system role",
      ({ messages }: WireBody) => messages[0]?.role === "user" && callsAt({ messages } as WireBody) < 2,
      `user ${ONE_BY_ONE} assistant user`,
    ],
    ["without tools where it refuses them", () => false, null],
  ])("is %s", async (_what, takes, roles) => {
    expect(await sentTo({ render: (body) => (takes(body) ? JSON.stringify(body) : undefined) })).toBe(roles);
  });

  it("is without tools where its template drops them without a word", async () => {
    expect(await sentTo({ render: ({ messages }) => JSON.stringify(messages) }, { supports_tools: true })).toBeNull();
  });

  it.each([
    ["two calls", {}, "system user assistant tool tool assistant user"],
    ["one call at a time", { supports_parallel_tool_calls: false }, `system user ${ONE_BY_ONE} assistant user`],
    ["no system role", { supports_system_role: false }, "user assistant tool tool assistant user"],
    ["no tools", { supports_tools: false }, null],
    ["no calls in a conversation", { supports_tool_calls: false }, null],
  ])("follows from what it says of a template that it does not render: %s", async (_what, caps, roles) => {
    expect(await sentTo({}, caps)).toBe(roles);
  });

  it("is without tools where it neither renders nor says anything", async () => {
    expect(await sentTo({})).toBeNull();
  });
});
