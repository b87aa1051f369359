import { describe, expect, it } from "vitest";
import { holmAdjusted } from "../../../src/domain/statistics/adjusted-p-values.ts";
import { createRandom } from "../../../src/domain/statistics/random.ts";
import { checkFairness } from "../../../src/evaluation/check-evaluation.ts";
import { sampleOf } from "../../../src/evaluation/dataset/dataset.ts";
import { Analysis } from "../../../src/evaluation/file/analysis.ts";
import { createLabelReader } from "../../../src/evaluation/label-reader.ts";
import { createFairnessScorer } from "../../../src/evaluation/scorers/fairness.ts";
import { answerOf, evalFile } from "../../support/answering-server.ts";
import { scoredAnswers } from "../../support/scored-answers.ts";

const analysis = Analysis.parse({ groupBy: ["light"], resamples: 500 });
const scorer = createFairnessScorer(createLabelReader(["happiness", "fear", "anger"], new Map()), analysis);
const LABELS = ["happiness", "fear", "anger"] as const;

/** Sixty subjects with three samples each, half of them in the dark, where anger is seen in so large a share of fear. */
function judged(bias: number, bright = (_i: number) => "bright") {
  const random = createRandom(12);
  const samples = Array.from({ length: 180 }, (_, i) =>
    sampleOf({
      id: `s${i}`,
      subject: `p${Math.floor(i / 3)}`,
      truth: {
        label: LABELS[i % 3] as string,
        actionUnits: [{ au: "AU12", value: i % 3 === 0 ? 3 : 0, scale: "intensity-0-5" }],
      },
      columns: { light: i < 90 ? bright(i) : "dark" },
    }),
  );
  const answers = samples.map(({ truth, columns }) => {
    const label = truth.label as string;
    const isMistaken = columns.light === "dark" && label === "fear" && random.real() < bias;
    const said = isMistaken ? "anger" : random.real() < 0.1 ? "happiness" : label;
    const presence = label === "happiness" ? ("present" as const) : ("absent" as const);
    const measured = { toolbox: "mesh@1", au: "AU12", value: 0.5, scale: "probability" as const, presence };
    return answerOf(said, { measuredActionUnits: [measured] });
  });
  return { samples, answers };
}

function tablesOf(bias: number, bright?: (i: number) => string) {
  const { samples, answers } = judged(bias, bright);
  const { values, tables } = scoredAnswers(scorer, samples, answers, analysis);
  const rows = tables.map((table) => (table.type === "table" ? table.rows : []));
  return { values, gaps: rows[0] ?? [], items: new Map((rows[1] ?? []).map((row) => [row[0], row])) };
}

describe("fairness", () => {
  it("finds a planted bias, the groups that it is between and the labels that it is of", () => {
    const { values, gaps, items } = tablesOf(0.7);
    expect(values.gap_by_light).toBeGreaterThan(0.08);
    expect(gaps.map(([group, n]) => [group, n])).toEqual([
      ["bright", 90],
      ["dark", 90],
    ]);
    // Of both groups the p is the same, as they are one test.
    expect(gaps[1]?.[6]).toBeLessThan(0.01);
    expect(gaps[1]?.[7]).toBe(gaps[1]?.[6]);
    expect(gaps[1]?.[5]).toBeLessThan(0);
    expect(items.get("fear")?.at(-1)).toBe("large");
    expect(items.get("anger")?.at(-1)).toMatch(/moderate|large/);
    expect(items.get("AU12")?.at(-1)).toBe("none");
  });

  it("corrects for all groups and all items that it looked at", () => {
    const { gaps, items } = tablesOf(0.7, (i) => (i < 45 ? "day" : "lamp"));
    const columns = (rows: readonly (readonly unknown[])[], ...of: [number, number]) =>
      of.map((column) => rows.map((row) => row[column] as number)) as [number[], number[]];
    for (const [found, corrected] of [columns(gaps, 6, 7), columns([...items.values()], 5, 6)]) {
      expect(new Set(found).size).toBeGreaterThan(1);
      expect(corrected).toEqual(holmAdjusted(found));
      expect(Math.min(...corrected)).toBeGreaterThan(Math.min(...found));
    }
  });

  it("finds none where none is", () => {
    const { gaps, items } = tablesOf(0);
    expect(gaps[0]?.[6]).toBeGreaterThan(0.05);
    expect([...items.values()].map((row) => row.at(-1))).toEqual(["none", "none", "none", "none"]);
  });

  it.each([
    ["no groups are named", {}, /set analysis\.groupBy/],
    ["there is one group", { groupBy: ["light"] }, /"light" has one group/],
    ["a column is not there", { groupBy: ["site"] }, /no sample has anything in its column "site"/],
  ])("is refused before anything is asked where %s", (_case, more, complaint) => {
    const file = evalFile({ scorers: ["fairness"], analysis: more });
    expect(() => checkFairness(file, judged(0).samples.slice(0, 9))).toThrow(complaint);
  });

  it("needs no groups where renderings of the same images are compared, and a counterpart for each", () => {
    const asked = (arms: readonly string[]) => () =>
      checkFairness(evalFile({ scorers: ["fairness"], matrix: { models: ["rules"], arms } }), judged(0).samples);
    expect(asked(["full", "skin-lighter", "skin-darker"])).not.toThrow();
    expect(asked(["full", "skin-darker"])).toThrow(
      /set analysis\.groupBy to their columns, or matrix\.arms to renderings/,
    );
  });
});
