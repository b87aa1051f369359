import type { Complaint } from "../../domain/complaint.ts";
import type { Judgment, Reading, SubjectJudgment } from "../../domain/judgment.ts";

/**
 * Takes complaints seriously the only way a deterministic judge can: it withdraws what was complained about. Paths are
 * those of the judgment that they are about, which this judge gives again for the same evidence.
 */
export function repaired(judgment: Judgment, complaints: readonly Complaint[]): Judgment {
  const isNamed = (part: string) => complaints.some(({ path }) => path === part || path.startsWith(`${part}.`));
  return {
    answer: isNamed("answer") ? PLAIN_ANSWER : judgment.answer,
    subjects: judgment.subjects.map((subject, at) => repairedSubject(subject, `subjects[${at}]`, isNamed)),
  };
}

const PLAIN_ANSWER = "What could be read stands in the readings and cues of each face.";

type IsNamed = (path: string) => boolean;

function repairedSubject(subject: SubjectJudgment, path: string, isNamed: IsNamed): SubjectJudgment {
  return {
    ...subject,
    faceOnly: repairedReading(subject.faceOnly, `${path}.faceOnly`, isNamed),
    contextOnly: repairedReading(subject.contextOnly, `${path}.contextOnly`, isNamed),
    integrated: repairedReading(subject.integrated, `${path}.integrated`, isNamed),
    cues: subject.cues.filter((_cue, at) => !isNamed(`${path}.cues[${at}]`)),
    appraisals: subject.appraisals.map((appraisal, at) =>
      isNamed(`${path}.appraisals[${at}]`)
        ? { ...appraisal, value: "not inferable", confidence: null, evidenceIds: [] }
        : appraisal,
    ),
    congruence: isNamed(`${path}.congruence`)
      ? { verdict: "not assessable", kind: null, statement: "The comparison was withdrawn", evidenceIds: [] }
      : subject.congruence,
    alternatives: isNamed(`${path}.alternatives`) ? [] : subject.alternatives,
  };
}

/** The only fault of a reading that can be mended without measuring anew is a `novel` flag that says the opposite. */
function repairedReading(reading: Reading, path: string, isNamed: IsNamed): Reading {
  const distribution = reading.distribution.map((entry, at) =>
    isNamed(`${path}.distribution[${at}].novel`) ? { ...entry, novel: !entry.novel } : entry,
  );
  return { ...reading, distribution };
}
