import type { ReadingView, ReportView, SubjectView } from "../../pages/report-view.ts";

/** Shares that moved by less are called the same. */
const LEAST_MOVE = 0.02;

/** What another context, question or judge changed: only what is different is said. */
export function Difference({ before, after }: { readonly before: ReportView; readonly after: ReportView }) {
  const asked = [
    ["Context", before.context ?? "none", after.context ?? "none"],
    ["Question", before.question, after.question],
    ["Judge", before.judge, after.judge],
  ].filter(([, then, now]) => then !== now);
  return (
    <section class="told wide" aria-label="What changed">
      <h2>What changed</h2>
      {asked.map(([name, then, now]) => (
        <p key={name}>
          {name}: <del>{then}</del> became <ins>{now}</ins>
        </p>
      ))}
      <ul>
        {after.subjects.map((subject) => (
          <li key={subject.faceId}>
            <b>{subject.faceId ?? "The scene"}</b>:{" "}
            {moved(
              before.subjects.find(({ faceId }) => faceId === subject.faceId),
              subject,
            )}
          </li>
        ))}
      </ul>
      <details>
        <summary>The answer before</summary>
        <p>{before.answer.map(({ text }) => text)}</p>
      </details>
    </section>
  );
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
