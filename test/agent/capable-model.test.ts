import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createOpenAiJudge } from "../../src/adapters/openai/openai-judge.ts";
import { createTools } from "../../src/agent/tool-list.ts";
import { createFindExemplars } from "../../src/agent/tools/find-exemplars.ts";
import { ask } from "../../src/ask.ts";
import * as traceCommand from "../../src/cli/trace.ts";
import type { Report } from "../../src/domain/report.ts";
import type { ExemplarSource } from "../../src/ports/exemplar-source.ts";
import { fixedToolbox } from "../support/fixed-toolbox.ts";
import { gradientImage } from "../support/images.ts";
import { partsFor } from "../support/judge-of.ts";
import { calls, callsAll, type Reply, says, saysJson, type WireBody } from "../support/model-server.ts";
import { startOpenAiServer } from "../support/openai-server.ts";
import { runCommand } from "../support/run-command.ts";
import { carefulJudgment, toldIn } from "../support/scripted-judge.ts";
import { tempFolder } from "../support/temp-folder.ts";

/** Two toolboxes that contradict each other about the brows. */
const toolboxes = [
  fixedToolbox([{ actionUnits: { AU6: 0.8, AU12: 0.93, AU4: 0.05 } }], ["AU6", "AU12", "AU4"]),
  { ...fixedToolbox([{ actionUnits: { AU12: 0.9, AU4: 0.95 } }], ["AU12", "AU4"]), id: "other@1" },
].map((toolbox) => ({
  ...toolbox,
  measure: async (...args: Parameters<typeof toolbox.measure>) =>
    (await toolbox.measure(...args)).map((face) => ({
      ...face,
      toolbox: toolbox.id,
      actionUnits: face.actionUnits.map((unit) => ({ ...unit, toolbox: toolbox.id })),
    })),
}));

const source: ExemplarSource = {
  async choose() {
    const item = {
      kind: "exemplar" as const,
      faceId: null,
      region: null,
      statement: 'Labelled "Duchenne smile" by "panel".',
      value: { type: "text" as const, text: "Duchenne smile" },
      source: { type: "store" as const, name: "x1" },
    };
    return { exemplars: [{ id: "x1", item, view: null }], warnings: [] };
  },
};

/** Decides by what it has read: it looks closer and compares only where toolboxes contradict each other. */
function capable(asked: WireBody): Reply {
  const told = toldIn(asked);
  const called = asked.messages.flatMap(({ tool_calls: made = [] }) => made.map(({ function: { name } }) => name));
  if (!called.includes("find_faces")) return calls("find_faces");
  if (!called.includes("measure_face")) return calls("measure_face", { faceId: "F1" });
  const contradicted = /toolboxes (?:disagree|contradict)|disputed|contradict/i.test(told);
  if (contradicted && !called.includes("compare_toolboxes")) {
    const look = { name: "look_closer", args: { faceId: "F1", region: "brows" } };
    return callsAll({ name: "compare_toolboxes", args: { faceId: "F1" } }, look);
  }
  if (!called.includes("note_observation")) {
    const statement = "The brows lie smooth, without a furrow between them";
    return calls("note_observation", { statement, region: null, faceId: "F1" });
  }
  if (!called.includes("find_exemplars")) return calls("find_exemplars", { query: "smile", faceId: "F1" });
  if (asked.response_format === undefined) return says("I have seen enough.");
  const judged = carefulJudgment(asked);
  return /repair|cannot be used|wrong with/i.test(told.slice(-2500)) && told.includes("leaves out")
    ? saysJson(judged)
    : saysJson({ ...judged, subjects: [] });
}

async function judged(): Promise<{ report: Report; seen: string[]; chats: number }> {
  const server = await startOpenAiServer(capable, { models: [{ id: "m", type: "vlm" }] });
  const parts = await partsFor(await createOpenAiJudge("m", { baseUrl: `${server.url}/v1` }), { toolboxes });
  const tools = createTools(parts.prompts, [createFindExemplars(source)]);
  const seen: string[] = [];
  const query = {
    image: gradientImage(200, 100),
    onTool: (call: object) => seen.push(Object.values(call).join(" ").trim()),
  };
  return { report: await ask(query, { ...parts, tools }), seen, chats: server.chats.length };
}

describe("a capable model in the loop", () => {
  it("looks closer where toolboxes disagree, compares them, notes what it sees, searches exemplars and repairs once", async () => {
    const { report, seen, chats } = await judged();
    const loop = [
      "find_faces",
      "measure_face",
      "compare_toolboxes",
      "look_closer",
      "note_observation",
      "find_exemplars",
    ];
    expect(report.trace.filter(({ type }) => type === "tool").map(({ name }) => name)).toEqual(loop);
    expect(seen).toEqual([
      "find_faces",
      "measure_face F1",
      "compare_toolboxes F1",
      "look_closer F1",
      "note_observation F1",
      "find_exemplars F1",
    ]);
    expect(report.trace.filter(({ type }) => type === "complaint")).toHaveLength(1);
    expect(report.judgment.subjects.map(({ faceId }) => faceId)).toEqual(["F1"]);
    expect(report.evidence.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["observation", "exemplar"]));
    const models = report.trace.filter(({ type }) => type === "model");
    expect(models).toHaveLength(chats);
    expect(models.every(({ tokens }) => tokens?.input === 100)).toBe(true);
    const begun = report.trace.map(({ startedMs }) => startedMs ?? -1);
    expect(Math.min(...begun)).toBeGreaterThanOrEqual(0);
  });

  it("does neither where they agree", async () => {
    const server = await startOpenAiServer(capable, { models: [{ id: "m", type: "vlm" }] });
    const parts = await partsFor(await createOpenAiJudge("m", { baseUrl: `${server.url}/v1` }));
    const tools = createTools(parts.prompts, [createFindExemplars(source)]);
    const { trace } = await ask({ image: gradientImage(200, 100) }, { ...parts, tools });
    expect(trace.map(({ name }) => name)).not.toContain("compare_toolboxes");
  });
});

describe("kuleshov trace", () => {
  it("shows the loop as a tree, as a page with what was looked at, and as spans by the GenAI conventions", async () => {
    const { report } = await judged();
    const folder = await tempFolder();
    await mkdir(join(folder, "out"));
    const [first, ...later] = report.trace;
    const cached = { ...first, tokens: { input: 100, output: 20, cached: 64 } };
    await writeFile(join(folder, "out", "report.json"), JSON.stringify({ ...report, trace: [cached, ...later] }));
    const [page, spans] = [join(folder, "trace.html"), join(folder, "trace.jsonl")];
    const { code, stdout } = await runCommand(
      ["trace", join(folder, "out"), "--page", page, "--spans", spans],
      [traceCommand],
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/openai:m, agent, \d turns, \d+ tokens in, \d+ out/);
    expect(stdout).toMatch(
      /├─ turn 3 .*100 tokens in, 20 out\n│ {2}├─ compare_toolboxes.*\n.*\n│ {2}└─ look_closer.*\n.*\n.*image: F1, brows/,
    );
    expect(stdout).toMatch(/complaint .*leaves out/);
    const html = await readFile(page, "utf8");
    expect(html).toMatch(/<figure><img alt="F1, brows" src="data:image\/jpeg/);
    const all = (await readFile(spans, "utf8"))
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).resourceSpans[0].scopeSpans[0].spans[0]);
    expect(all.map(({ name }) => name)).toEqual([
      "invoke_agent kuleshov",
      ...report.trace.map(
        ({ type, name }) => ({ model: "chat m", tool: `execute_tool ${name}`, complaint: "complaint" })[type],
      ),
    ]);
    expect(new Set(all.map(({ traceId }) => traceId)).size).toBe(1);
    expect(all.slice(1).every(({ parentSpanId }) => parentSpanId === all[0].spanId)).toBe(true);
    const chat = Object.fromEntries(
      all[1].attributes.map(({ key, value }: { key: string; value: object }) => [key, Object.values(value)[0]]),
    );
    expect(chat).toMatchObject({
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "m",
      "gen_ai.usage.input_tokens": "100",
      "gen_ai.usage.cache_read.input_tokens": "64",
    });
    expect(BigInt(all[1].endTimeUnixNano) >= BigInt(all[1].startTimeUnixNano)).toBe(true);
  });

  it("says what is missing where there is no report, and what a file is that is none", async () => {
    const folder = await tempFolder();
    expect((await runCommand(["trace", folder], [traceCommand])).stderr).toContain("There is no report");
    await writeFile(join(folder, "report.json"), "{}");
    const { code, stderr } = await runCommand(["trace", folder], [traceCommand]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("as it is no report of")]);
  });
});
