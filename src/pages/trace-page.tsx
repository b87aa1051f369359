import type { Report } from "../domain/report.ts";
import { page } from "./page.ts";
import { rendered } from "./rendered.ts";
import { Asked } from "./report-sections.tsx";
import { REPORT_STYLE } from "./report-style.ts";
import { ImagesShown, Turns, thumbnailsOf } from "./report-trace.tsx";
import { viewOf } from "./view-report.ts";

/** How a judgment came about, turn by turn: inputs, outputs, times, tokens, and the images that the model was shown. */
export function tracePage(report: Report): string {
  const view = viewOf(report);
  const title = `Trace of ${view.name}`;
  const shown = thumbnailsOf(view.sent);
  const body = rendered(
    <>
      <h1>{title}</h1>
      <Asked report={view} />
      <p class="soft">{view.spent}.</p>
      <ImagesShown captions={shown.has(WHOLE_IMAGE) ? [WHOLE_IMAGE] : []} shown={shown} />
      <Turns turns={view.trace} shown={shown} />
      <h2>Answer</h2>
      <p>{report.judgment.answer}</p>
    </>,
  );
  return page({ title, style: REPORT_STYLE, body });
}

/** Shown to a model before it says anything. */
const WHOLE_IMAGE = "the whole image";
