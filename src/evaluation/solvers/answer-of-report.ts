import { createHash } from "node:crypto";
import type { PixelBox } from "../../domain/geometry.ts";
import type { Reading, SubjectJudgment } from "../../domain/judgment.ts";
import { presenceOf } from "../../domain/presence.ts";
import type { Report } from "../../domain/report.ts";
import { targetFace } from "../../lab/lab-stimuli.ts";
import type { Answer, AnsweredReading } from "../answer.ts";
import { NO_READING } from "../answer.ts";

/**
 * What scorers see of a report: the subject that was asked about, and the claims made of it. When that person's face was
 * not found, the judgment of the scene stands for it, never that of somebody else.
 */
export function answerOfReport(report: Report, region: PixelBox | null): Answer {
  const face = targetFace(report.faces, region);
  const { subjects } = report.judgment;
  const subject = subjects.find(({ faceId }) => faceId === (face?.faceId ?? null));
  const cues = subject?.cues ?? [];
  return {
    // A judgment is long and kept whole in the cache; over repeats only its being the same matters.
    text: `sha256 ${createHash("sha256").update(JSON.stringify(report.judgment)).digest("hex")}`,
    integrated: readingOf(subject, "integrated"),
    faceOnly: readingOf(subject, "faceOnly"),
    contextOnly: readingOf(subject, "contextOnly"),
    explanation: [report.judgment.answer, ...cues.map(({ statement }) => statement)].join(" "),
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
      .map(({ verdict }) => verdict),
    exemplars: report.provenance.exemplars,
    choice: null,
    confidence: null,
    abstention: subject === undefined ? "The person who was asked about was not found" : subject.integrated.abstention,
  };
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
