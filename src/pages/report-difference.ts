import type { ReadingView, ReportView, SubjectView } from "./report-view.ts";

/** Shares that moved by less are called the same. */
const LEAST_MOVE = 0.02;

/** What became of the readings of one person, or of the scene where no face is. */
export interface Changed {
  readonly faceId: string | null;
  /** `integrated from fear 0.71 to happiness 0.64`, or that all are the same. */
  readonly words: string;
}

/** How the readings of one report differ from those of another about the same people. */
export function readingChanges(before: ReportView, after: ReportView): readonly Changed[] {
  return after.subjects.map((subject) => ({
    faceId: subject.faceId,
    words: moved(
      before.subjects.find(({ faceId }) => faceId === subject.faceId),
      subject,
    ),
  }));
}

function moved(then: SubjectView | undefined, now: SubjectView): string {
  if (then === undefined) return "was not judged before";
  const told = now.readings.flatMap((reading) => {
    const earlier = then.readings.find(({ name }) => name === reading.name);
    const words = earlier === undefined ? null : change(earlier, reading);
    return words === null ? [] : `${reading.name} ${words}`;
  });
  return told.length === 0 ? "all three readings are the same" : told.join("; ");
}

function change(then: ReadingView, now: ReadingView): string | null {
  const [a, b] = [top(then), top(now)];
  if (a?.label === b?.label && Math.abs((a?.share ?? 0) - (b?.share ?? 0)) < LEAST_MOVE) return null;
  return `from ${inWords(a)} to ${inWords(b)}`;
}

function top({ shares }: ReadingView): { label: string; share: number } | undefined {
  const [first] = Object.entries(shares).sort(([, a], [, b]) => b - a);
  return first === undefined ? undefined : { label: first[0], share: first[1] };
}

function inWords(most: ReturnType<typeof top>): string {
  return most === undefined ? "abstained" : `${most.label} ${most.share.toFixed(2)}`;
}
