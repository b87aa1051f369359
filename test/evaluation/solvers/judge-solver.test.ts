import { describe, expect, it } from "vitest";
import { createOpenAiJudge } from "../../../src/adapters/openai/openai-judge.ts";
import { JudgmentError } from "../../../src/domain/errors.ts";
import { sampleOf } from "../../../src/evaluation/dataset/dataset.ts";
import type { ArmName } from "../../../src/evaluation/file/eval-file.ts";
import type { Call, Solver } from "../../../src/evaluation/solver.ts";
import { createJudgeSolver } from "../../../src/evaluation/solvers/judge-solver.ts";
import { evalFile } from "../../support/answering-server.ts";
import { reading } from "../../support/builders.ts";
import { partsFor } from "../../support/judge-of.ts";
import { type Script, says, saysJson } from "../../support/model-server.ts";
import { startOpenAiServer } from "../../support/openai-server.ts";
import { samplePhoto } from "../../support/photos.ts";
import { carefulJudgment } from "../../support/scripted-judge.ts";

const path = samplePhoto(1);
const boxAt = (leftPx: number) => ({ leftPx, topPx: 0, widthPx: 100, heightPx: 100 });

async function solverOver(script: Script) {
  const server = await startOpenAiServer(script);
  const model = await createOpenAiJudge("test-model", { baseUrl: `${server.url}/v1` });
  const parts = await partsFor(model, { mode: "single-pass" });
  const conditions = {
    partsFor: async () => parts,
    exemplarsOf: () => null,
    isFree: () => true,
    close: async () => {},
  };
  return { server, solver: createJudgeSolver(evalFile({ task: "judge", scorers: ["accuracy"] }), [], { conditions }) };
}

function solve(
  solver: Solver,
  id: string,
  leftPx: number,
  { repeat = 1, transcript, arm = "full" }: { repeat?: number; transcript?: string; arm?: ArmName } = {},
) {
  const call: Call = {
    id,
    condition: { prompt: "judge", model: "m", shots: 0, evidence: ["mesh"], arm, variant: "as chosen" },
    sample: sampleOf({ id, image: path, truth: {} }),
    seed: 1,
    repeat,
  };
  const said = transcript === undefined ? {} : { transcript };
  return solver.solve(call, { path, context: null, region: boxAt(leftPx), ...said });
}

describe("judging the faces of one image", () => {
  it("asks once for all of them, and counts its tokens once", async () => {
    const { server, solver } = await solverOver((asked) => saysJson(carefulJudgment(asked)));
    const [first, second] = await Promise.all([solve(solver, "a", 0), solve(solver, "b", 50)]);
    expect(server.chats).toHaveLength(1);
    expect(first.usage.inputTokens).toBeGreaterThan(0);
    expect(second.usage).toMatchObject({ inputTokens: 0, outputTokens: 0 });
    await solve(solver, "a", 0, { repeat: 2 });
    expect(server.chats).toHaveLength(2);
  });

  it("tells the model what is said", async () => {
    const { server, solver } = await solverOver((asked) => saysJson(carefulJudgment(asked)));
    await solve(solver, "a", 0, { transcript: "F1: I'm fine." });
    expect(JSON.stringify(server.chats[0])).toContain("I'm fine.");
  });

  it("takes for a scene whose people are hidden what is made of it alone, though a face is found on a poster there", async () => {
    const { solver } = await solverOver((asked) => {
      const { subjects, ...said } = carefulJudgment(asked);
      const contextOnly = reading({ fear: 0.9, neutral: 0.1 });
      return saysJson({ ...said, subjects: subjects.map((each) => ({ ...each, contextOnly })) });
    });
    const { answer } = await solve(solver, "a", 900, { arm: "context-only" });
    expect(answer.integrated.distribution?.[0]).toEqual({ label: "fear", probability: 0.9 });
    expect(answer).toMatchObject({ abstention: null, measuredActionUnits: [] });
    // Of somebody who is asked about and not found, nothing of somebody else is told.
    expect((await solve(solver, "b", 900)).answer.abstention).toBe("The person who was asked about was not found");
  });

  it("tells answer and cues as sentences, each of which ends", async () => {
    const { solver } = await solverOver((asked) => {
      const said = carefulJudgment(asked);
      const [first] = said.subjects;
      const cues = ["lips are up", "is it a smile?", 'she looks "glad."'].map((statement) => ({
        ...first?.cues[0],
        statement,
      }));
      return saysJson({ ...said, answer: "Happy ", subjects: [{ ...first, cues }] });
    });
    const { answer } = await solve(solver, "a", 0);
    expect(answer.explanation).toBe('Happy. lips are up. is it a smile? she looks "glad."');
  });

  it("asks for each where the shared answer failed, and says what was paid for it", async () => {
    const { server, solver } = await solverOver((asked, index) =>
      index < 2 ? says("no idea") : saysJson(carefulJudgment(asked)),
    );
    const [first, second] = await Promise.allSettled([solve(solver, "a", 0), solve(solver, "b", 50)]);
    const failure = (first as PromiseRejectedResult).reason as JudgmentError;
    expect(failure).toBeInstanceOf(JudgmentError);
    expect(failure.spent?.input).toBeGreaterThan(0);
    expect(second.status).toBe("fulfilled");
    expect(server.chats).toHaveLength(3);
  });
});
