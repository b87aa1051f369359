import { describe, expect, it } from "vitest";
import { offerLocalModel, openModel, parseModelSpec } from "../../src/compose/models.ts";
import { ConfigurationError } from "../../src/domain/errors.ts";
import { LLAVA_LIKE, startOllamaServer, VISION_AGENT } from "../support/ollama-server.ts";
import { startOpenAiServer } from "../support/openai-server.ts";

describe("a model as the user names it", () => {
  it.each([
    ["rules", { provider: "rules", name: null }],
    ["openai:gpt-4.1", { provider: "openai", name: "gpt-4.1" }],
    ["ollama:qwen2.5vl:7b", { provider: "ollama", name: "qwen2.5vl:7b" }],
  ])("is read: %s", (spec, expected) => {
    expect(parseModelSpec(spec)).toEqual(expected);
  });

  it.each([
    ["rulse", 'Did you mean "rules"?'],
    ["gpt-4.1", 'Did you mean "openai:gpt-4.1"?'],
    ["llava:7b", "write rules, openai:<name> or ollama:<name>"],
    ["olama:llava", 'Did you mean "ollama:llava"?'],
    ["ollama", "Which model of ollama?"],
    ["openai:", "Which model of openai?"],
    ["", "There is no model"],
  ])("is refused with what may have been meant: %s", (spec, message) => {
    expect(() => parseModelSpec(spec)).toThrow(ConfigurationError);
    expect(() => parseModelSpec(spec)).toThrow(message);
  });
});

describe("opening a model", () => {
  it("needs nothing for the baseline, which says that it sees no images and stays on this machine", async () => {
    const rules = await openModel("rules");
    expect(rules).toMatchObject({ id: "rules", remote: false, capabilities: { tools: true, vision: false } });
  });

  it("takes address and key from the environment, and options before it", async () => {
    const server = await startOpenAiServer([], { key: "sk-right" });
    const env = { OPENAI_BASE_URL: `${server.url}/v1`, OPENAI_API_KEY: "sk-wrong" };
    expect((await openModel("openai:m", { env, apiKey: "sk-right", seed: 3, temperature: 0 })).id).toBe("openai:m");
    await expect(openModel("openai:m", { env })).rejects.toThrow("check OPENAI_API_KEY");
  });

  it("takes an empty key for none", async () => {
    await expect(openModel("openai:m", { env: { OPENAI_API_KEY: "" } })).rejects.toThrow("OpenAI needs a key");
  });

  it("takes Ollama's address from the environment", async () => {
    const server = await startOllamaServer([], [VISION_AGENT]);
    expect((await openModel("ollama:seer:7b", { env: { OLLAMA_HOST: server.url } })).id).toBe("ollama:seer:7b");
  });
});

describe("the offer of a local model", () => {
  it("is one that sees, with tools if there is one", async () => {
    const blind = { name: "blind:1b", capabilities: ["completion", "tools"] };
    const cloud = { ...VISION_AGENT, name: "cloud:1t", remoteHost: "https://ollama.com" };
    const server = await startOllamaServer([], [blind, cloud, LLAVA_LIKE, VISION_AGENT]);
    expect(await offerLocalModel({ OLLAMA_HOST: server.url })).toBe("ollama:seer:7b");
  });

  it("is not made when there is none, or nobody answers", async () => {
    const server = await startOllamaServer([], [{ name: "blind:1b", capabilities: ["completion"] }]);
    expect(await offerLocalModel({ OLLAMA_HOST: server.url })).toBeNull();
    await server.close();
    expect(await offerLocalModel({ OLLAMA_HOST: server.url })).toBeNull();
  });
});
