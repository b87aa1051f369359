import { z } from "zod";
import { ScoreTable } from "./score-table.ts";
import { Estimate } from "./statistics/estimate.ts";

/** What a number of a measurement passport is about. */
export const PassportSection = z.enum([
  "action units",
  "FACS agreement",
  "expressions",
  "test-retest",
  "asymmetry",
  "head turn",
  "faces at rest",
  "groups",
]);
export type PassportSection = z.infer<typeof PassportSection>;

/** One number of a passport. */
export const PassportRow = z.strictObject({
  section: PassportSection,
  /** Toolbox, network or judge that it is of. */
  source: z.string(),
  /** Action unit, label, change of the image, head turn or group; empty where it is of all. */
  of: z.string(),
  /** `AUC`, `F1`, `ECE`, `accuracy`, ... */
  measure: z.string(),
  estimate: Estimate.readonly(),
});
export type PassportRow = Readonly<z.infer<typeof PassportRow>>;

/** How well faces are measured, on images that people labelled. */
export const Passport = z.strictObject({
  /** Rows of the table that were used, and how many people they show; `null` when no column says who is who. */
  faces: z.number(),
  subjects: z.number().nullable(),
  /** Labelled faces in which no toolbox found a face. */
  notFound: z.number(),
  kuleshovVersion: z.string(),
  rows: z.array(PassportRow.readonly()).readonly(),
  /** Confusions and calibrations of expressions. */
  tables: z.array(ScoreTable).readonly(),
  /** What to beware of, one sentence each. */
  notes: z.array(z.string()).readonly(),
  /** For the methods section of a paper. */
  paragraph: z.string(),
});
export type Passport = Readonly<z.infer<typeof Passport>>;
