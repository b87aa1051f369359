import { z } from "zod";
import { ConfigurationError } from "./errors.ts";
import { type Judgment, READING_NAMES, type Reading, type ReadingName } from "./judgment.ts";
import { conformalThreshold, fewestForLevel, labelsWithin } from "./statistics/conformal.ts";

/** Scores of one reading over a calibration's samples, each sample once; see {@link conformalScore}. */
const CalibratedReading = z.strictObject({
  scores: z.array(z.number().min(-1).max(1)),
  /** Samples whose reading abstained: what is said of the others holds among those that do not. */
  abstained: z.int(),
});

/** What one condition of an evaluation says of how far its model's probabilities can be trusted. */
export const Calibration = z.strictObject({
  model: z.string(),
  temperature: z.number().nullable(),
  /** The judge prompt. */
  prompt: z.strictObject({ id: z.string(), version: z.string(), sha256: z.string() }),
  labels: z.array(z.string()),
  toolboxes: z.array(z.string()),
  shots: z.int(),
  samples: z.int(),
  faceOnly: CalibratedReading,
  contextOnly: CalibratedReading,
  integrated: CalibratedReading,
});
export type Calibration = z.infer<typeof Calibration>;

/** `calibration.json` of an evaluation: one entry for each condition that judges by labels. */
export const CalibrationFile = z.strictObject({
  format: z.literal(1),
  evaluation: z.string(),
  kuleshovVersion: z.string(),
  conditions: z.array(Calibration),
});
export type CalibrationFile = z.infer<typeof CalibrationFile>;

/** The labels of a reading that cannot be ruled out at a level. */
export const LabelSet = z.strictObject({
  /** Most probable first; `null` where the reading abstains or its calibration has too few samples. */
  labels: z.array(z.string()).nullable(),
  /** One label is a verdict; several leave it open; all or none of the taxonomy say nothing. */
  outcome: z.enum(["verdict", "undecided", "abstains"]),
  /** The same in words. */
  statement: z.string(),
});
export type LabelSet = z.infer<typeof LabelSet>;

export const LabelSets = z.strictObject({
  /** Share of images like those of the calibration whose true label is in the set, e.g. 0.9. */
  level: z.number(),
  /** SHA-256 of the calibration file. */
  calibration: z.string(),
  subjects: z.array(
    z.strictObject({
      faceId: z.string().nullable(),
      faceOnly: LabelSet,
      contextOnly: LabelSet,
      integrated: LabelSet,
    }),
  ),
});
export type LabelSets = z.infer<typeof LabelSets>;

/** What is asked with, as far as a calibration must have been made with the same. */
type AskedWith = Omit<Calibration, ReadingName>;

/** Whatever changes what a model's probabilities mean, with how it is told. */
const FACETS: readonly (readonly [name: string, of: (asked: AskedWith) => string])[] = [
  ["model", ({ model }) => model],
  ["prompt", ({ prompt }) => `${prompt.id}@${prompt.version} (${prompt.sha256.slice(0, 8)})`],
  [
    "labels",
    ({ labels }) =>
      labels
        .map((label) => label.trim().toLowerCase())
        .sort()
        .join(", "),
  ],
  ["toolboxes", ({ toolboxes }) => [...toolboxes].sort().join(", ") || "none"],
  ["number of examples", ({ shots }) => String(shots)],
  ["number of samples", ({ samples }) => String(samples)],
  ["temperature", ({ temperature }) => String(temperature ?? "the server's")],
];

/**
 * The condition of a calibration that was asked as one is about to ask.
 *
 * @throws {ConfigurationError} if there is none, or it has too few samples for the level.
 */
export function calibrationFor({ conditions }: CalibrationFile, asked: AskedWith, alpha: number): Calibration {
  let left: readonly Calibration[] = conditions;
  for (const [name, of] of FACETS) {
    const same = left.filter((each) => of(each) === of(asked));
    if (same.length === 0) {
      const made = [...new Set(left.map(of))].join(" or ") || "nothing";
      throw new ConfigurationError(
        `The calibration does not fit: it was made with ${name} ${made}, and this asks with ${of(asked) || "none"}: evaluate in the way you ask`,
      );
    }
    left = same;
  }
  const [found] = left as readonly [Calibration];
  const most = Math.max(...READING_NAMES.map((name) => found[name].scores.length));
  if (most < fewestForLevel(alpha)) {
    throw new ConfigurationError(
      `The calibration has ${most} answers, and ${percent(1 - alpha)} takes at least ${fewestForLevel(alpha)}: evaluate on more images, or ask for a lower level`,
    );
  }
  return found;
}

/** The label sets of a judgment, reading by reading. */
export function labelSetsOf({ subjects }: Judgment, calibration: Calibration, alpha: number): LabelSets["subjects"] {
  const set = (reading: Reading, name: ReadingName) => labelSetOf(reading, { calibration, name, alpha });
  return subjects.map(({ faceId, faceOnly, contextOnly, integrated }) => ({
    faceId,
    faceOnly: set(faceOnly, "faceOnly"),
    contextOnly: set(contextOnly, "contextOnly"),
    integrated: set(integrated, "integrated"),
  }));
}

function labelSetOf(
  { distribution, abstention }: Reading,
  {
    calibration,
    name,
    alpha,
  }: { readonly calibration: Calibration; readonly name: ReadingName; readonly alpha: number },
): LabelSet {
  const level = percent(1 - alpha);
  const abstains = (statement: string, labels: string[] | null): LabelSet => ({
    labels,
    outcome: "abstains",
    statement,
  });
  if (distribution.length === 0) return abstains(`abstained: ${abstention ?? "no reason was given"}`, null);
  const { scores } = calibration[name];
  const threshold = conformalThreshold(scores, alpha);
  if (threshold === null)
    return abstains(
      `not calibrated at ${level}: it has ${scores.length} answers of the ${fewestForLevel(alpha)} that this takes`,
      null,
    );
  const { labels: taxonomy } = calibration;
  const labels = [...labelsWithin(distribution, taxonomy, threshold)];
  const [first, ...others] = labels;
  if (first === undefined) return abstains(`abstains: no label is probable enough at ${level}`, labels);
  if (others.length === 0) return { labels, outcome: "verdict", statement: `${first} at ${level}` };
  if (labels.length === taxonomy.length) return abstains(`abstains: no label is ruled out at ${level}`, labels);
  return { labels, outcome: "undecided", statement: `cannot tell between ${inWords(labels)} at ${level}` };
}

function inWords(labels: readonly string[]): string {
  return labels.join(", ").replace(/, ([^,]+)$/, " and $1");
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}

/** A calibration that was read, with the level that is asked for. */
export interface Calibrated {
  readonly file: CalibrationFile;
  readonly sha256: string;
  /** 1 minus the level. */
  readonly alpha: number;
  /** How many examples are shown. */
  readonly shots: number;
}
