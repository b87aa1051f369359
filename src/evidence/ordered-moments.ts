import type { ToolboxScore } from "../domain/measurement.ts";
import { createKeyTable } from "../platform/kept-keys.ts";
import type { EvidenceFile, ImportedRow } from "../ports/evidence-file.ts";
import { addFace, type BoxesOfFrame, createFrame, type MutableFrame } from "./evidence-index.ts";
import { isVideoName } from "./image-names.ts";
import { countRow, createRowCounts, oddRows, refuseOtherScale } from "./row-counts.ts";

/** An image, or a moment of a video, with all that files say of it. */
export interface MomentRows {
  readonly path: string;
  readonly isFrame: boolean;
  readonly frame: number | null;
  readonly timeSec: number | null;
  /** Rows by file, in the order of the files. */
  readonly rows: readonly (readonly ImportedRow[])[];
}

/** A file whose rows stand in the order in which they are wanted, as toolboxes mostly write them. */
interface OrderedEvidence {
  readonly evidence: EvidenceFile;
  readonly total: number;
  /** Whether some of its moments are frames. */
  readonly clips: boolean;
  readonly scores: readonly Pick<ToolboxScore, "name" | "range">[];
  readonly warnings: readonly string[];
  moments(signal?: AbortSignal): AsyncGenerator<MomentRows>;
}

/**
 * Reads a toolbox's file once from end to end, which checks every row, and tells whether it can be taken moment by moment
 * as it stands: no image named again further down, frames in the order of time, none of it about a video as a whole.
 *
 * @returns `undefined` for every other file, which takes an index.
 * @throws {ConfigurationError} if a row cannot be, or a face of a frame stands there twice.
 */
export async function openOrdered(evidence: EvidenceFile, signal?: AbortSignal): Promise<OrderedEvidence | undefined> {
  const counts = createRowCounts();
  const paths = createKeyTable();
  let [total, clips] = [0, false];
  let last: Moment | undefined;
  for await (const { moment, isFrame } of momentsOf(evidence, signal, (row, outcome) =>
    countRow(counts, row, outcome),
  )) {
    const isNew = moment.path !== last?.path;
    if (isNew ? !paths.add(moment.path) : !follows(moment, last)) return undefined;
    if (moment.at === null && isVideoName(moment.path)) return undefined;
    [total, clips, last] = [total + 1, clips || isFrame, moment];
  }
  if (total === 0) return undefined;
  refuseOtherScale(counts, evidence);
  return {
    ...{ evidence, total, clips },
    scores: [...counts.scores.values()],
    warnings: oddRows({ ...counts, unplaced: 0, whole: 0 }, evidence),
    async *moments(again) {
      for await (const { moment, isFrame } of momentsOf(evidence, again)) {
        const { path, frame, rows } = moment;
        const kept = rows.filter(({ at }) => frame.positions.includes(at));
        yield { path, isFrame, frame: frame.frame, timeSec: frame.timeSec, rows: [kept] };
      }
    },
  };
}

/** Rows that stand together and are about one image or frame. */
interface Moment {
  readonly path: string;
  readonly named: boolean;
  /** Its number or, where it has none, its time; `null` for an image. */
  readonly at: number | null;
  readonly frame: MutableFrame;
  readonly rows: ImportedRow[];
}

function follows({ at, frame }: Moment, before: Moment | undefined): boolean {
  const sameKind = (frame.frame === null) === (before?.frame.frame === null);
  return sameKind && at !== null && before !== undefined && before.at !== null && at > before.at;
}

/** Whether a moment is a frame is known when the next one is. */
async function* momentsOf(
  evidence: EvidenceFile,
  signal?: AbortSignal,
  told: (row: ImportedRow, outcome: "added" | "repeated") => void = () => undefined,
): AsyncGenerator<{ readonly moment: Moment; readonly isFrame: boolean }> {
  const seen: BoxesOfFrame = { frame: undefined, boxes: [] };
  let open: Moment | undefined;
  let before: string | undefined;
  const ended = (moment: Moment, next?: string) => {
    const { path, named, frame } = moment;
    const isOneOfSeveral = path === before || path === next;
    const isTimed = !named && frame.timeSec !== null;
    before = path;
    return { moment, isFrame: isOneOfSeveral || isTimed || isVideoName(path) };
  };
  for await (const batch of evidence.rows(signal)) {
    for (const row of batch) {
      const path = row.image ?? row.file;
      const at = row.frame ?? row.timeSec;
      if (open?.path !== path || open.at !== at || open.frame.frame !== row.frame) {
        if (open !== undefined) yield ended(open, path);
        open = { path, named: row.image !== null, at, frame: createFrame(row), rows: [] };
      }
      told(row, addFace(open.frame, row, seen));
      open.rows.push(row);
    }
  }
  if (open !== undefined) yield ended(open);
}
