import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { ask } from "../../ask.ts";
import { identityOfParts } from "../../ask-dependencies.ts";
import type { PixelBox } from "../../domain/geometry.ts";
import type { CheckedClaim } from "../../domain/grounding.ts";
import type { Reading, SubjectJudgment } from "../../domain/judgment.ts";
import { presenceOf } from "../../domain/presence.ts";
import type { Report } from "../../domain/report.ts";
import { filledIn } from "../../judging/prompt-library.ts";
import { targetFace } from "../../lab/scene.ts";
import { canonicalJson } from "../../platform/content-store.ts";
import { type Answer, type AnsweredReading, type ClaimOutcome, NO_READING } from "../answer.ts";
import { answerOverTime } from "../answer-over-time.ts";
import type { ArmName, EvalFile } from "../file/eval-file.ts";
import { type Solver, StimulusUnavailable, usageOf } from "../solver.ts";
import { type ConditionDependencies, providerOfModel } from "./condition-dependencies.ts";

/** Rules and the form of the answer; measured evidence; one image at 1280 px; one exemplar with image. Rough. */
const TOKENS = { rules: 3500, evidence: 1800, image: 1100, exemplar: 1300, answer: 1400 } as const;

/** What one question about one image takes of a model, about. */
export function judgmentSize({ samples = 1, shots = 0, isMeasured = true }) {
  const evidence = isMeasured ? TOKENS.evidence : 0;
  return {
    inputTokens: samples * (TOKENS.rules + TOKENS.image + evidence + shots * TOKENS.exemplar),
    outputTokens: samples * TOKENS.answer,
  };
}

/** The faces of one image stand together in a data set: their calls come soon after one another. */
const REPORTS_AT_HAND = 64;

/** Judges images exactly as `kuleshov ask` does. */
export function createJudgeSolver(
  file: EvalFile,
  labels: readonly string[],
  { conditions, samples = 1 }: { readonly conditions: ConditionDependencies; readonly samples?: number },
): Solver {
  const asked = new Map<string, Promise<Report>>();

  /**
   * One report for all calls that ask the same of the same image, as those about its several faces do in arms that show
   * it whole. A call that shares one has paid nothing. One that failed is nobody's: whoever waited asks for himself.
   */
  async function shared(key: string, work: () => Promise<Report>): Promise<{ report: Report; isFirst: boolean }> {
    const known = asked.get(key);
    const given = known && (await known.catch(() => undefined));
    if (given !== undefined) return { report: given, isFirst: false };
    const report = work();
    asked.set(key, report);
    report.catch(() => asked.delete(key));
    for (const oldest of asked.keys()) if (asked.size > REPORTS_AT_HAND) asked.delete(oldest);
    return { report: await report, isFirst: true };
  }

  return {
    async identify(condition) {
      const dependencies = await conditions.partsFor(condition, 0);
      return {
        task: "judge",
        question: file.question ?? null,
        labels,
        exemplars: conditions.exemplarsOf(condition),
        dependencies: identityOfParts(dependencies),
      };
    },
    async prompts(condition) {
      const { prompts } = await conditions.partsFor(condition, 0);
      return { files: prompts.all(), variables: prompts.prompt("judge").input };
    },
    estimate: async ({ shots, evidence }) => judgmentSize({ samples, shots, isMeasured: evidence !== "none" }),
    answersPerCall: samples,
    provider: ({ model }) => providerOfModel(model),
    isFree: (condition) => conditions.isFree(condition),
    async solve({ condition, sample, seed, repeat, variables = {} }, stimulus, signal) {
      if (stimulus === null) throw new StimulusUnavailable("The sample has no image to judge");
      const parts = await conditions.partsFor(condition, seed);
      const dependencies = { ...parts, prompts: filledIn(parts.prompts, "judge", variables) };
      const startedAt = performance.now();
      const question = sample.question ?? file.question;
      const query = {
        image: stimulus.path,
        ...(question === undefined ? {} : { question }),
        context: stimulus.context,
        ...(stimulus.transcript !== undefined && { transcript: stimulus.transcript }),
        labels: labels.length === 0 ? null : labels,
      };
      const key = canonicalJson({ condition, seed, repeat, query, variables });
      const { report, isFirst } = await shared(key, () => ask(query, dependencies, signal));
      const { model } = report.provenance;
      const tokens = isFirst ? report.provenance.tokens : { input: 0, output: 0 };
      return {
        answer: answerOfReport(report, stimulus.region, condition.arm),
        usage: usageOf(tokens, performance.now() - startedAt),
        fingerprint: model.fingerprint,
        detail: withoutLandmarks(report),
      };
    },
  };
}

/** Landmarks are most of a report's size and can be measured again. */
function withoutLandmarks(report: Report): Report {
  return {
    ...report,
    faces: report.faces.map((face) => ({
      ...face,
      measurements: face.measurements.map((measurement) => ({ ...measurement, landmarks: null })),
    })),
  };
}

/** Cues are told one after the other, and models end few of them as a sentence ends. */
function asSentence(text: string): string {
  return text.trimEnd().replace(/(?<![.!?…][”"’')]?)$/, ".");
}

/**
 * What scorers see of a report: the subject that was asked about, and the claims made of it. When that person's face was
 * not found, the judgment of the scene stands for it, never that of somebody else.
 */
function answerOfReport(report: Report, region: PixelBox | null, arm: ArmName): Answer {
  const face = arm === "context-only" ? undefined : targetFace(report.faces, region);
  const { subjects } = report.judgment;
  const subject =
    arm === "context-only" ? sceneIn(subjects) : subjects.find(({ faceId }) => faceId === (face?.faceId ?? null));
  const cues = subject?.cues ?? [];
  const overTime = answerOverTime(report, subject?.faceId ?? null);
  return {
    // A judgment is long and kept whole in the cache; over repeats only its being the same matters.
    text: `sha256 ${createHash("sha256").update(JSON.stringify(report.judgment)).digest("hex")}`,
    integrated: readingOf(subject, "integrated"),
    faceOnly: readingOf(subject, "faceOnly"),
    contextOnly: readingOf(subject, "contextOnly"),
    explanation: [report.judgment.answer, ...cues.map(({ statement }) => statement)].map(asSentence).join(" "),
    claimedActionUnits: cues.flatMap(({ actionUnits }) => actionUnits.map(({ au, state }) => ({ au, state }))),
    measuredActionUnits: (face?.measurements ?? []).flatMap(({ actionUnits }) =>
      actionUnits
        .filter(({ side }) => side === "both")
        .map((one) => ({
          toolbox: one.toolbox,
          au: one.au,
          value: Number(one.value.toFixed(4)),
          scale: one.scale,
          presence: presenceOf(one),
        })),
    ),
    verdicts: report.grounding.claims
      .filter(({ faceId }) => faceId === null || faceId === subject?.faceId)
      .map(outcomeOf),
    exemplars: report.provenance.exemplars,
    choice: null,
    confidence: null,
    abstention: subject === undefined ? "The person who was asked about was not found" : subject.integrated.abstention,
    ...(overTime && { overTime }),
  };
}

/**
 * What is made of a scene whose people are hidden. A face may be found there yet, as on a poster: then what the scene alone leads
 * one to expect, where that is the same for all.
 */
function sceneIn(subjects: Report["judgment"]["subjects"]): SubjectJudgment | undefined {
  const alone = subjects.find(({ faceId }) => faceId === null);
  const [first, ...others] = subjects;
  if (alone !== undefined || first === undefined) return alone;
  const isSame = others.every(({ contextOnly }) => isDeepStrictEqual(contextOnly, first.contextOnly));
  return isSame ? { ...first, faceId: null, integrated: first.contextOnly, cues: [] } : undefined;
}

function outcomeOf({ verdict, basis }: CheckedClaim): ClaimOutcome {
  if (basis === null) return verdict;
  return basis === "measurements" ? "agrees" : "cites";
}

function readingOf(
  subject: SubjectJudgment | undefined,
  name: "integrated" | "faceOnly" | "contextOnly",
): AnsweredReading {
  const reading: Reading | undefined = subject?.[name];
  if (reading === undefined || reading.abstention !== null || reading.distribution.length === 0) return NO_READING;
  return {
    distribution: reading.distribution.map(({ label, probability }) => ({ label, probability })),
    valence: reading.valence?.value ?? null,
    arousal: reading.arousal?.value ?? null,
  };
}
