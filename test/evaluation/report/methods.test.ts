import { expect, it } from "vitest";
import { sampleOf } from "../../../src/evaluation/dataset/dataset.ts";
import { parseEvalFile } from "../../../src/evaluation/file/read-eval-file.ts";
import { methodsParagraph } from "../../../src/evaluation/report/methods-paragraph.ts";
import { scorerMethods } from "../../../src/evaluation/report/scorer-methods.ts";
import { summarise } from "../../../src/evaluation/results/summarise.ts";
import { preregistration } from "../../../src/sharing/preregistration.ts";
import { reportingChecklist } from "../../../src/sharing/reporting-checklist.ts";

const TEXT = `name: jurors
dataset:
  format: csv
  path: faces.csv
  columns: { id: id, image: image, label: label, raters: [r1, r2, r3] }
matrix: { models: [lab, "openai:x-1"], prompts: [judge], repeats: 3 }
models: { lab: { model: "openai:qwen", temperature: 0, maxTokens: 900 } }
scorers: [accuracy, raters, rater-equivalence, ambiguity, fixed-values, corrected-estimates, fairness, reproducibility]
analysis:
  groupBy: [sex]
  equivalence: { epsilon: 0.15, margin: 0.05 }
  corrected: { share: happiness, by: condition, probability: chance }
thresholds: [{ metric: gap_by_sex, atMost: 0.1 }]
`;
const file = parseEvalFile(TEXT, "jurors.eval.yaml");
const scored = {
  file,
  summary: summarise([], [], { file, scorers: [] }),
  run: {
    folder: "run",
    samples: [sampleOf({ id: "s1", truth: { label: "fear" } })],
    header: {
      ...{ kuleshovVersion: "0.1.0", nodeVersion: "v20.19.0", platform: "linux-x64", name: "jurors" },
      ...{ createdAt: "2026-11-30T10:00:00Z", evalFilePath: "jurors.eval.yaml", evalFileText: TEXT },
      ...{
        labels: ["fear"],
        skippedRows: [],
        identities: { any: { prompts: [{ id: "judge", version: "7", sha256: "ab" }] } },
        prompts: { ab: "Judge." },
        cacheFolder: "cache",
        reuse: true,
      },
      modelOptions: { temperature: 0.2 },
    },
  },
} as unknown as Parameters<typeof reportingChecklist>[0];

const snapshot = (name: string) => `../../fixtures/methods/${name}`;

it("names each test with its parameters and its source in methods, checklist and preregistration", async () => {
  await expect(methodsParagraph(scored)).toMatchFileSnapshot(snapshot("methods.txt"));
  await expect(reportingChecklist(scored)).toMatchFileSnapshot(snapshot("checklist.md"));
  await expect(preregistration(file, TEXT)).toMatchFileSnapshot(snapshot("preregistration.md"));
});

it("says what was set, and not what is set unless told", () => {
  const other = parseEvalFile(
    TEXT.replace("{ epsilon: 0.15, margin: 0.05 }", "{}")
      .replace(", probability: chance", "")
      .replace("share: happiness, by: condition", "mean: valence"),
    "jurors.eval.yaml",
  );
  const text = scorerMethods(other).join(" ");
  expect(text).toContain("epsilon = 0.1 ");
  expect(text).toContain("bounds of -0.1 and +0.1");
  expect(text).toContain("The mean valence is estimated");
  expect(text).toContain("prediction-powered inference (PPI++");
});

it("names how several ways of showing an image are compared, where they are shown", () => {
  const methodsOf = (arms: string) =>
    scorerMethods(parseEvalFile(TEXT.replace('"openai:x-1"]', `"openai:x-1"], arms: ${arms}`), "jurors.eval.yaml"))
      .filter((sentence) => /Fieller|Westfall/.test(sentence))
      .map((sentence) => sentence.slice(0, 37));
  expect(methodsOf("[full]")).toEqual([]);
  expect(methodsOf("[full, face-only, context-only, skin-darker]")).toEqual(["How far judgments rely on the scene i"]);
  expect(methodsOf("[skin-lighter, skin-darker]")).toEqual(["Renderings of the same images in othe"]);
});
