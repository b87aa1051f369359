import { appendFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { createOllamaJudge } from "../../src/adapters/ollama/ollama-judge.ts";
import { createOpenAiJudge } from "../../src/adapters/openai/openai-judge.ts";
import { createRulesModel } from "../../src/adapters/rules/rules-model.ts";
import { ask } from "../../src/ask.ts";
import type { AskDependencies } from "../../src/ask-dependencies.ts";
import { KuleshovError } from "../../src/domain/errors.ts";
import { Report } from "../../src/domain/report.ts";
import { gradientImage } from "../support/images.ts";
import { partsFor } from "../support/judge-of.ts";
import { calls, type Script, saysJson, type WireBody } from "../support/model-server.ts";
import { startOllamaServer } from "../support/ollama-server.ts";
import { startOpenAiServer } from "../support/openai-server.ts";
import { FAULTS, type Fault, GOOD, type WireProtocol } from "./fault-table.ts";

/** `npm run faults` has every row written here, and prints them. */
const { KULESHOV_FAULTS: table } = process.env;

const QUICK = { tries: 3, firstWaitMs: 1, longestWaitMs: 20 };
const IMAGE = gradientImage(200, 100);
let base: AskDependencies;
beforeAll(async () => {
  base = await partsFor(createRulesModel());
});

/** Measures where there are tools, then judges. */
function behaves(asked: WireBody) {
  const hasMeasured = asked.messages.some(({ role }) => role === "tool");
  return asked.tools === undefined || hasMeasured ? saysJson(GOOD) : calls("measure_face", { faceId: "F1" });
}

async function serverOf({ replies, forever }: Fault, protocol: WireProtocol) {
  const list = replies(protocol);
  const script: Script = (asked, index) => list[forever ? index % list.length : index] ?? behaves(asked);
  const options = { timeoutMs: 400, retries: QUICK, temperature: 0, seed: 1 };
  if (protocol === "openai") {
    const server = await startOpenAiServer(script);
    const apiKey = "sk-test-0123456789";
    return {
      server,
      model: await createOpenAiJudge("test-model", { baseUrl: `${server.url}/v1`, apiKey, ...options }),
    };
  }
  const server = await startOllamaServer(script);
  return { server, model: await createOllamaJudge("seer:7b", { host: server.url, ...options }) };
}

async function tried(fault: Fault, protocol: WireProtocol) {
  const { server, model } = await serverOf(fault, protocol);
  const mode = fault.agent ? null : ("single-pass" as const);
  const started = performance.now();
  const outcome = await ask({ image: IMAGE }, { ...base, model, mode }).catch((error: unknown) => error);
  return { outcome, ms: Math.round(performance.now() - started), requests: server.chats.length };
}

/** The addresses of loopback servers are another each time. */
const lasting = (text: string) => text.replace(/:\d{4,5}\b/g, ":port");

describe.skipIf(table === undefined).each(["openai", "ollama"] as const)("over the protocol of %s", (protocol) => {
  const faults = FAULTS.filter(({ only = protocol }) => only === protocol);

  it.each(faults)("$name", async (fault) => {
    const { outcome, ms, requests } = await tried(fault, protocol);
    const answered = !(outcome instanceof Error);
    const message = answered ? (outcome as Report).warnings.join("; ") : outcome.message;
    if (table !== undefined) {
      const cells = [
        protocol,
        fault.name,
        answered ? "answered" : "one sentence",
        lasting(message),
        `${ms} ms`,
        requests,
      ];
      await appendFile(table, `| ${cells.map((cell) => String(cell).replaceAll("|", "\\|")).join(" | ")} |\n`);
    }
    if (fault.expected === "answered") {
      expect(message, "a judgment, not an error").toBe(answered ? message : "");
      expect(Report.safeParse(outcome).success).toBe(true);
    } else {
      expect(outcome).toBeInstanceOf(KuleshovError);
      expect(message).toMatch(fault.expected);
    }
    expect(message).not.toMatch(/\n|sk-test|\bat \S+\.(?:js|ts):\d/);
    expect(requests).toBeLessThanOrEqual(fault.name.includes("again and again") ? 24 : 8);
  });
});

it("are 130 at the least", () => {
  const count = FAULTS.reduce((sum, { only }) => sum + (only === undefined ? 2 : 1), 0);
  expect(count).toBeGreaterThanOrEqual(130);
});
