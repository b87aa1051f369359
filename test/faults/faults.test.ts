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
import { startOllamaServer, VISION_AGENT } from "../support/ollama-server.ts";
import { startOpenAiServer } from "../support/openai-server.ts";
import { FAULTS, type Fault, GOOD, NAMED, type WireProtocol } from "./fault-table.ts";

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

async function serverOf({ replies, forever, thinks, name }: Fault, protocol: WireProtocol) {
  const list = replies(protocol);
  const script: Script = (asked, index) => list[forever ? index % list.length : index] ?? behaves(asked);
  // Only the server that never answers is to be given up on, however busy this machine is.
  const timeoutMs = list.some(({ type }) => type === "hang") ? 400 : 60_000;
  const limit = name.includes("limit") ? { maxTokens: 4_000 } : {};
  const options = { timeoutMs, retries: QUICK, temperature: 0, seed: 1, ...limit };
  if (protocol === "openai") {
    const server = await startOpenAiServer(script);
    const apiKey = "sk-test-0123456789";
    return {
      server,
      model: await createOpenAiJudge("test-model", { baseUrl: `${server.url}/v1`, apiKey, ...options }),
    };
  }
  const capabilities = [...(VISION_AGENT.capabilities ?? []), ...(thinks ? ["thinking"] : [])];
  const server = await startOllamaServer(script, [{ ...VISION_AGENT, capabilities }]);
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

describe.each(["openai", "ollama"] as const)("over the protocol of %s", (protocol) => {
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
      expect(message).toMatch(fault.warns ?? /^/);
    } else {
      expect(outcome).toBeInstanceOf(KuleshovError);
      expect(message).toMatch(fault.expected);
    }
    expect(message).not.toMatch(/\n|sk-test|\bat \S+\.(?:js|ts):\d/);
    expect(requests).toBeLessThanOrEqual(fault.name.includes("again and again") ? 24 : 8);
  });
});

it("are 130 at the least, each with a name of its own", () => {
  const count = FAULTS.reduce((sum, { only }) => sum + (only === undefined ? 2 : 1), 0);
  expect(count).toBeGreaterThanOrEqual(130);
  expect(new Set(FAULTS.map(({ name }) => name)).size).toBe(FAULTS.length);
});

it.each(NAMED)("cover %s: %s", (_shape, faults) => {
  const known = new Set(FAULTS.map(({ name }) => name));
  expect(faults.filter((name) => !known.has(name))).toEqual([]);
});
