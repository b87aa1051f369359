import type { ScoreTable } from "./score-table.ts";
import type { Estimate } from "./statistics/estimate.ts";

/** What a number of a measurement passport is about. */
export type PassportSection =
  | "action units"
  | "FACS agreement"
  | "expressions"
  | "test-retest"
  | "asymmetry"
  | "head turn"
  | "faces at rest"
  | "groups";

/** One number of a passport. */
export interface PassportRow {
  readonly section: PassportSection;
  /** Toolbox, network or judge that it is of. */
  readonly source: string;
  /** Action unit, label, change of the image, head turn or group; empty where it is of all. */
  readonly of: string;
  /** `AUC`, `F1`, `ECE`, `accuracy`, ... */
  readonly measure: string;
  readonly estimate: Estimate;
}

/** How well faces are measured, on images that people labelled. */
export interface Passport {
  /** Rows of the table that were used, and how many people they show; `null` when no column says who is who. */
  readonly faces: number;
  readonly subjects: number | null;
  /** Labelled faces in which no toolbox found a face. */
  readonly notFound: number;
  readonly kuleshovVersion: string;
  readonly rows: readonly PassportRow[];
  /** Confusions and calibrations of expressions. */
  readonly tables: readonly ScoreTable[];
  /** What to beware of, one sentence each. */
  readonly notes: readonly string[];
  /** For the methods section of a paper. */
  readonly paragraph: string;
}
