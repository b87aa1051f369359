import { existsSync } from "node:fs";
import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { strFromU8, unzipSync } from "fflate";
import sharp from "sharp";
import { beforeEach, describe, expect, it, vi } from "vitest";
import * as ask from "../../src/cli/ask.ts";
import * as evaluation from "../../src/cli/eval.ts";
import * as lab from "../../src/cli/lab.ts";
import type { Reading } from "../../src/domain/judgment.ts";
import type { LabelSet } from "../../src/domain/label-sets.ts";
import { readResults } from "../../src/evaluation/runner/stored-run.ts";
import { ownPath } from "../../src/platform/package-paths.ts";
import { abstained, judgment, reading, subject } from "../support/builders.ts";
import { failsWith, says, saysJson } from "../support/model-server.ts";
import { startOpenAiServer } from "../support/openai-server.ts";
import { samplePhoto } from "../support/photos.ts";
import { runCli } from "../support/run-cli.ts";
import { type CommandResult, runCommand } from "../support/run-command.ts";
import { toldIn } from "../support/scripted-judge.ts";
import { emptyCache, tempFolder } from "../support/temp-folder.ts";

/** Runs a command in a folder, in this process: the start of another would take longer than what is asked here. */
async function kuleshov(folder: string, ...words: string[]): Promise<CommandResult> {
  const before = process.cwd();
  process.chdir(folder);
  try {
    return await runCommand(words, [ask, evaluation, lab]);
  } finally {
    process.chdir(before);
  }
}

beforeEach(async () => {
  vi.stubEnv("KULESHOV_CACHE", await emptyCache(await tempFolder()));
  return () => vi.unstubAllEnvs();
});

const exam = `name: tiny
task: choose
dataset: { format: csv, path: list.csv, columns: { id: id, question: question, options: options, choice: answer } }
matrix: { evidence: [none] }
scorers: [choice]
`;

async function tinyExam(): Promise<string> {
  const folder = await tempFolder();
  await writeFile(
    join(folder, "list.csv"),
    "id,question,options,answer\nq1,Which action unit wrinkles the nose?,AU9|AU12,AU9\n",
  );
  await writeFile(join(folder, "tiny.eval.yaml"), exam);
  return folder;
}

/** Four questions of three kinds, the truth of two of which the FACS baseline does not agree with. */
async function severalQuestions(): Promise<string> {
  const folder = await tinyExam();
  const question = "Which action unit wrinkles the nose?";
  const rows = ["q1,a,AU9", "q2,a,AU12", "q3,b,AU9", "q4,c,AU12"].map((row) => {
    const [id, kind, answer] = row.split(",");
    return `${id},${kind},${question},AU9|AU12,${answer}\n`;
  });
  await writeFile(join(folder, "list.csv"), `id,kind,question,options,answer\n${rows.join("")}`);
  return folder;
}

/** One labelled face with a context, and what the file says beside the dataset. */
async function oneFace(rest: string): Promise<string> {
  const folder = await tempFolder();
  await copyFile(samplePhoto(2), join(folder, "good.jpg"));
  await writeFile(join(folder, "list.csv"), "id,image,label,context\n1,good.jpg,neutral,A queue\n");
  await writeFile(
    join(folder, "faces.eval.yaml"),
    `name: faces
dataset: { format: csv, path: list.csv, columns: { id: id, image: image, label: label, context: context }, taxonomy: [neutral, sadness] }
${rest}`,
  );
  return folder;
}

describe("the list of evaluations", () => {
  it("says first what runs at once, then what takes a language model, then what takes a data set", async () => {
    const { code, stdout } = await kuleshov(await tempFolder(), "eval", "list");
    const headings = ["At once, offline", "With a language model", "With a data set"];
    const under = new Map<string, string[]>();
    let heading = "";
    for (const line of stdout.split("\n")) {
      heading = headings.find((one) => line.startsWith(one)) ?? heading;
      if (line.startsWith("  ")) under.set(heading, [...(under.get(heading) ?? []), line.trim().split(" ")[0] ?? ""]);
    }
    expect([code, [...under.keys()]]).toEqual([0, headings]);
    expect(under.get("At once, offline")).toEqual([
      "canary",
      "context-lab",
      "facs-exam",
      "few-shot",
      "hallucination-pairs",
      "smoke",
    ]);
    expect(under.get("With a language model")).toEqual(["theory-contest"]);
    expect(under.get("With a data set")).toContain("emotic");
  });

  it("says before it is run that several prompts are one to a model that reads none", async () => {
    const planned = await kuleshov(await tempFolder(), "eval", "run", "theory-contest", "--dry-run");
    expect(planned.stderr).toContain(
      "rules reads no prompt, so that all 4 are one: name a language model, as in --model ollama:qwen2.5vl",
    );
    expect((await kuleshov(await tempFolder(), "eval", "run", "smoke", "--dry-run")).stderr).not.toContain("no prompt");
  });
});

describe("an evaluation as a calibration", () => {
  it("lets ask name the labels that hold, for the same model, labels and toolboxes, and for levels that it has answers for", async () => {
    const folder = await tempFolder();
    await copyFile(samplePhoto(2), join(folder, "good.jpg"));
    await writeFile(join(folder, "list.csv"), "id,image,label\n1,good.jpg,neutral\n");
    await writeFile(
      join(folder, "faces.eval.yaml"),
      `name: faces
dataset: { format: csv, path: list.csv, columns: { id: id, image: image, label: label }, taxonomy: [neutral, sadness] }
matrix: { models: [rules] }
scorers: [accuracy]
`,
    );
    expect((await kuleshov(folder, "eval", "run", "faces.eval.yaml", "--out", "run")).code).toBe(0);
    const asked = (...words: string[]) => kuleshov(folder, "ask", "good.jpg", "--calibration", "run", ...words);
    const half = await asked("--abstain", ".5", "--json");
    const { labelSets, provenance, judgment } = JSON.parse(half.stdout);
    expect(provenance.labels).toEqual(["neutral", "sadness"]);
    // One answer: its own score is the threshold at 50 %, so labels are in from 1 minus that on.
    const { conditions } = JSON.parse(await readFile(join(folder, "run", "calibration.json"), "utf8"));
    const [score] = conditions[0].faceOnly.scores;
    const expected = judgment.subjects.map(({ faceOnly }: { faceOnly: Reading }) =>
      faceOnly.distribution.filter(({ probability }) => 1 - probability <= score + 1e-9).map(({ label }) => label),
    );
    expect(labelSets.level).toBe(0.5);
    expect(labelSets.subjects.map(({ faceOnly }: { faceOnly: LabelSet }) => faceOnly.labels)).toEqual(expected);
    expect(expected.flat()).not.toEqual([]);
    expect((await asked("--abstain", ".5")).stdout).toMatch(
      /Labels {4}the true label is among these for 50 % of images like/,
    );
    const refusals = [
      await asked("--abstain", ".1"),
      await asked("--abstain", ".5", "--labels", "neutral", "anger"),
      await kuleshov(folder, "ask", "good.jpg", "--abstain", ".5"),
    ];
    expect(refusals.map(({ code, stderr }) => [code, stderr.trim()])).toEqual([
      [2, expect.stringContaining("The calibration has 1 answers, and 90 % takes at least 9")],
      [2, expect.stringContaining("made with labels neutral, sadness, and this asks with anger, neutral")],
      [2, expect.stringContaining("--abstain needs a calibration")],
    ]);
  });
});

describe("an evaluation with several samples", () => {
  it("draws every answer so, counts all of them, calibrates with them, and is another than one without", async () => {
    const server = await startOpenAiServer(({ seed = 0 }) => {
      const read = reading({ neutral: seed > 1000 ? 0.9 : 0.7, sadness: seed > 1000 ? 0.1 : 0.3 });
      return saysJson(judgment(subject({ faceId: null, faceOnly: abstained(), contextOnly: read, integrated: read })));
    });
    vi.stubEnv("OPENAI_BASE_URL", `${server.url}/v1`);
    const folder = await oneFace(
      `matrix: { models: ["openai:test-model"], evidence: [none], seeds: [5], repeats: 2 }
scorers: [accuracy, calibration]
`,
    );
    const run = (...words: string[]) => kuleshov(folder, "eval", "run", "faces.eval.yaml", ...words);
    const one = await run("--out", "one");
    expect([one.code, server.chats.length]).toEqual([0, 2]);
    const several = await run("--out", "several", "--samples", "3");
    expect(several.code).toBe(0);
    const drawn = server.chats.slice(2).map(({ seed, temperature }) => [seed, temperature]);
    const each = [5, 1_000_008, 2_000_011].map((seed) => [seed, 0.7]);
    expect(drawn.sort()).toEqual([...each, ...each].sort());
    const [{ answer, usage } = {}] = await readResults(join(folder, "several"));
    expect(answer?.integrated.distribution?.[0]).toEqual({ label: "neutral", probability: expect.closeTo(2.5 / 3, 9) });
    expect(usage).toMatchObject({ inputTokens: 300, outputTokens: 60 });
    const { conditions } = JSON.parse(await readFile(join(folder, "several", "calibration.json"), "utf8"));
    expect(conditions).toMatchObject([
      {
        samples: 3,
        temperature: 0.7,
        toolboxes: [],
        integrated: { scores: [expect.closeTo(0.5 / 3, 9)], abstained: 0 },
      },
    ]);
    await kuleshov(folder, "eval", "resume", "several");
    expect(server.chats).toHaveLength(8);
    const refused = await kuleshov(await tinyExam(), "eval", "run", "tiny.eval.yaml", "--samples", "3");
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("Samples are of judgments")]);
  });
});

describe("an evaluation of a panel", () => {
  it("scores the mean of its judges, as a model of its own beside each of them, and calibrates nobody by it", async () => {
    const server = await startOpenAiServer(
      ({ model }) => {
        const read = reading(model === "sure" ? { neutral: 0.9, sadness: 0.1 } : { neutral: 0.4, sadness: 0.6 });
        return saysJson(
          judgment(subject({ faceId: null, faceOnly: abstained(), contextOnly: read, integrated: read })),
        );
      },
      { models: ["sure", "unsure"] },
    );
    vi.stubEnv("OPENAI_BASE_URL", `${server.url}/v1`);
    const folder = await oneFace(
      `matrix: { models: ["openai:unsure", "openai:sure, openai:unsure"], evidence: [none] }
scorers: [accuracy]
`,
    );
    const run = (...words: string[]) => kuleshov(folder, "eval", "run", "faces.eval.yaml", ...words);
    expect((await run("--out", "one")).code).toBe(0);
    expect(server.chats.map(({ model }) => model).sort()).toEqual(["sure", "unsure", "unsure"]);
    const read = async (name: string) => {
      const records = await readResults(join(folder, name));
      return records.map(({ cell, answer, usage }) => {
        const top = answer?.integrated.distribution?.find(({ label }) => label === "neutral");
        return [cell.split(" | ")[1], Number(top?.probability.toFixed(2)), usage?.inputTokens];
      });
    };
    expect((await read("one")).sort()).toEqual([
      ["openai:sure, openai:unsure", 0.65, 200],
      ["openai:unsure", 0.4, 100],
    ]);
    const { conditions } = JSON.parse(await readFile(join(folder, "one", "calibration.json"), "utf8"));
    expect(conditions.map(({ model }: { model: string }) => model)).toEqual(["openai:unsure"]);
    expect((await run("--panel", "openai:unsure,openai:sure", "--out", "two")).code).toBe(0);
    expect(await read("two")).toEqual([["openai:unsure,openai:sure", 0.65, 200]]);
    expect(existsSync(join(folder, "two", "calibration.json"))).toBe(false);
    const both = await run("--panel", "openai:sure,rules", "--model", "rules");
    expect([both.code, both.stderr]).toEqual([2, "A model and a panel are named: name one of them\n"]);
    const refused = await kuleshov(await tinyExam(), "eval", "run", "tiny.eval.yaml", "--panel", "openai:sure,rules");
    expect([refused.code, refused.stderr]).toEqual([2, 'A panel judges, and "tiny" has its models choose\n']);
  });
});

describe("models with settings of their own", () => {
  it("are asked at their own servers, with their own keys and settings, side by side in one run", async () => {
    const folder = await tinyExam();
    const [one, other] = await Promise.all(
      ["AU9", "AU12"].map((choice) => startOpenAiServer(() => saysJson({ choice, confidence: 0.9, reason: "r" }))),
    );
    if (one === undefined || other === undefined) throw new RangeError("Two servers");
    const entries = (more: string) => `models:
  first: { model: "openai:m", baseUrl: "${one.url}/v1", keyVariable: FIRST_KEY, temperature: 0.3, seed: 11, maxTokens: 77, reasoningEffort: low, price: { inputPerMillion: 2, outputPerMillion: 4 } }
  second: { model: "openai:m", baseUrl: "${other.url}/v1"${more} }
`;
    const file = (more = "") =>
      `${exam.replace("evidence: [none]", "evidence: [none], models: [first, second]")}${entries(more)}`;
    await writeFile(join(folder, "tiny.eval.yaml"), file());
    vi.stubEnv("OPENAI_API_KEY", "the key of OpenAI");
    const run = (...words: string[]) => kuleshov(folder, "eval", "run", "tiny.eval.yaml", ...words);
    const unset = await run();
    expect([unset.code, unset.stderr]).toEqual([
      2,
      'The model "first" takes its key from FIRST_KEY, which is not set\n',
    ]);
    vi.stubEnv("FIRST_KEY", "the first key");
    expect((await run("--out", "both")).code).toBe(0);
    const records = await readResults(join(folder, "both"));
    expect(records.map(({ cell, answer }) => [cell.split(" | ")[1], answer?.choice]).sort()).toEqual([
      ["first", "AU9"],
      ["second", "AU12"],
    ]);
    expect(records.find(({ cell }) => cell.includes("first"))?.costUsd).toBeCloseTo((100 * 2 + 20 * 4) / 1e6, 12);
    expect(one.chats).toEqual([
      expect.objectContaining({ temperature: 0.3, seed: 11, max_tokens: 77, reasoning_effort: "low" }),
    ]);
    expect(other.chats[0]).not.toHaveProperty("reasoning_effort");
    expect(other.chats[0]).toMatchObject({ seed: 1 });
    const keysAt = ({ requests }: typeof one) => [
      ...new Set(requests.flatMap(({ headers }) => headers.authorization ?? [])),
    ];
    expect([keysAt(one), keysAt(other)]).toEqual([["Bearer the first key"], []]);
    expect(await readFile(join(folder, "both", "run.json"), "utf8")).not.toContain("the first key");
    await writeFile(join(folder, "tiny.eval.yaml"), file(", temperature: 0.9"));
    const changed = await run("--dry-run", "--json");
    expect(JSON.parse(changed.stdout)).toMatchObject({ calls: 2, cached: 1 });
    // So is one with another seed of its own.
    await writeFile(join(folder, "tiny.eval.yaml"), file().replace("seed: 11", "seed: 12"));
    expect(JSON.parse((await run("--dry-run", "--json")).stdout)).toMatchObject({ calls: 2, cached: 1 });
  });
});

describe("kuleshov eval", () => {
  it("means the evaluation that ships where the data lie in a folder of its name", async () => {
    const folder = await tempFolder();
    await mkdir(join(folder, "jaffe"));
    const { stderr } = await kuleshov(folder, "eval", "run", "jaffe", "--dry-run");
    expect(stderr).toMatch(/environment variable JAFFE_DIR is not set/);
  });

  it("says how many answers are kept, and forgets them", async () => {
    const folder = await tinyExam();
    const cache = async (...words: string[]) => (await kuleshov(folder, "eval", "cache", ...words)).stdout;
    await kuleshov(folder, "eval", "run", "tiny.eval.yaml", "--out", "one");
    expect(await cache("list")).toMatch(/^1 answers, 0\.0 MB of at most [\d.]+ MB\n$/);
    expect(await cache("clear")).toMatch(/^1 answers removed/);
    expect(await cache("list")).toMatch(/^0 answers/);
    const again = await kuleshov(folder, "eval", "run", "tiny.eval.yaml", "--out", "two");
    expect(again.stderr).toContain("1 of 1 calls done, 0 of them from the cache");
  });

  it.each([
    ["an empty file", "", "the file is empty"],
    ["cells that no row has", exam.replace("columns:", "where: { id: [q7] }, columns:"), "none of its rows has id=q7"],
  ])("refuses %s in one sentence", async (_case, text, reason) => {
    const folder = await tinyExam();
    await writeFile(join(folder, "tiny.eval.yaml"), text);
    const { code, stderr } = await kuleshov(folder, "eval", "run", "tiny.eval.yaml");
    expect([code, stderr.trim().split("\n")]).toEqual([2, [expect.stringContaining(` as ${reason}: `)]]);
  });

  it("refuses to call nothing examples, where there is no store to take them from", async () => {
    const folder = await oneFace(
      "matrix: { models: [rules], shots: [0, 2] }\nfewShot: { store: nowhere }\nscorers: [accuracy]\n",
    );
    const { code, stderr } = await kuleshov(folder, "eval", "run", "faces.eval.yaml");
    expect([code, stderr.trim().split("\n").at(-1)]).toEqual([
      2,
      `Cannot show examples as there are none in the exemplar store: fill it with \`kuleshov exemplars import\`, or name a pack (\`${join(folder, "nowhere")}\`)`,
    ]);
    expect(existsSync(join(folder, "nowhere"))).toBe(false);
  });

  it("plans without asking, runs, and says from the cache what it has asked before", async () => {
    const folder = await tinyExam();
    const plan = await kuleshov(folder, "eval", "run", "tiny.eval.yaml", "--dry-run", "--json");
    expect(plan.code).toBe(0);
    expect(JSON.parse(plan.stdout)).toMatchObject({ calls: 1, cached: 0, usd: 0 });
    expect(existsSync(join(folder, "eval-results"))).toBe(false);
    const first = await kuleshov(folder, "eval", "run", "tiny.eval.yaml", "--out", "one", "--json");
    expect(first.code).toBe(0);
    expect(JSON.parse(first.stdout)).toMatchObject({ done: 1, cached: 0, failed: 0, stopped: null });
    expect(await readFile(join(folder, "one", "report.html"), "utf8")).toContain("choice accuracy");
    const second = await kuleshov(folder, "eval", "run", "tiny.eval.yaml", "--out", "two");
    expect(second.stdout).toContain("choice accuracy");
    expect(second.stderr).toContain("1 of 1 calls done, 1 of them from the cache, 0 failed");
  });

  it("asks anew throughout with --no-cache: in its plan, and when it is gone on with", async () => {
    const folder = await tinyExam();
    const answer = saysJson({ choice: "AU9", confidence: 0.9, reason: "r" });
    const server = await startOpenAiServer([failsWith(400, { error: { message: "no" } }), answer, answer]);
    vi.stubEnv("OPENAI_BASE_URL", `${server.url}/v1`);
    const evaluate = (...words: string[]) =>
      kuleshov(folder, "eval", "run", "tiny.eval.yaml", "--model", "openai:test-model", "--json", ...words);
    expect(JSON.parse((await evaluate("--out", "fresh", "--no-cache")).stdout)).toMatchObject({ failed: 1 });
    expect(JSON.parse((await evaluate("--out", "other")).stdout)).toMatchObject({ failed: 0, cached: 0 });
    const plans = [await evaluate("--dry-run"), await evaluate("--dry-run", "--no-cache")];
    expect(plans.map(({ stdout }) => JSON.parse(stdout).cached)).toEqual([1, 0]);
    const resumed = await kuleshov(folder, "eval", "resume", "fresh", "--json");
    expect(JSON.parse(resumed.stdout)).toMatchObject({ done: 1, cached: 0, failed: 0 });
    expect(server.chats).toHaveLength(3);
  });

  it("ends with 3 and says why when every call failed, with 1 when some did", async () => {
    const folder = await tempFolder();
    await copyFile(samplePhoto(2), join(folder, "good.jpg"));
    for (const name of ["bad1.jpg", "bad2.jpg"]) await writeFile(join(folder, name), "no image");
    const rows = (...names: string[]) =>
      writeFile(
        join(folder, "list.csv"),
        `id,image,label\n${names.map((name, i) => `${i},${name},happiness\n`).join("")}`,
      );
    await writeFile(
      join(folder, "faces.eval.yaml"),
      `name: faces
dataset: { format: csv, path: list.csv, columns: { id: id, image: image, label: label }, taxonomy: [happiness, sadness] }
matrix: { models: [rules] }
scorers: [accuracy]
`,
    );
    await rows("bad1.jpg", "bad2.jpg");
    const none = await kuleshov(folder, "eval", "run", "faces.eval.yaml", "--out", "none");
    expect([none.code, none.stderr]).toEqual([
      3,
      expect.stringMatching(/^All 2 calls failed, 2 of them like this: Cannot read image as it is not an image .*`$/m),
    ]);
    await rows("bad1.jpg", "good.jpg");
    const some = await kuleshov(folder, "eval", "run", "faces.eval.yaml", "--out", "some");
    expect([some.code, some.stderr]).toEqual([
      1,
      expect.stringMatching(/^1 of 2 calls failed, 1 of them like this: Cannot/m),
    ]);
  });

  it("holds every condition to the thresholds of the file, says which were missed, and ends with 1", async () => {
    const folder = await tinyExam();
    const thresholds =
      "thresholds:\n  - { metric: choice_accuracy, atLeast: 0.5 }\n  - { metric: choice_accuracy, atMost: 0.5 }\n  - { metric: charm, atLeast: 1 }\n";
    await writeFile(join(folder, "tiny.eval.yaml"), `${exam}${thresholds}`);
    const { code, stderr } = await kuleshov(folder, "eval", "run", "tiny.eval.yaml", "--out", "held");
    const cell = '"judge | rules | 0 shots | no evidence | full"';
    const missed = stderr.split("\n").filter((line) => line.includes("wanted"));
    expect({ code, missed }).toEqual({
      code: 1,
      missed: [
        `choice accuracy of ${cell} is 1.000, wanted at most 0.5: failed`,
        `charm of ${cell} is told by no scorer (there are choice_accuracy, choice_calibration_error, failure_rate, refusal_rate, abstention_rate), wanted at least 1: unscored`,
      ],
    });
    expect(await readFile(join(folder, "held", "report.html"), "utf8")).toContain("wanted at least 0.5: passed");
    await writeFile(join(folder, "tiny.eval.yaml"), `${exam}thresholds: [{ metric: choice_accuracy }]\n`);
    const none = await kuleshov(folder, "eval", "run", "tiny.eval.yaml");
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining("needs atLeast, atMost or mayLose")]);
    await writeFile(join(folder, "tiny.eval.yaml"), `${exam}thresholds: [{ metric: failure_rate, mayLose: 0.1 }]\n`);
    const rate = await kuleshov(folder, "eval", "run", "tiny.eval.yaml");
    expect([rate.code, rate.stderr]).toEqual([2, expect.stringContaining("takes atMost for a rate of calls")]);
  });

  it("asks about a part of the samples: some, named ones, those of a kind, and those that went wrong before", async () => {
    const folder = await severalQuestions();
    const run = async (out: string, ...words: string[]) => {
      const { code, stderr } = await kuleshov(folder, "eval", "run", "tiny.eval.yaml", "--out", out, ...words);
      if (code > 1) return stderr.trim();
      const records = await readResults(join(folder, out));
      return records.map(({ sample, repeat }) => `${sample}.${repeat}`).sort();
    };
    expect(await run("whole")).toEqual(["q1.1", "q2.1", "q3.1", "q4.1"]);
    expect(await run("limit", "--limit", "2")).toHaveLength(2);
    expect(await run("sample", "--sample", "q3", "q1", "--repeats", "2")).toEqual(["q1.1", "q1.2", "q3.1", "q3.2"]);
    expect(await run("where", "--where", "kind=a", "--where", "kind=b")).toEqual(["q1.1", "q2.1", "q3.1"]);
    expect(await run("failing", "--failing", "whole")).toEqual(["q2.1", "q4.1"]);
    expect(await run("both", "--failing", "whole", "--where", "kind=c")).toEqual(["q4.1"]);
    expect(await run("none", "--failing", "failing", "--sample", "q1")).toMatch(/^None of the samples q1 failed/);
    expect(await run("all-right", "--sample", "q1")).toEqual(["q1.1"]);
    expect(await run("again", "--failing", "all-right")).toMatch(/^Nothing failed and no answer was wrong in/);
    expect(await run("unknown", "--sample", "q9")).toMatch(/has no sample "q9" \(nearest: "q1"\)/);
    expect(await run("column", "--where", "sort=a")).toMatch(/has no column "sort"/);
  });

  it("holds a run against a baseline with its uncertainty, allows a share of failures, and writes JUnit XML", async () => {
    const folder = await severalQuestions();
    const file = join(folder, "tiny.eval.yaml");
    const run = async (...words: string[]) => {
      const { code, stderr } = await kuleshov(folder, "eval", "run", "tiny.eval.yaml", "--junit", "ci.xml", ...words);
      return { code, told: stderr.split("\n").filter((line) => /wanted|baseline|mayLose|JUnit/.test(line)) };
    };
    expect((await run("--out", "then")).code).toBe(0);
    expect(await run("--baseline", "then", "--out", "unheld")).toEqual({
      code: 2,
      told: [expect.stringMatching(/^Nothing would be held against the baseline .* add mayLose to one/)],
    });
    await writeFile(file, `${exam}thresholds: [{ metric: choice_accuracy, mayLose: 0.1 }]\n`);
    expect((await run()).told).toEqual([
      expect.stringContaining("name it as baseline in the file, or with --baseline"),
    ]);
    expect(await run("--baseline", "nowhere")).toEqual({ code: 2, told: [expect.stringMatching(/no run is there/)] });
    expect(await run("--baseline", "then", "--out", "same")).toEqual({ code: 0, told: [] });
    expect(await readFile(join(folder, "ci.xml"), "utf8")).toMatch(
      /^<\?xml .*\n<!-- .* -->\n<testsuites name="tiny" tests="2" failures="0">\n/,
    );
    expect((await kuleshov(folder, "eval", "export", "same", "--bundle", "same.zip")).code).toBe(0);
    const bundled = unzipSync(await readFile(join(folder, "same.zip")))["run.json"] as Uint8Array;
    expect(strFromU8(bundled)).not.toContain(folder);
    const rows = await readFile(join(folder, "list.csv"), "utf8");
    await writeFile(join(folder, "list.csv"), rows.replaceAll(/AU9\n/g, "AU12\n"));
    const cell = '"judge | rules | 0 shots | no evidence | full"';
    expect(await run("--baseline", "then", "--out", "worse")).toEqual({
      code: 0, // of two questions more that are wrong now, four in all do not say that it is worse
      told: [],
    });
    await writeFile(join(folder, "list.csv"), rows.replaceAll(/AU12\n/g, "AU9\n"));
    expect((await run("--baseline", "then", "--out", "better")).code).toBe(0);
    await writeFile(join(folder, "list.csv"), rows.replaceAll(/AU9\n/g, "AU12\n"));
    const lost = `choice accuracy of ${cell} changed by -1.000 [-1.000, -1.000], wanted at most 0.1 lost against ${cell} of the baseline: failed`;
    expect(await run("--baseline", "better", "--out", "worst")).toEqual({ code: 1, told: [lost] });
    const xml = await readFile(join(folder, "ci.xml"), "utf8");
    expect(xml).toContain('<testcase name="choice accuracy, at most 0.1 lost" classname="judge | rules');
    expect(xml).toContain(`<failure message="${lost.replaceAll('"', "&quot;")}"/>`);
    await writeFile(
      join(folder, "notes.xml"),
      '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="jest tests">',
    );
    const refused = await kuleshov(folder, "eval", "run", "tiny.eval.yaml", "--junit", "notes.xml");
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("another file of that name is there")]);
  });

  it("tells refusals from failures, counts both as wrong where the file says so, and allows the share that it says", async () => {
    const folder = await severalQuestions();
    const server = await startOpenAiServer(({ messages }) =>
      JSON.stringify(messages).includes("Who is this?")
        ? says("I'm sorry, but I can't help with that.")
        : saysJson({ choice: "AU9", confidence: 0.9, reason: "r" }),
    );
    vi.stubEnv("OPENAI_BASE_URL", `${server.url}/v1`);
    const rows = await readFile(join(folder, "list.csv"), "utf8");
    await writeFile(join(folder, "list.csv"), rows.replace(/(q1,a,).*\?/, "$1Who is this?"));
    const rules = "thresholds: [{ metric: refusal_rate, atMost: 0.25 }]\nanalysis: { failures: wrong }\n";
    await writeFile(join(folder, "tiny.eval.yaml"), `${exam}${rules}`);
    const run = await kuleshov(folder, "eval", "run", "tiny.eval.yaml", "--model", "openai:some", "--out", "run");
    expect({ code: run.code, stderr: run.stderr }).toMatchObject({ code: 0 });
    expect(run.stderr).toContain(
      "1 of 4 calls failed, 1 of them like this: The model declined to answer: \"I'm sorry, but I can't help with that.\"",
    );
    expect(run.stdout).toMatch(/choice accuracy +0\.250 .*n = 4$/m);
    expect(run.stdout).toMatch(/refusal rate +0\.250/);
    await writeFile(join(folder, "tiny.eval.yaml"), exam);
    const plain = await kuleshov(folder, "eval", "run", "tiny.eval.yaml", "--model", "openai:some", "--out", "plain");
    expect([plain.code, plain.stdout]).toEqual([
      1,
      expect.stringMatching(/choice accuracy +0\.333 .*n = 3, 1 unscored$/m),
    ]);
  });

  it("holds answers to what the file asserts of them, and scores them by code that the command line names", async () => {
    const folder = await severalQuestions();
    await writeFile(
      join(folder, "tiny.eval.yaml"),
      `${exam}assertions:
  - { contains: "au9" }
  - { regex: "wrinkle", not: true }
  - { path: choice, equals: AU9 }
  - { path: confidence, atLeast: 0.99 }
thresholds: [{ metric: assertions_held, atLeast: 0.5 }, { metric: letters, atLeast: 3 }]
`,
    );
    const made = pathToFileURL(ownPath("dist", "src", "evaluation", "score.js")).href;
    const letters = `import { defineScorer, scored } from ${JSON.stringify(made)};
const mean = (rows) => (weights) => rows.reduce((sum, row, i) => sum + row.value * weights[i], 0) / weights.reduce((a, b) => a + b, 0);
export default defineScorer({
  name: "letters", description: "How long choices are", requires: [],
  score(answer, sample) {
    if (sample.id === process.env.FAILS_ON) throw new Error("no such letter");
    return scored(answer.choice.length, null, answer.choice);
  },
  metrics: () => [{ name: "letters", better: "lower", statistic: mean }],
});`;
    await writeFile(join(folder, "letters.mjs"), letters);
    const { code, stdout, stderr } = await kuleshov(
      folder,
      ...["eval", "run", "tiny.eval.yaml", "--out", "run", "--scorer", join(folder, "letters.mjs")],
    );
    expect(stdout).toMatch(/assertions held +0\.000 .*n = 4\n +letters +3\.000 .*n = 4/);
    expect([code, stderr.match(/^.*wanted.*$/gm)]).toEqual([
      1,
      [expect.stringMatching(/^assertions held of .*: failed$/)],
    ]);
    const page = await readFile(join(folder, "run", "report.html"), "utf8");
    const rows = [...page.matchAll(/<tr><td>([^<]*)<\/td><td class="n">4<\/td><td class="n">(\d)<\/td><\/tr>/g)];
    expect(rows.map(([, assertion, held]) => [assertion, held])).toEqual([
      ["contains &quot;au9&quot;", "4"],
      ["not matches /wrinkle/", expect.stringMatching(/^[04]$/)],
      ["choice is &quot;AU9&quot;", "4"],
      ["confidence is at least 0.99", "0"],
    ]);
    const own = ["--scorer", join(folder, "letters.mjs")];
    expect((await kuleshov(folder, "eval", "resume", "run", ...own)).stdout).toMatch(/\n +letters +3\.000 /);
    await writeFile(
      join(folder, "since.eval.yaml"),
      `${exam}baseline: run\nthresholds: [{ metric: letters, mayLose: 0 }]\n`,
    );
    const held = await kuleshov(folder, "eval", "rescore", "run", "since.eval.yaml", ...own);
    expect([held.code, held.stderr]).toEqual([0, expect.not.stringContaining("wanted")]);
    vi.stubEnv("FAILS_ON", "q2");
    const rescored = await kuleshov(folder, "eval", "rescore", "run", ...own);
    expect([rescored.code, rescored.stderr]).toEqual([
      2,
      expect.stringMatching(/^The scorer "letters" failed on sample "q2" \(no such letter\): `.*letters\.mjs`\n$/),
    ]);
    const twice = await kuleshov(folder, "eval", "run", "tiny.eval.yaml", ...own, join(folder, "letters.mjs"));
    expect([twice.code, twice.stderr]).toEqual([2, 'Two scorers are called "letters": name each once\n']);
    await writeFile(join(folder, "rated.mjs"), letters.replace("requires: []", 'requires: ["valence"]'));
    const rated = await kuleshov(folder, "eval", "run", "tiny.eval.yaml", "--scorer", join(folder, "rated.mjs"));
    expect([rated.code, rated.stderr]).toEqual([
      2,
      expect.stringContaining('Cannot score "letters" as it needs valence'),
    ]);
    await writeFile(join(folder, "empty.mjs"), "export const nothing = 1;");
    const refused = await kuleshov(folder, "eval", "run", "tiny.eval.yaml", "--scorer", join(folder, "empty.mjs"));
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringContaining("Cannot use scorer as the file exports none"),
    ]);
  });

  it("has answers graded by a pinned judge, says how far it agrees with people, and shows a prompt's two versions beside the answers", async () => {
    const folder = await severalQuestions();
    const prompt = (version: number, hint: string) => `---
id: mine
version: ${version}
description: An exam.
input: [question, options, manner, kind]
output: null
temperature: 0
---
Answer as {{manner}}, kind {{kind}}: {{question}} {{options}}
${hint}
`;
    const graded = (grade: number) => ({
      names_unit: { reason: "It does.", grade },
      is_brief: { reason: "Short.", grade: 2 },
    });
    const server = await startOpenAiServer((asked) => {
      const told = toldIn(asked);
      // Of the four answers the judge finds that two name a unit.
      if (told.includes("Grade an answer")) return saysJson(graded(told.includes("AU9 wrinkles the nose") ? 1 : 0));
      const isSecond = told.includes("Think of the nose");
      const reason = told.includes('kind "a"') ? "AU9 wrinkles the nose" : "I guess";
      return saysJson({ choice: isSecond ? "AU9" : "AU12", confidence: 0.9, reason });
    });
    vi.stubEnv("OPENAI_BASE_URL", `${server.url}/v1`);
    vi.stubEnv("OPENAI_API_KEY", "k");
    const file = (
      version: string,
    ) => `${exam.replace("[none]", '[none], models: ["openai:some"], prompts: [mine.prompt.md]').replace("[choice]", "[choice, rubric]")}variables: { manner: a coder }
judge: { model: "openai:judge", version: ${version}, grades: graded.csv }
rubric:
  - { name: names_unit, rubric: "Names the unit of a question of kind {{kind}}" }
  - { name: is_brief, rubric: Is brief, levels: [long, middling, brief] }
prices: { "openai:some": { inputPerMillion: 1, outputPerMillion: 1 }, "openai:judge": { inputPerMillion: 1000, outputPerMillion: 1000 } }
analysis: { resamples: 200 }
`;
    const run = (...words: string[]) => kuleshov(folder, "eval", ...words);
    await writeFile(join(folder, "mine.prompt.md"), prompt(1, "Be quick."));
    await writeFile(join(folder, "tiny.eval.yaml"), file("judge-2025"));
    const planned = await run("run", "tiny.eval.yaml", "--dry-run");
    expect(planned.stdout).toMatch(/eval-rubric \| openai:judge .*: 4 calls .*about \d+\.\d+ USD/);
    const other = await run("run", "tiny.eval.yaml", "--out", "first");
    expect([other.code, other.stderr]).toEqual([
      2,
      expect.stringContaining("its server says that it ran judge-2026-01-01 fp_test: ask for that one by judge.model"),
    ]);

    await writeFile(join(folder, "tiny.eval.yaml"), file("judge-2026-01-01"));
    expect((await run("run", "tiny.eval.yaml", "--out", "first", "--force")).stdout).toMatch(
      /rubric +0\.750 .*n = 4\n +rubric names unit +0\.500 .*\n +rubric is brief +1\.000 /,
    );
    const told = server.chats.map((body) => toldIn(body));
    expect(told).toContainEqual(expect.stringMatching(/^.*Answer as a coder, kind "b": "Which action unit/s));
    const judged = told.find((text) => text.includes('"explanation":"AU9 wrinkles the nose"')) ?? "";
    expect(judged).toContain('Question: "Which action unit wrinkles the nose?"');
    expect(judged).toContain('- names_unit: Names the unit of a question of kind "a" (0 = no; 1 = yes)');

    // Two people grade what the judge graded, without seeing what it said; one of them agrees with it throughout.
    await run("export", "first");
    const toGrade = await readFile(join(folder, "first", "to-grade.csv"), "utf8");
    const [header = "", ...rows] = toGrade.trim().split("\n");
    expect(header.trim()).toBe("sample,question,context,answer,criterion,asked,levels,rater,grade,call");
    // People are asked what the judge was, variables filled in, about the same words.
    expect(rows[0]).toContain('Names the unit of a question of kind ""a""');
    expect(toGrade).toContain('""explanation"":""AU9 wrinkles the nose""');
    const people = ["ann", "bob"].flatMap((rater) =>
      rows.map((row, i) => {
        const grade = row.includes("is_brief") ? "brief" : i < 4 && (rater === "ann" || i > 0) ? 1 : 0;
        return row.replace(/,,,(?=[^,]*$)/, `,${rater},${grade},`);
      }),
    );
    await writeFile(join(folder, "graded.csv"), `${header}\n${people.join("\n")}\n`);
    const before = server.chats.length;
    expect((await run("rescore", "first")).stdout).toMatch(
      /judge human alpha names unit +0\.7\d\d .*n = 4\n +human human alpha names unit +0\.5\d\d /,
    );
    expect(server.chats.length).toBe(before);
    const page = await readFile(join(folder, "first", "report.html"), "utf8");
    expect(page).toMatch(
      /The judge beside people.*names_unit<\/td><td>ann<\/td><td class="n">4<\/td><td class="n">1<\/td><td class="n">1<\/td>.*names_unit<\/td><td>bob<\/td><td class="n">4<\/td><td class="n">0\.750<\/td><td class="n">0\.500<\/td>/s,
    );
    expect(page).toContain(
      "A judge model (openai:judge; its server ran judge-2026-01-01 fp_test) graded 4 answers by a rubric.",
    );
    await run("export", "first", "--bundle", "first.zip");
    const replayed = await run("run", "--bundle", "first.zip", "--out", "again");
    expect([replayed.code, replayed.stdout]).toEqual([0, "9 metrics computed again in again, 0 of them differ\n"]);

    await writeFile(join(folder, "mine.prompt.md"), prompt(2, "Think of the nose."));
    await run("run", "tiny.eval.yaml", "--out", "second");
    expect((await run("diff", "first", "second")).stdout.split("\n")).toEqual([
      "The prompt mine@1 became mine@2:",
      "--- mine@1",
      "+++ mine@2",
      "@@ -1,2 +1,2 @@",
      " Answer as {{manner}}, kind {{kind}}: {{question}} {{options}}",
      "-Be quick.",
      "+Think of the nose.",
      "Of 4 questions that both were asked, 4 came out otherwise: 2 right now, 2 wrong now, 0 neither.",
      ...[
        "q1: AU12 (wrong) became AU9 (right), in truth AU9",
        "q2: AU12 (right) became AU9 (wrong), in truth AU12",
      ].map((line) => `  ${line} (mine.prompt.md | openai:some | 0 shots | no evidence | full)`),
      expect.stringContaining("q3"),
      expect.stringContaining("q4"),
      "",
    ]);
    await writeFile(join(folder, "mine.prompt.md"), prompt(3, "{{tone}}").replace("kind]", "kind, tone]"));
    const without = await run("run", "tiny.eval.yaml", "--out", "third");
    expect([without.code, without.stderr]).toEqual([
      2,
      expect.stringMatching(
        /^The prompt "mine\.prompt\.md" has a variable tone, which sample "q1" has no cell for: .*\(there are manner, kind\)\n$/,
      ),
    ]);
  });

  it("asks no more, in random order, once a share is known as well as the file wants, and nor does it when gone on with", async () => {
    const folder = await tinyExam();
    const rows = Array.from({ length: 70 }, (_, i) => `q${i},Which action unit wrinkles the nose?,AU9|AU12,AU9\n`);
    await writeFile(join(folder, "list.csv"), `id,question,options,answer\n${rows.join("")}`);
    const file = (scorer: string) =>
      writeFile(join(folder, "tiny.eval.yaml"), `${exam}stopWhen: { scorer: ${scorer}, halfWidth: 0.05 }\n`);
    await file("accuracy");
    const refused = await kuleshov(folder, "eval", "run", "tiny.eval.yaml");
    expect(refused.stderr).toBe('Cannot stop by "accuracy" as it is none of the scorers: add it there\n');
    await file("choice");
    const { code, stderr } = await kuleshov(folder, "eval", "run", "tiny.eval.yaml", "--out", "run");
    expect([code, stderr]).toEqual([0, expect.stringContaining('Asked no more, as "choice" is known to ±0.05 (95 %)')]);
    const asked = await readResults(join(folder, "run"));
    expect(asked.length).toBeGreaterThanOrEqual(40);
    expect(asked.length).toBeLessThan(60);
    expect(asked.map(({ sample }) => sample).slice(0, 5)).not.toEqual(["q0", "q1", "q2", "q3", "q4"]);
    const again = await kuleshov(folder, "eval", "resume", "run");
    expect([again.code, again.stderr]).toEqual([0, expect.stringContaining("Asked no more")]);
    expect(await readResults(join(folder, "run"))).toHaveLength(asked.length);
  });

  it("watches its files: asks again when one has changed, tells what became of answers, and ends with Ctrl-C", async () => {
    const folder = await severalQuestions();
    const list = join(folder, "list.csv");
    const ended = new AbortController();
    const interrupt = new Promise((resolve) => ended.signal.addEventListener("abort", resolve));
    const watching = runCli(["eval", "watch", "tiny.eval.yaml"], { cwd: folder, interrupt });
    const reports = async () => {
      const names = await readdir(join(folder, "eval-results")).catch(() => []);
      return names.filter((name) => existsSync(join(folder, "eval-results", name, "report.html")));
    };
    await vi.waitUntil(async () => (await reports()).length === 1, { timeout: 60_000 });
    await writeFile(
      list,
      (await readFile(list, "utf8")).replace(
        "q1,a,Which action unit wrinkles the nose?,AU9|AU12,AU9",
        "q1,a,Which action unit wrinkles the nose?,AU9|AU12,AU12",
      ),
    );
    await vi.waitUntil(async () => (await reports()).length === 2, { timeout: 60_000 });
    ended.abort();
    const { code, stdout, stderr } = await watching;
    expect(code).toBe(130);
    expect(stdout).toContain(
      "Of 4 questions that both were asked, 1 came out otherwise: 0 right now, 1 wrong now, 0 neither.",
    );
    expect(stdout).toMatch(/q1: AU9 \(right\) became AU9 \(wrong\), in truth AU12/);
    expect(stderr).toContain("Waiting for a change of tiny.eval.yaml, list.csv; Ctrl-C ends");
  });

  it("looks for exemplars beside its file, and tells a store that is not there from a pack that is not in it", async () => {
    const folder = await oneFace(
      "matrix: { shots: [1] }\nscorers: [accuracy]\nfewShot: { store: ../kept, packs: [mine] }\n",
    );
    await mkdir(join(folder, "files"));
    for (const name of ["good.jpg", "list.csv", "faces.eval.yaml"]) {
      await copyFile(join(folder, name), join(folder, "files", name));
    }
    const { code, stderr } = await kuleshov(folder, "eval", "run", join("files", "faces.eval.yaml"), "--dry-run");
    expect([code, stderr]).toEqual([
      2,
      `There is no exemplar store that could hold the pack "mine": \`${join(folder, "kept")}\`\n`,
    ]);
  });

  it("scores answers anew by an edited file, and tells answer by answer what another run has otherwise", async () => {
    const folder = await severalQuestions();
    const server = await startOpenAiServer(() => saysJson({ choice: "AU12", confidence: 0.9, reason: "r" }));
    vi.stubEnv("OPENAI_BASE_URL", `${server.url}/v1`);
    const told = async (...words: string[]) => {
      const { code, stdout, stderr } = await kuleshov(folder, "eval", ...words);
      return { code, stdout, stderr };
    };
    await told("run", "tiny.eval.yaml", "--out", "rules");
    await told("run", "tiny.eval.yaml", "--out", "model", "--model", "openai:some", "--where", "kind=a");
    const { stdout } = await told("diff", "rules", "model");
    expect(stdout).toContain('"judge | openai:some | 0 shots | no evidence | full" was asked otherwise: ');
    expect(stdout.split("\n").slice(1)).toEqual([
      "Of 2 questions that both were asked, 2 came out otherwise: 1 right now, 1 wrong now, 0 neither. 2 more were asked only before, 0 only after.",
      "  q1: AU9 (right) became AU12 (wrong), in truth AU9 (judge | openai:some | 0 shots | no evidence | full)",
      "  q2: AU9 (wrong) became AU12 (right), in truth AU12 (judge | openai:some | 0 shots | no evidence | full)",
      "",
    ]);
    expect((await told("diff", "rules", "rules")).stdout).toBe(
      "Of 4 questions that both were asked, 0 came out otherwise: 0 right now, 0 wrong now, 0 neither.\n",
    );
    const strict = `${exam}thresholds: [{ metric: choice_accuracy, atLeast: 0.9 }]\nanalysis: { level: 0.9, groupBy: [kind] }\n`;
    await writeFile(join(folder, "tiny.eval.yaml"), strict.replace("[choice]", "[choice, faithfulness]"));
    const again = await told("rescore", "rules");
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining("is 0.500, wanted at least 0.9: failed") });
    const page = await readFile(join(folder, "rules", "report.html"), "utf8");
    expect(page).toMatch(/Scored anew, by scorers, analysis and thresholds of .*tiny\.eval\.yaml/);
    expect(page).toContain("By column of the dataset");
    await writeFile(join(folder, "tiny.eval.yaml"), exam.replace("[choice]", "[accuracy]"));
    expect(await told("rescore", "rules")).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/"accuracy" as it needs label/),
    });
    expect((await told("report", "rules")).code).toBe(0);
    expect(await readFile(join(folder, "rules", "report.html"), "utf8")).toContain("By column of the dataset");
    expect(server.chats).toHaveLength(2);
  });

  it("looks for the template of an endpoint where it is typed, and beside the file that names it", async () => {
    const folder = await tinyExam();
    await mkdir(join(folder, "files"));
    const exam = await readFile(join(folder, "tiny.eval.yaml"), "utf8");
    await writeFile(join(folder, "files", "tiny.eval.yaml"), exam.replace("path: ", "path: ../"));
    const refusal = async (...more: string[]) =>
      (await kuleshov(folder, "eval", "run", "files/tiny.eval.yaml", "--dry-run", ...more)).stderr;
    expect(await refusal("--model", "http:none.http.yaml")).toContain(
      `no such file: \`${join(folder, "none.http.yaml")}\``,
    );
    const named = exam
      .replace("path: ", "path: ../")
      .replace(/matrix: \{/, 'matrix: { models: ["http:none.http.yaml"],');
    await writeFile(join(folder, "files", "tiny.eval.yaml"), named);
    expect(await refusal()).toContain(`no such file: \`${join(folder, "files", "none.http.yaml")}\``);
  });

  it("asks a server elsewhere only where that is allowed, and none with --local-only, whatever was allowed before", async () => {
    const folder = await tinyExam();
    vi.stubEnv("OPENAI_API_KEY", "a key");
    const elsewhere = ["--model", "openai:some", "--base-url", "http://kuleshov.invalid/v1", "--timeout", "5"];
    const outcomeOf = async (flag: string, out: string) => {
      const { code, stderr } = await kuleshov(
        folder,
        "eval",
        "run",
        "tiny.eval.yaml",
        "--out",
        out,
        ...elsewhere,
        flag,
      );
      return [code, stderr.split("\n").find((line) => /kuleshov\.invalid/.test(line))];
    };
    expect(await outcomeOf("--dry-run", "a")).toEqual([
      2,
      expect.stringMatching(/^http:\/\/kuleshov.invalid.* is not on/),
    ]);
    expect(await outcomeOf("--allow-remote", "b")).toEqual([
      3,
      expect.stringMatching(/^The model server at http:\/\/kuleshov.invalid.* cannot be reached/),
    ]);
    expect(await outcomeOf("--local-only", "c")).toEqual([2, expect.stringMatching(/^Nothing may leave this machine/)]);
  });

  it.each([
    [
      "a file that is not there",
      ["eval", "run", "missing.eval.yaml"],
      /Cannot read evaluation as there is no such file: `missing.eval.yaml`/,
    ],
    ["a folder without a run", ["eval", "resume", "."], /has no run.json/],
    [
      "a second run into the same folder",
      ["eval", "run", "tiny.eval.yaml", "--out", "."],
      /holds a finished run|is a file of that name/,
    ],
    ["one condition compared with nothing", ["eval", "compare", "."], /There is only one condition/],
    ["a lab arm that does not exist", ["lab", "x.jpg", "--hide", "legs"], /--hide takes faces or people/],
  ])("refuses %s with one sentence and exit code 2", async (name, args, sentence) => {
    const folder = await tinyExam();
    if (name.startsWith("a second") || name.startsWith("one")) {
      await kuleshov(folder, "eval", "run", "tiny.eval.yaml", "--out", ".");
    }
    const { code, stderr } = await kuleshov(folder, ...args);
    expect(stderr).toMatch(sentence);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(code).toBe(2);
  });
});

describe("a run whose files are damaged", () => {
  it.each([
    ["run.json", '"format": 1', '"format": 1, "x": 1', /its run.json is damaged/],
    ["samples.jsonl", '"subject"', '"subjects"', /its samples.jsonl is damaged \(it has no subject\)/],
  ])("is refused in one sentence: %s", async (name, whole, broken, sentence) => {
    const folder = await tinyExam();
    await kuleshov(folder, "eval", "run", "tiny.eval.yaml", "--out", "one");
    const file = join(folder, "one", name);
    await writeFile(file, (await readFile(file, "utf8")).replace(whole, broken));
    for (const command of ["resume", "report"]) {
      const { code, stderr } = await kuleshov(folder, "eval", command, "one");
      expect([code, stderr]).toEqual([2, expect.stringMatching(sentence)]);
      expect(stderr.trim().split("\n")).toHaveLength(1);
    }
  });

  it("is told in one sentence of a line of results that others follow, and goes on where it is the last", async () => {
    const folder = await tinyExam();
    await kuleshov(folder, "eval", "run", "tiny.eval.yaml", "--out", "one");
    const file = join(folder, "one", "results.jsonl");
    const line = await readFile(file, "utf8");
    const damaged = line.replace(',"check":', ',"check" :');
    await writeFile(file, damaged + line);
    const { code, stderr } = await kuleshov(folder, "eval", "report", "one");
    expect([code, stderr]).toEqual([
      3,
      expect.stringMatching(/^Cannot go on as line 1 is damaged: .*results\.jsonl`\)\n$/),
    ]);
    await writeFile(file, damaged);
    expect((await kuleshov(folder, "eval", "resume", "one")).stderr).toContain("1 of 1 calls done");
    expect(await readResults(join(folder, "one"))).toHaveLength(1);
  });
});

describe("kuleshov lab", () => {
  it("draws what its report shows where every answer was kept, too", async () => {
    const folder = await oneFace("matrix: { models: [rules], arms: [full, face-only] }\nscorers: [accuracy]\n");
    const stimuli = async (out: string) => {
      const { code, stderr } = await kuleshov(folder, "eval", "run", "faces.eval.yaml", "--out", out);
      expect(code).toBe(0);
      expect(await readFile(join(folder, out, "report.html"), "utf8")).not.toContain("not drawn");
      return [/(\d+) of them from the cache/.exec(stderr)?.[1], (await readdir(join(folder, out, "stimuli"))).length];
    };
    expect([await stimuli("first"), await stimuli("again")]).toEqual([
      ["0", 2],
      ["2", 2],
    ]);
  });

  it("says in the lab whose face of several was asked about, and what was found in sentences", async () => {
    const folder = await tempFolder();
    await sharp(samplePhoto(1)).resize(480).toFile(join(folder, "three.jpg"));
    const flags = ["--context", "At a funeral", "--out", "lab"];
    const { code, stdout, stderr } = await kuleshov(folder, "lab", "three.jpg", ...flags);
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/three\.jpg: asked about F\d of 3 faces, the largest; --face names another/),
    ]);
    const lines = stdout.trim().split("\n");
    expect(lines).toContain("Without colour, the label was another in 0 % (too few for an interval), n = 1.");
    // What is hidden unless told otherwise can be hidden where three people fill the image, and as much elsewhere.
    expect(stdout).toMatch(/^On a scale from the face alone \(0\) to the scene alone \(1\)/m);
    expect(stdout).toMatch(/^With as much hidden where nobody is, the label was another/m);
    expect(lines.filter((line) => !/^[A-Z].* n = 1[.;]/.test(line) || line.includes("-0.00"))).toEqual([]);
  });

  it("takes mirrored images, and draws the stimuli that it names where every answer was kept too", async () => {
    const folder = await tempFolder();
    await sharp(samplePhoto(1))
      .extract({ left: 300, top: 150, width: 460, height: 460 })
      .resize(300)
      .toFile(join(folder, "a.jpg"));
    const run = (out: string, ...more: string[]) => kuleshov(folder, "lab", "a.jpg", "--out", out, ...more);
    const first = await run("first", "--mirrored");
    expect([first.code, first.stderr]).toEqual([
      0,
      expect.stringContaining(`Stimuli: ${join(folder, "first", "stimuli")}`),
    ]);
    expect(JSON.parse(await readFile(join(folder, "first", "lab.eval.yaml"), "utf8"))).toMatchObject({
      mirrored: true,
    });
    const again = await run("again", "--mirrored");
    expect([again.code, again.stderr]).toEqual([0, expect.stringContaining("Stimuli:")]);
    expect(existsSync(join(folder, "again", "stimuli"))).toBe(true);
    const other = await run("first", "--resume");
    expect([other.code, other.stderr]).toEqual([2, expect.stringMatching(/began with other settings \(.*--mirrored/)]);
  });
});
