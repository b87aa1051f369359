import { readingChanges } from "../../pages/report-difference.ts";
import type { ReportView } from "../../pages/report-view.ts";

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
        {readingChanges(before, after).map(({ faceId, words }) => (
          <li key={faceId}>
            <b>{faceId ?? "The scene"}</b>: {words}
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
