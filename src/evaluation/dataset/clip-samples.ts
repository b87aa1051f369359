import { groupBy } from "../../domain/group-by.ts";
import type { Sample } from "../sample.ts";
import type { ReadRow } from "./dataset.ts";
import { type FrameDrawer, type FrameWanted, frameTimes } from "./drawn-images.ts";
import { RowProblem } from "./truth-cells.ts";

/*
 * Clips as samples: a table may say something of a clip as a whole, of its moments, or of stretches of it, row by row.
 */

type ReadSample = Extract<ReadRow, { sample: Sample }>;

/** What one row says of a clip: at a moment, of a stretch, or of the clip as a whole. */
export function ofClip(
  { where, sample }: ReadSample,
  at: FrameWanted | null,
  { fromS, toS }: { readonly fromS: number | undefined; readonly toS: number | undefined },
): ReadRow {
  const { label, valence, arousal } = sample.truth;
  if (fromS !== undefined && toS !== undefined) {
    if (toS < fromS) throw new RowProblem(`it ends at ${toS} s, before it begins at ${fromS} s`);
    if (label === null) throw new RowProblem("it has no label, which says what happens");
    const events = { coded: [label], found: [{ what: label, fromS, toS }] };
    return { where, sample: { ...sample, truth: { ...sample.truth, label: null, events } } };
  }
  if (at === null) return { where, sample };
  const truth = { ...sample.truth, valence: null, arousal: null };
  return { where, sample: { ...sample, truth }, moments: [{ at, valence, arousal }] };
}

/** Rows about one clip as one sample: the first of them, with the moments and events of all. */
export function clipsOfRows(rows: readonly ReadRow[]): ReadRow[] {
  const good = rows.filter((row): row is ReadSample => "sample" in row);
  const coded = [...new Set(good.flatMap(({ sample }) => sample.truth.events?.coded ?? []))].sort();
  const clips = [...groupBy(good, ({ sample }) => sample.image).values()].flatMap((own): ReadRow[] => {
    const [first] = own;
    const isOverTime = own.every(({ moments, sample }) => moments !== undefined || sample.truth.events !== undefined);
    if (first === undefined || !isOverTime) return own;
    const moments = own.flatMap((row) => row.moments ?? []);
    const found = own.flatMap(({ sample }) => sample.truth.events?.found ?? []).sort((a, b) => a.fromS - b.fromS);
    const { where, sample } = first;
    const truth = { ...sample.truth, ...(coded.length > 0 && { events: { coded, found } }) };
    return [{ where, sample: { ...sample, truth }, ...(moments.length > 0 && { moments }) }];
  });
  return [...rows.filter((row) => !("sample" in row)), ...clips];
}

/** Truth over time with the times of the frames that it is about. A clip without one of them cannot be used. */
export async function timeMoments(rows: readonly ReadRow[], drawer: FrameDrawer): Promise<readonly ReadRow[]> {
  const timed: ReadRow[] = [];
  for (const row of rows) {
    const { moments: rated = [], ...rest } = "sample" in row ? row : { ...row, moments: [] };
    const clip = "sample" in row ? row.sample.image : null;
    if (rated.length === 0 || clip === null || !("sample" in rest)) {
      timed.push(row);
      continue;
    }
    const times = await frameTimes(
      clip,
      rated.map(({ at }) => at),
      drawer,
    );
    const missing = rated.find((_, i) => times[i] === undefined)?.at;
    if (missing !== undefined && "number" in missing) {
      timed.push({ where: row.where, reason: `its video has no frame ${missing.number}: \`${clip}\`` });
      continue;
    }
    const moments = rated
      .map(({ valence, arousal }, i) => ({ timeS: times[i] as number, valence, arousal }))
      .sort((a, b) => a.timeS - b.timeS);
    timed.push({ ...rest, sample: { ...rest.sample, truth: { ...rest.sample.truth, moments } } });
  }
  return timed;
}
