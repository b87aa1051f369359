import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createHttpJudge } from "../../../src/adapters/http/http-judge.ts";
import { ConfigurationError, ProviderError } from "../../../src/domain/errors.ts";
import type { ImageView } from "../../../src/domain/image.ts";
import type { ChatMessage, ChatRequest } from "../../../src/ports/chat-model.ts";
import { type Protocol, type Script, says, startModelServer, writeJson } from "../../support/model-server.ts";
import { tempFolder } from "../../support/temp-folder.ts";

/** An endpoint as people write them: a prompt and images in, an answer somewhere below. */
const OWN: Protocol = {
  chatPath: "/generate",
  writeReply: (reply, _asked, response) =>
    writeJson(response, {
      output: [{ text: reply.type === "text" ? reply.text : "" }],
      meta: { model: "ours-2026-11" },
      usage: { in: 12, out: 3 },
    }),
  writeOther: () => false,
};

const JPEG: ImageView = {
  ...{ mimeType: "image/jpeg", data: new Uint8Array([1, 2, 3]), widthPx: 4, heightPx: 4, caption: "it" },
};

async function endpoint(script: Script, template: object = {}) {
  const server = await startModelServer(OWN, script);
  const path = join(await tempFolder(), "ours.http.yaml");
  const whole = {
    url: `${server.url}/generate`,
    keyVariable: "OURS_KEY",
    headers: { "x-api-key": "Token {{key}}" },
    body: { prompt: "{{prompt}}", images: "{{images}}", options: { seed: "{{seed}}", note: "seed {{seed}}" } },
    answer: "output.0.text",
    version: "meta.model",
    tokens: { input: "usage.in", output: "usage.out" },
    ...template,
  };
  await writeFile(path, JSON.stringify(whole));
  return { server, path };
}

const env = { OURS_KEY: "secret-1" };
const system: ChatMessage = { role: "system", text: "Judge." };
const ask: ChatRequest = {
  messages: [
    system,
    {
      role: "user",
      parts: [
        { type: "text", text: "What is shown?" },
        { type: "image", view: JPEG },
      ],
    },
  ],
};

describe("an endpoint that is asked by a template", () => {
  it("is sent what the template says, its key in the header alone, and read where the template says", async () => {
    const { server, path } = await endpoint([says('{"choice":"awe"}')]);
    const model = await createHttpJudge(path, { env, seed: 7 });
    expect(model).toMatchObject({ id: "http:ours", remote: false, capabilities: { tools: false, vision: true } });
    expect(JSON.stringify(model.identity)).not.toMatch(/secret|x-api-key/);
    const reply = await model.reply(ask);
    expect(reply).toMatchObject({
      text: '{"choice":"awe"}',
      tokens: { input: 12, output: 3 },
      fingerprint: "ours-2026-11",
    });
    expect(server.chats).toEqual([
      {
        prompt: "Judge.\n\nWhat is shown?\n\n[image 1]",
        images: [Buffer.from(JPEG.data).toString("base64")],
        options: { seed: 7, note: "seed 7" },
      },
    ]);
    expect(server.requests[0]?.headers).toMatchObject({ "x-api-key": "Token secret-1" });
    expect(server.requests[0]?.headers.authorization).toBeUndefined();
  });

  it("sees nothing where the template sends no images, and has the key as a bearer where no header names it", async () => {
    const { server, path } = await endpoint([says("yes")], {
      headers: { "x-keys": "a" },
      body: { chat: "{{messages}}" },
    });
    const model = await createHttpJudge(path, { env });
    expect(model.capabilities.vision).toBe(false);
    await model.reply({ messages: [system, { role: "user", parts: [{ type: "text", text: "Is it?" }] }] });
    expect(server.chats).toEqual([
      {
        chat: [
          { role: "system", content: "Judge." },
          { role: "user", content: "Is it?" },
        ],
      },
    ]);
    expect(server.requests[0]?.headers.authorization).toBe("Bearer secret-1");
  });

  it("says in one sentence where no answer stands", async () => {
    const { path } = await endpoint([says("yes")], { answer: "choices.0.text" });
    const model = await createHttpJudge(path, { env, retries: { tries: 1, firstWaitMs: 1, longestWaitMs: 1 } });
    const refused = await model.reply(ask).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ProviderError);
    expect(String(refused)).toContain("nothing at choices.0.text");
  });

  it.each([
    ["no question in it", { body: { images: "{{images}}" } }, /says nothing of what is asked: put \{\{prompt\}\}/],
    ["a placeholder that stands for nothing", { body: { p: "{{promt}}" } }, /\{\{promt\}\} stands for nothing/],
    ["a key in its body", { body: { p: "{{prompt}}", key: "{{key}}" } }, /a key belongs into headers/],
    ["a password in its address", { url: "http://me:secret@127.0.0.1:1/x" }, /takes no user and password/],
    ["an address of its own beside the template's", {}, /stands in its template/, "http://127.0.0.1:1"],
    ["a prompt in a header", { headers: { "x-said": "{{prompt}}" } }, /\{\{prompt\}\} is in its headers/],
    ["a header with no key to fill it", { keyVariable: undefined }, /headers have \{\{key\}\}, and no keyVariable/],
  ])("is refused with %s", async (_name, template, message, baseUrl = "") => {
    const { path } = await endpoint([], template);
    const refused = await createHttpJudge(path, { env, baseUrl }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ConfigurationError);
    expect(String(refused)).toMatch(message);
  });

  it("is refused without its key, and without its template", async () => {
    const { path } = await endpoint([]);
    await expect(createHttpJudge(path, { env: {} })).rejects.toThrow("takes its key from OURS_KEY, which is not set");
    await expect(createHttpJudge("./none.http.yaml", { env })).rejects.toThrow(
      /^Cannot ask by template as there is no/,
    );
  });
});
