import type { HealthCheck } from "../../domain/health.ts";
import { givenSetting, type ModelOptions, type ModelProvider } from "../model-provider.ts";

/** OpenAI, and every server that speaks its protocol. */
export const openAiProvider: ModelProvider = {
  name: "openai",
  severalModels: true,
  wellKnown: /^(?:gpt|o\d|chatgpt)/,
  free: false,
  async open(model, options, signal) {
    const { env: _env, baseUrl: _address, apiKey: _key, ...rest } = options;
    const { createOpenAiJudge } = await import("./openai-judge.ts");
    return createOpenAiJudge(model, { ...rest, ...accessOf(options) }, signal);
  },
  check: async (env) => checkOpenAi(env),
  async openEmbedder(model, env) {
    const { checkedAccess } = await import("./openai-judge.ts");
    const { createHttpTextEmbedder } = await import("../embeddings/http-text-embedder.ts");
    return createHttpTextEmbedder({ id: `openai:${model}`, model, ...checkedAccess(accessOf({ env })) });
  },
  async openTranscriber(model, options) {
    const { checkedAccess } = await import("./openai-judge.ts");
    const { createOpenAiTranscriber } = await import("./openai-transcriber.ts");
    const { timeoutMs } = options;
    return createOpenAiTranscriber(model, { ...checkedAccess(accessOf(options)), timeoutMs });
  },
};

/** What is given goes before the environment. */
function accessOf({ env = {}, baseUrl = env.OPENAI_BASE_URL, apiKey = env.OPENAI_API_KEY }: ModelOptions) {
  const [address, key] = [givenSetting(baseUrl), givenSetting(apiKey)];
  return { ...(address === undefined ? {} : { baseUrl: address }), ...(key === undefined ? {} : { apiKey: key }) };
}

function checkOpenAi({ OPENAI_BASE_URL: server, OPENAI_API_KEY: key }: Readonly<NodeJS.ProcessEnv>): HealthCheck {
  const check = { group: "models", name: "openai" } as const;
  if (server) return { ...check, state: "ready", detail: `OPENAI_BASE_URL is ${server}`, remedy: null };
  if (key) {
    const detail = "OPENAI_API_KEY is set; images leave this machine when it is used";
    return { ...check, state: "ready", detail, remedy: null };
  }
  const remedy = "set OPENAI_API_KEY, or OPENAI_BASE_URL for another compatible server";
  return { ...check, state: "missing", detail: "OPENAI_API_KEY is not set", remedy };
}
