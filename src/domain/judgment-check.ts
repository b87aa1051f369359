import { blankComplaints, type Complaint, complaintAt, repeatedComplaints } from "./complaint.ts";
import type { EvidenceLedger } from "./evidence-ledger.ts";
import { feltStateIn } from "./felt-state.ts";
import { type Appraisal, type Cue, type Judgment, READING_NAMES, type SubjectJudgment } from "./judgment.ts";
import type { Face } from "./measurement.ts";
import { readingComplaints } from "./reading-check.ts";
import { isOfClip } from "./timeline.ts";

/** What a judgment is held against. */
export interface JudgmentFacts {
  readonly ledger: Pick<EvidenceLedger, "get" | "items">;
  /** The faces found, whether or not the model measured them. */
  readonly faces: readonly Pick<Face, "faceId">[];
  /** Labels that the question allowed; without one the `novel` flags are not checked. */
  readonly taxonomy?: readonly string[];
  /** Whether the brief form was asked for, which has no readings over time. */
  readonly brief?: boolean;
}

/**
 * Everything wrong with a judgment that a JSON schema cannot say, e.g. ``"`subjects[0].faceOnly.distribution`
 * sums to 1.3 instead of 1"``. Empty when it can be used. Wording complaints
 * (a felt state is asserted) come last.
 */
export function complaintsAbout(judgment: Judgment, facts: JudgmentFacts): Complaint[] {
  return [
    ...subjectListComplaints(judgment, facts.faces),
    ...judgment.subjects.flatMap((subject, index) => subjectComplaints(subject, `subjects[${index}]`, facts)),
    ...wordingComplaints(judgment),
  ];
}

/** The sentences that assert what someone feels instead of what is perceived or expressed. */
function wordingComplaints(judgment: Judgment): Complaint[] {
  return proseOf(judgment).flatMap(({ path, text }) => {
    const words = feltStateIn(text);
    if (words === undefined) return [];
    return [
      complaintAt(path, "felt-state", `asserts a felt state ("${words}"): say what is perceived or expressed instead`),
    ];
  });
}

function proseOf(judgment: Judgment): { path: string; text: string }[] {
  return [
    { path: "answer", text: judgment.answer },
    ...judgment.subjects.flatMap((subject, index) => {
      const path = `subjects[${index}]`;
      return [
        ...subject.cues.map((cue, at) => ({ path: `${path}.cues[${at}].statement`, text: cue.statement })),
        { path: `${path}.congruence.statement`, text: subject.congruence.statement },
      ];
    }),
  ];
}

function subjectListComplaints(judgment: Judgment, faces: JudgmentFacts["faces"]): Complaint[] {
  const known = faces.map(({ faceId }) => faceId);
  const seen = new Set<string | null>();
  const complaints: Complaint[] = [];
  judgment.subjects.forEach(({ faceId }, index) => {
    const complain = (says: string) => complaints.push(complaintAt(`subjects[${index}].faceId`, "faces", says));
    if (seen.has(faceId)) complain(`repeats ${faceId ?? "null"}: give one subject for each face`);
    else if (faceId === null && known.length > 0) {
      complain(`is null although faces were found: give one subject for each of ${known.join(", ")}`);
    } else if (faceId !== null && !known.includes(faceId)) {
      complain(`is "${faceId}", which is not a face: ${knownFaces(known)}`);
    }
    seen.add(faceId);
  });
  const missing = known.filter((faceId) => !seen.has(faceId));
  if (missing.length > 0)
    complaints.push(
      complaintAt("subjects", "faces", `leaves out ${missing.join(", ")}: give one subject for each face`),
    );
  if (known.length === 0 && judgment.subjects.length === 0) {
    const says = "is empty: give one subject with faceId null for an image without faces";
    complaints.push(complaintAt("subjects", "faces", says));
  }
  return complaints;
}

function knownFaces(known: readonly string[]): string {
  return known.length === 0 ? "no face was found, so faceId is null" : `known faces are ${known.join(", ")}`;
}

function subjectComplaints(subject: SubjectJudgment, path: string, facts: JudgmentFacts): Complaint[] {
  return [
    ...readingComplaints(subject.faceOnly, `${path}.faceOnly`, facts.taxonomy),
    ...readingComplaints(subject.contextOnly, `${path}.contextOnly`, facts.taxonomy),
    ...readingComplaints(subject.integrated, `${path}.integrated`, facts.taxonomy),
    ...crossReadingComplaints(subject, path),
    ...overTimeComplaints(subject, path, facts),
    ...subject.cues.flatMap((cue, index) => cueComplaints(cue, `${path}.cues[${index}]`, facts)),
    ...citationComplaints(subject.congruence.evidenceIds, `${path}.congruence.evidenceIds`, facts),
    ...blankComplaints(subject.congruence.statement, `${path}.congruence.statement`),
    ...appraisalComplaints(subject.appraisals, path, facts),
    ...repeatedComplaints(
      subject.alternatives.map(({ label }) => label),
      `${path}.alternatives`,
    ),
  ];
}

/** What the three readings say of each other. */
function crossReadingComplaints(subject: SubjectJudgment, path: string): Complaint[] {
  const { faceId, faceOnly, contextOnly, integrated } = subject;
  const complaints: Complaint[] = [];
  if (faceId === null && faceOnly.distribution.length > 0) {
    complaints.push(
      complaintAt(`${path}.faceOnly`, "reading", "gives a distribution although the subject has no face: abstain"),
    );
  }
  const nothing = faceOnly.distribution.length === 0 && contextOnly.distribution.length === 0;
  if (nothing && integrated.distribution.length > 0) {
    complaints.push(
      complaintAt(`${path}.integrated`, "reading", "gives a distribution although face and context both abstain"),
    );
  }
  return complaints;
}

/** Of a clip, the readings over time: there, in order, and each a reading. */
function overTimeComplaints(
  { faceId, overTime }: SubjectJudgment,
  path: string,
  { ledger, taxonomy, brief }: JudgmentFacts,
): Complaint[] {
  if (brief || !isOfClip(ledger.items())) return [];
  const at = `${path}.overTime`;
  if (overTime === undefined || (faceId !== null && overTime.length === 0)) {
    return [complaintAt(at, "reading", "is empty: give the readings of each stretch of the clip, with its times")];
  }
  return overTime.flatMap(({ fromS, toS, ...readings }, index) => {
    const before = overTime[index - 1];
    const isInOrder = fromS <= toS && (before === undefined || fromS >= before.toS - SAME_S);
    const order = `is from ${fromS} to ${toS} s: stretches follow one another, each from its beginning to its end`;
    return [
      ...(isInOrder ? [] : [complaintAt(`${at}[${index}]`, "reading", order)]),
      ...READING_NAMES.flatMap((name) => readingComplaints(readings[name], `${at}[${index}].${name}`, taxonomy)),
    ];
  });
}

/** Where one stretch ends and the next begins is known to one frame. */
const SAME_S = 0.5;

function cueComplaints(cue: Cue, path: string, facts: JudgmentFacts): Complaint[] {
  const sideless = (assertion: Cue["actionUnits"][number]) => `${assertion.au} (${assertion.side})`;
  const conflicting = cue.actionUnits.filter(
    (one, index) => cue.actionUnits.findIndex((other) => sideless(other) === sideless(one)) !== index,
  );
  return [
    ...blankComplaints(cue.statement, `${path}.statement`),
    ...blankComplaints(cue.label, `${path}.label`),
    ...citationComplaints(cue.evidenceIds, `${path}.evidenceIds`, facts),
    ...conflicting.map((assertion) =>
      complaintAt(`${path}.actionUnits`, "repeated", `names ${sideless(assertion)} more than once`),
    ),
  ];
}

function appraisalComplaints(appraisals: readonly Appraisal[], path: string, facts: JudgmentFacts): Complaint[] {
  return [
    ...repeatedComplaints(
      appraisals.map(({ dimension }) => dimension),
      `${path}.appraisals`,
    ),
    ...appraisals.flatMap((appraisal, index) => [
      ...citationComplaints(appraisal.evidenceIds, `${path}.appraisals[${index}].evidenceIds`, facts),
      ...(typeof appraisal.value === "number" && !(Math.abs(appraisal.value) <= 1)
        ? [complaintAt(`${path}.appraisals[${index}].value`, "range", "is not a number from -1 to 1")]
        : []),
    ]),
  ];
}

function citationComplaints(ids: readonly string[], path: string, { ledger }: JudgmentFacts): Complaint[] {
  return [
    ...ids
      .filter((id) => ledger.get(id) === undefined)
      .map((id) =>
        complaintAt(path, "evidence", `cites "${id}", which is not in the ledger: cite listed evidence only`),
      ),
    ...repeatedComplaints(ids, path, "cites"),
  ];
}
