import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { createOpenAiJudge } from "../src/adapters/openai/openai-judge.ts";
import { createRulesModel } from "../src/adapters/rules/rules-model.ts";
import { type AskManyQuery, askMany } from "../src/ask-many.ts";
import * as askModule from "../src/cli/ask.ts";
import { openMerging } from "../src/compose/merging.ts";
import { merge } from "../src/merge.ts";
import { packageVersion } from "../src/platform/package-paths.ts";
import { readTable } from "../src/platform/tables/table-rows.ts";
import { type AskItem, readAskList } from "../src/study/ask-list.ts";
import { abstained, judgment, reading, subject } from "./support/builders.ts";
import { partsFor } from "./support/judge-of.ts";
import { drops, failsWith, type Reply, saysJson, saysOf, type WireBody } from "./support/model-server.ts";
import { startOpenAiServer } from "./support/openai-server.ts";
import { samplePhoto } from "./support/photos.ts";
import { runCommand } from "./support/run-command.ts";
import { carefulJudgment, toldIn } from "./support/scripted-judge.ts";
import { emptyCache, tempFolder } from "./support/temp-folder.ts";

const QUICK = { tries: 2, firstWaitMs: 1, longestWaitMs: 5 };
const refuse = (reason: string) => new Error(reason);
let folder: string;

beforeEach(async () => {
  folder = await tempFolder();
  for (const name of ["a", "b", "c", "d"]) {
    const image = sharp({ create: { width: 200, height: 100, channels: 3, background: "#808080" } });
    await image.png().toFile(join(folder, `${name}.png`));
  }
});

const careful = (asked: WireBody): Reply => saysJson(carefulJudgment(asked));
const listOf = async (text: string) => {
  await writeFile(join(folder, "list.csv"), text);
  return readAskList(join(folder, "list.csv"));
};
const itemsOf = (...names: string[]): readonly AskItem[] =>
  names.map((name) => {
    const open = { question: null, context: null, face: null, transcript: null };
    return { id: name, path: join(folder, `${name}.png`), ...open };
  });

/** Asks over `items` into the folder `out`, one at a time, of a server that does as `script` says. */
async function asking(script: (asked: WireBody, index: number) => Reply) {
  const server = await startOpenAiServer(script);
  const model = await createOpenAiJudge("test-model", { baseUrl: `${server.url}/v1`, retries: QUICK });
  const parts = await partsFor(model, { mode: "single-pass" });
  const price = { inputPerMillion: 10_000, outputPerMillion: 100_000 };
  const out = join(folder, "out");
  const usual = { folder: out, labels: null, settings: {}, budget: {}, concurrency: 1 };
  const run = (items: readonly AskItem[], more: Partial<AskManyQuery> = {}, signal?: AbortSignal, version = "0.0.0") =>
    askMany({ ...usual, items, ...more }, { ask: parts, price, version }, signal);
  const table = () => readTable(join(out, "answers.csv"), { refuse });
  return { server, out, run, table };
}

describe("a folder of images", () => {
  it("is asked about whatever the case of the endings, and what is left out of it is counted", async () => {
    await copyFile(join(folder, "a.png"), join(folder, "E.JFIF"));
    for (const name of ["notes.txt", "clip.MOV", "clip.mp4"]) await writeFile(join(folder, name), "x");
    const notices: string[] = [];
    const items = await readAskList(folder, (notice) => notices.push(notice));
    expect(items.map(({ path }) => path)).toEqual(
      ["E.JFIF", "a.png", "b.png", "c.png", "d.png"].map((name) => join(folder, name)),
    );
    expect(notices).toEqual([
      `1 file is left out as its ending is no image's or video's: 1 .txt (\`${folder}\`)`,
      `2 videos are left out, as images are asked about (\`${folder}\`)`,
    ]);
  });
});

describe("a list of questions", () => {
  it("asks each of its own, and keeps the answers as a table, as lines and as a page", async () => {
    const { server, out, run, table } = await asking(careful);
    const items = await listOf(
      "id,path,context,question,face,transcript\nfirst,a.png,A wedding,Who smiles?,F1,Congratulations!\nsecond,a.png,A funeral,,,\n",
    );
    const done = await run(items, { question: "What is shown?" });
    const told = server.chats.map(toldIn);
    expect(told[0]).toContain('"F1: Who smiles?"');
    expect(told[0]).toMatch(/A wedding.*\[utterance, user\] Somebody .*says: .*Congratulations!/s);
    expect(told[1]).toContain('"What is shown?"');
    expect(told[1]).not.toContain("wedding");
    expect(done).toMatchObject({ left: 0, exhausted: null, tokens: 240, unpriced: 0 });
    expect(done.usd).toBeCloseTo(2 * (100 * 0.01 + 20 * 0.1), 6);
    const rows = (await table()).map(({ cells }) => cells);
    expect(rows).toMatchObject([
      { id: "first", face: "F1", question: "F1: Who smiles?", input_tokens: "100", usd: "3", failure: "" },
      { id: "second", face: "F1", context: "A funeral", model: "openai:test-model" },
    ]);
    const lines = (await readFile(join(out, "answers.jsonl"), "utf8")).trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line).report.evidence.length > 3)).toEqual([true, true]);
    const page = await readFile(join(out, "answers.html"), "utf8");
    expect(page).toContain("2 questions to openai:test-model");
    expect(page.match(/<img alt="[a-z]+" src="data:image\/jpeg/g)).toHaveLength(2);
  });

  it.each([
    ["no column for the path", "name\na.png\n", "it has no column named path"],
    ["a line without a path", "path,context\n,x\n", "line 2 has no path"],
    ["an id that is there already", "path,id\na.png,1\nb.png,1\n", 'line 3 has the id of line 2, "1"'],
    ["a face that is none", "path,face\na.png,left\n", 'has "left" for a face'],
    ["nothing", "path\n", "it names no image"],
  ])("is refused with %s", async (_case, text, message) => {
    await expect(listOf(text)).rejects.toThrow(message);
  });
});

describe("a run with several judges", () => {
  /** Reads of every image what its name says, always with the same numbers. */
  const habitual = (asked: WireBody): Reply => {
    const careful = carefulJudgment(asked);
    const own = reading({ happiness: 0.8, surprise: 0.2 });
    return saysJson({
      ...careful,
      subjects: careful.subjects.map((each) => ({ ...each, faceOnly: own, integrated: own })),
    });
  };

  it("says of a model that gives the same numbers for every face, on the page too; not of four faces", async () => {
    for (const [name, grey] of [
      ["e", 90],
      ["f", 100],
      ["b", 110],
      ["c", 120],
      ["d", 130],
    ] as const) {
      const background = { r: grey, g: grey, b: grey };
      await sharp({ create: { width: 200, height: 100, channels: 3, background } })
        .png()
        .toFile(join(folder, `${name}.png`));
    }
    const { out, run } = await asking(habitual);
    expect((await run(itemsOf("b", "c", "d", "e"))).notes).toEqual([]);
    // One face, asked about five times, is one.
    const again = ["1", "2", "3", "4", "5"].flatMap((id) => itemsOf("b").map((item) => ({ ...item, id })));
    expect((await run(again, { folder: join(folder, "again") })).notes).toEqual([]);
    const { notes } = await run(itemsOf("b", "c", "d", "e", "f"), { folder: join(folder, "five") });
    expect(notes).toEqual([
      expect.stringContaining(
        "openai:test-model gave the same distribution (happiness 0.8, surprise 0.2) for 5 of 5 faces",
      ),
    ]);
    expect(await readFile(join(folder, "five", "answers.html"), "utf8")).toContain(
      "its numbers are habits and no estimates",
    );
    expect(await readFile(join(out, "answers.csv"), "utf8")).not.toContain("_sd");
  });

  it("has a panel's readings, agreement and cost in table and page, each judge at its own price", async () => {
    const server = await startOpenAiServer(habitual);
    const model = await createOpenAiJudge("test-model", { baseUrl: `${server.url}/v1`, retries: QUICK });
    const judges = [model, createRulesModel()];
    const ask = await partsFor(model, { mode: "single-pass", panel: { judges, chair: null } });
    const free = { inputPerMillion: 0, outputPerMillion: 0 };
    const panelPrices = new Map([
      ["openai:test-model", { inputPerMillion: 10_000, outputPerMillion: 100_000 }],
      ["rules", free],
    ]);
    const out = join(folder, "out");
    const items = itemsOf("a", "b").map((item) => ({ ...item, context: item.id === "a" ? "A wedding" : null }));
    const query = { folder: out, items, labels: null, settings: {}, budget: {}, concurrency: 1 };
    const done = await askMany(query, { ask, price: undefined, panelPrices, version: "0.0.0" });
    expect(done.usd).toBeCloseTo(2 * (100 * 0.01 + 20 * 0.1), 6);
    expect(done.notes).toEqual([expect.stringContaining("Krippendorff's alpha: face only ")]);
    const [row] = (await readTable(join(out, "answers.csv"), { refuse })).map(({ cells }) => cells);
    expect(row).toMatchObject({
      judges: "2",
      judges_failed: "0",
      face_only_agree: "2",
      model: "panel of openai:test-model, rules",
    });
    expect(Number(row?.face_only_divergence_bits)).toBeGreaterThan(0);
    const page = await readFile(join(out, "answers.html"), "utf8");
    expect(page).toContain("2 questions to panel of openai:test-model, rules");
    expect(page).toMatch(/<td>F1, openai:test-model<\/td><td>happiness 0\.80<\/td>/);
    expect(page).toMatch(/<td>F1, agreement<\/td><td>2 of 2 agree, 0\.\d\d bits apart<\/td>/);
  });

  it("has the spread of samples in the table, and a set of labels where a level is asked for", async () => {
    const server = await startOpenAiServer(habitual);
    const model = await createOpenAiJudge("test-model", {
      baseUrl: `${server.url}/v1`,
      retries: QUICK,
      temperature: 1,
    });
    const parts = await partsFor(model, { mode: "single-pass", samples: 2 });
    const scores = { scores: [0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5], abstained: 0 };
    const condition = {
      ...{ model: model.id, temperature: 1, prompt: parts.prompts.prompt("judge").reference, samples: 2, shots: 0 },
      ...{ labels: ["happiness", "surprise"], toolboxes: ["fixed@1"] },
      ...{ faceOnly: scores, contextOnly: scores, integrated: scores },
    };
    const file = { format: 1 as const, evaluation: "e", kuleshovVersion: "0", conditions: [condition] };
    const calibrated = { file, sha256: "0", alpha: 0.1, shots: 0 };
    const out = join(folder, "out");
    const query = {
      folder: out,
      items: itemsOf("a"),
      labels: condition.labels,
      settings: {},
      budget: {},
      concurrency: 1,
    };
    const dependencies = { ask: { ...parts, calibrated }, price: undefined, version: "0.0.0" };
    await expect(askMany({ ...query, labels: ["pride"] }, dependencies)).rejects.toThrow("made with labels happiness");
    expect(server.chats).toHaveLength(0);
    await askMany(query, dependencies);
    const [row] = (await readTable(join(out, "answers.csv"), { refuse })).map(({ cells }) => cells);
    expect(row).toMatchObject({ samples: "2", samples_failed: "0", face_only_sd: "0", face_only_abstained: "0" });
    expect(row).toMatchObject({ level: "0.9", face_only_set: "happiness", face_only_outcome: "verdict" });
    expect(await readFile(join(out, "answers.html"), "utf8")).toContain("<td>happiness at 90 %</td>");
  });
});

describe("a run of many questions", () => {
  it("goes on where it was interrupted, and asks nothing twice", async () => {
    const stop = new AbortController();
    const { server, run, table } = await asking((asked, index) => {
      if (index === 1) stop.abort(new Error("stopped"));
      return careful(asked);
    });
    const items = itemsOf("a", "b", "c");
    await expect(run(items, {}, stop.signal)).rejects.toThrow("stopped");
    const before = server.chats.length;
    const done = await run(items);
    expect(before + done.answers.length - 1).toBe(server.chats.length);
    expect((await table()).map(({ cells }) => cells.id)).toEqual(["a", "b", "c"]);
    await run(items, { resume: true });
    expect(server.chats).toHaveLength(4);
    await expect(run(itemsOf("a"), { resume: true })).rejects.toThrow(/items/);
  });

  it("stops before its budget is passed, and goes on with a larger one", async () => {
    const { server, run } = await asking(careful);
    const items = itemsOf("a", "b", "c", "d");
    const first = await run(items, { budget: { tokens: 250 } });
    expect(first).toMatchObject({ tokens: 240, left: 2, exhausted: "the budget of 250 tokens is used up (240 used)" });
    const second = await run(items, { budget: { usd: 9 } });
    expect(second).toMatchObject({ usd: 9, left: 1 });
    expect(server.chats).toHaveLength(3);
  });

  it("keeps a broken image, a face that is not there and an unusable answer as failures of their own", async () => {
    await writeFile(join(folder, "b.png"), "no image");
    const { run, table } = await asking((asked, index) => (index === 1 || index === 2 ? saysJson({}) : careful(asked)));
    const [a, b, c, d] = itemsOf("a", "b", "c", "d") as [AskItem, AskItem, AskItem, AskItem];
    const done = await run([a, b, c, { ...d, face: "F7" }]);
    const failures = (await table()).map(({ cells }) => cells.failure);
    expect(failures).toEqual([
      "",
      expect.stringMatching(/^Cannot read image as/),
      expect.stringMatching(/stayed unusable after one repair/),
      "Cannot ask about face F7: there are F1",
    ]);
    expect(done.tokens).toBe(120 + 240);
  });

  it("asks again on a rerun what failed in passing", async () => {
    let down = true;
    const { server, run, table } = await asking((asked) =>
      down ? failsWith(503, { error: { message: "busy" } }) : careful(asked),
    );
    expect((await run(itemsOf("a"))).answers[0]?.failure).toContain("failed with status 503");
    down = false;
    expect((await run(itemsOf("a"), { resume: true })).answers).toMatchObject([{ failure: null }]);
    expect(await table()).toHaveLength(1);
    expect(server.chats).toHaveLength(3);
  });

  it("is shared out among machines, and put together as one would have answered it", async () => {
    let down = false;
    const { out, run } = await asking((asked) => (down ? drops : careful(asked)));
    const items = itemsOf("a", "b", "c", "d");
    const version = packageVersion();
    await run(items, { folder: join(folder, "one", "out") }, undefined, version);
    const shards = [1, 2, 3].map((number) => join(folder, `${number}-of-3`));
    const shard = (index: number) => ({ folder: shards[index] as string, shard: { number: index + 1, of: 3 } });
    down = true;
    await expect(run(items, shard(0), undefined, version)).resolves.toMatchObject({ tokens: 0 });
    down = false;
    for (const index of [0, 1, 2]) await run(items, { ...shard(index), resume: true }, undefined, version);
    expect(await merge({ shards, folder: out }, openMerging())).toMatchObject({ images: 4, failures: 0 });
    const told = (name: string) => readTable(name, { refuse });
    const rows = await told(join(out, "answers.csv"));
    expect(rows).toEqual(await told(join(folder, "one", "out", "answers.csv")));
    expect(rows.map(({ cells }) => cells.id)).toEqual(["a", "b", "c", "d"]);
  });

  it("counts every try in its budget: one that failed, one that broke off and one that answered", async () => {
    let down = true;
    const { run } = await asking((asked) => (down ? drops : careful(asked)));
    const first = await run(itemsOf("a"));
    const kept = first.tokens;
    expect(kept).toBeGreaterThan(500);
    expect(first).toMatchObject({ estimated: kept, unpriced: 0 });
    down = false;
    const second = await run(itemsOf("a"), { resume: true, budget: { tokens: 2 * kept + 10 } });
    expect(second).toMatchObject({ tokens: kept + 120, estimated: kept, answers: [{ failure: null }] });
  });

  it("keeps what was answered before the server went away for good", async () => {
    const { run } = await asking((_asked, index) =>
      index === 0 ? saysJson({}) : failsWith(401, { error: { message: "no" } }),
    );
    await expect(run(itemsOf("a", "b"))).rejects.toThrow("refused the key");
    const after = await run(itemsOf("a", "b"), { resume: true, budget: { tokens: 100 } });
    expect(after).toMatchObject({ tokens: 120, exhausted: expect.stringContaining("used up (120 used)") });
  });

  it("ends when the server refuses the key, rather than fail image by image", async () => {
    let refused = true;
    const { server, run } = await asking((asked) => (refused ? failsWith(401, { error: "no" }) : careful(asked)));
    await expect(run(itemsOf("a", "b", "c"))).rejects.toThrow("refused the key");
    expect(server.chats.length).toBeLessThan(3);
    refused = false;
    expect((await run(itemsOf("a", "b", "c"))).left).toBe(0);
  });
});

describe("the command", () => {
  it("asks about one photograph in two situations, with no model but the rules", async () => {
    vi.stubEnv("OLLAMA_HOST", "127.0.0.1:9");
    await mkdir(join(folder, "photos"));
    await copyFile(samplePhoto(1), join(folder, "photos", "p.jpg"));
    await writeFile(
      join(folder, "l.csv"),
      "path,id,context\nphotos/p.jpg,won,They have won\nphotos/p.jpg,lost,They have lost\n",
    );
    const out = join(folder, "answers");
    const { code, stdout } = await runCommand(
      ["ask", join(folder, "l.csv"), "--out", out, "--no-scene", "--model", "rules"],
      [askModule],
    );
    expect([code, stdout]).toEqual([0, "2 answered, 0 failed, 0 tokens, 0.0000 USD\n"]);
    const rows = await readTable(join(out, "answers.csv"), { refuse });
    expect(new Set(rows.map(({ cells }) => cells.id))).toEqual(new Set(["won", "lost"]));
  });

  it("spends no more than its budget, however many are asked at once, and goes on with a larger one", async () => {
    process.chdir(folder);
    vi.stubEnv("KULESHOV_CACHE", await emptyCache(join(folder, "cache")));
    const none = abstained("There is no face");
    const nobody = subject({ faceId: null, faceOnly: none, contextOnly: none, integrated: none });
    const server = await startOpenAiServer(() => saysOf(3000, JSON.stringify(judgment(nobody))));
    // 0.0.0.0 leads to this machine and counts as elsewhere, where four are asked at once.
    const baseUrl = `${server.url.replace("127.0.0.1", "0.0.0.0")}/v1`;
    const model = ["--model", "openai:test-model", "--base-url", baseUrl, "--allow-remote"];
    const words = [
      "ask",
      `${folder}/*.png`,
      "--out",
      join(folder, "out"),
      "--no-scene",
      "--no-cache",
      "--mode",
      "single-pass",
      ...model,
    ];
    const tokensOf = (stdout: string) => Number(/(\d+) tokens/.exec(stdout)?.[1]);
    const first = await runCommand([...words, "--budget-tokens", "7500"], [askModule]);
    expect(first.code).toBe(1);
    expect(first.stderr.match(/leave this machine/g)).toHaveLength(1);
    expect(first.stderr).toMatch(
      /\n2 are left, as the budget of 7500 tokens .*: a rerun with a larger budget goes on\n/,
    );
    expect([server.chats.length, tokensOf(first.stdout)]).toEqual([2, 6040]);
    // What was spent before counts.
    const second = await runCommand([...words, "--budget-tokens", "8000"], [askModule]);
    expect([second.code, server.chats.length]).toEqual([1, 2]);
    const third = await runCommand([...words, "--budget-tokens", "50000"], [askModule]);
    expect([third.code, third.stdout]).toEqual([0, expect.stringMatching(/^4 answered, 0 failed, 12080 tokens/)]);
    expect(server.chats).toHaveLength(4);
  });

  it("stops where its budget has no room for the one of a panel that pays, and goes on with a larger one", async () => {
    process.chdir(folder);
    vi.stubEnv("KULESHOV_CACHE", await emptyCache(join(folder, "cache")));
    const none = abstained("There is no face");
    const nobody = subject({ faceId: null, faceOnly: none, contextOnly: none, integrated: none });
    const server = await startOpenAiServer(() => saysJson(judgment(nobody)), { models: ["m"] });
    vi.stubEnv("OPENAI_BASE_URL", `${server.url}/v1`);
    vi.stubEnv("OPENAI_API_KEY", "key");
    const words = ["ask", "*.png", "--out", "out", "--no-scene", "--panel", "openai:m,rules", "--budget-tokens"];
    const first = await runCommand([...words, "100"], [askModule]);
    expect([first.code, first.stderr]).toEqual([3, expect.stringMatching(/4 are left, as the budget of 100 tokens/)]);
    expect(server.chats).toEqual([]);
    const second = await runCommand([...words, "100000"], [askModule]);
    expect([second.code, second.stdout]).toEqual([0, expect.stringMatching(/^4 answered, 0 failed, \d+ tokens/)]);
  });

  it.each([
    ["without a folder for the answers", [], "name it with --out <folder>"],
    ["with one face for all", ["--out", "x", "--face", "F1"], "a list has a column face"],
  ])("is refused %s", async (_case, options, message) => {
    const { code, stderr } = await runCommand(["ask", folder, ...options], [askModule]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});
