import type { ClipAtHand } from "./agent/agent-tool.ts";
import { whileMeasuring } from "./agent/consult.ts";
import type { AskDependencies } from "./ask-dependencies.ts";
import { ConfigurationError } from "./domain/errors.ts";
import type { ClipView, DecodedImage, ImageView } from "./domain/image.ts";
import type { Face } from "./domain/measurement.ts";
import { observeScene } from "./evidence/fill-ledger.ts";
import { givenWords, wordsBesideImage, wordsWithin } from "./evidence/given-words.ts";
import type { SaidWords } from "./evidence/utterance-evidence.ts";
import type { ClipSound } from "./evidence/voice-evidence.ts";
import { askedFaces, blurOtherFaces, checkFace } from "./judging/asked-face.ts";
import { decodeImage } from "./measuring/decode-image.ts";
import { endingOf } from "./measuring/folder-files.ts";
import { VIDEO_ENDINGS } from "./measuring/image-format.ts";
import { measureFaces } from "./measuring/measure-image.ts";
import { renderView } from "./measuring/render-view.ts";
import type { Stopwatch } from "./platform/stopwatch.ts";
import type { JudgeModel } from "./ports/chat-model.ts";
import type { VideoReader } from "./ports/video-reader.ts";
import { clipAsVideo } from "./study/clip-as-video.ts";
import { facesIn, type MeasuredClip, peopleOf, readMeasuredFrame, withKeyOf } from "./study/measure-clip.ts";
import { endOf, seeAndHear } from "./study/see-and-hear.ts";

/** What is asked about. */
export interface InputQuery {
  /** A file, or an image that is in memory already. A clip is known by the ending of its name. */
  readonly image: string | DecodedImage;
  /** The pixels of the file, where somebody began to read it before. */
  readonly opening?: Promise<DecodedImage>;
  readonly question?: string;
  /** The one face that is asked about, by its id such as `F2`; all of them when not given. */
  readonly face?: string | null;
  /** What is said: the name of a transcript, or the words themselves. */
  readonly transcript?: string | null;
  /** A file with the sound of the clip, instead of its own sound track. */
  readonly sound?: string | null;
  /** Whether faces that are not asked about, by `face` or in the question, are blurred in every image that a model is shown. */
  readonly blurOthers?: boolean;
}

/** What measures it. */
export type InputDependencies = Pick<
  AskDependencies,
  "toolboxes" | "observers" | "clips" | "readTranscript" | "notify"
>;

interface InputSetting {
  readonly watch: Stopwatch;
  readonly models: readonly JudgeModel[];
  readonly signal: AbortSignal | undefined;
}

/** The same, measured. */
interface AskedInput {
  /** The image, or the frame of a clip that tells most. */
  readonly image: DecodedImage;
  /** `null` for an image. */
  readonly clip: MeasuredClip | null;
  /** Faces of the image, or the people of the clip. */
  readonly faces: readonly Face[];
  /** Those of them that are in the image. */
  readonly present: readonly Face[];
  /** What is said, as far as it is said in the clip; `null` where nobody gave it. */
  readonly said: SaidWords | null;
  /** What is heard in a clip; `null` for an image. */
  readonly sound: ClipSound | null;
  /** What to beware of. */
  readonly warnings: readonly string[];
  /** The image as tools may look at it. */
  readonly visible: DecodedImage;
  /** The frames of a clip as tools may look at them; `null` for an image. */
  readonly atHand: ClipAtHand | null;
  /** The image as models are shown it, or frames of the clip with their times; none where no model can see. */
  shown(): Promise<readonly ImageView[]>;
  /** The clip itself, where a model takes video; `null` for an image, and where it cannot be sent, with why in a sentence. */
  asVideo(): Promise<{ readonly video: ClipView | null; readonly unsent: readonly string[] }>;
}

/** Longest side of the image that a model is shown: what vision models resolve, and no more than needs to leave. */
const SHOWN_SIDE_PX = 1280;
/** The same of each of several frames. */
const SHOWN_FRAME_SIDE_PX = 768;

/**
 * Opens and measures what is asked about.
 * @param models who is shown it.
 * @throws {ImageDecodeError} if it cannot be read. @throws {ConfigurationError} if the face that is asked about is not there,
 * or the transcript cannot be used.
 */
export async function openInput(
  query: InputQuery,
  dependencies: InputDependencies,
  { watch, models, signal }: InputSetting,
): Promise<AskedInput> {
  const given = await givenWords(query.transcript, dependencies.readTranscript);
  const source = clipIn(query, dependencies);
  if (query.sound && source === null) {
    throw new ConfigurationError(
      `Cannot use sound as it goes with a clip, and an image lasts no time: \`${query.sound}\``,
    );
  }
  const listening = { sound: query.sound ?? null, isWritten: given !== null, notify: dependencies.notify };
  const measured = source && (await watch.time("measure", () => seeAndHear(source, listening, signal)));
  const clip = measured && withKeyOf(measured.clip, askedFaces(query));
  const words = given ?? measured?.written?.said ?? null;
  const { said, warnings } = words ? wordsIn(words, clip) : { said: null, warnings: [] };
  const image = clip?.key ?? (await watch.time("decode", () => openedImage(query, signal)));
  // Encoded while the faces are measured; where the answer was kept, nobody waits for it.
  const shows = (visible: (one: DecodedImage) => Promise<DecodedImage>) =>
    shownViews(clip, { image, visible }, models, signal);
  const encoded = query.blurOthers ? null : shows(async (one) => one);
  encoded?.catch(() => {});
  const faces = clip
    ? peopleOf(clip)
    : await watch.time("measure", () => whileMeasuring(measureFaces(image, dependencies.toolboxes, signal)));
  checkFace(query.face, faces);
  const presentIn = (one: DecodedImage) => (clip ? facesIn(clip, one) : faces);
  const blurred = (one: DecodedImage) => blurOtherFaces(one, presentIn(one), query);
  const visible = query.blurOthers ? blurred : async (one: DecodedImage) => one;
  return {
    ...{ image, clip, faces, present: presentIn(image), said, visible: await visible(image) },
    sound: measured?.heard.sound ?? null,
    warnings: [
      ...(clip?.warnings ?? []),
      ...(measured?.heard.warnings ?? []),
      ...(measured?.written?.warnings ?? []),
      ...warnings,
    ],
    atHand: clip && source && clipAtHand(clip, source.tools.video, { observers: dependencies.observers, visible }),
    shown: () => encoded ?? shows(blurred),
    async asVideo() {
      if (clip === null || !models.some(({ capabilities }) => capabilities.video)) return { video: null, unsent: [] };
      const video = query.blurOthers ? { refused: UNBLURRED } : await asVideo(clip, source, signal);
      if (!("refused" in video)) return { video, unsent: [] };
      const unsent = `Frames of the clip are shown, and not the clip as a video: ${video.refused}`;
      dependencies.notify?.(unsent);
      return { video: null, unsent: [unsent] };
    },
  };
}

const UNBLURRED = "whose face is not found in a frame would not be blurred in it";

async function asVideo(clip: MeasuredClip, source: ReturnType<typeof clipIn>, signal: AbortSignal | undefined) {
  if (source?.encoder === undefined) return { refused: "nothing here writes videos" };
  return clipAsVideo(clip, { video: source.tools.video, encoder: source.encoder }, signal);
}

/** The frames of a clip as tools may look at them. */
function clipAtHand(
  clip: MeasuredClip,
  video: VideoReader,
  { observers, visible }: Pick<InputDependencies, "observers"> & { visible(one: DecodedImage): Promise<DecodedImage> },
): ClipAtHand {
  return {
    timesS: clip.frames.map(({ timestampS }) => timestampS),
    async frameAt(timeS, signal) {
      const image = await readMeasuredFrame(clip, timeS, video, signal);
      return { timeS, image: await visible(image), faces: facesIn(clip, image) };
    },
    observe: (frame, ledger, signal) => observeScene({ ...frame, ledger }, observers, signal),
  };
}

/** The pixels of the image that is asked about. @throws {ImageDecodeError} if it cannot be read. */
export async function openedImage({ image, opening }: InputQuery, signal?: AbortSignal): Promise<DecodedImage> {
  return typeof image === "string" ? (opening ?? decodeImage(image, signal)) : image;
}

/** The clip that is asked about, with what measures it; `null` for an image, and where nothing here reads clips. */
function clipIn({ image: path }: InputQuery, { clips, toolboxes }: InputDependencies) {
  if (clips === undefined || typeof path !== "string") return null;
  if (!clips.ofFolder && !VIDEO_ENDINGS.includes(endingOf(path))) return null;
  const { identity, video, sound: reader, speech, transcriber, ...options } = clips;
  return { path, tools: { toolboxes, identity, video }, hearing: { sound: reader, speech, transcriber }, ...options };
}

function wordsIn(words: SaidWords, clip: MeasuredClip | null) {
  return clip === null ? wordsBesideImage(words) : wordsWithin(words, endOf(clip));
}

/** What a model is told of the clip, and which of its frames a model sees that takes one image only. */
export function inWords({ frames, shown, key, dynamics: { intervalS } }: MeasuredClip) {
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
