import { describe, expect, it } from "vitest";
import type { NewEvidence } from "../../../src/domain/evidence.ts";
import { sampleOf } from "../../../src/evaluation/dataset/dataset.ts";
import { auditFewShot } from "../../../src/evaluation/few-shot/audit.ts";
import { latinSquareRow, variantsOf, variedSource } from "../../../src/evaluation/few-shot/exemplar-variant.ts";
import { createLabelReader } from "../../../src/evaluation/label-reader.ts";
import { answeredRecord } from "../../../src/evaluation/runner/call-record.ts";
import { callsOf, cellsOf } from "../../../src/evaluation/runner/plan.ts";
import type { ExemplarSource } from "../../../src/ports/exemplar-source.ts";
import { answerOf, evalFile } from "../../support/answering-server.ts";

describe("Latin-square orders", () => {
  it.each([2, 3, 4, 6, 8])("of %d: every item once in every place", (size) => {
    const rows = Array.from({ length: size }, (_, row) => latinSquareRow(size, row));
    for (const row of rows) expect([...row].sort((a, b) => a - b)).toEqual(Array.from({ length: size }, (_, i) => i));
    for (let place = 0; place < size; place++) expect(new Set(rows.map((row) => row[place])).size).toBe(size);
  });

  it.each([2, 4, 6, 8])("of %d: every item follows every other one exactly once", (size) => {
    const pairs = Array.from({ length: size }, (_, row) => latinSquareRow(size, row)).flatMap((row) =>
      row.slice(1).map((item, i) => `${row[i]}-${item}`),
    );
    expect(new Set(pairs).size).toBe(size * (size - 1));
  });
});

describe("variants of the exemplars", () => {
  const item = { statement: "x" } as NewEvidence;
  const source: ExemplarSource = {
    choose: async () => ({
      exemplars: ["a", "b", "c", "d"].map((id) => ({ id, item, view: null })),
      warnings: ["left out: z"],
    }),
  };
  const shown = async (variant: Parameters<typeof variedSource>[1]) => {
    const { exemplars, warnings } = await variedSource(source, variant).choose({} as never);
    expect(warnings).toEqual(["left out: z"]);
    return exemplars.map(({ id }) => id).join("");
  };

  it("show the same ones in other orders, or one less", async () => {
    expect(await shown("as chosen")).toBe("abcd");
    const orders = await Promise.all(([1, 2, 3, 4] as const).map((n) => shown(`order ${n}`)));
    expect(new Set(orders).size).toBe(4);
    expect(orders.every((order) => [...order].sort().join("") === "abcd")).toBe(true);
    expect(await shown("without 2")).toBe("acd");
  });

  it("are made only where there are exemplars to vary", () => {
    expect(variantsOf(0, { orders: 4, leaveOneOut: true })).toEqual(["as chosen"]);
    expect(variantsOf(2, undefined)).toEqual(["as chosen"]);
    expect(variantsOf(2, { orders: 4, leaveOneOut: true })).toEqual([
      "as chosen",
      "order 1",
      "order 2",
      "without 1",
      "without 2",
    ]);
  });

  it("make cells of their own, the plain one keeping its name", () => {
    const file = evalFile({ matrix: { shots: [0, 2] }, fewShot: { audit: { orders: 2 } } });
    expect(cellsOf(file.matrix, file.fewShot?.audit).map(({ id }) => id.split(" | ").slice(2).join(" | "))).toEqual([
      "0 shots | mesh | full",
      "2 shots | mesh | full",
      "2 shots | mesh | full | order 1",
      "2 shots | mesh | full | order 2",
    ]);
  });
});

describe("the few-shot audit", () => {
  const file = evalFile({
    matrix: { shots: [2] },
    fewShot: { audit: { orders: 2, leaveOneOut: true } },
    analysis: { resamples: 200 },
  });
  const samples = Array.from({ length: 10 }, (_, i) => sampleOf({ id: `s${i}` }));
  const records = callsOf(samples, file.matrix, file.fewShot?.audit).map((call) => {
    const index = Number(call.sample.id.slice(1));
    const { variant } = call.condition;
    // The second order changes four of ten labels; exemplar A carries every answer, exemplar B none.
    const fear = (variant === "order 2" && index < 4) || variant === "without 1";
    const answer = answerOf(fear ? "fear" : "joy", { exemplars: ["A", "B"] });
    const usage = { inputTokens: 1, outputTokens: 1, latencyMs: 1 };
    return answeredRecord(call, "k", {
      solution: { answer, usage, fingerprint: null, detail: null },
      cached: false,
      attempts: 1,
      costUsd: 0,
    });
  });
  const reader = createLabelReader([], new Map());
  const [audit] = auditFewShot(records, samples, { file, reader });

  it("finds how far the order alone moves the answers", () => {
    expect(audit?.orderSensitivity).toMatchObject({ n: 10, unscored: 0 });
    expect(audit?.orderSensitivity?.value).toBeCloseTo(0.4, 12);
  });

  it("finds which exemplar the answers hang on", () => {
    expect(audit?.influences).toEqual([
      { exemplar: "A", answers: 10, divergence: 1, flips: 1 },
      { exemplar: "B", answers: 10, divergence: 0, flips: 0 },
    ]);
  });

  it("has nothing to say of a run without varied exemplars", () => {
    const plain = evalFile({ matrix: { shots: [2] } });
    expect(auditFewShot(records, samples, { file: plain, reader })).toEqual([]);
  });
});
