import { describe, expect, it } from "vitest";
import { createAzureJudge } from "../../../src/adapters/azure/azure-judge.ts";
import { says } from "../../support/model-server.ts";
import { startOpenAiServer } from "../../support/openai-server.ts";

const messages = [{ role: "user" as const, parts: [{ type: "text" as const, text: "Awe?" }] }];

describe("a deployment of Azure OpenAI", () => {
  it.each([
    ["2024-10-21", "/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21"],
    [undefined, "/openai/v1/chat/completions"],
  ])("is asked at its address, by API version %s, with its key in its own header", async (version, path) => {
    const server = await startOpenAiServer([says("Yes")], { chatPath: path });
    const env = {
      AZURE_OPENAI_ENDPOINT: `${server.url}/`,
      AZURE_OPENAI_API_KEY: "k-1",
      ...(version === undefined ? {} : { AZURE_OPENAI_API_VERSION: version }),
    };
    const model = await createAzureJudge("my gpt", { env, reasoningEffort: "low" });
    expect(await model.reply({ messages })).toMatchObject({
      text: "Yes",
      fingerprint: "my gpt-2026-01-01 fp_test",
    });
    expect(
      server.requests.map(({ path: asked, headers }) => [asked, headers["api-key"], headers.authorization]),
    ).toEqual([[path, "k-1", undefined]]);
    expect(server.chats[0]).toMatchObject({ model: "my gpt", reasoning_effort: "low" });
    expect(JSON.stringify(model.identity)).not.toContain("k-1");
  });

  it.each(["/openai", "/openai/v1", "/openai/v1/"])(
    "is asked at one address where what is given ends in %s",
    async (end) => {
      const server = await startOpenAiServer([says("Yes")], { chatPath: "/openai/v1/chat/completions" });
      const model = await createAzureJudge("gpt", { baseUrl: `${server.url}${end}`, apiKey: "k" });
      expect(await model.reply({ messages })).toMatchObject({ text: "Yes" });
    },
  );

  it("is refused without address or key", async () => {
    await expect(createAzureJudge("gpt", { env: {} })).rejects.toThrow("set AZURE_OPENAI_ENDPOINT");
    const env = { AZURE_OPENAI_ENDPOINT: "http://127.0.0.1:1" };
    await expect(createAzureJudge("gpt", { env })).rejects.toThrow("set AZURE_OPENAI_API_KEY");
  });
});
