import { KuleshovError, VideoDecodeError } from "../domain/errors.ts";
import type { DecodedImage, VideoFramePlace } from "../domain/image.ts";
import type { Face } from "../domain/measurement.ts";
import { FRESH_PIXELS } from "../domain/pixel-pool.ts";
import { type ChosenFrame, chooseFrames, largestFirst } from "../dynamics/choose-frames.ts";
import { type ClipDynamics, collectClip } from "../dynamics/clip-dynamics.ts";
import type { ClipFrame } from "../dynamics/person-curves.ts";
import type { ImageOutcome } from "../measuring/measure-image.ts";
import { toRecord } from "../measuring/measurement-json.ts";
import type { VideoReader } from "../ports/video-reader.ts";
import { readFrameAt } from "./clip-frames.ts";
import { measureInputs, type StudyTools } from "./measure-inputs.ts";
import type { StudyInput } from "./study-inputs.ts";

/** One person of a clip, in every frame in which they were seen. */
export interface ClipPerson {
  /** `F1`, `F2`, ... in order of appearance, from left to right. */
  readonly faceId: string;
  readonly trackId: string;
  readonly sights: readonly { readonly place: VideoFramePlace; readonly face: Face }[];
}

/** A clip as it was measured, person by person. */
export interface MeasuredClip {
  readonly path: string;
  readonly sha256: string;
  readonly widthPx: number;
  readonly heightPx: number;
  /** Frames per second that were asked for. */
  readonly fps: number;
  readonly frames: readonly VideoFramePlace[];
  readonly people: readonly ClipPerson[];
  readonly dynamics: ClipDynamics;
  /** Those that tell most, with their pixels. */
  readonly shown: readonly (ChosenFrame & { readonly image: DecodedImage })[];
  /** The one of them that tells most of all. */
  readonly key: DecodedImage;
  /** What to beware of, one sentence each. */
  readonly warnings: readonly string[];
}

export interface MeasureClipOptions {
  readonly fps: number;
  /** Most frames that are chosen to be shown. */
  readonly budget: number;
  readonly concurrency: number;
}

/** Frames of a clip that are kept in mind at once: a longer one is neither judged as a whole nor shown as one. */
export const MOST_FRAMES = 3_000;
/** Who is seen in fewer frames is more likely no face, and has no course. */
const FEWEST_SIGHTS = 3;

/**
 * Measures a clip and follows who is in it, and takes out the frames that tell most.
 *
 * @throws {KuleshovError} if nothing of it can be read, or it is too long to be judged as a whole.
 */
export async function measureClip(
  path: string,
  tools: StudyTools,
  options: MeasureClipOptions,
  signal?: AbortSignal,
): Promise<MeasuredClip> {
  const { fps, budget } = options;
  const { size, frames, tracks, whole, faults } = await measureFrames(path, tools, options, signal);
  const enough = Math.min(FEWEST_SIGHTS, frames.length);
  const isKept = (trackId: string) => (tracks.get(trackId)?.length ?? 0) >= enough;
  const kept = [...tracks].filter(([trackId]) => isKept(trackId));
  const people = kept.map(([trackId, sights], at): ClipPerson => {
    const faceId = `F${at + 1}`;
    return { faceId, trackId, sights: sights.map(({ place, face }) => ({ place, face: { ...face, faceId } })) };
  });
  const nameOf = (trackId: string) => people.find((one) => one.trackId === trackId)?.faceId ?? trackId;
  const dynamics = {
    ...whole,
    tracks: whole.tracks.filter(({ trackId }) => isKept(trackId)),
    pairs: whole.pairs.filter(({ trackIds }) => trackIds.every(isKept)),
  };
  const chosen = chooseFrames(dynamics, budget, nameOf);
  const shown = await readFrames(path, chosen, { tools, fps }, signal);
  const key = shown.find(({ frame }) => frame === keyFrame(dynamics, chosen))?.image ?? shown[0]?.image;
  if (key === undefined) throw new VideoDecodeError(path, "its frames cannot be read a second time");
  const left = [...tracks.keys()].filter((trackId) => !isKept(trackId));
  const leftOut = left.length === 0 ? [] : [`Left out, as seen in fewer than ${enough} frames: ${left.join(", ")}`];
  return { path, ...size, fps, frames, people, dynamics, shown, key, warnings: [...faults, ...leftOut] };
}

interface MeasuredFrames {
  readonly size: Pick<MeasuredClip, "widthPx" | "heightPx" | "sha256">;
  readonly frames: VideoFramePlace[];
  readonly tracks: ReadonlyMap<string, ClipPerson["sights"]>;
  readonly whole: ClipDynamics;
  readonly faults: string[];
}

async function measureFrames(
  path: string,
  tools: StudyTools,
  { fps, concurrency }: MeasureClipOptions,
  signal?: AbortSignal,
): Promise<MeasuredFrames> {
  const input: StudyInput = { key: path, path, kind: "video", neutralPath: null, refusal: null };
  const clip = collectClip();
  let durationS: number | null = null;
  const video: VideoReader = {
    async *frames(...given) {
      for await (const frame of tools.video.frames(...given)) {
        durationS = frame.durationS;
        yield frame;
      }
    },
  };
  const [frames, faults]: [VideoFramePlace[], string[]] = [[], []];
  const tracks = new Map<string, ClipPerson["sights"][number][]>();
  let size: MeasuredFrames["size"] | undefined;
  for await (const { outcome } of measureInputs([input], { ...tools, video }, { concurrency, fps, signal })) {
    if (outcome === null) continue;
    if ("reason" in outcome) {
      if (size === undefined) throw new KuleshovError(outcome.reason);
      faults.push(`Not all of the clip was measured: ${outcome.reason}`);
      continue;
    }
    const { image, faces } = outcome.measured;
    const { widthPx, heightPx, sha256, frame: place } = image;
    if (place === undefined) throw new RangeError("A frame of a video has a time");
    frames.push(place);
    const expected = framesExpected(frames, durationS);
    if (expected > MOST_FRAMES) throw new VideoDecodeError(path, tooLong(fps, expected));
    size ??= { widthPx, heightPx, sha256 };
    clip.add({ ...momentOf(place, outcome), widthPx, heightPx });
    for (const face of faces) addSight(tracks, { place, face });
  }
  signal?.throwIfAborted();
  if (size === undefined) throw new VideoDecodeError(path, "it has no frame");
  return { size, frames, tracks, whole: clip.end(), faults };
}

function momentOf(place: VideoFramePlace, outcome: ImageOutcome): Omit<ClipFrame, "widthPx" | "heightPx"> {
  const record = toRecord(outcome, { landmarks: false });
  const faces = "faces" in record ? record.faces : [];
  const { index, timestampS, cut, dissolvedFromS } = place;
  return { frame: index, timeS: timestampS, cut: cut === true, dissolvedFromS, faces };
}

function addSight(tracks: Map<string, ClipPerson["sights"][number][]>, sight: ClipPerson["sights"][number]): void {
  const { trackId = "" } = sight.face;
  const sights = tracks.get(trackId) ?? [];
  tracks.set(trackId, sights);
  sights.push(sight);
}

/** So many frames tell how often frames come; before, none is expected but those that came. */
const TELLING_FRAMES = 25;

/**
 * How many frames there will be at the least, so that nobody waits for hours to be told that a clip is too long. Frames may
 * come more slowly later, so half as many as so far are counted on.
 */
function framesExpected(frames: readonly VideoFramePlace[], durationS: number | null): number {
  const [first, last] = [frames[0], frames.at(-1)];
  const passedS = first === undefined || last === undefined ? 0 : last.timestampS - first.timestampS;
  if (durationS === null || passedS <= 0 || frames.length < TELLING_FRAMES) return frames.length;
  return Math.max(frames.length, Math.round(((durationS / passedS) * (frames.length - 1)) / 2));
}

function tooLong(fps: number, expected: number): string {
  const many = expected === MOST_FRAMES + 1 ? `more than ${MOST_FRAMES}` : `at least ${expected}`;
  return `it has ${many} frames at ${fps} per second, too many to be judged as a whole (limit ${MOST_FRAMES}): cut it into parts, or measure it (kuleshov measure clip.mp4 --out study)`;
}

/** The highest point of the largest rise; where nothing rises, the middle of what is shown. */
export function keyFrame({ tracks }: ClipDynamics, chosen: readonly ChosenFrame[]): number | undefined {
  const [largest] = largestFirst(tracks);
  const apex = chosen.find(({ frame }) => frame === largest?.apex.frame);
  return (apex ?? chosen[Math.floor(chosen.length / 2)])?.frame;
}

/** Reads the clip once more up to the last frame that is wanted: nobody knew before which those are. */
async function readFrames(
  path: string,
  chosen: readonly ChosenFrame[],
  { tools, fps }: { readonly tools: Pick<StudyTools, "video">; readonly fps: number },
  signal?: AbortSignal,
): Promise<MeasuredClip["shown"]> {
  const wanted = new Map(chosen.map((one) => [one.frame, one]));
  const shown: MeasuredClip["shown"][number][] = [];
  if (wanted.size === 0) return shown;
  for await (const { image } of tools.video.frames(path, { fps, skip: 0, pixels: FRESH_PIXELS, signal })) {
    const one = wanted.get(image.frame?.index ?? -1);
    if (one !== undefined) shown.push({ ...one, image });
    if (shown.length === wanted.size) break;
  }
  return shown;
}

/** One of the frames that were measured, with its pixels. @throws {VideoDecodeError} if it is no longer there. */
export async function readMeasuredFrame(
  { path, sha256, frames }: Pick<MeasuredClip, "path" | "sha256" | "frames">,
  timeS: number,
  video: StudyTools["video"],
  signal?: AbortSignal,
): Promise<DecodedImage> {
  const place = frames.find(({ timestampS }) => timestampS === timeS);
  if (place === undefined) throw new RangeError(`No frame was measured at ${timeS} s`);
  return { ...(await readFrameAt({ path, sha256 }, timeS, video, signal)), frame: place };
}

/** The same with a frame that shows the people asked about as the one that tells most, where another shows fewer of them. */
export function withKeyOf<Clip extends Pick<MeasuredClip, "people" | "shown" | "key">>(
  clip: Clip,
  asked: ReadonlySet<string>,
): Clip {
  const count = (image: DecodedImage) => facesIn(clip, image).filter(({ faceId }) => asked.has(faceId)).length;
  const most = clip.shown.reduce((best, { image }) => (count(image) > count(best) ? image : best), clip.key);
  return { ...clip, key: most };
}

/** Who is in a frame, by the names that they have in the clip. */
export function facesIn({ people }: Pick<MeasuredClip, "people">, image: DecodedImage): Face[] {
  return people.flatMap(({ sights }) =>
    sights.filter(({ place }) => place.index === image.frame?.index).map(({ face }) => face),
  );
}

/** One face for each person: as they were seen in the frame that tells most, else where they were seen best. */
export function peopleOf(clip: Pick<MeasuredClip, "people" | "key">): Face[] {
  const qualityOf = ({ measurements }: Face) => Math.max(...measurements.map(({ quality }) => quality?.overall ?? 0));
  return clip.people.flatMap(({ sights }) => {
    const inKey = sights.find(({ place }) => place.index === clip.key.frame?.index);
    const [best] = [...sights].sort((a, b) => qualityOf(b.face) - qualityOf(a.face));
    const sight = inKey ?? best;
    return sight === undefined ? [] : [sight.face];
  });
}
