import type { EvidenceLedger } from "./evidence-ledger.ts";
import { feltStateIn } from "./felt-state.ts";
import type { Appraisal, CoreAffect, Cue, Judgment, Reading, SubjectJudgment } from "./judgment.ts";
import type { Face } from "./measurement.ts";

/** How far a distribution's sum may be from 1. Rounding to three decimals stays within it. */
export const SUM_TOLERANCE = 0.01;

/** What a judgment is held against. */
export interface JudgmentFacts {
  readonly ledger: Pick<EvidenceLedger, "get">;
  /** The faces found, whether or not the model measured them. */
  readonly faces: readonly Pick<Face, "faceId">[];
  /** Labels that the question allowed; without one the `novel` flags are not checked. */
  readonly taxonomy?: readonly string[];
}

/**
 * Everything wrong with a judgment that a JSON schema cannot say, one sentence each, starting with the JSON path, e.g.
 * ``"`subjects[0].faceOnly.distribution` sums to 1.3 instead of 1"``. Empty when it can be used. Wording complaints
 * (a felt state is asserted) come last.
 */
export function complaintsAbout(judgment: Judgment, facts: JudgmentFacts): string[] {
  return [
    ...subjectListComplaints(judgment, facts.faces),
    ...judgment.subjects.flatMap((subject, index) => subjectComplaints(subject, `subjects[${index}]`, facts)),
    ...wordingComplaints(judgment),
  ];
}

/** The sentences that assert what someone feels instead of what is perceived or expressed. */
export function wordingComplaints(judgment: Judgment): string[] {
  return proseOf(judgment).flatMap(({ path, text }) => {
    const words = feltStateIn(text);
    if (words === undefined) return [];
    return [`\`${path}\` asserts a felt state ("${words}"): say what is perceived or expressed instead`];
  });
}

/**
 * Takes out harmless rounding: a distribution whose sum is within {@link SUM_TOLERANCE} of 1 is divided by its sum.
 * Everything else is left as it is, for {@link complaintsAbout} to name.
 */
export function withoutRounding(judgment: Judgment): Judgment {
  return {
    ...judgment,
    subjects: judgment.subjects.map((subject) => ({
      ...subject,
      faceOnly: normalised(subject.faceOnly),
      contextOnly: normalised(subject.contextOnly),
      integrated: normalised(subject.integrated),
    })),
  };
}

function normalised(reading: Reading): Reading {
  const sum = sumOf(reading);
  const off = Math.abs(sum - 1);
  // Sums that miss 1 by floating point alone are left, so that 0.59 stays 0.59.
  if (reading.distribution.length === 0 || !(off <= SUM_TOLERANCE) || off < 1e-9) return reading;
  const distribution = reading.distribution.map((entry) => ({ ...entry, probability: entry.probability / sum }));
  return { ...reading, distribution };
}

function sumOf(reading: Reading): number {
  return reading.distribution.reduce((sum, { probability }) => sum + probability, 0);
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

function subjectListComplaints(judgment: Judgment, faces: JudgmentFacts["faces"]): string[] {
  const known = faces.map(({ faceId }) => faceId);
  const seen = new Set<string | null>();
  const complaints: string[] = [];
  judgment.subjects.forEach(({ faceId }, index) => {
    const path = `\`subjects[${index}].faceId\``;
    if (seen.has(faceId)) complaints.push(`${path} repeats ${faceId ?? "null"}: give one subject for each face`);
    else if (faceId === null && known.length > 0) {
      complaints.push(`${path} is null although faces were found: give one subject for each of ${known.join(", ")}`);
    } else if (faceId !== null && !known.includes(faceId)) {
      complaints.push(`${path} is "${faceId}", which is not a face: ${knownFaces(known)}`);
    }
    seen.add(faceId);
  });
  const missing = known.filter((faceId) => !seen.has(faceId));
  if (missing.length > 0)
    complaints.push(`\`subjects\` leaves out ${missing.join(", ")}: give one subject for each face`);
  if (known.length === 0 && judgment.subjects.length === 0) {
    complaints.push("`subjects` is empty: give one subject with faceId null for an image without faces");
  }
  return complaints;
}

function knownFaces(known: readonly string[]): string {
  return known.length === 0 ? "no face was found, so faceId is null" : `known faces are ${known.join(", ")}`;
}

function subjectComplaints(subject: SubjectJudgment, path: string, facts: JudgmentFacts): string[] {
  return [
    ...readingComplaints(subject.faceOnly, `${path}.faceOnly`, facts.taxonomy),
    ...readingComplaints(subject.contextOnly, `${path}.contextOnly`, facts.taxonomy),
    ...readingComplaints(subject.integrated, `${path}.integrated`, facts.taxonomy),
    ...crossReadingComplaints(subject, path),
    ...subject.cues.flatMap((cue, index) => cueComplaints(cue, `${path}.cues[${index}]`, facts)),
    ...citationComplaints(subject.congruence.evidenceIds, `${path}.congruence.evidenceIds`, facts),
    ...blankComplaints(subject.congruence.statement, `${path}.congruence.statement`),
    ...appraisalComplaints(subject.appraisals, path, facts),
    ...repeated(subject.alternatives.map(({ label }) => label)).map(
      (label) => `\`${path}.alternatives\` names "${label}" more than once`,
    ),
  ];
}

function readingComplaints(reading: Reading, path: string, taxonomy: readonly string[] | undefined): string[] {
  return [
    ...distributionComplaints(reading, path),
    ...affectComplaints(reading.valence, `${path}.valence`),
    ...affectComplaints(reading.arousal, `${path}.arousal`),
    ...reading.distribution.flatMap((entry, index) =>
      noveltyComplaints(entry, `${path}.distribution[${index}]`, taxonomy),
    ),
  ];
}

function distributionComplaints(reading: Reading, path: string): string[] {
  const { distribution, abstention, valence, arousal } = reading;
  if (distribution.length === 0) {
    if (abstention === null || abstention.trim() === "") {
      return [`\`${path}\` has an empty distribution but no reason in \`abstention\`: give either`];
    }
    if (valence === null && arousal === null) return [];
    return [`\`${path}\` abstains, so its valence and arousal must be null`];
  }
  const complaints: string[] = [];
  if (abstention !== null) complaints.push(`\`${path}\` gives both a distribution and an abstention: give one of them`);
  const sum = sumOf(reading);
  if (distribution.some(({ probability }) => !(probability >= 0 && probability <= 1))) {
    complaints.push(`\`${path}.distribution\` holds a probability that is not a number from 0 to 1`);
  } else if (Math.abs(sum - 1) > SUM_TOLERANCE) {
    complaints.push(`\`${path}.distribution\` sums to ${Number(sum.toFixed(3))} instead of 1`);
  }
  for (const label of repeated(distribution.map((entry) => entry.label))) {
    complaints.push(`\`${path}.distribution\` names "${label}" more than once`);
  }
  return complaints;
}

function noveltyComplaints(
  entry: Reading["distribution"][number],
  path: string,
  taxonomy: readonly string[] | undefined,
): string[] {
  if (entry.label.trim() === "") return [`\`${path}.label\` is blank`];
  if (taxonomy === undefined) return [];
  const known = taxonomy.some((label) => label.toLowerCase() === entry.label.trim().toLowerCase());
  if (known !== entry.novel) return [];
  return known
    ? [`\`${path}.novel\` is true although "${entry.label}" is in the taxonomy`]
    : [
        `\`${path}.novel\` is false although "${entry.label}" is not in the taxonomy: use a given label or set it to true`,
      ];
}

function affectComplaints(affect: CoreAffect | null, path: string): string[] {
  if (affect === null) return [];
  const { value, low, high } = affect;
  if (![value, low, high].every((number) => number >= -1 && number <= 1)) {
    return [`\`${path}\` holds a number that is not from -1 to 1`];
  }
  if (low <= value && value <= high) return [];
  return [`\`${path}\` has its interval out of order: low ${low}, value ${value}, high ${high}`];
}

/** What the three readings say of each other. */
function crossReadingComplaints(subject: SubjectJudgment, path: string): string[] {
  const { faceId, faceOnly, contextOnly, integrated } = subject;
  const complaints: string[] = [];
  if (faceId === null && faceOnly.distribution.length > 0) {
    complaints.push(`\`${path}.faceOnly\` gives a distribution although the subject has no face: abstain`);
  }
  const nothing = faceOnly.distribution.length === 0 && contextOnly.distribution.length === 0;
  if (nothing && integrated.distribution.length > 0) {
    complaints.push(`\`${path}.integrated\` gives a distribution although face and context both abstain`);
  }
  return complaints;
}

function cueComplaints(cue: Cue, path: string, facts: JudgmentFacts): string[] {
  const sideless = (assertion: Cue["actionUnits"][number]) => `${assertion.au} (${assertion.side})`;
  const conflicting = cue.actionUnits.filter(
    (one, index) => cue.actionUnits.findIndex((other) => sideless(other) === sideless(one)) !== index,
  );
  return [
    ...blankComplaints(cue.statement, `${path}.statement`),
    ...blankComplaints(cue.label, `${path}.label`),
    ...citationComplaints(cue.evidenceIds, `${path}.evidenceIds`, facts),
    ...conflicting.map((assertion) => `\`${path}.actionUnits\` names ${sideless(assertion)} more than once`),
  ];
}

function appraisalComplaints(appraisals: readonly Appraisal[], path: string, facts: JudgmentFacts): string[] {
  return [
    ...repeated(appraisals.map(({ dimension }) => dimension)).map(
      (dimension) => `\`${path}.appraisals\` names "${dimension}" more than once`,
    ),
    ...appraisals.flatMap((appraisal, index) => [
      ...citationComplaints(appraisal.evidenceIds, `${path}.appraisals[${index}].evidenceIds`, facts),
      ...(typeof appraisal.value === "number" && !(Math.abs(appraisal.value) <= 1)
        ? [`\`${path}.appraisals[${index}].value\` is not a number from -1 to 1`]
        : []),
    ]),
  ];
}

function citationComplaints(ids: readonly string[], path: string, { ledger }: JudgmentFacts): string[] {
  return [
    ...ids
      .filter((id) => ledger.get(id) === undefined)
      .map((id) => `\`${path}\` cites "${id}", which is not in the ledger: cite listed evidence only`),
    ...repeated(ids).map((id) => `\`${path}\` cites ${id} more than once`),
  ];
}

function blankComplaints(text: string, path: string): string[] {
  return text.trim() === "" ? [`\`${path}\` is blank`] : [];
}

/** Each name that stands more than once, compared without case, named once. */
function repeated(names: readonly string[]): string[] {
  const keys = names.map((name) => name.trim().toLowerCase());
  const later = names.filter((_, index) => keys.indexOf(keys[index] ?? "") < index);
  return [...new Set(later)];
}
