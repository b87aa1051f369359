import { useEffect, useRef, useState } from "preact/hooks";
import { Answer } from "../../pages/report-cited.tsx";
import { Evidence, Subject } from "../../pages/report-sections.tsx";
import { Trace, thumbnailsOf } from "../../pages/report-trace.tsx";
import type { RunHead, WholeAnswer } from "../evaluation-answers.ts";
import { go, href, withQuery } from "./address.ts";
import { Failure } from "./parts.tsx";
import { useLoaded } from "./server.ts";

export function imageOf(path: string, sample: string, cell = ""): string {
  return href(`/api/evaluation/image?${new URLSearchParams({ path, sample, cell })}`);
}

/** An image of a sample; where it is gone, that is said in its place. */
export function SampleImage({ src, alt }: { readonly src: string; readonly alt: string }) {
  const [isGone, setGone] = useState(false);
  if (isGone) return <span class="gone soft">image not found</span>;
  return <img src={src} alt={alt} loading="lazy" onError={() => setGone(true)} />;
}

/** One answer with its image, its scores and what led to it. */
export function Transcript({
  path,
  call,
  conditions,
}: { readonly path: string; readonly call: string } & Pick<RunHead, "conditions">) {
  const { value, error } = useLoaded<WholeAnswer>(`/evaluation/answer?${new URLSearchParams({ path, call })}`);
  const place = useRef<HTMLElement>(null);
  const isThere = value !== undefined;
  useEffect(() => {
    if (isThere) place.current?.focus();
  }, [isThere]);
  return (
    <aside aria-label="Transcript" ref={place} tabIndex={-1}>
      <p class="row">
        <strong dir="auto">{value?.sample}</strong>
        <button type="button" class="quiet" onClick={() => go(withQuery({ call: null }))}>
          Close
        </button>
      </p>
      <Failure error={error} />
      {value === undefined ? null : (
        <Whole path={path} condition={conditions.find(({ id }) => id === value.cell)?.short ?? value.cell} {...value} />
      )}
    </aside>
  );
}

function Whole({ path, condition, ...answer }: WholeAnswer & { readonly path: string; readonly condition: string }) {
  const { sample, cell, image, question, context, text, explanation, failure, scores, view } = answer;
  const { usage, costUsd, cached } = answer;
  const tokens = usage === null ? [] : [`${(usage.latencyMs / 1000).toFixed(1)} s`];
  if (usage?.inputTokens != null) tokens.push(`${usage.inputTokens} tokens in, ${usage.outputTokens ?? "unknown"} out`);
  if (costUsd !== null && costUsd > 0) tokens.push(`${costUsd.toFixed(4)} USD`);
  if (cached) tokens.push("answered before");
  return (
    <>
      {image === null ? null : (
        <figure>
          <SampleImage src={imageOf(path, sample, cell)} alt={sample} />
          <figcaption>{image}</figcaption>
        </figure>
      )}
      <p class="soft">
        {condition}
        {tokens.length === 0 ? "" : `; ${tokens.join(", ")}`}
      </p>
      {question === null ? null : <p dir="auto">{question}</p>}
      {context === null ? null : <p dir="auto">Told: {context}</p>}
      {failure === null ? null : <p class="failure">{failure}</p>}
      {view === null ? (
        explanation === null ? null : (
          <p dir="auto">{explanation}</p>
        )
      ) : (
        <>
          <Answer parts={view.answer} />
          {view.subjects.map((subject) => (
            <Subject key={subject.faceId} report={view} subject={subject} />
          ))}
        </>
      )}
      <ul class="scores">
        {scores.map(({ scorer, value, explanation: why }) => (
          <li key={scorer}>
            <strong>{scorer.replaceAll("-", " ")}</strong> {value === null ? "unscored" : Number(value.toFixed(3))}:{" "}
            {why}
          </li>
        ))}
      </ul>
      {view === null ? (
        text === null || /^sha256 [0-9a-f]{64}$/.test(text) ? null : (
          <pre>{text}</pre>
        )
      ) : (
        <>
          <h3>How it came about</h3>
          <Trace turns={view.trace} spent={view.spent} shown={thumbnailsOf(view.sent)} />
          <details>
            <summary>Evidence</summary>
            <Evidence report={view} />
          </details>
        </>
      )}
    </>
  );
}
