import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { ConfigurationError } from "../../../src/domain/errors.ts";
import { rescoreRun } from "../../../src/evaluate.ts";
import { prepareEvaluation, startEvaluation } from "../../../src/evaluation/evaluation.ts";
import type { EvaluationDependencies } from "../../../src/evaluation/evaluation-dependencies.ts";
import { replayBundle, writeBundle } from "../../../src/evaluation/report/bundle.ts";
import { compareRuns, comparisonText } from "../../../src/evaluation/report/compare-runs.ts";
import { exportCsv } from "../../../src/evaluation/report/export-csv.ts";
import { scoreRun, writeReport } from "../../../src/evaluation/report/write-report.ts";
import { createAnswerCache } from "../../../src/evaluation/runner/answer-cache.ts";
import { markup, number, pText } from "../../../src/pages/markup.ts";
import { createContentStore } from "../../../src/platform/content-store.ts";
import { readTable } from "../../../src/platform/tables/table-rows.ts";
import { answerOf, httpSolver, plainStimuli, startAnsweringServer } from "../../support/answering-server.ts";
import { expectHarmless, hostile } from "../../support/hostile.ts";
import { NO_VIDEOS } from "../../support/no-videos.ts";
import { samplePhoto } from "../../support/photos.ts";
import { tempFolder } from "../../support/temp-folder.ts";

const NASTY = `<script>alert("1")</script>`;

/** A finished run of two models over 20 samples: b is worse, one call fails, one sample's id is markup; one model may fail throughout. */
async function finishedRun(silent = "nobody", arms = "[full, grayscale]") {
  const folder = await tempFolder();
  const rows = Array.from({ length: 20 }, (_, i) =>
    [
      i === 3 ? NASTY.replaceAll('"', "'") : `s${i}`,
      i % 2 === 0 ? "happiness" : "fear",
      `Question ${i}?`,
      samplePhoto(1),
    ].join(","),
  );
  await writeFile(join(folder, "list.csv"), `id,emotion,question,photo\n${rows.join("\n")}\n`);
  await writeFile(
    join(folder, "trial.eval.yaml"),
    `name: trial
description: '${NASTY}'
dataset: { format: csv, path: list.csv, columns: { id: id, label: emotion, question: question, image: photo, subject: id } }
matrix: { models: ["loop:a", "loop:b"], arms: ${arms} }
scorers: [accuracy, calibration]
execution: { attempts: 1 }
analysis: { resamples: 500 }
`,
  );
  const server = await startAnsweringServer({
    misbehave(callId, _nth, response) {
      if (!callId.includes("| s7 |") && !callId.includes(silent)) return false;
      response.writeHead(400).end();
      return true;
    },
  });
  const base = httpSolver(server.url);
  const dependencies: EvaluationDependencies = {
    solverFor: async () => ({
      ...base,
      async solve(call, stimulus, signal) {
        const solution = await base.solve(call, stimulus, signal);
        const right = call.sample.truth.label as string;
        const miss = call.condition.model === "loop:b" && Number.parseInt(call.sample.id.slice(1), 10) % 3 > 0;
        return { ...solution, answer: answerOf(miss ? (right === "fear" ? "happiness" : "fear") : right) };
      },
    }),
    judgeFor: async () => {
      throw new Error("No judge is expected here");
    },
    stimuliFor: async () => plainStimuli,
    cache: createAnswerCache(createContentStore(join(folder, "cache"))),
    cacheFolder: join(folder, "cache"),
    frames: NO_VIDEOS,
    taxonomyLabels: async () => {
      throw new ConfigurationError("none");
    },
    version: "1.2.3",
  };
  const out = join(folder, "run");
  const prepared = await prepareEvaluation(join(folder, "trial.eval.yaml"), dependencies);
  await startEvaluation(prepared, dependencies, { folder: out });
  return { out, folder, cache: dependencies.cache };
}

describe("the report", () => {
  it("is one page that needs no network, with numbers, intervals, worst cases and every version", async () => {
    const { out, cache } = await finishedRun();
    const html = await readFile(await writeReport(await scoreRun(out), cache), "utf8");
    expect(html).toContain("default-src &#39;none&#39;; img-src data:; style-src &#39;sha256-");
    expect(html).not.toContain(' style="');
    expect(html.match(/(?:src|href)="(?!data:)/g)).toBeNull();
    const missing = [
      "&lt;script>",
      '<td>loop:a | full</td><td class="n">1.000</td>',
      "holds up",
      'src="data:image/jpeg;base64,',
      "Kuleshov 1.2.3 on Node.js",
      "Of 80 calls, 76 were answered",
      "unscored are 1 failed",
      "1 ProviderError",
      "label flips grayscale",
    ].filter((text) => !html.includes(text));
    expect(missing).toEqual([]);
    expect(html.includes("<script")).toBe(false);
  });

  it("calls the same answer about all faces a habit, and not where they are hidden or one takes the place of all", async () => {
    const { out } = await finishedRun("nobody", "[full, context-only, neutral-alone]");
    const { fixed } = await scoreRun(out);
    expect(fixed.map((sentence) => sentence.match(/loop:. .*?"/)?.[0])).toEqual([
      'loop:a | 0 shots | mesh | full"',
      'loop:b | 0 shots | mesh | full"',
    ]);
  });

  it("holds conditions against the first in which something was scored", async () => {
    const { comparisons } = await scoreRun((await finishedRun("loop:a")).out);
    expect(comparisons.map(({ first, second, pairs }) => [first, second, pairs])).toEqual([
      ["judge | loop:b | 0 shots | mesh | full", "judge | loop:b | 0 shots | mesh | grayscale", 19],
      ["judge | loop:b | 0 shots | mesh | full", "judge | loop:b | 0 shots | mesh | grayscale", 19],
    ]);
  });

  it("is harmless whatever models, labels and answers say", async () => {
    const { out, cache } = await finishedRun();
    const scored = await scoreRun(out);
    const kept = [out, "reliability", "confusion", ...scored.records.map(({ key }) => key)];
    expectHarmless(await readFile(await writeReport(hostile(scored, kept), cache), "utf8"));
  });

  it("exports tables that load as data frames: missing is empty, never zero", async () => {
    const { out } = await finishedRun();
    const paths = await exportCsv(await scoreRun(out), true);
    const table = async (name: string): Promise<Record<string, string>[]> =>
      parse(await readFile(paths.find((path) => path.endsWith(name)) as string, "utf8"), { columns: true });
    const answers = await table("answers.csv");
    expect(answers).toHaveLength(80);
    const inParquet = await readTable(paths.find((path) => path.endsWith("answers.parquet")) as string, {
      refuse: (reason) => new Error(reason),
    });
    expect(
      inParquet.map(({ cells }) => [cells["sample"], cells["score_accuracy"], cells["failure"], cells["cached"]]),
    ).toEqual(answers.map((row) => [row["sample"], row["score_accuracy"], row["failure"], row["cached"]]));
    const failed = answers.find(({ sample, model, arm }) => sample === "s7" && model === "loop:a" && arm === "full");
    expect(failed).toMatchObject({
      score_accuracy: "",
      answer_label: "",
      failure: "The model server says 400",
      cached: "FALSE",
    });
    const metrics = await table("metrics.csv");
    expect(
      metrics.find(({ metric, model, arm }) => metric === "accuracy" && model === "loop:a" && arm === "full"),
    ).toMatchObject({
      value: "1",
      n: "19",
      unscored: "1",
      level: "0.95",
    });
    expect((await table("context-effects.csv")).map(({ effect }) => effect)).toContain("label_flips_grayscale");
    expect((await table("comparisons.csv"))[0]).toHaveProperty("adjustedPValue");
  });

  it("compares two runs, and refuses to compare one condition with nothing", async () => {
    const [one, two] = [await finishedRun(), await finishedRun()];
    const compared = await compareRuns([one.out, two.out]);
    const same = compared.find(
      ({ metric, second }) =>
        metric === "accuracy" && second.startsWith(two.out) && second.includes("loop:a | 0 shots | mesh | full"),
    );
    expect(same).toMatchObject({ difference: 0, pairs: 19 });
    expect(comparisonText(compared)).toMatch(
      /^Of 35 comparisons 20 hold up after Holm's correction over those by one scorer\nholds up {5} /,
    );
    await mkdir(join(one.folder, "empty"));
    await expect(compareRuns([join(one.folder, "empty")])).rejects.toThrow(/has no run.json/);
  });
});

describe("a replay bundle", () => {
  it("gives identical numbers, those of a later scoring, without asking anybody, and says nothing of where things lie", async () => {
    const { out, folder } = await finishedRun();
    const began = await readFile(join(folder, "trial.eval.yaml"), "utf8");
    const since = join(folder, "since.eval.yaml");
    await writeFile(since, `${began.replace("resamples: 500", "resamples: 400, level: 0.8")}baseline: ${out}\n`);
    await rescoreRun(out, since);
    const bundle = await writeBundle(out, join(folder, "trial.zip"));
    const files = unzipSync(await readFile(bundle));
    for (const name of ["run.json", "scoring.json", "samples.jsonl"]) {
      expect(strFromU8(files[name] as Uint8Array)).not.toContain(folder);
      expect(strFromU8(files[name] as Uint8Array)).not.toContain("node_modules");
    }
    const { metrics, differing } = await replayBundle(bundle, { folder: join(folder, "replayed") });
    expect(metrics).toBeGreaterThan(20);
    expect(differing).toEqual([]);
  });

  it("tells when the numbers are not those of its answers", async () => {
    const { out, folder } = await finishedRun();
    const bundle = await writeBundle(out, join(folder, "trial.zip"));
    const files = unzipSync(await readFile(bundle));
    const claimed = strFromU8(files["metrics.json"] as Uint8Array).replace('"value": 1,', '"value": 0.5,');
    await writeFile(bundle, zipSync({ ...files, "metrics.json": strToU8(claimed) }));
    const { differing } = await replayBundle(bundle, { folder: join(folder, "replayed") });
    expect(differing).toHaveLength(1);
    expect(differing[0]).toMatch(/: 0\.5 became 1$/);
  });

  it("is refused when an answer is missing, and when it is no bundle", async () => {
    const { out, folder } = await finishedRun();
    const bundle = await writeBundle(out, join(folder, "trial.zip"));
    const files = unzipSync(await readFile(bundle));
    const some = Object.keys(files).find((name) => name.startsWith("answers/")) as string;
    const { [some]: _left, ...rest } = files;
    await writeFile(bundle, zipSync(rest));
    await expect(replayBundle(bundle, { folder: join(folder, "a") })).rejects.toThrow(/is missing or damaged/);
    await writeFile(bundle, "PK nonsense");
    await expect(replayBundle(bundle, { folder: join(folder, "b") })).rejects.toThrow(/damaged or no bundle/);
  });
});

describe("markup", () => {
  it("escapes what is put in and keeps what is markup", () => {
    expect(markup`<p title="${'a"b'}">${[markup`<b>${NASTY}</b>`, null]}</p>`.html).toBe(
      '<p title="a&#34;b"><b>&#60;script&#62;alert(&#34;1&#34;)&#60;/script&#62;</b></p>',
    );
  });

  it("writes numbers as papers do", () => {
    expect([number(null), number(-0.0001), number(0.12345)]).toEqual(["unscored", "0.000", "0.123"]);
    expect([pText(0.0004), pText(0.04567), pText(null)]).toEqual(["< .001", ".046", "–"]);
  });
});
