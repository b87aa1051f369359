import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { createOpenAiJudge } from "../src/adapters/openai/openai-judge.ts";
import { createRulesModel } from "../src/adapters/rules/rules-model.ts";
import { type AskQuery, ask } from "../src/ask.ts";
import type { AskDependencies } from "../src/ask-dependencies.ts";
import { openCache } from "../src/compose/caches.ts";
import { costOfReport } from "../src/domain/price.ts";
import { Report } from "../src/domain/report.ts";
import { fixedToolbox } from "./support/fixed-toolbox.ts";
import { partsFor, SMILE } from "./support/judge-of.ts";
import { callsAll, says, saysJson, type WireBody } from "./support/model-server.ts";
import { startOpenAiServer } from "./support/openai-server.ts";
import { carefulJudgment } from "./support/scripted-judge.ts";
import { tempFolder } from "./support/temp-folder.ts";

/** Notes something first, and then judges. */
const behaves = (asked: WireBody) =>
  asked.messages.some(({ role }) => role === "tool") ? saysJson(carefulJudgment(asked)) : both;
const both = callsAll(
  { name: "measure_face", args: { faceId: "F1" } },
  { name: "note_observation", args: { faceId: "F1", region: null, statement: "A hat is worn" } },
);

async function keeping() {
  const folder = await tempFolder();
  const image = join(folder, "image.png");
  await sharp({ create: { width: 200, height: 100, channels: 3, background: "#777" } })
    .png()
    .toFile(image);
  const server = await startOpenAiServer(behaves);
  const answers = openCache("answers", join(folder, "answers"));
  const asked = async (query: Partial<AskQuery> = {}, more: Partial<AskDependencies> = {}, settings = {}) => {
    // Another model object each time, as another process has.
    const model = await createOpenAiJudge("m", { baseUrl: `${server.url}/v1`, temperature: 0, seed: 1, ...settings });
    return ask({ image, question: "Who smiles?", ...query }, await partsFor(model, { answers, ...more }));
  };
  return { folder, image, server, asked };
}

describe("an answer to the same question", () => {
  it("is taken from where it was kept: nothing is asked or paid, and the report says so", async () => {
    const { folder, image, server, asked } = await keeping();
    const first = await asked();
    const requests = server.chats.length;
    expect(first.provenance.keptSince).toBeUndefined();
    await copyFile(image, join(folder, "copy.png"));
    const second = await asked({ image: join(folder, "copy.png") });
    expect(server.chats).toHaveLength(requests);
    expect(Report.parse(JSON.parse(JSON.stringify(second)))).toBeTruthy();
    const { judgment, evidence, grounding, trace, faces } = first;
    expect(second).toMatchObject({ judgment, evidence, grounding, trace, faces });
    expect(evidence.map(({ statement }) => statement)).toContain("A hat is worn");
    expect(second.provenance).toMatchObject({
      keptSince: first.provenance.createdAt,
      tokens: { input: 0, output: 0 },
      sent: [],
      image: { path: join(folder, "copy.png") },
    });
    expect(second.warnings.at(-1)).toBe(
      `The answer was given at ${first.provenance.createdAt} and kept: nothing was asked now (--no-cache asks again)`,
    );
    // Kept once more it would say it twice.
    expect((await asked()).warnings).toEqual(second.warnings);
  });

  it.each<[string, Partial<AskQuery>, Partial<AskDependencies>, object]>([
    ["question", { question: "Who frowns?" }, {}, {}],
    ["context", { context: "At a wedding" }, {}, {}],
    ["set of labels", { labels: ["happiness", "neutral", "awe"] }, {}, {}],
    ["face", { face: "F1" }, {}, {}],
    ["blur", { face: "F1", blurOthers: true }, {}, {}],
    ["mode", {}, { mode: "single-pass" }, {}],
    ["measurement", {}, { toolboxes: [fixedToolbox([{ ...SMILE, actionUnits: { AU6: 0.7, AU12: 0.93 } }])] }, {}],
    ["number of samples", {}, { samples: 2 }, {}],
    ["version", {}, { version: "0.0.1-test" }, {}],
    ["seed", {}, {}, { seed: 2 }],
    ["temperature", {}, {}, { temperature: 1 }],
    ["limit of tokens", {}, {}, { maxTokens: 4000 }],
  ])("is not taken for one to another %s", async (_what, query, more, settings) => {
    const { server, asked } = await keeping();
    await asked(_what === "blur" ? { face: "F1" } : {});
    const requests = server.chats.length;
    const other = await asked(query, more, settings);
    expect(server.chats.length).toBeGreaterThan(requests);
    expect(other.provenance.keptSince).toBeUndefined();
  });

  it("is kept of a panel, which costs nothing the second time, unless one of its judges failed", async () => {
    const { asked } = await keeping();
    let healthy = false;
    const server = await startOpenAiServer((body) => (healthy ? behaves(body) : says("no idea")));
    const model = () => createOpenAiJudge("other", { baseUrl: `${server.url}/v1`, temperature: 0, seed: 1 });
    const panel = async () => ({ panel: { judges: [createRulesModel(), await model()], chair: null } });
    const first = await asked({}, await panel());
    expect(first.panel?.judges[1]?.failure).toContain("unusable");
    healthy = true;
    const second = await asked({}, await panel());
    expect(second.panel?.judges.map(({ failure }) => failure)).toEqual([null, null]);
    const chats = server.chats.length;
    const third = await asked({}, await panel());
    expect(server.chats).toHaveLength(chats);
    expect(third.provenance.keptSince).toBe(second.provenance.createdAt);
    const { judges } = (await panel()).panel;
    await asked({}, { panel: { judges, chair: judges[1] ?? null } });
    expect(server.chats.length).toBeGreaterThan(chats);
    const price = { inputPerMillion: 1, outputPerMillion: 1 };
    const panelPrices = new Map([
      ["rules", { inputPerMillion: 0, outputPerMillion: 0 }],
      ["openai:other", price],
    ]);
    const costs = [second, third].map((report) => costOfReport(report, { price: undefined, panelPrices }));
    expect(costs).toEqual([expect.closeTo((second.provenance.tokens.input ?? 0) / 1e6, 4), 0]);
    expect(costs[0]).toBeGreaterThan(0);
  });

  it("is not taken for one about other pixels of the same file, given in memory", async () => {
    const { server, asked } = await keeping();
    const image = (value: number) => {
      return { path: "x.png", sha256: "0".repeat(64), widthPx: 20, heightPx: 10, rgb: new Uint8Array(600).fill(value) };
    };
    await asked({ image: image(7) });
    const requests = server.chats.length;
    await asked({ image: image(7) });
    expect(server.chats).toHaveLength(requests);
    await asked({ image: image(8) });
    expect(server.chats.length).toBeGreaterThan(requests);
  });
});
