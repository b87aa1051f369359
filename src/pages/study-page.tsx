import { page } from "./page.ts";
import { rendered } from "./rendered.ts";
import { HistogramFigure, LabelCounts } from "./study-figures.tsx";

type Figure = Parameters<typeof HistogramFigure>[0];

/** What a study comes to. */
export interface StudySummary {
  readonly title: string;
  readonly counts: { readonly images: number; readonly faces: number; readonly failures: number };
  /** How many rows the figures are of, where they are not of all. */
  readonly firstRows: number | null;
  /** Images or frames; `null` where the tables do not say. */
  readonly withoutFace: number | null;
  readonly labels: Parameters<typeof LabelCounts>[0]["counts"];
  readonly figures: readonly Figure[];
  readonly failures: readonly { readonly path: string; readonly reason: string }[];
  /** The first faces, where portraits were kept: JPEG as a data address. */
  readonly portraits: readonly { readonly title: string; readonly label: string | null; readonly image: string }[];
  /** The first clips, each with its page beside this one. */
  readonly timelines: readonly { readonly path: string; readonly file: string }[];
  readonly warnings: readonly string[];
}

/** A study as one page: what was measured, how it is spread, and what failed. */
export function studyPage(study: StudySummary): string {
  const { title, labels, figures, portraits, counts, timelines } = study;
  const body = rendered(
    <>
      <h1>{title}</h1>
      <Measured {...study} />
      {labels.length === 0 ? null : (
        <>
          <h2>Labels</h2>
          <LabelCounts counts={labels} />
        </>
      )}
      {figures.length === 0 ? null : (
        <>
          <h2>Quality and action units</h2>
          <div class="histograms">
            {figures.map((figure) => (
              <HistogramFigure key={figure.words} {...figure} />
            ))}
          </div>
        </>
      )}
      {timelines.length === 0 ? null : (
        <>
          <h2>Clips over time</h2>
          <ul>
            {timelines.map(({ path, file }) => (
              <li key={file}>
                <a href={file}>{path}</a>
              </li>
            ))}
          </ul>
        </>
      )}
      {portraits.length === 0 ? null : (
        <>
          <h2>{portraits.length < counts.faces ? `The first ${portraits.length} faces` : "Faces"}</h2>
          <div class="portraits">
            {portraits.map((portrait) => (
              <Portrait key={portrait.title} {...portrait} />
            ))}
          </div>
        </>
      )}
      <Failures {...study} />
    </>,
  );
  return page({ title, body });
}

function Measured({ counts: { images, faces, failures }, withoutFace, firstRows, warnings }: StudySummary) {
  return (
    <>
      <p>
        {faces} faces in {images} images or frames{facelessInWords(withoutFace)};{" "}
        {failures === 0 ? "nothing" : failures} failed.
        {firstRows === null ? "" : ` Figures are of the first ${firstRows} rows.`}
      </p>
      <p class="soft">
        Labels are what the toolbox takes for the likeliest: perceived or expressed, not felt. The numbers stand in
        faces.csv, what each means in data-dictionary.csv. <code>kuleshov studio</code> in the folder above shows,
        filters and excludes faces.
      </p>
      {warnings.map((warning) => (
        <p key={warning} class="soft">
          {warning}
        </p>
      ))}
    </>
  );
}

function facelessInWords(count: number | null): string {
  if (count === null) return "";
  return count === 0 ? ", each with a face" : `, ${count} of which show none`;
}

function Portrait({ title, label, image }: StudySummary["portraits"][number]) {
  return (
    <figure>
      <img alt="" src={image} />
      <figcaption>
        {label === null ? null : <b>{label} </b>}
        {title}
      </figcaption>
    </figure>
  );
}

function Failures({ failures, counts }: StudySummary) {
  if (failures.length === 0) return null;
  return (
    <>
      <h2>What failed</h2>
      <ul>
        {failures.map(({ path, reason }) => (
          <li key={path}>
            {path}: {reason}
          </li>
        ))}
      </ul>
      {failures.length < counts.failures ? <p>All are in failures.csv.</p> : null}
    </>
  );
}
