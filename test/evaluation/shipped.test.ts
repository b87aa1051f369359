import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openEvaluation } from "../../src/compose/evaluation.ts";
import { prepareEvaluation, startEvaluation } from "../../src/evaluation/evaluation.ts";
import { readEvalFile } from "../../src/evaluation/file/read-eval-file.ts";
import { evaluationPath, listEvaluations } from "../../src/evaluation/list-evaluations.ts";
import { scoreRun } from "../../src/evaluation/report/write-report.ts";
import { ownPath } from "../../src/platform/package-paths.ts";
import { tempFolder } from "../support/temp-folder.ts";

const files = readdirSync(ownPath("evals")).filter((name) => name.endsWith(".eval.yaml"));

async function runShipped(name: string) {
  const folder = await tempFolder();
  const path = await evaluationPath(name);
  const opened = openEvaluation({
    evalFilePath: path,
    stimuliFolder: join(folder, "stimuli"),
    answersFolder: join(folder, "answers"),
  });
  try {
    const prepared = await prepareEvaluation(path, opened.dependencies);
    const outcome = await startEvaluation(prepared, opened.dependencies, { folder: join(folder, "run") });
    return { outcome, scored: await scoreRun(join(folder, "run")) };
  } finally {
    await opened.close();
  }
}

describe("the evaluations that ship", () => {
  it.each(files)("%s is a valid file", async (name) => {
    expect((await readEvalFile(ownPath("evals", name))).file.name).toBe(name.replace(".eval.yaml", ""));
  });

  it("are listed with what they are for, and found by name", async () => {
    const listed = await listEvaluations();
    expect(listed.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["smoke", "context-lab", "facs-exam", "hallucination-pairs", "emotic"]),
    );
    expect(listed.every(({ description }) => description.length > 20)).toBe(true);
    await expect(evaluationPath("facs-exma")).rejects.toThrow('Did you mean "facs-exam"?');
  });

  it.each([
    ["emotic", "EMOTIC_DIR"],
    ["affectnet", "AFFECTNET_DIR"],
  ])("%s says which folder it needs", async (name, variable) => {
    const path = await evaluationPath(name);
    const opened = openEvaluation({ evalFilePath: path, stimuliFolder: "unused" });
    await expect(prepareEvaluation(path, opened.dependencies)).rejects.toThrow(
      `environment variable ${variable} is not set`,
    );
    await opened.close();
  });

  it("the FACS exam runs offline; the tables know most answers and abstain on some", async () => {
    const { outcome, scored } = await runShipped("facs-exam");
    expect(outcome).toMatchObject({ total: 44, done: 44, failed: 0, usd: 0 });
    const accuracy = scored.summary.cells[0]?.scorers[0]?.metrics.find(({ metric }) => metric === "choice_accuracy");
    // Chance is about a quarter.
    expect(accuracy?.estimate.value).toBeGreaterThan(0.6);
    expect(accuracy?.estimate.n).toBeLessThanOrEqual(44);
  });

  it("statement pairs run offline against the measurements of real faces", async () => {
    const { outcome, scored } = await runShipped("hallucination-pairs");
    expect(outcome).toMatchObject({ total: 28, done: 28, failed: 0 });
    const metrics = scored.summary.cells[0]?.scorers[0]?.metrics ?? [];
    expect(metrics.find(({ metric }) => metric === "pair_accuracy")?.estimate.value).toBeGreaterThan(0.7);
    const bias = metrics.find(({ metric }) => metric === "says_true_share")?.estimate.value as number;
    expect(Math.abs(bias - 0.5)).toBeLessThan(0.2);
  });

  it("the context lab runs offline, and says how far rules rely on the scene", async () => {
    const { outcome, scored } = await runShipped("context-lab");
    expect(outcome).toMatchObject({ total: 96, done: 96, failed: 0 });
    const effects = new Map(scored.contextEffects[0]?.effects.map((one) => [one.name, one.estimate] as const));
    // Every face and every scene alone was read, so that all count.
    expect(effects.get("context_reliance")).toMatchObject({ n: 24, unscored: 0 });
    // Six people are enough for an interval.
    expect(effects.get("context_reliance")?.low).toBeTypeOf("number");
    expect(effects.get("context_reliance")?.value).toBeGreaterThan(0.02);
    expect(effects.get("context_reliance")?.value).toBeLessThan(0.7);
    // A hole where nobody is, is no evidence to rules, and around it the image is as it was, in full size.
    expect(effects.get("label_flips_hole-elsewhere")).toMatchObject({ value: 0, n: 20 });
  });
});
