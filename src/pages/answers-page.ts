import type { ReadingRow } from "../domain/reading-rows.ts";
import { type Markup, markup } from "./markup.ts";
import { page } from "./page.ts";

/** What a run of questions came to. */
export interface AnswersSummary {
  readonly model: string;
  readonly asked: number;
  readonly failed: number;
  readonly tokens: number;
  /** How many of them are an estimate. */
  readonly estimated: number;
  readonly usd: number;
  /** Answers whose price nobody knows. */
  readonly unpriced: number;
  /** What the answers say together. */
  readonly notes: readonly string[];
}

/** One question and its answer. */
interface AnswerCard {
  readonly title: string;
  /** As a `data:` address; `null` where the image cannot be read. */
  readonly thumbnail: string | null;
  readonly question: string | null;
  readonly context: string | null;
  readonly answer: string | null;
  readonly failure: string | null;
  readonly readings: readonly ReadingRow[];
  /** Judges that failed, and what a judge of judges chose. */
  readonly remarks: readonly string[];
}

/** The answers of a run as one page; the first ones, where there are very many. */
export function answersPage(summary: AnswersSummary, cards: readonly AnswerCard[]): string {
  const { model, asked, failed, tokens, estimated, usd, unpriced, notes } = summary;
  const cost = unpriced === asked && asked > 0 ? "nobody says what they cost" : `${usd.toFixed(4)} USD`;
  const reckoned = estimated === 0 ? "" : ` (${estimated} of them an estimate, as their server did not count them)`;
  const rest = cards.length < asked ? `The first ${cards.length} are shown; all are in answers.csv. ` : "";
  const body = markup`<h1>${asked} questions to ${model}</h1>
<p>${asked - failed} answered, ${failed} failed. ${tokens} tokens${reckoned}, ${cost}. ${rest}Everything is perceived or expressed; nobody's felt state is asserted.</p>
${notes.map((note) => markup`<p>${note}</p>`)}
<div class="cases">${cards.map(card)}</div>`;
  return page({ title: `${asked} questions to ${model}`, body });
}

function card({ title, thumbnail, question, context, answer, failure, readings, remarks }: AnswerCard): Markup {
  const image = thumbnail === null ? null : markup`<img alt="${title}" src="${thumbnail}">`;
  const stated = context === null ? null : markup`<p class="soft">Context: ${context}</p>`;
  const said = failure === null ? markup`<p>${answer ?? ""}</p>` : markup`<p class="bad">${failure}</p>`;
  return markup`<div class="case">${image}<h3>${title}</h3>
<p class="soft">${question ?? ""}</p>${stated}${said}${remarks.map((remark) => markup`<p class="soft">${remark}</p>`)}${readings.length === 0 ? null : readingsTable(readings)}</div>`;
}

function readingsTable(readings: readonly ReadingRow[]): Markup {
  return markup`<div class="scroll"><table><thead><tr><th></th><th>face only</th><th>context only</th><th>integrated</th></tr></thead><tbody>
${readings.map(({ face, faceOnly, contextOnly, integrated }) => markup`<tr><td>${face}</td><td>${faceOnly}</td><td>${contextOnly}</td><td>${integrated}</td></tr>`)}</tbody></table></div>`;
}
