import { describe, expect, it } from "vitest";
import { createOpenAiJudge } from "../../src/adapters/openai/openai-judge.ts";
import { createRulesModel } from "../../src/adapters/rules/rules-model.ts";
import { ask } from "../../src/ask.ts";
import { Report } from "../../src/domain/report.ts";
import { reportPage } from "../../src/pages/report-page.tsx";
import { viewOf } from "../../src/pages/view-report.ts";
import type { JudgeModel } from "../../src/ports/chat-model.ts";
import { renderTerminalReport } from "../../src/render/terminal-report.ts";
import { createTerminalStyle } from "../../src/render/terminal-style.ts";
import { renderTerminalSummary } from "../../src/render/terminal-summary.ts";
import { renderTrace } from "../../src/render/terminal-trace.ts";
import { traceSpans } from "../../src/render/trace-spans.ts";
import { cue, judgment, reading, subject } from "../support/builders.ts";
import { fixedToolbox } from "../support/fixed-toolbox.ts";
import { gradientImage } from "../support/images.ts";
import { partsFor, SMILE } from "../support/judge-of.ts";
import { type Reply, says, saysJson, type WireBody } from "../support/model-server.ts";
import { startOpenAiServer } from "../support/openai-server.ts";
import { carefulJudgment, idOf, toldIn } from "../support/scripted-judge.ts";

const QUICK = { tries: 1, firstWaitMs: 1, longestWaitMs: 1 };
const style = createTerminalStyle({ color: false, columns: 100 });

/** Sees fear in the smile, by a cue of its own and one that the measurements contradict. */
function fearful(asked: WireBody): Reply {
  const cheeks = cue("The cheeks are raised", {
    label: "fear",
    actionUnits: [{ au: "AU6", side: "both", state: "present" }],
    evidenceIds: [idOf(asked, /AU6 .* is present/)],
  });
  const brows = cue("The brows are drawn together", {
    label: "fear",
    actionUnits: [{ au: "AU4", side: "both", state: "present" }],
    evidenceIds: [idOf(asked, /AU4 .* is absent/, "AU4")],
  });
  const read = reading({ fear: 0.8, happiness: 0.2 });
  return saysJson(judgment(subject({ faceOnly: read, integrated: read, cues: [cheeks, brows] })));
}

const isWeighing = (asked: WireBody) => toldIn(asked).includes("The claims that you may choose among");

async function modelThat(id: string, script: (asked: WireBody) => Reply) {
  const server = await startOpenAiServer(script, { models: [{ id, type: "vlm" }] });
  return { server, model: await createOpenAiJudge(id, { baseUrl: `${server.url}/v1`, retries: QUICK }) };
}

async function judged(judges: readonly JudgeModel[], chair: JudgeModel | null = null): Promise<Report> {
  const [first] = judges as [JudgeModel];
  const parts = await partsFor(first, { mode: "single-pass", panel: { judges, chair } });
  return ask({ image: gradientImage(200, 100) }, parts);
}

describe("a panel of judges", () => {
  it("judges the same evidence once measured, keeps what each reads, and says how far they agree", async () => {
    let measured = 0;
    const toolbox = fixedToolbox([SMILE], ["AU6", "AU12", "AU4"]);
    const counted: typeof toolbox = {
      ...toolbox,
      measure(...args) {
        measured += 1;
        return toolbox.measure(...args);
      },
    };
    const happy = await modelThat("happy", (asked) => saysJson(carefulJudgment(asked)));
    const afraid = await modelThat("afraid", fearful);
    const judges = [happy.model, afraid.model];
    const parts = await partsFor(happy.model, {
      mode: "single-pass",
      toolboxes: [counted],
      panel: { judges, chair: null },
    });
    const report = await ask({ image: gradientImage(200, 100) }, parts);
    expect(Report.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
    expect(measured).toBe(1);
    const { panel, provenance } = report;
    expect(panel?.judges.map(({ id, model }) => [id, model?.id])).toEqual([
      ["openai:happy", "openai:happy"],
      ["openai:afraid", "openai:afraid"],
    ]);
    expect(panel?.agreement.find(({ reading }) => reading === "integrated")).toEqual({
      ...{ faceId: "F1", reading: "integrated" },
      tops: [
        { judge: "openai:happy", label: "happiness" },
        { judge: "openai:afraid", label: "fear" },
      ],
      // SciPy 1.17: jensenshannon([.9, .1, 0], [.2, 0, .8], base=2) ** 2
      divergenceBits: expect.closeTo(0.623_779, 6),
    });
    expect(panel?.subjects[0]?.integrated.distribution[0]).toMatchObject({ label: "happiness", mean: 0.55 });
    expect(report.judgment.subjects[0]?.integrated.distribution[0]?.probability).toBe(0.55);
    expect(provenance.model).toMatchObject({ id: "panel of openai:happy, openai:afraid", vision: true });
    expect(provenance.tokens).toEqual({ input: 300, output: 60 });
    expect(provenance.sent.map(({ requests }) => requests)).toEqual([1, 2]);
    const screen = renderTerminalSummary(report, style);
    expect(screen).toContain("Panel     2 judges; the readings above are the mean of theirs");
    expect(screen).toMatch(/integrated {4}openai:happy happiness 0.90 · openai:afraid fear 0.80; 0.62 bits apart/);
    expect(screen.split("\n").length).toBeLessThan(40);
    const page = reportPage(viewOf(report), "data:image/png;base64,iVBORw0KGgo=");
    expect(page).toContain("<th>F1, openai:afraid</th><td>fear 0.80</td>");
    expect(page).toContain("<th>F1, agreement</th><td>1 of 2 agree, 0.62 bits apart</td>");
  });

  it("offers no claim that measurements contradict or that cites nothing", async () => {
    const bare = await modelThat("bare", (asked) => {
      const careful = carefulJudgment(asked);
      return saysJson({
        ...careful,
        subjects: careful.subjects.map((each) => ({ ...each, cues: [...each.cues, cue("A hunch")] })),
      });
    });
    const afraid = await modelThat("afraid", fearful);
    const { panel } = await judged([bare.model, afraid.model]);
    expect(panel?.claims.map(({ id, judge, statement, verdict }) => [id, judge, statement, verdict])).toEqual([
      ["C1", "openai:bare", "The lip corners are pulled up", "supported"],
      ["C2", "openai:afraid", "The cheeks are raised", "supported"],
    ]);
    expect(panel?.chair).toBeNull();
  });

  it("shows a judge that failed as failed, and goes on with the others", async () => {
    const broken = await modelThat("broken", () => says("no idea"));
    const report = await judged([broken.model, createRulesModel()]);
    expect(report.panel?.judges[0]).toMatchObject({
      id: "openai:broken",
      model: null,
      judgment: null,
      tokens: { input: 200 },
    });
    expect(report.panel?.judges[1]).toMatchObject({ id: "rules", failure: null });
    expect(report.panel?.judges[0]?.failure).toContain("unusable");
    expect(report.warnings.join("\n")).toMatch(/openai:broken failed and is left out of the panel's mean: /);
    expect(report.panel?.subjects[0]?.integrated).toMatchObject({ given: 1, abstained: 0 });
    expect(report.provenance.sent).toMatchObject([{ requests: 2 }]);
    expect(report.provenance.tokens).toEqual({ input: 200, output: 40 });
    expect(renderTerminalSummary(report, style)).toContain("openai:broken failed");
    const other = await modelThat("other", () => says("no idea"));
    const failed = judged([broken.model, other.model]);
    await expect(failed).rejects.toMatchObject({ name: "JudgmentError", spent: { input: 400 } });
  });
});

describe("a judge of judges", () => {
  it("chooses among claims by their ids and decides whose readings stand, without knowing whose they are", async () => {
    const happy = await modelThat("happy", (asked) =>
      isWeighing(asked) ? saysJson({ claims: ["C2"] }) : saysJson(carefulJudgment(asked)),
    );
    const afraid = await modelThat("afraid", fearful);
    const report = await judged([happy.model, afraid.model], happy.model);
    const weighing = happy.server.chats.find(isWeighing) as WireBody;
    expect(JSON.stringify(weighing.response_format)).toContain('"enum":["C1","C2"]');
    expect(toldIn(weighing)).toMatch(
      /C1 \[F1, judge A, for "happiness", supported\] "The lip corners are pulled up" cites E\d+/,
    );
    expect(toldIn(weighing)).not.toMatch(/openai:(happy|afraid)/);
    expect(report.panel?.chair).toEqual({
      ...{ model: "openai:happy", chosen: ["C2"], failure: null },
      tokens: { input: 100, output: 20 },
    });
    const [own] = report.judgment.subjects;
    expect(own?.integrated.distribution[0]).toMatchObject({ label: "fear", probability: 0.8 });
    expect(own?.cues.map(({ statement }) => statement)).toEqual(["The cheeks are raised"]);
    expect(own?.appraisals).toEqual([]);
    expect(report.judgment.answer).toMatch(/^F1: fear \(0\.80\)\. The cheeks are raised \[E\d+\]\.$/);
    expect(report.trace.at(-1)).toMatchObject({ type: "model", of: "judge of judges" });
    const heads = renderTrace(report, style)
      .split("\n")
      .filter((line) => /^(openai:|judge of)/.test(line));
    expect(heads).toEqual(["openai:happy", "openai:afraid", "judge of judges"]);
    const spans = traceSpans(report)
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).resourceSpans[0].scopeSpans[0].spans[0]);
    const names = new Set(spans.map(({ name }: { name: string }) => name));
    expect([...names]).toEqual(["invoke_agent kuleshov", "chat happy", "chat afraid", "complaint"]);
    const began = report.trace.map(({ startedMs }) => startedMs ?? -1);
    expect(began.at(-1)).toBeGreaterThan(began[0] ?? 0);
    const screen = renderTerminalSummary(report, style);
    expect(screen).toMatch(/those of openai:afraid, whose claims the judge of judges\s+chose/);
    expect(screen).toContain("openai:happy, the judge of judges, chose F1: 1 claim of openai:afraid");
    const full = renderTerminalReport(report, style);
    expect(full).toMatch(/openai:happy, the judge of judges, chose\n.*openai:afraid: The cheeks are raised \[E\d+\]/);
  });

  it.each([
    ["an id that is not there", { claims: ["C1", "C9"] }, 'there is no claim "C9" in the list'],
    ["nothing", { claims: [] }, "no claim about F1 is chosen"],
    ["one twice", { claims: ["C1", "C1"] }, "C1 is chosen twice"],
    ["a claim of its own", { verdict: "disgust" }, "it is not"],
  ])("is asked again when it chooses %s, and left out when it insists", async (_case, choice, problem) => {
    const happy = await modelThat("happy", (asked) =>
      isWeighing(asked) ? saysJson(choice) : saysJson(carefulJudgment(asked)),
    );
    const report = await judged([happy.model, createRulesModel()], happy.model);
    expect(happy.server.chats.filter(isWeighing)).toHaveLength(2);
    expect(toldIn(happy.server.chats.at(-1) as WireBody)).toContain(problem);
    expect(report.panel?.chair).toMatchObject({ chosen: null, tokens: { input: 200 } });
    expect(report.warnings.join("\n")).toContain("The judge of judges failed, so the mean of the panel stands: ");
    expect(report.judgment.subjects[0]?.cues.length).toBeGreaterThan(0);
  });
});
