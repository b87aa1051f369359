import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { DecodedImage } from "../domain/image.ts";
import type { Judgment, Reading } from "../domain/judgment.ts";
import { readingRows } from "../domain/reading-rows.ts";
import { decodeImage } from "../measuring/decode-image.ts";
import { dataAddress, renderView } from "../measuring/render-view.ts";
import type { AnswersSummary, AnswersView } from "../pages/answers-view.tsx";
import { answersPage } from "../pages/result-pages.tsx";
import { mapInOrder } from "../platform/map-in-order.ts";
import { systemPath } from "../platform/system-path.ts";
import { type Cell, csvLines } from "../platform/tables/write-table.ts";
import type { VideoReader } from "../ports/video-reader.ts";
import type { RunFolder } from "../runs/run-folder.ts";
import { AskedItem } from "./asked-item.ts";
import { readFrameAt } from "./clip-frames.ts";
import { type ExtraColumns, extraColumnsOf, notesOn, remarksOn } from "./several-answers.ts";

export const ANSWERS_FILE = "answers.jsonl";
const TABLE_FILE = "answers.csv";
const PAGE_FILE = "answers.html";
export const OUTPUT_FILES = [ANSWERS_FILE, TABLE_FILE, PAGE_FILE] as const;

export function answerLine(item: AskedItem): string {
  return `${JSON.stringify(item)}\n`;
}

/** Every try so far, in its order: what may pass is asked again, and each try was paid for. */
export async function readTries(folder: string): Promise<readonly AskedItem[]> {
  const text = await readFile(systemPath(join(folder, ANSWERS_FILE)), "utf8");
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.map((line) => AskedItem.parse(JSON.parse(line)));
}

/** What was answered so far. An item that was asked again counts once, as it came out last. */
export async function readAnswers(folder: string): Promise<readonly AskedItem[]> {
  const ended = (await readTries(folder)).filter(({ report, failure }) => report !== null || failure !== null);
  return [...new Map(ended.map((item) => [item.id, item])).values()];
}

/** Writes the answers as a table, a row for every face that was judged, and as a page. */
export async function writeAnswers(
  run: RunFolder,
  items: readonly AskedItem[],
  { model, video, ...spent }: Cost & { readonly model: string; readonly video?: VideoReader | undefined },
): Promise<void> {
  const extras = extraColumnsOf(items);
  const columns = [...COLUMNS, ...extras.flatMap((extra) => extra.columns)];
  await run.write(TABLE_FILE, csvLines([columns, ...items.flatMap((item) => rowsOf(item, extras))]));
  const images: (string | null)[] = [];
  const shown = items.slice(0, SHOWN);
  for await (const image of mapInOrder(shown, (item) => thumbnailOf(item, video), { concurrency: DRAWN_AT_ONCE })) {
    images.push(image);
  }
  await run.write(PAGE_FILE, answersPage(answersView(items, spent, images), model));
}

type Cost = Omit<AnswersSummary, "asked" | "failed" | "notes">;

/** Answers as a page shows them. @param images the address of each one's image; those that have none are not shown. */
export function answersView(items: readonly AskedItem[], cost: Cost, images: readonly (string | null)[]): AnswersView {
  const failed = items.filter(({ failure }) => failure !== null).length;
  const cards = items.slice(0, images.length).map((item, at) => ({
    title: item.id,
    image: images[at] ?? null,
    question: item.report?.provenance.question ?? item.question,
    context: item.context,
    answer: item.report?.judgment.answer ?? null,
    failure: item.failure,
    readings: subjectsOf(item).flatMap((subject) => readingRows(subject, item.report ?? {})),
    remarks: remarksOn(item),
  }));
  return { summary: { ...cost, asked: items.length, failed, notes: notesOn(items) }, cards };
}

const COLUMNS = [
  "id",
  "path",
  "face",
  "question",
  "context",
  "answer",
  ...["face_only", "context_only", "integrated"].flatMap((name) => [name, `${name}_probability`]),
  "valence",
  "arousal",
  "abstention",
  "congruence",
  "model",
  "input_tokens",
  "output_tokens",
  "usd",
  "failure",
] as const;

function rowsOf(item: AskedItem, extras: readonly ExtraColumns[]): Cell[][] {
  const { id, path, question, context, report, failure, tokens, usd } = item;
  const asked = report?.provenance.question ?? question;
  const end = [report?.provenance.model.id ?? null, tokens.input, tokens.output, usd, failure];
  const subjects = subjectsOf(item);
  if (report === null || subjects.length === 0) {
    const nothing = new Array<null>(READING_CELLS).fill(null);
    const more = extras.flatMap(({ columns }) => columns.map(() => null));
    return [[id, path, item.face, asked, context, report?.judgment.answer ?? null, ...nothing, ...end, ...more]];
  }
  return subjects.map((subject, index) => {
    const { faceId, faceOnly, contextOnly, integrated, congruence } = subject;
    const readings = [faceOnly, contextOnly, integrated].flatMap(topOf);
    const affect = [integrated.valence?.value ?? null, integrated.arousal?.value ?? null, integrated.abstention];
    // Tokens and cost are the image's: they stand in the first of its rows, so that columns add up.
    const cost = index === 0 ? end : [end[0] ?? null, null, null, null, null];
    const { answer } = report.judgment;
    const more = extras.flatMap(({ cellsOf }) => cellsOf(report, faceId));
    return [id, path, faceId, asked, context, answer, ...readings, ...affect, congruence.verdict, ...cost, ...more];
  });
}

const READING_CELLS = 10;

/** The faces that were asked about. */
function subjectsOf({ report, face }: AskedItem): Judgment["subjects"] {
  const subjects = report?.judgment.subjects ?? [];
  return face === null ? subjects : subjects.filter(({ faceId }) => faceId === face);
}

function topOf({ distribution }: Reading): [string | null, number | null] {
  const [top] = [...distribution].sort((a, b) => b.probability - a.probability);
  return top === undefined ? [null, null] : [top.label, top.probability];
}

/** A page of more images is slow to open; all of them are in the table. */
export const SHOWN = 200;
const THUMBNAIL_PX = 240;
/** Of clips, ffmpeg is started for each. */
const DRAWN_AT_ONCE = 4;

/** Of a clip the frame that stands for it. `null` where it cannot be read. */
async function thumbnailOf(item: AskedItem, video: VideoReader | undefined): Promise<string | null> {
  try {
    const view = await renderView(await shownOf(item, video), { caption: item.path, maxSidePx: THUMBNAIL_PX });
    return dataAddress(view);
  } catch {
    return null;
  }
}

function shownOf({ path, report }: AskedItem, video: VideoReader | undefined): Promise<DecodedImage> {
  const timeS = report === null ? null : keyTimeOf(report);
  if (report === null || timeS === null || video === undefined) return decodeImage(path);
  return readFrameAt({ path, sha256: report.provenance.image.sha256 }, timeS, video);
}

/** When the frame that stands for a clip is shown; `null` where it was asked about an image. */
export function keyTimeOf({ clip }: NonNullable<AskedItem["report"]>): number | null {
  return clip?.shown.find(({ frame }) => frame === clip.keyFrame)?.timeS ?? null;
}
