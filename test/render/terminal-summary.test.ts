import { describe, expect, it } from "vitest";
import { ask } from "../../src/ask.ts";
import { openDependencies } from "../../src/compose/ask.ts";
import { reportPage } from "../../src/pages/report-page.tsx";
import { answersPage } from "../../src/pages/result-pages.tsx";
import { tracePage } from "../../src/pages/trace-page.tsx";
import { viewOf } from "../../src/pages/view-report.ts";
import { renderTerminalReport } from "../../src/render/terminal-report.ts";
import { createTerminalStyle, forTerminal } from "../../src/render/terminal-style.ts";
import { renderTerminalSummary } from "../../src/render/terminal-summary.ts";
import { renderTrace } from "../../src/render/terminal-trace.ts";
import { expectHarmless, hostile } from "../support/hostile.ts";
import { samplePhoto } from "../support/photos.ts";

const style = createTerminalStyle({ color: false, columns: 100 });
const { dependencies, close } = await openDependencies({ model: "rules", toolboxes: ["mesh"], workers: 1 });
const report = await ask({ image: samplePhoto(1), context: "Friends at a costume party." }, dependencies);
const four = await ask(
  { image: samplePhoto(6), context: "A surprise birthday party", question: "What does each of them show, and why?" },
  dependencies,
);
await close();

describe("a report on one screen", () => {
  const text = renderTerminalSummary(report, style);

  it.each([
    ["three", report],
    ["four", four],
  ])("fits forty lines with %s faces, by showing fewer cues of each", (_faces, told) => {
    const lines = renderTerminalSummary(told, style).trimEnd().split("\n");
    expect(lines.length).toBeLessThanOrEqual(40);
    expect(lines.filter((line) => /^ {4}[+-] /.test(line)).length).toBeGreaterThanOrEqual(3);
  });

  it("leaves the rest to the full report", () => {
    expect(renderTerminalReport(report, style).split("\n").length).toBeGreaterThan(60);
  });

  it("begins to tell a question of thousands of words, which the full report has whole", () => {
    const question = "Is she happy? ".repeat(3333).trim();
    const long = { ...report, provenance: { ...report.provenance, question, context: question } };
    const short = renderTerminalSummary(long, style);
    expect(short.match(/\.\.\. \(9999 words\)/g)).toHaveLength(2);
    expect(short.trimEnd().split("\n").length).toBeLessThanOrEqual(52);
    expect(renderTerminalReport(long, style).match(/happy\?/g)?.length).toBe(2 * 3333);
  });

  it("sets the three readings of a face side by side, below the answer", () => {
    expect(text.indexOf("Answer")).toBeLessThan(text.indexOf("F1  face only"));
    expect(text.match(/^F\d {2}face only +context only +integrated$/gm)).toHaveLength(3);
    expect(text).toMatch(/^ {4}happiness +0\.\d\d +happiness +0\.\d\d +happiness +0\.\d\d$/m);
  });

  it("says once who judged", () => {
    expect(text.match(/not a language model/g)).toHaveLength(1);
  });

  it("names both ways in which claims hold", () => {
    expect(text).toMatch(/\d+ % agree with measurements, \d+ % cite evidence/);
  });

  it("shows a cue that does not hold before those that do", () => {
    const [first, ...rest] = report.grounding.claims;
    if (first === undefined) throw new Error("There is a first claim");
    const failed = { ...first, verdict: "contradicted" as const, basis: null, reason: "measured otherwise" };
    const shown = renderTerminalSummary(
      { ...report, grounding: { ...report.grounding, claims: [failed, ...rest] } },
      style,
    );
    expect(shown).toContain("contradicted: measured otherwise");
  });

  it("is harmless as text and as a page, whatever names, models and servers say", () => {
    const evil = hostile(report, ["decode", "turn", "tool", "answer", "complaint", "observe", "measure"]);
    const shown = [renderTerminalSummary(evil, style), renderTerminalReport(evil, style), renderTrace(evil, style)];
    for (const each of shown) expect(forTerminal(each).match(/.{0,40}(?![\n\t])[\p{Cc}\u202e].{0,20}/gu)).toBeNull();
    expectHarmless(tracePage(evil));
    expectHarmless(reportPage(viewOf(evil), "data:image/png;base64,iVBORw0KGgo="));
    const card = {
      title: "a",
      image: "data:x",
      question: "q",
      context: "c",
      answer: "a",
      failure: null,
      remarks: ["r"],
    };
    const counts = { asked: 3, failed: 1, tokens: 1, estimated: 1, usd: 1, unpriced: 0 };
    const readings = [{ face: "F1", faceOnly: "happiness", contextOnly: "fear", integrated: "fear" }];
    const cards = hostile([
      { ...card, readings },
      { ...card, failure: "it failed", readings: [] },
    ]);
    expectHarmless(answersPage({ summary: { notes: hostile(["n"]), ...counts }, cards }, hostile("m")));
  });

  it("gives each of many faces one line", () => {
    const [subject] = report.judgment.subjects;
    if (subject === undefined) throw new Error("There is a first subject");
    const subjects = Array.from({ length: 7 }, (_, at) => ({ ...subject, faceId: `F${at + 1}` }));
    const shown = renderTerminalSummary({ ...report, judgment: { ...report.judgment, subjects } }, style);
    expect(shown.match(/^F\d +face only \w+ .*context only .*integrated/gm)).toHaveLength(7);
  });
});
