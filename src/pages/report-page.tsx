import { CLIP_STYLE } from "./clip-style.ts";
import { ClipTimeline } from "./clip-timeline.tsx";
import type { FrameOfMoment } from "./clip-view.ts";
import { page } from "./page.ts";
import { rendered } from "./rendered.ts";
import { Answer } from "./report-cited.tsx";
import { absence, LAYERS, ReportFigure } from "./report-figure.tsx";
import { Asked, Evidence, Subject, Warnings, WhatWasSent } from "./report-sections.tsx";
import { REPORT_STYLE } from "./report-style.ts";
import { Trace } from "./report-trace.tsx";
import type { ReportView } from "./report-view.ts";
import { type PlacedWithout, WithoutShown } from "./without-view.tsx";

/**
 * A report as one file that needs nothing else: what the studio shows of it, without its script. Citations lead to the
 * evidence.
 *
 * @param image as a `data:` address.
 * @param without what an object that was taken away changed, its image as a `data:` address.
 * @param frames of a clip, one for each of its moments, as `data:` addresses; `null` where one could not be read.
 */
export function reportPage(
  report: ReportView,
  image: string,
  frames: readonly (FrameOfMoment | null)[] = [],
  without?: PlacedWithout,
): string {
  const shown = new Set(LAYERS.filter((layer) => absence(layer, report) === null && layer !== "mesh"));
  const body = rendered(
    <>
      <h1>{report.name}</h1>
      <Asked report={report} />
      <Answer parts={report.answer} />
      <ReportFigure report={report} src={image} layers={shown} chosen={null} choose={null} />
      {report.clip === null ? null : (
        <>
          <h2>Over time</h2>
          <ClipTimeline view={report.clip} frame={(_, at) => frames[at] ?? null} />
        </>
      )}
      {report.subjects.map((subject) => (
        <Subject key={subject.faceId} report={report} subject={subject} />
      ))}
      {without === undefined ? null : <WithoutShown {...without} />}
      <h2>Evidence</h2>
      <Evidence report={report} />
      <Warnings report={report} />
      <h2>How it came about</h2>
      <Trace turns={report.trace} spent={report.spent} />
      <WhatWasSent report={report} />
    </>,
  );
  return page({
    title: `${report.name}: ${report.question}`,
    style: report.clip === null ? REPORT_STYLE : REPORT_STYLE + CLIP_STYLE,
    body,
  });
}
