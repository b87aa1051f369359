import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ConfigurationError } from "../../../src/domain/errors.ts";
import { evalFileJsonSchema } from "../../../src/evaluation/file/explain-issue.ts";
import { parseEvalFile } from "../../../src/evaluation/file/read-eval-file.ts";

const minimal = `name: trial
dataset:
  format: folder
  path: photos
scorers: [accuracy]
`;

function complaint(text: string): string {
  try {
    parseEvalFile(text, "evals/trial.eval.yaml");
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return (error as Error).message;
  }
  throw new Error("The file was accepted");
}

describe("an evaluation file", () => {
  it("fills in what a small one leaves out", () => {
    expect(parseEvalFile(minimal, "x")).toMatchObject({
      task: "judge",
      matrix: { models: ["rules"], shots: [0], evidence: [["mesh"]], arms: ["full"], seeds: [1], repeats: 1 },
      execution: { concurrency: 4, attempts: 4 },
      analysis: { resamples: 10_000, reading: "integrated" },
      dataset: { badRows: "stop" },
    });
  });

  it.each([
    ["a misspelt top key", minimal.replace("scorers", "scorer"), 'unknown key "scorer": did you mean "scorers"?'],
    [
      "a misspelt key deep inside",
      `${minimal}matrix:\n  modles: [rules]\n`,
      'in line 7, unknown key "modles": did you mean "models"?',
    ],
    [
      "a misspelt key of a dataset format",
      minimal.replace("path: photos", "path: photos\n  taxnomy: emotic26"),
      'in line 5, unknown key "taxnomy": did you mean "taxonomy"?',
    ],
    [
      "a scorer that does not exist",
      minimal.replace("accuracy", "acuracy"),
      'in line 5, "scorers.0" cannot be "acuracy": did you mean "accuracy"?',
    ],
    [
      "an arm that does not exist",
      `${minimal}matrix: { arms: [face_only] }\n`,
      'in line 6, "matrix.arms.0" cannot be "face_only": did you mean "face-only"?',
    ],
    [
      "a password in the address of a model",
      `${minimal}models: { lab: { model: "openai:m", baseUrl: "http://me:secret@lab/v1" } }\n`,
      'in line 6, "models.lab.baseUrl": takes no user and password',
    ],
    ["an unknown dataset format", minimal.replace("folder", "rafdb"), 'did you mean "raf-db"?'],
    ["a number out of range", `${minimal}matrix:\n  repeats: 0\n`, 'in line 7, "matrix.repeats"'],
    ["something that is not YAML", `${minimal}matrix: [1, 2\nbudget: {`, "is not YAML"],
  ])("names line and remedy of %s", (_case, text, expected) => {
    expect(complaint(text)).toContain(expected);
  });

  it("does not offer a key that has nothing to do with the unknown one", () => {
    expect(complaint(`${minimal}execution:\n  zzzzzz: 1\n`)).toContain(
      'unknown key "zzzzzz" (possible: concurrency, providers',
    );
  });

  it("says what is missing and where it belongs", () => {
    expect(complaint("name: trial\nscorers: [accuracy]\n")).toBe(
      'Cannot run evaluation as in line 1, "dataset" is missing: `evals/trial.eval.yaml`',
    );
  });

  it("lists all problems of a file at once, by line", () => {
    const text = `${minimal.replace("path", "pth")}budgt: 3\n`;
    const [head, ...rest] = complaint(text).split("\n");
    expect(head).toBe("Cannot run evaluation as it has 3 problems: `evals/trial.eval.yaml`");
    expect(rest.map((line) => line.replace(/:.*/, "").trim())).toEqual(["line 3", "line 4", "line 6"]);
  });

  it("is refused when a few lines of it stand for more than fits anywhere, or it is nested without end", () => {
    const names = [..."abcdefghij"];
    const bomb = names.map((name, i) => `${name}: &${name} [${Array(9).fill(i === 0 ? "x" : `*${names[i - 1]}`)}]`);
    const refusal = /^Cannot run evaluation as its aliases name one another too often, or themselves: .*`\)$/;
    expect(complaint(bomb.join("\n"))).toMatch(refusal);
    expect(complaint(`${minimal}matrix: &a { evidence: [*a] }\n`)).toMatch(refusal);
    expect(complaint("[".repeat(20_000))).toMatch(/line 1 is not YAML \(it is nested too deeply\)/);
  });

  it("takes evidence as none or as a list of toolboxes, and nothing else", () => {
    const text = `${minimal}matrix:\n  evidence: [none, [mesh, openface]]\n`;
    expect(parseEvalFile(text, "x").matrix.evidence).toEqual(["none", ["mesh", "openface"]]);
    expect(complaint(`${minimal}matrix:\n  evidence: [3]\n`)).toMatch(/"matrix\.evidence\.0" cannot be 3 \(toolboxes/);
  });
});

describe("the schema for editors", () => {
  it("is the one that the program checks with", () => {
    const published = readFileSync(new URL("../../../evals/eval.schema.json", import.meta.url), "utf8");
    expect(JSON.parse(published)).toEqual(JSON.parse(JSON.stringify(evalFileJsonSchema())));
  });
});
