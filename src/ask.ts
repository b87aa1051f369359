import type { Desk } from "./agent/agent-tool.ts";
import { think } from "./agent/run-judge.ts";
import type { AskParts } from "./ask-dependencies.ts";
import type { DecodedImage } from "./domain/image.ts";
import type { ImageView } from "./domain/image-view.ts";
import { DEFAULT_QUESTION, type Question } from "./domain/question.ts";
import type { Report } from "./domain/report.ts";
import { announceTransfer } from "./judging/announce-transfer.ts";
import { chooseExemplars } from "./exemplars/choose-exemplars.ts";
import { decodeImage } from "./measuring/decode-image.ts";
import { fillLedger } from "./evidence/fill-ledger.ts";
import { measureFaces } from "./measuring/measure-image.ts";
import { observeScene } from "./evidence/observe-scene.ts";
import { renderView } from "./measuring/render-view.ts";
import { startStopwatch } from "./platform/stopwatch.ts";
import { writeReport } from "./judging/write-report.ts";
import type { JudgeModel } from "./ports/chat-model.ts";

/** One question about one picture. */
export interface AskQuery {
  /** A file, or a picture that is in memory already. */
  readonly picture: string | DecodedImage;
  readonly question?: string;
  /** What the user states of the situation. */
  readonly context?: string | null;
  /** Labels to choose from; open when not given. */
  readonly labels?: readonly string[] | null;
}

/** Longest side of the picture that a model is shown: what vision models resolve, and no more than needs to leave. */
const SHOWN_SIDE_PX = 1280;

/**
 * One picture from bytes to report: what the faces show as measured, what the scene tells, and what a model makes of
 * both, with every claim held against the measurements.
 *
 * @throws {ImageDecodeError} if the picture cannot be read. @throws {InferenceError} if a toolbox fails.
 * @throws {ProviderError} if the model's server fails. @throws {JudgmentError} if its answer stays unusable.
 */
export async function ask(query: AskQuery, parts: AskParts, signal?: AbortSignal): Promise<Report> {
  const watch = startStopwatch();
  const question = questionOf(query);

  const image = await watch.time("decode", () => opened(query.picture, signal));
  const [faces, picture] = await watch.time("measure", () =>
    Promise.all([measureFaces(image, parts.toolboxes, signal), shownPicture(image, parts.model, signal)]),
  );

  const ledger = fillLedger({ faces, toolboxes: parts.toolboxes, context: question.context });
  await watch.time("observe", () => observeScene({ image, faces, ledger }, parts.observers, signal));
  const { exemplars, warnings } = await chooseExemplars({ image, faces, question, ledger }, parts.exemplars, signal);

  const transfer = announceTransfer(parts.model, parts.notify);
  const desk: Desk = { image, ledger, labels: question.labels, observer: { type: "model", name: parts.model.id } };
  const thought = await watch.time("judge", () => think({ question, desk, picture, exemplars }, parts, signal));

  return writeReport({
    question,
    image,
    faces,
    ledger,
    exemplars,
    thought,
    parts,
    warnings: [...aboutToolboxes(parts), ...transfer, ...warnings, ...thought.warnings],
    timingsMs: watch.timingsMs(),
  });
}

function questionOf({ question = DEFAULT_QUESTION, context = null, labels = null }: AskQuery): Question {
  return { text: question, context: context?.trim() ? context : null, labels };
}

function aboutToolboxes({ toolboxes }: AskParts): readonly string[] {
  return toolboxes.flatMap(({ warnings = [] }) => warnings);
}

function opened(picture: AskQuery["picture"], signal?: AbortSignal): Promise<DecodedImage> {
  return typeof picture === "string" ? decodeImage(picture, signal) : Promise.resolve(picture);
}

/** The picture as a model is shown it, encoded while the faces are measured; `null` for a model that cannot see. */
async function shownPicture(image: DecodedImage, model: JudgeModel, signal?: AbortSignal): Promise<ImageView | null> {
  if (!model.capabilities.vision) return null;
  return renderView(image, { caption: "the whole picture", maxSidePx: SHOWN_SIDE_PX }, signal);
}
