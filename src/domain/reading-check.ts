import { blankComplaints, type Complaint, complaintAt, repeatedComplaints } from "./complaint.ts";
import type { CoreAffect, Judgment, Reading, ReadingName } from "./judgment.ts";

/** How far a distribution's sum may be from 1. Rounding to three decimals stays within it. */
const SUM_TOLERANCE = 0.01;

/**
 * Takes out harmless rounding: a distribution whose sum is within {@link SUM_TOLERANCE} of 1 is divided by its sum.
 * Everything else is left as it is, for `complaintsAbout` to name.
 */
export function withoutRounding(judgment: Judgment): Judgment {
  return {
    ...judgment,
    subjects: judgment.subjects.map((subject) => ({
      ...normalisedReadings(subject),
      ...(subject.overTime && { overTime: subject.overTime.map(normalisedReadings) }),
    })),
  };
}

function normalisedReadings<T extends Record<ReadingName, Reading>>(given: T): T {
  const { faceOnly, contextOnly, integrated } = given;
  const readings = { faceOnly: normalised(faceOnly), contextOnly: normalised(contextOnly) };
  return { ...given, ...readings, integrated: normalised(integrated) };
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

/** What is wrong with one distribution, its intervals and its abstention. */
export function readingComplaints(
  reading: Reading,
  path: string,
  taxonomy: readonly string[] | undefined,
): Complaint[] {
  return [
    ...distributionComplaints(reading, path),
    ...affectComplaints(reading.valence, `${path}.valence`),
    ...affectComplaints(reading.arousal, `${path}.arousal`),
    ...reading.distribution.flatMap((entry, index) =>
      noveltyComplaints(entry, `${path}.distribution[${index}]`, taxonomy),
    ),
  ];
}

function distributionComplaints(reading: Reading, path: string): Complaint[] {
  const { distribution, abstention, valence, arousal } = reading;
  if (distribution.length === 0) {
    if (abstention === null || abstention.trim() === "") {
      return [complaintAt(path, "reading", "has an empty distribution but no reason in `abstention`: give either")];
    }
    if (valence === null && arousal === null) return [];
    return [complaintAt(path, "reading", "abstains, so its valence and arousal must be null")];
  }
  const complaints: Complaint[] = [];
  if (abstention !== null)
    complaints.push(complaintAt(path, "reading", "gives both a distribution and an abstention: give one of them"));
  const sum = sumOf(reading);
  if (distribution.some(({ probability }) => !(probability >= 0 && probability <= 1))) {
    complaints.push(
      complaintAt(`${path}.distribution`, "reading", "holds a probability that is not a number from 0 to 1"),
    );
  } else if (Math.abs(sum - 1) > SUM_TOLERANCE) {
    complaints.push(complaintAt(`${path}.distribution`, "reading", `sums to ${Number(sum.toFixed(3))} instead of 1`));
  }
  complaints.push(
    ...repeatedComplaints(
      distribution.map((entry) => entry.label),
      `${path}.distribution`,
    ),
  );
  return complaints;
}

function noveltyComplaints(
  entry: Reading["distribution"][number],
  path: string,
  taxonomy: readonly string[] | undefined,
): Complaint[] {
  if (entry.label.trim() === "") return blankComplaints(entry.label, `${path}.label`);
  if (taxonomy === undefined) return [];
  const known = taxonomy.some((label) => label.toLowerCase() === entry.label.trim().toLowerCase());
  if (known !== entry.novel) return [];
  return known
    ? [complaintAt(`${path}.novel`, "novelty", `is true although "${entry.label}" is in the taxonomy`)]
    : [
        complaintAt(
          `${path}.novel`,
          "novelty",
          `is false although "${entry.label}" is not in the taxonomy: use a given label or set it to true`,
        ),
      ];
}

function affectComplaints(affect: CoreAffect | null, path: string): Complaint[] {
  if (affect === null) return [];
  const { value, low, high } = affect;
  if (![value, low, high].every((number) => number >= -1 && number <= 1)) {
    return [complaintAt(path, "reading", "holds a number that is not from -1 to 1")];
  }
  if (low <= value && value <= high) return [];
  return [complaintAt(path, "reading", `has its interval out of order: low ${low}, value ${value}, high ${high}`)];
}
