import { createOllamaJudge } from "../../src/adapters/ollama/ollama-judge.ts";
import { createOpenAiJudge } from "../../src/adapters/openai/openai-judge.ts";
import { createRulesModel } from "../../src/adapters/rules/rules-model.ts";
import { testJudgeModel } from "../contract/judge-model.ts";
import { calls, saysJson, type WireBody } from "../support/model-server.ts";
import { startOllamaServer } from "../support/ollama-server.ts";
import { startOpenAiServer } from "../support/openai-server.ts";
import { carefulJudgment } from "../support/scripted-judge.ts";

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
