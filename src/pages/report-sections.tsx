import { Fragment } from "preact";
import { useContext } from "preact/hooks";
import { Cited, LightingContext } from "./report-cited.tsx";
import { Readings } from "./report-readings.tsx";
import { ActionUnits } from "./report-units.tsx";
import type { ReportView, SubjectView } from "./report-view.ts";

/** What was asked, of whom. */
export function Asked({ report: { question, context, judge } }: { readonly report: ReportView }) {
  return (
    <p class="soft">
      {question}
      <br />
      {context === null ? "No context was given." : `Context: ${context}`}
      <br />
      Judged by {judge}. Everything is perceived or expressed; nobody's felt state is asserted.
    </p>
  );
}

interface SubjectProps {
  readonly report: ReportView;
  readonly subject: SubjectView;
}

/** One face, or the scene: three readings, what was measured, and the reasons. */
export function Subject({ report, subject }: SubjectProps) {
  const face = report.faces.find(({ faceId }) => faceId === subject.faceId);
  const name = subject.faceId ?? "The scene";
  return (
    <section aria-label={name}>
      <h2>{name}</h2>
      {face === undefined ? null : <p class="facts">{face.facts.join(" · ")}</p>}
      <Readings subject={subject} about={name} />
      <Several rows={subject.several} />
      {face === undefined || report.clip !== null ? null : (
        <>
          <h3>Action units</h3>
          <ActionUnits units={face.actionUnits} />
        </>
      )}
      <Reasons subject={subject} />
    </section>
  );
}

/** The spread of several samples, the labels that hold at a level, each judge of a panel and how far they agree. */
function Several({ rows }: { readonly rows: SubjectView["several"] }) {
  if (rows.length === 0) return null;
  return (
    <table class="several">
      <thead>
        <tr>
          <th />
          <th>face only</th>
          <th>context only</th>
          <th>integrated</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ face, faceOnly, contextOnly, integrated }) => (
          <tr key={face}>
            <th>{face}</th>
            <td>{faceOnly}</td>
            <td>{contextOnly}</td>
            <td>{integrated}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function Warnings({ report }: { readonly report: ReportView }) {
  if (report.warnings.length === 0) return null;
  return (
    <>
      <h2>Beware</h2>
      <ul>
        {report.warnings.map((warning) => (
          <li key={warning}>{warning}</li>
        ))}
      </ul>
    </>
  );
}

/** What went to each server, in bytes and small copies of its images. */
export function WhatWasSent({ report: { sent } }: { readonly report: ReportView }) {
  if (sent.length === 0) return null;
  return (
    <>
      <h2>What was sent</h2>
      {sent.map(({ server, requests, bytes, images }) => (
        <Fragment key={server}>
          <p>
            To {server}: {requests === 1 ? "1 request" : `${requests} requests`} of {kilobytes(bytes)} in all,{" "}
            {images.length === 0 ? "without an image." : "with these images, which go along with every turn:"}
          </p>
          <div class="stimuli">
            {images.map(({ caption, thumbnail, widthPx, heightPx, bytes: size }) => (
              <figure key={caption}>
                {thumbnail === null ? <span class="undrawn">not drawn</span> : <img alt={caption} src={thumbnail} />}
                <figcaption>
                  {caption}, {widthPx} x {heightPx} px, {kilobytes(size)}
                </figcaption>
              </figure>
            ))}
          </div>
        </Fragment>
      ))}
    </>
  );
}

const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;

/** What speaks for and against, how face and context go together, and what else it may be. */
export function Reasons({ subject }: { readonly subject: SubjectView }) {
  const { cues, congruence, alternatives, appraisals } = subject;
  return (
    <>
      <h4>Cues</h4>
      {cues.length === 0 ? <p class="soft">None was given.</p> : null}
      <ul class="cues">
        {cues.map(({ direction, label, statement, ids, check }) => (
          <li key={`${label} ${statement}`}>
            <span class={direction}>{direction === "for" ? "for" : "against"}</span> <b>{label}</b>:{" "}
            <Cited ids={ids}>{statement} </Cited> <Check check={check} />
          </li>
        ))}
      </ul>
      <h4>Face and context</h4>
      <p>
        <b>{congruence.kind ?? congruence.verdict}</b>
        {congruence.kind === null ? "" : ` (${congruence.verdict})`}:{" "}
        <Cited ids={congruence.ids}>{congruence.statement} </Cited> <Check check={congruence.check} />
      </p>
      <h4>Alternatives</h4>
      {alternatives.length === 0 ? <p class="soft">The evidence leaves no other reading open.</p> : null}
      <ul>
        {alternatives.map(({ label, whatWouldDecide }) => (
          <li key={label}>
            <b>{label}</b>: {whatWouldDecide}
          </li>
        ))}
      </ul>
      {appraisals.length === 0 ? null : (
        <details>
          <summary>Appraisals, as perceived ({appraisals.length})</summary>
          <ul>
            {appraisals.map(({ dimension, value, ids }) => (
              <li key={dimension}>
                <Cited ids={ids}>
                  {dimension} {value > 0 ? "+" : ""}
                  {value.toFixed(2)}{" "}
                </Cited>
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function Check({ check }: { readonly check: SubjectView["congruence"]["check"] }) {
  if (check === null) return null;
  const dress = check.holds === null ? "soft" : check.holds ? "good" : "bad";
  return (
    <span class={`check ${dress}`} title={check.reason}>
      {check.words}
      {check.holds === false ? `: ${check.reason}` : ""}
    </span>
  );
}

/** Everything that may be cited, what is cited first in sight. */
export function Evidence({ report }: { readonly report: ReportView }) {
  const cited = report.evidence.filter(({ isCited }) => isCited);
  const others = report.evidence.filter(({ isCited }) => !isCited);
  return (
    <>
      <p class="soft">{report.grounding}</p>
      <EvidenceList items={cited} />
      <details>
        <summary>{others.length} items that nothing cites</summary>
        <EvidenceList items={others} />
      </details>
    </>
  );
}

function EvidenceList({ items }: { readonly items: ReportView["evidence"] }) {
  const { lit, light } = useContext(LightingContext);
  return (
    <ul class="evidence">
      {items.map(({ id, statement, source }) => {
        const handlers = light === null ? {} : { onMouseEnter: () => light([id]), onMouseLeave: () => light([]) };
        return (
          <li key={id} id={id} class={lit.has(id) ? "lit" : undefined} {...handlers}>
            <b>{id}</b> {statement} <span class="soft">({source})</span>
          </li>
        );
      })}
    </ul>
  );
}
