import type { Reading, ReadingName, SubjectJudgment } from "./judgment.ts";
import { abstainedInWords, type PooledReading } from "./pooled-reading.ts";
import type { Report } from "./report.ts";

/** The three readings of a face, kept apart, each with its first label in words, e.g. `happiness 0.93`. */
export interface ReadingRow {
  /** e.g. `F1`, or `scene` where there is no face; with a judge's name where it is that one's alone. */
  readonly face: string;
  readonly faceOnly: string;
  readonly contextOnly: string;
  readonly integrated: string;
}

/** What of a report says that it is more than one answer of one model. */
type SeveralJudges = Pick<Report, "samples" | "panel" | "labelSets">;

/** How many judges have the commonest of the labels on top. */
export function agreeingIn(tops: readonly { readonly label: string | null }[]): number {
  const counts = new Map<string, number>();
  for (const { label } of tops) {
    if (label !== null) counts.set(label.toLowerCase(), 1 + (counts.get(label.toLowerCase()) ?? 0));
  }
  return Math.max(0, ...counts.values());
}

/**
 * The readings of a face, with their spread, and below them the labels that hold at a level, and what each judge of a panel
 * reads, with how far they agree.
 */
export function readingRows(subject: SubjectJudgment, report: SeveralJudges): ReadingRow[] {
  const { faceId } = subject;
  const face = faceId ?? "scene";
  const row = (name: string, cell: (reading: ReadingName) => string): ReadingRow => ({
    face: name,
    faceOnly: cell("faceOnly"),
    contextOnly: cell("contextOnly"),
    integrated: cell("integrated"),
  });
  const pooled = report.samples?.subjects.find((each) => each.faceId === faceId);
  const sets = report.labelSets?.subjects.find((each) => each.faceId === faceId);
  const judges = report.panel?.judges ?? [];
  const about = (reading: ReadingName) =>
    report.panel?.agreement.find((one) => one.faceId === faceId && one.reading === reading);
  return [
    row(face, (name) => readingInWords(subject[name], pooled?.[name])),
    ...(sets === undefined ? [] : [row(`${face}, labels`, (name) => sets[name].statement)]),
    ...judges.flatMap(({ id, judgment }) => {
      const own = judgment?.subjects.find((each) => each.faceId === faceId);
      return own === undefined ? [] : [row(`${face}, ${id}`, (name) => readingInWords(own[name]))];
    }),
    ...(judges.length === 0
      ? []
      : [
          row(`${face}, agreement`, (name) => {
            const { tops = [], divergenceBits = null } = about(name) ?? {};
            const apart = divergenceBits === null ? "" : `, ${divergenceBits.toFixed(2)} bits apart`;
            return `${agreeingIn(tops)} of ${tops.length} agree${apart}`;
          }),
        ]),
  ];
}

function readingInWords({ distribution }: Reading, pooled?: PooledReading): string {
  const [top] = [...distribution].sort((a, b) => b.probability - a.probability);
  const abstained = pooled === undefined || pooled.abstained === 0 ? "" : `, ${abstainedInWords(pooled)}`;
  if (top === undefined) return pooled === undefined ? "abstained" : abstainedInWords(pooled);
  const sd = pooled?.distribution.find(({ label }) => label === top.label)?.sd ?? null;
  return `${top.label} ${top.probability.toFixed(2)}${sd === null ? "" : ` ± ${sd.toFixed(2)}`}${abstained}`;
}
