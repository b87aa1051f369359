import { ConfigurationError } from "../domain/errors.ts";
import type { ToolboxScore } from "../domain/measurement.ts";
import type { EvidenceFile, ImportedRow } from "../ports/evidence-file.ts";

/** What is counted of the rows of a toolbox's file while they are read. */
interface RowCounts {
  faces: number;
  values: number;
  clipped: number;
  repeated: number;
  readonly scores: Map<string, Pick<ToolboxScore, "name" | "range">>;
}

export function createRowCounts(): RowCounts {
  return { faces: 0, values: 0, clipped: 0, repeated: 0, scores: new Map() };
}

/** @param outcome whether the row counts, or repeats the box of another. */
export function countRow(counts: RowCounts, { face }: ImportedRow, outcome: "added" | "repeated"): void {
  if (outcome === "repeated") counts.repeated++;
  else if (face !== null) counts.faces++;
  counts.values += face?.measurement.actionUnits.length ?? 0;
  counts.clipped += face?.clippedValues ?? 0;
  for (const { name, range } of face?.measurement.scores ?? []) counts.scores.set(name, { name, range });
}

/** So many values just outside their scale are another scale. */
const MOST_CLIPPED = { count: 20, share: 0.05 };

/** @throws {ConfigurationError} if so many values are outside their scale that they must be of another. */
export function refuseOtherScale({ clipped, values }: RowCounts, { path }: Pick<EvidenceFile, "path">): void {
  if (clipped <= MOST_CLIPPED.count || clipped <= values * MOST_CLIPPED.share) return;
  throw new ConfigurationError(
    `Cannot import measurements as ${clipped} of ${values} values are outside their scale: is the file of another toolbox, or were its values changed? \`${path}\``,
  );
}

/** What was odd about the rows, one sentence each. */
export function oddRows(
  counts: { readonly clipped: number; readonly repeated: number; readonly unplaced: number; readonly whole: number },
  { title, path }: EvidenceFile,
): readonly string[] {
  const sentences: readonly (readonly [number, string])[] = [
    [counts.clipped, "values stood just outside their scale and count as the end of it"],
    [counts.repeated, "rows repeat the box of another row of their frame: one face each, the surer row counts"],
    [counts.unplaced, "rows name no frame although others do, or are about a video as a whole (means?): left out"],
    [
      counts.whole,
      "videos have no row about a frame: what is said of one as a whole (means?) is one row without frame",
    ],
  ];
  return sentences.flatMap(([count, what]) => (count === 0 ? [] : [`${title}: ${count} ${what} (\`${path}\`)`]));
}
