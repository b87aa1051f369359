import type { ToolContext } from "./agent/agent-tool.ts";
import { consult, whileMeasuring } from "./agent/consult.ts";
import type { ToolProgress } from "./agent/trace-recorder.ts";
import { type AskDependencies, identityOfAsk, judgesOf, overheard } from "./ask-dependencies.ts";
import type { DecodedImage, ImageView } from "./domain/image.ts";
import { DEFAULT_QUESTION, type Question } from "./domain/question.ts";
import type { Report } from "./domain/report.ts";
import { fillLedger, observeScene } from "./evidence/fill-ledger.ts";
import { chooseExemplars } from "./exemplars/choose-exemplars.ts";
import { announceTransfer } from "./judging/announce-transfer.ts";
import { blurOtherFaces, checkFace } from "./judging/asked-face.ts";
import { calibrationOf } from "./judging/find-calibration.ts";
import { answerKey, keepReport, keptReport } from "./judging/kept-answer.ts";
import { recordReplies } from "./judging/record-replies.ts";
import { writeReport } from "./judging/write-report.ts";
import { decodeImage } from "./measuring/decode-image.ts";
import { endingOf } from "./measuring/folder-files.ts";
import { VIDEO_ENDINGS } from "./measuring/image-format.ts";
import { measureFaces } from "./measuring/measure-image.ts";
import { renderView } from "./measuring/render-view.ts";
import { type StepEvent, startStopwatch } from "./platform/stopwatch.ts";
import { nextTurn } from "./platform/turns.ts";
import type { JudgeModel } from "./ports/chat-model.ts";
import { facesIn, type MeasuredClip, measureClip, peopleOf } from "./study/measure-clip.ts";

/** One question about one image or one clip. */
export interface AskQuery {
  /** A file, or an image that is in memory already. A clip is known by the ending of its name. */
  readonly image: string | DecodedImage;
  readonly question?: string;
  /** What the user states of the situation. */
  readonly context?: string | null;
  /** Labels to choose from; open when not given. */
  readonly labels?: readonly string[] | null;
  /** The one face that is asked about, by its id such as `F2`; all of them when not given. */
  readonly face?: string | null;
  /** Whether faces that are not asked about are blurred in every image that a model is shown. */
  readonly blurOthers?: boolean;
  /** Told when decoding, measuring, observing and judging begin and end. */
  readonly onProgress?: (event: StepEvent) => void;
  /** Told which tool is being called, and on which face. */
  readonly onTool?: (call: ToolProgress) => void;
}

/** Longest side of the image that a model is shown: what vision models resolve, and no more than needs to leave. */
const SHOWN_SIDE_PX = 1280;
/** The same of each of several frames. */
const SHOWN_FRAME_SIDE_PX = 768;

/**
 * One image or clip from bytes to report: what the faces show as measured, what the scene tells, and what a model makes of
 * both, with every claim held against the measurements. Of a clip one frame, which tells most, stands where an image does;
 * people take the place of faces, and what is measured of them has times.
 *
 * @throws {ImageDecodeError} if the image cannot be read. @throws {InferenceError} if a toolbox fails.
 * @throws {ProviderError} if the model's server fails. @throws {JudgmentError} if its answer stays unusable.
 */
export async function ask(query: AskQuery, dependencies: AskDependencies, stop?: AbortSignal): Promise<Report> {
  // Of its own: of many questions at once each step would listen to the one of all, for which Node warns of a leak.
  const signal = stop && AbortSignal.any([stop]);
  const watch = startStopwatch(query.onProgress);
  const question = questionOf(query);
  const calibration = calibrationOf(dependencies, question.labels);

  const source = clipIn(query, dependencies);
  const clip = source && (await watch.time("measure", () => measureClip(source.path, source.tools, source, signal)));
  const image = clip?.key ?? (await watch.time("decode", () => opened(query.image, signal)));
  // Encoded while the faces are measured; where the answer was kept, nobody waits for it.
  const shows = (visible: (one: DecodedImage) => Promise<DecodedImage>) =>
    shownViews(clip, { image, visible }, judgesOf(dependencies), signal);
  const encoded = query.blurOthers ? null : shows(async (one) => one);
  encoded?.catch(() => {});
  const faces = clip
    ? peopleOf(clip)
    : await watch.time("measure", () => whileMeasuring(measureFaces(image, dependencies.toolboxes, signal)));
  checkFace(query.face, faces);
  const present = clip ? facesIn(clip, image) : faces;
  const visible = query.blurOthers ? await blurOtherFaces(image, present, query) : image;

  await nextTurn();
  const ledger = fillLedger({ faces, toolboxes: dependencies.toolboxes, context: question.context, clip });
  await watch.time("observe", () => observeScene({ image, faces: present, ledger }, dependencies.observers, signal));
  const { exemplars, warnings } = await chooseExemplars(
    { image, faces: present, question, ledger },
    dependencies.exemplars,
    signal,
  );

  const { answers = null } = dependencies;
  const asked = { ...query, image, isFile: typeof query.image === "string", question, ledger, exemplars };
  const key = answers === null ? "" : answerKey(identityOfAsk(dependencies), asked);
  const kept = answers && (await keptReport(answers, key, { faces, image, timingsMs: watch.timingsMs() }));
  if (kept) return kept;

  const transfer = judgesOf(dependencies).flatMap((model) => announceTransfer(model, dependencies.notify));
  const toolContext: ToolContext = {
    image: visible,
    ledger,
    question: question.text,
    labels: question.labels,
    observer: { type: "model", name: dependencies.model.id },
  };
  const recorder = recordReplies();
  const consultation = await watch.time("judge", async () => {
    const shown = await (encoded ?? shows((one) => blurOtherFaces(one, clip ? facesIn(clip, one) : faces, query)));
    await nextTurn();
    return consult(
      { question, toolContext, shown, clip: clip && inWords(clip), exemplars, onTool: query.onTool },
      overheard(dependencies, recorder),
      signal,
    );
  });

  const report = writeReport({
    question,
    image,
    clip,
    faces,
    ledger,
    exemplars,
    consultation,
    calibration,
    dependencies,
    replies: recorder.replies(),
    warnings: [
      ...aboutToolboxes(dependencies),
      ...(clip?.warnings ?? []),
      ...transfer,
      ...warnings,
      ...consultation.warnings,
    ],
    timingsMs: watch.timingsMs(),
  });
  if (answers !== null) await keepReport(answers, key, report, transfer);
  return report;
}

function questionOf({ question, context = null, labels = null, face = null }: AskQuery): Question {
  const text = question?.trim() ? question : DEFAULT_QUESTION;
  return { text: face === null ? text : `${face}: ${text}`, context: context?.trim() ? context : null, labels };
}

function aboutToolboxes({ toolboxes }: AskDependencies): readonly string[] {
  return toolboxes.flatMap(({ warnings = [] }) => warnings);
}

function opened(image: AskQuery["image"], signal?: AbortSignal): Promise<DecodedImage> {
  return typeof image === "string" ? decodeImage(image, signal) : Promise.resolve(image);
}

/** The clip that is asked about, with what measures it; `null` for an image, and where nothing here reads clips. */
function clipIn({ image: path }: AskQuery, { clips, toolboxes }: AskDependencies) {
  if (clips === undefined || typeof path !== "string" || !VIDEO_ENDINGS.includes(endingOf(path))) return null;
  const { identity, video, ...options } = clips;
  return { path, tools: { toolboxes, identity, video }, ...options };
}

/** What a model is told of the clip, and which of its frames a model sees that takes one image only. */
function inWords({ frames, shown, key, dynamics: { intervalS } }: MeasuredClip) {
  const last = frames.at(-1)?.timestampS ?? 0;
  const rate = intervalS === null ? "" : `, ${Number((1 / intervalS).toFixed(1))} in a second`;
  const says = `${frames.length} frames of it were measured from 0.0 to ${last.toFixed(1)} s${rate}.`;
  return { says, key: shown.findIndex(({ image }) => image === key) };
}

/** The image as models are shown it, or the frames of a clip with their times; none where no model can see. */
async function shownViews(
  clip: MeasuredClip | null,
  { image, visible }: { readonly image: DecodedImage; readonly visible: (one: DecodedImage) => Promise<DecodedImage> },
  models: readonly JudgeModel[],
  signal?: AbortSignal,
): Promise<readonly ImageView[]> {
  if (!models.some(({ capabilities }) => capabilities.vision)) return [];
  if (clip === null) {
    return [await renderView(await visible(image), { caption: "the whole image", maxSidePx: SHOWN_SIDE_PX }, signal)];
  }
  const views: ImageView[] = [];
  for (const { image: frame, timeS, why } of clip.shown) {
    const caption = `The frame at ${timeS.toFixed(1)} s: ${why}`;
    views.push(await renderView(await visible(frame), { caption, maxSidePx: SHOWN_FRAME_SIDE_PX }, signal));
  }
  return views;
}
