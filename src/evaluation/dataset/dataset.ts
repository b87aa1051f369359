import type { Sample } from "../sample.ts";

/** A row that cannot be used, and why. */
export interface BadRow {
  /** Where it stands: `line 12`, or a file's name. */
  readonly where: string;
  readonly reason: string;
}

/** What a reader makes of one row. */
export type ReadRow = { readonly where: string; readonly sample: Sample } | BadRow;

/** Samples that can be used, and what was left out. */
export interface Dataset {
  readonly samples: readonly Sample[];
  readonly skipped: readonly BadRow[];
  /** Labels that the samples are judged by; empty when any word will do. */
  readonly labels: readonly string[];
}
