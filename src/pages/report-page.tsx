import { page } from "./page.ts";
import { rendered } from "./rendered.ts";
import { Answer } from "./report-cited.tsx";
import { absence, LAYERS, ReportFigure } from "./report-figure.tsx";
import { Asked, Evidence, Subject, Warnings, WhatWasSent } from "./report-sections.tsx";
import { REPORT_STYLE } from "./report-style.ts";
import { Trace } from "./report-trace.tsx";
import type { ReportView } from "./report-view.ts";

/**
 * A report as one file that needs nothing else: what the studio shows of it, without its script. Citations lead to the
 * evidence.
 *
 * @param image as a `data:` address.
 */
export function reportPage(report: ReportView, image: string): string {
  const shown = new Set(LAYERS.filter((layer) => absence(layer, report) === null && layer !== "mesh"));
  const body = rendered(
    <>
      <h1>{report.name}</h1>
      <Asked report={report} />
      <Answer parts={report.answer} />
      <ReportFigure report={report} src={image} layers={shown} chosen={null} choose={null} />
      {report.subjects.map((subject) => (
        <Subject key={subject.faceId} report={report} subject={subject} />
      ))}
      <h2>Evidence</h2>
      <Evidence report={report} />
      <Warnings report={report} />
      <h2>How it came about</h2>
      <Trace turns={report.trace} />
      <WhatWasSent report={report} />
    </>,
  );
  return page({ title: `${report.name}: ${report.question}`, style: REPORT_STYLE, body });
}
