import type { Report, TraceStep } from "../domain/report.ts";
import { turnsOf } from "../domain/trace-tree.ts";
import { tokensInWords } from "../render/terminal-trace.ts";
import { type Markup, markup } from "./markup.ts";
import { page } from "./page.ts";

/** How a judgment came about, turn by turn: inputs, outputs, times, tokens, and the images that the model was shown. */
export function tracePage(report: Report): string {
  const { provenance, judgment } = report;
  const { model, timingsMs, tokens, image } = provenance;
  const title = `Trace of ${image.path}`;
  const sent = provenance.sent.flatMap(({ images }) => images);
  const shown = new Map(sent.map((each) => [each.caption, each.thumbnail]));
  const body = markup`<h1>${title}</h1>
<p class="soft">${model.id}, ${model.mode}. ${seconds(timingsMs.total)}: decode ${seconds(timingsMs.decode)}, measure ${seconds(timingsMs.measure)}, observe ${seconds(timingsMs.observe)}, judge ${seconds(timingsMs.judge)}${tokensInWords(tokens)}.</p>
<p>${provenance.question}</p>${imagesOf(["the whole image"], shown)}
<ol>${turnsOf(report.trace).map(
    ({
      complaint,
      answer,
      tools,
    }) => markup`<li>${answer.of === undefined ? null : markup`<p class="soft">${answer.of}</p>`}${complaint === null ? null : markup`<p class="bad">${complaint.output}</p>`}
<p class="soft">${seconds(answer.durationMs)}${tokensOf(answer)}</p><details><summary>what the model said</summary><pre>${answer.output}</pre></details>
<ul>${tools.map((tool) => toolItem(tool, shown))}</ul></li>`,
  )}</ol>
<h2>Answer</h2><p>${judgment.answer}</p>`;
  return page({ title, body });
}

function toolItem(
  { name, input, output, durationMs, images }: TraceStep,
  shown: ReadonlyMap<string, string | null>,
): Markup {
  return markup`<li><b>${name}</b> ${input ?? ""} <span class="soft">${seconds(durationMs)}</span>
<details><summary>what it returned</summary><pre>${output}</pre></details>${imagesOf(images, shown)}</li>`;
}

/** Those of which a thumbnail was kept; an image is shown where it was looked at. */
function imagesOf(captions: readonly string[], shown: ReadonlyMap<string, string | null>): Markup[] {
  return captions.flatMap((caption) => {
    const thumbnail = shown.get(caption);
    return thumbnail === undefined || thumbnail === null
      ? []
      : [markup`<figure><img alt="${caption}" src="${thumbnail}"><figcaption>${caption}</figcaption></figure>`];
  });
}

function tokensOf({ tokens }: TraceStep): string {
  return tokens === null ? "" : tokensInWords(tokens);
}

function seconds(ms: number | null): string {
  if (ms === null) return "";
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
