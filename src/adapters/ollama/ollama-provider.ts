import type { HealthCheck } from "../../domain/health.ts";
import { givenSetting, type ModelProvider } from "../model-provider.ts";
import type { OllamaModelInfo } from "./ollama-judge.ts";

/** Ollama, on this machine or another. */
export const ollamaProvider: ModelProvider = {
  name: "ollama",
  severalModels: true,
  wellKnown: /^(?:llava|bakllava|llama|qwen|gemma|minicpm|mistral|pixtral|moondream|granite)/,
  free: true,
  async open(model, { env = {}, baseUrl = env.OLLAMA_HOST, apiKey: _key, ...rest }, signal) {
    const { createOllamaJudge } = await import("./ollama-judge.ts");
    const address = givenSetting(baseUrl);
    return createOllamaJudge(model, { ...rest, ...(address === undefined ? {} : { host: address }) }, signal);
  },
  async check(env, signal) {
    const { ollamaUrl } = await import("./ollama-server.ts");
    return checkOllama(await modelsOf(env, signal), ollamaUrl(givenSetting(env.OLLAMA_HOST)));
  },
  async offer(env, signal) {
    const seeing = (await modelsOf(env, signal)).filter(({ vision, local }) => vision && local);
    const best = seeing.find(({ tools }) => tools) ?? seeing[0];
    return best === undefined ? null : `ollama:${best.name}`;
  },
  list: async (env, signal) =>
    (await modelsOf(env, signal)).map(({ name, vision, local }) => ({
      model: `ollama:${name}`,
      sees: vision,
      remote: !local,
    })),
  async openEmbedder(model, env) {
    const { createHttpTextEmbedder } = await import("../embeddings/http-text-embedder.ts");
    const { ollamaUrl } = await import("./ollama-server.ts");
    const baseUrl = `${ollamaUrl(givenSetting(env.OLLAMA_HOST))}/v1`;
    return createHttpTextEmbedder({ id: `ollama:${model}`, model, baseUrl });
  },
};

async function modelsOf(env: Readonly<NodeJS.ProcessEnv>, signal?: AbortSignal): Promise<readonly OllamaModelInfo[]> {
  const { listOllamaModels } = await import("./ollama-judge.ts");
  return listOllamaModels(givenSetting(env.OLLAMA_HOST), signal);
}

function checkOllama(models: readonly OllamaModelInfo[], at: string): HealthCheck {
  const check = { group: "models", name: "ollama" } as const;
  if (models.length === 0) {
    return {
      ...check,
      state: "missing",
      detail: `nobody answers at ${at}, or no model is there`,
      remedy: "install Ollama from ollama.com, then: ollama pull qwen2.5vl",
    };
  }
  const seeing = models.filter(({ vision }) => vision).map(({ name }) => name);
  if (seeing.length === 0) {
    const detail = `${models.length} models at ${at}, none of which sees images`;
    return { ...check, state: "missing", detail, remedy: "ollama pull qwen2.5vl" };
  }
  const remedy = `kuleshov ask image.jpg --model ollama:${seeing[0]}`;
  return { ...check, state: "ready", detail: `${seeing.join(", ")} at ${at}`, remedy };
}
