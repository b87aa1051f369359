import type { Judgment, Reading, SubjectJudgment } from "../../domain/judgment.ts";

/**
 * Takes complaints seriously the only way a deterministic baseline can: it withdraws what was complained about. Indices
 * in the complaints are those of the judgment that they are about, which the baseline gives again for the same evidence.
 */
export function repaired(judgment: Judgment, complaints: string): Judgment {
  const novel = novelLabels(complaints);
  return {
    answer: /`answer`/.test(complaints) ? PLAIN_ANSWER : judgment.answer,
    subjects: judgment.subjects.map((subject, index) => repairedSubject(subject, index, { complaints, novel })),
  };
}

const PLAIN_ANSWER =
  "The readings, cues and alternatives are given for each face. This is the rules baseline, Bayesian cue integration over measurements and a small word table, not a language model.";

/** Faces that a complaint names as left out. */
export function facesLeftOut(complaints: string): string[] {
  const named = /`subjects` leaves out ([^:]+):/.exec(complaints)?.[1];
  return named === undefined ? [] : (named.match(/F\d+/g) ?? []);
}

interface Complaint {
  readonly complaints: string;
  readonly novel: ReadonlyMap<string, boolean>;
}

function repairedSubject(subject: SubjectJudgment, index: number, { complaints, novel }: Complaint): SubjectJudgment {
  const isNamed = (part: string) => complaints.includes(`\`subjects[${index}].${part}`);
  return {
    ...subject,
    faceOnly: withNovel(subject.faceOnly, novel),
    contextOnly: withNovel(subject.contextOnly, novel),
    integrated: withNovel(subject.integrated, novel),
    cues: subject.cues.filter((_cue, at) => !isNamed(`cues[${at}]`)),
    appraisals: subject.appraisals.map((appraisal, at) =>
      isNamed(`appraisals[${at}]`)
        ? { ...appraisal, value: "not inferable", confidence: null, evidenceIds: [] }
        : appraisal,
    ),
    congruence: isNamed("congruence")
      ? { verdict: "not assessable", kind: null, statement: "The comparison was withdrawn", evidenceIds: [] }
      : subject.congruence,
    alternatives: isNamed("alternatives") ? [] : subject.alternatives,
  };
}

function withNovel(reading: Reading, novel: ReadonlyMap<string, boolean>): Reading {
  return {
    ...reading,
    distribution: reading.distribution.map((entry) => ({ ...entry, novel: novel.get(entry.label) ?? entry.novel })),
  };
}

/** Labels whose `novel` flag was called wrong, with what it should be. */
function novelLabels(complaints: string): Map<string, boolean> {
  const wrong = complaints.matchAll(/\.novel` is (true|false) although "([^"]+)"/g);
  return new Map([...wrong].map(([, flag, label]) => [label ?? "", flag === "false"]));
}
