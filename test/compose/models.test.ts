import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import {
  isFreeModel,
  MODEL_FORMS,
  MODEL_PROVIDERS,
  offerLocalModel,
  openModel,
  openTextEmbedder,
  parseModelSpec,
} from "../../src/compose/models.ts";
import { ConfigurationError } from "../../src/domain/errors.ts";
import { LLAVA_LIKE, startOllamaServer, VISION_AGENT } from "../support/ollama-server.ts";
import { startOpenAiServer } from "../support/openai-server.ts";

describe("a model as the user names it", () => {
  it.each([
    ["rules", "rules", ""],
    ["openai:gpt-4.1", "openai", "gpt-4.1"],
    ["ollama:qwen2.5vl:7b", "ollama", "qwen2.5vl:7b"],
  ])("is read: %s", (spec, provider, model) => {
    expect(parseModelSpec(spec)).toMatchObject({ provider: { name: provider }, model });
  });

  it.each([
    ["rulse", 'Did you mean "rules"?'],
    ["gpt-4.1", 'Did you mean "openai:gpt-4.1"?'],
    ["llava", 'Did you mean "ollama:llava"?'],
    ["claude-sonnet-4-5", 'Did you mean "anthropic:claude-sonnet-4-5"?'],
    ["gemini-2.5-pro", 'Did you mean "google:gemini-2.5-pro"?'],
    ["smollm2.gguf", 'Did you mean "gguf:smollm2.gguf"?'],
    ["rules:big", "There is no model"],
    [
      "llava:7b",
      "write rules, openai:<name>, ollama:<name>, anthropic:<name>, google:<name>, azure:<deployment>, gguf:<model.gguf>[+<mmproj.gguf>], clip:vit-base-patch32, http:<template.http.yaml> or replay:<bundle>",
    ],
    ["olama:llava", 'Did you mean "ollama:llava"?'],
    ["ollama", "Which model of ollama?"],
    ["openai:", "Which model of openai?"],
    ["", "There is no model"],
  ])("is refused with what may have been meant: %s", (spec, message) => {
    expect(() => parseModelSpec(spec)).toThrow(ConfigurationError);
    expect(() => parseModelSpec(spec)).toThrow(message);
  });
});

describe("the list of providers", () => {
  it("holds every provider that there is a file for", async () => {
    const files = readdirSync("src/adapters", { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith("-provider.ts") && !path.startsWith("model-provider"))
      .map((path) => join("src/adapters", path));
    const found = await Promise.all(files.map((file) => import(resolve(file))));
    const inFiles = found.flatMap((module) => Object.values<{ readonly name: string }>(module).map(({ name }) => name));
    expect(MODEL_PROVIDERS.map(({ name }) => name).sort()).toEqual(inFiles.sort());
  });

  it("makes the words of the help, and says whose calls cost money", () => {
    expect(MODEL_FORMS).toBe(
      "rules, openai:<name>, ollama:<name>, anthropic:<name>, google:<name>, azure:<deployment>, gguf:<model.gguf>[+<mmproj.gguf>], clip:vit-base-patch32, http:<template.http.yaml> or replay:<bundle>",
    );
    expect(["rules", "openai:gpt-4.1", "ollama:llava"].filter(isFreeModel)).toEqual(["rules", "ollama:llava"]);
  });

  it("has the line of doctor of each", async () => {
    const checks = await Promise.all(MODEL_PROVIDERS.map(({ check }) => check({ OLLAMA_HOST: "127.0.0.1:9" })));
    expect(checks.map(({ name, state }) => [name, state])).toEqual([
      ["rules", "ready"],
      ["openai", "missing"],
      ["ollama", "missing"],
      ["anthropic", "missing"],
      ["google", "missing"],
      ["azure", "missing"],
      ["gguf", "missing"],
      ["clip", "missing"],
      ["http", "ready"],
      ["replay", "ready"],
    ]);
  });
});

describe("a text embedder as the user names it", () => {
  it("is opened at the provider that it names", async () => {
    expect(await openTextEmbedder("ollama:nomic-embed-text:v1.5")).toMatchObject({
      id: "ollama:nomic-embed-text:v1.5",
      remote: false,
    });
    expect(await openTextEmbedder(undefined)).toBeNull();
  });

  it.each(["rules", "nomic-embed-text", "ollama:"])("is refused with how it is written: %s", async (spec) => {
    await expect(openTextEmbedder(spec)).rejects.toThrow(
      "An embedder is written openai:<name>, ollama:<name> or clip:vit-base-patch32, not",
    );
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
