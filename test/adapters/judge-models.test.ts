import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createAzureJudge } from "../../src/adapters/azure/azure-judge.ts";
import { createHttpJudge } from "../../src/adapters/http/http-judge.ts";
import { createOllamaJudge } from "../../src/adapters/ollama/ollama-judge.ts";
import { createOpenAiJudge } from "../../src/adapters/openai/openai-judge.ts";
import { createRulesModel } from "../../src/adapters/rules/rules-model.ts";
import { testJudgeModel } from "../contract/judge-model.ts";
import { calls, saysJson, type WireBody } from "../support/model-server.ts";
import { startOllamaServer } from "../support/ollama-server.ts";
import { startOpenAiServer } from "../support/openai-server.ts";
import { carefulJudgment } from "../support/scripted-judge.ts";
import { tempFolder } from "../support/temp-folder.ts";

const script = (asked: WireBody, index: number) =>
  index === 0 ? calls("measure_face", { faceId: "F1" }) : saysJson(carefulJudgment(asked));

testJudgeModel("rules", async () => createRulesModel());

testJudgeModel("an OpenAI-compatible server", async () => {
  const server = await startOpenAiServer(script);
  return createOpenAiJudge("test-model", { baseUrl: `${server.url}/v1` });
});

testJudgeModel("Ollama", async () => {
  const server = await startOllamaServer(script);
  return createOllamaJudge("seer:7b", { host: server.url });
});

testJudgeModel("a deployment of Azure OpenAI", async () => {
  const { url } = await startOpenAiServer(script, { chatPath: "/openai/v1/chat/completions" });
  return createAzureJudge("gpt", { env: { AZURE_OPENAI_ENDPOINT: url, AZURE_OPENAI_API_KEY: "k-1" } });
});

async function openByTemplate() {
  const { url } = await startOpenAiServer((asked) => saysJson(carefulJudgment(asked)));
  const path = join(await tempFolder(), "ours.http.yaml");
  const places = { answer: "choices.0.message.content", version: "model" };
  const body = { messages: "{{messages}}" };
  await writeFile(path, JSON.stringify({ url: `${url}/v1/chat/completions`, body, ...places }));
  return createHttpJudge(path, {});
}
testJudgeModel("an endpoint that is asked by a template", openByTemplate, "single-pass");
