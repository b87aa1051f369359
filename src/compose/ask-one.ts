import { join } from "node:path";
import type { AskQuery } from "../ask.ts";
import type { AskDependencies } from "../ask-dependencies.ts";
import type { Counterfactual } from "../ask-without.ts";
import { ConfigurationError, VideoDecodeError } from "../domain/errors.ts";
import type { DecodedImage } from "../domain/image.ts";
import type { KeptWithout } from "../domain/kept-without.ts";
import type { Report } from "../domain/report.ts";
import type { PlacedWithout } from "../pages/without-view.tsx";
import { packageVersion } from "../platform/package-paths.ts";
import { readBytes, readText } from "../platform/read-file.ts";
import { isTranscriptFile } from "../ports/transcript-reader.ts";
import type { RunFolder } from "../runs/run-folder.ts";
import { type Asked, isClip, partsOptions } from "./asked.ts";

export const REPORT = "report.json";
export const OVERLAY = "annotated.png";
export const PAGE = "report.html";
/** What an object that was taken away changed, and the image without it. */
const WITHOUT = "without.json";
export const WITHOUT_IMAGE = "without.jpg";

/** Longest side of the image in the page, and of frames in its timeline. */
const PAGE_SIDE_PX = 1280;

interface Reading {
  /** Of a folder of frames. */
  readonly fps: number | undefined;
  readonly signal: AbortSignal;
}

/** Of all frames of a folder and their order. */
async function hashOfFrames(folder: string): Promise<string> {
  const frames = await import("../study/frames-reader.ts");
  return frames.hashOfFrames(folder);
}

async function pageOf(
  report: Report,
  pixels: DecodedImage,
  { fps, signal, without }: Reading & { readonly without: PlacedWithout | undefined },
): Promise<string> {
  const { dataAddress, renderView } = await import("../measuring/render-view.ts");
  const { reportPage } = await import("../pages/report-page.tsx");
  const { viewOf } = await import("../pages/view-report.ts");
  const view = viewOf(report);
  const image = dataAddress(await renderView(pixels, { caption: "", maxSidePx: PAGE_SIDE_PX }, signal));
  if (view.clip === null || report.clip === undefined) return reportPage(view, image, [], without);
  const { openVideoReader } = await import("./study.ts");
  const { framesInPage } = await import("../study/clip-frames.ts");
  const timesS = view.clip.moments.map(({ timeS }) => timeS);
  const wanted = { path: pixels.path, fps: report.clip.fps, timesS };
  return reportPage(view, image, await framesInPage(wanted, openVideoReader(fps), signal));
}

/** Told what happens while a question is answered. */
export interface AskListeners extends Pick<AskQuery, "onProgress" | "onTool"> {
  /** Told before an image leaves this machine. */
  readonly notify: (notice: string) => void;
}

/**
 * Asks, and writes the report with the annotated image beside it, and where an object is to be taken away what that changes. A
 * report that is there is not asked for again.
 */
export async function askInto(
  folder: string,
  asked: Asked,
  listeners: AskListeners,
  signal: AbortSignal,
): Promise<Report> {
  const { isObjectAddress } = await import("../platform/system-path.ts");
  if (!isObjectAddress(asked.image)) return askOf(folder, { ...asked, bytes: undefined }, listeners, signal);
  const { holdObject } = await import("../platform/object-store.ts");
  const { bytes, release } = await holdObject(asked.image, { signal });
  return askOf(folder, { ...asked, bytes }, listeners, signal).finally(release);
}

/** @param given with the image's bytes where it lies in an object store, from which it comes once. */
async function askOf(
  folder: string,
  given: Asked & { readonly bytes: Buffer | undefined },
  listeners: AskListeners,
  signal: AbortSignal,
): Promise<Report> {
  const { bytes, ...asked } = given;
  const { openRunFolder } = await import("../runs/run-folder.ts");
  const { hashOfFileIfThere, sha256 } = await import("../platform/hash.ts");
  const {
    json: _json,
    out: _out,
    cache: _cache,
    timeout: _timeout,
    allowRemote: _allow,
    localOnly: _local,
    budgetUsd: _usd,
    budgetTokens: _tokens,
    resume,
    force,
    image,
    transcript,
    sound,
    ...settings
  } = asked;
  const hashOf = async (path: string) =>
    path === image && bytes !== undefined ? sha256(bytes) : await hashOfFileIfThere(path);
  const ofFile = async (path: string) => ({ path, sha256: (await hashOf(path)) ?? null });
  const said = transcript !== undefined && isTranscriptFile(transcript) ? await ofFile(transcript) : transcript;
  const run = await openRunFolder(folder, {
    ...{ resume, force, command: "ask", version: packageVersion() },
    settings: {
      ...settings,
      ...(said === undefined ? {} : { transcript: said }),
      ...(sound === undefined ? {} : { sound: await ofFile(sound) }),
      image: asked.fps === undefined ? await ofFile(image) : { path: image, sha256: await hashOfFrames(image) },
    },
  });
  let state: "interrupted" | "finished" = "interrupted";
  try {
    const isWithout = asked.without !== undefined;
    await run.claim(REPORT, OVERLAY, PAGE, ...(isWithout ? [WITHOUT, WITHOUT_IMAGE] : []));
    const kept = run.wasFinished ? await keptReport(join(folder, REPORT)) : undefined;
    const report = kept ?? (await judgeInto(run, asked, listeners, signal));
    const { renderOverlay } = await import("../render/overlay.ts");
    const pixels = await pixelsOf(image, report, { fps: asked.fps, signal });
    await run.write(
      OVERLAY,
      await renderOverlay(pixels, facesThere(report), { judgment: report.judgment, evidence: report.evidence }),
    );
    const without = isWithout ? await placedWithout(folder) : undefined;
    await run.write(PAGE, await pageOf(report, pixels, { fps: asked.fps, signal, without }));
    await run.write(REPORT, `${JSON.stringify(report, null, 2)}\n`);
    state = "finished";
    return report;
  } finally {
    await run.close(state);
  }
}

/** Judges, and keeps what taking an object away changed where that is asked for. */
async function judgeInto(
  run: Pick<RunFolder, "write">,
  asked: Asked,
  listeners: AskListeners,
  signal: AbortSignal,
): Promise<Report> {
  if (asked.without === undefined) return judgeImage(asked, listeners, signal);
  const { whole, ...rest } = await judgeWithout({ ...asked, without: asked.without }, listeners, signal);
  const { object, changes, without: report, image } = rest;
  const { renderView } = await import("../measuring/render-view.ts");
  const { data } = await renderView(image, { caption: "", maxSidePx: PAGE_SIDE_PX }, signal);
  await run.write(WITHOUT_IMAGE, data);
  const kept: KeptWithout = { object, removed: rest.removed.map(({ id }) => id), changes: [...changes], report };
  await run.write(WITHOUT, `${JSON.stringify(kept, null, 2)}\n`);
  return whole;
}

/** What taking an object away changed, as it was kept; `undefined` where none was. */
export async function keptWithout(folder: string): Promise<KeptWithout | undefined> {
  const text = await readText(join(folder, WITHOUT)).catch(() => undefined);
  if (text === undefined) return undefined;
  const { KeptWithout: schema } = await import("../domain/kept-without.ts");
  return schema.parse(JSON.parse(text));
}

async function placedWithout(folder: string): Promise<PlacedWithout | undefined> {
  const kept = await keptWithout(folder);
  if (kept === undefined) return undefined;
  const { dataAddress } = await import("../measuring/render-view.ts");
  const data = await readBytes(join(folder, WITHOUT_IMAGE));
  return { ...kept, image: dataAddress({ mimeType: "image/jpeg", data }) };
}

/** Of a clip those who are in the frame that stands for it. */
function facesThere({ faces, clip }: Report): Report["faces"] {
  return clip === undefined ? faces : faces.filter(({ faceId }) => clip.inKeyFrame.includes(faceId));
}

/** The image; of a clip the frame that stands for it. */
async function pixelsOf(path: string, { clip }: Report, { fps, signal }: Reading): Promise<DecodedImage> {
  const { decodeImage } = await import("../measuring/decode-image.ts");
  if (clip === undefined) return decodeImage(path, signal);
  const { openVideoReader } = await import("./study.ts");
  const { FRESH_PIXELS } = await import("../domain/pixel-pool.ts");
  const options = { fps: clip.fps, skip: clip.keyFrame, pixels: FRESH_PIXELS, signal };
  for await (const { image } of openVideoReader(fps).frames(path, options)) return image;
  throw new VideoDecodeError(path, "it changed while it was judged");
}

async function keptReport(path: string): Promise<Report | undefined> {
  const text = await readText(path).catch(() => undefined);
  if (text === undefined) return undefined;
  const { Report: ReportSchema } = await import("../domain/report.ts");
  return ReportSchema.parse(JSON.parse(text));
}

/** Asks with the dependencies that the options name. */
export async function judgeImage(asked: Asked, listeners: AskListeners, signal: AbortSignal): Promise<Report> {
  const story = import("../ask.ts");
  return withParts(asked, listeners, signal, async (...parts) => (await story).ask(...parts));
}

/** Asks about the image as it is and without an object. */
export async function judgeWithout(
  asked: Asked & { readonly without: string },
  listeners: AskListeners,
  signal: AbortSignal,
): Promise<Counterfactual> {
  if (isClip(asked)) throw new ConfigurationError("--without takes an object out of an image, not out of a clip");
  const { askWithout } = await import("../ask-without.ts");
  return withParts({ ...asked, objects: true }, listeners, signal, (query, dependencies, stop) =>
    askWithout(query, asked.without, dependencies, stop),
  );
}

async function withParts<T>(
  asked: Asked,
  { notify, ...listeners }: AskListeners,
  signal: AbortSignal,
  work: (query: AskQuery, dependencies: AskDependencies, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const opening = isClip(asked) ? undefined : beginReading(asked.image, signal);
  const { openDependencies } = await import("./ask.ts");
  const { modelOptionsOf } = await import("./model-settings.ts");
  const { dependencies, labels, close } = await openDependencies(
    { ...modelOptionsOf(asked), ...partsOptions(asked), budget: budgetOf(asked), notify },
    signal,
  );
  try {
    const { image, question, context = null, transcript = null, sound = null, face = null } = asked;
    const about = { face: face?.toUpperCase() ?? null, blurOthers: asked.blurOthers === true };
    const given = { image, ...(opening && { opening }), context, transcript, sound };
    const query = { ...given, ...about, ...listeners, labels: asked.labels ?? labels };
    return await work(question === undefined ? query : { ...query, question }, dependencies, signal);
  } finally {
    await close();
  }
}

/** Pixels are decoded on threads of their own: meanwhile this one loads the rest. What goes wrong is told when they are wanted. */
function beginReading(image: string, signal: AbortSignal): Promise<DecodedImage> {
  const opening = import("../measuring/decode-image.ts").then(({ decodeImage }) => decodeImage(image, signal));
  opening.catch(() => {});
  return opening;
}

function budgetOf({ budgetUsd: usd, budgetTokens: tokens }: Asked) {
  return usd === undefined && tokens === undefined ? undefined : { usd, tokens };
}
