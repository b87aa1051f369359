import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openEvaluation } from "../../src/compose/evaluation.ts";
import { openEvidenceFile } from "../../src/compose/evidence.ts";
import { prepareEvaluation, startEvaluation } from "../../src/evaluation/evaluation.ts";
import { scoreRun } from "../../src/evaluation/report/write-report.ts";
import { importFiles } from "../../src/import.ts";
import { tempFolder } from "../support/temp-folder.ts";

/** A study from a toolbox's file about a video nobody may see, and codes of its frames. */
async function importedStudy() {
  const folder = await tempFolder();
  const measured = [
    [0.2, 4],
    [0.1, 3.5],
    [2.5, 0.1],
    [3, 0],
    [0, 4.5],
    [0.3, 0.2],
  ];
  const rows = measured.map(([au4, au12], n) => `${n + 1},0,${n / 25},0.98,1,${au4},${au12}`);
  await writeFile(
    join(folder, "p01.csv"),
    ["frame,face_id,timestamp,confidence,success,AU04_r,AU12_r", ...rows, ""].join("\n"),
  );
  const coded = [
    [0, 5],
    [0, 3],
    [3, 0],
    [4, 0],
    [0, 4],
    [0, 3],
  ];
  const codes = coded.map(([au4, au12], n) => `p01.csv,${n + 1},${au4},${au12}`);
  await writeFile(join(folder, "codes.csv"), ["video,frame,AU4,AU12", ...codes, ""].join("\n"));
  await importFiles({ folder: join(folder, "study"), files: [join(folder, "p01.csv")] }, { open: openEvidenceFile });
  return folder;
}

async function evaluationIn(folder: string, task: string) {
  const file = join(folder, "codes.eval.yaml");
  const dataset = [
    "dataset:",
    "  format: study",
    "  path: study",
    "  join: { path: codes.csv, on: video, frame: frame }",
    "  columns: { actionUnits: { AU4: AU4, AU12: AU12 } }",
  ];
  await writeFile(file, [`name: codes`, `task: ${task}`, ...dataset, "scorers: [action-units]", ""].join("\n"));
  return {
    file,
    opened: openEvaluation({
      evalFilePath: file,
      stimuliFolder: join(folder, "stimuli"),
      answersFolder: join(folder, "answers"),
    }),
  };
}

describe("a study that was imported without images", () => {
  it("is held against codes of its frames: what the toolbox measured, no model asked", async () => {
    const folder = await importedStudy();
    const { file, opened } = await evaluationIn(folder, "measured");
    try {
      const prepared = await prepareEvaluation(file, opened.dependencies);
      expect(prepared.samples).toHaveLength(6);
      expect(prepared.samples[0]).toMatchObject({
        image: null,
        truth: { actionUnits: [{ au: "AU4" }, { au: "AU12" }] },
      });
      const outcome = await startEvaluation(prepared, opened.dependencies, { folder: join(folder, "run") });
      expect(outcome).toMatchObject({ total: 6, done: 6, failed: 0 });
      const { summary } = await scoreRun(join(folder, "run"));
      const metrics = summary.cells[0]?.scorers[0]?.metrics ?? [];
      // AU4 is right in all six frames (F1 1); of AU12's four coded frames three were measured (F1 6/7).
      const f1 = metrics.find(({ metric }) => metric === "au_f1")?.estimate.value;
      expect(f1).toBeCloseTo((1 + 6 / 7) / 2, 6);
      const abstained = summary.cells[0]?.rates.find(({ metric }) => metric === "abstention_rate");
      expect(abstained?.estimate.value).toBe(0); // it measures no expressions, which is no abstention
      expect(metrics.find(({ metric }) => metric === "au_icc")?.estimate.value).toBeGreaterThan(0.7);
    } finally {
      await opened.close();
    }
  });

  it.each([
    ["cut short", (text: string) => text.replace("\n", ""), 1],
    ["of another form", (text: string) => text.replace(/("path".*\n.*)"path"/, '$1"place"'), 2],
  ])("is refused in one sentence where a line of its measurements is %s", async (_case, damage, line) => {
    const folder = await importedStudy();
    const measurements = join(folder, "study", "measurements.jsonl");
    await writeFile(measurements, damage(await readFile(measurements, "utf8")));
    const { file, opened } = await evaluationIn(folder, "measured");
    await expect(prepareEvaluation(file, opened.dependencies)).rejects.toThrow(
      `Cannot go on as line ${line} is damaged: start the run again with --force, or name another folder (\`${measurements}\`)`,
    );
    await opened.close();
  });

  it("is refused in one sentence where images would be judged", async () => {
    const { file, opened } = await evaluationIn(await importedStudy(), "judge");
    await expect(prepareEvaluation(file, opened.dependencies)).rejects.toThrow(
      /^Cannot judge the faces of a study that was imported without images: set task: measured/,
    );
    await opened.close();
  });
});
