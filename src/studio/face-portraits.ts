import { randomUUID } from "node:crypto";
import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import PQueue from "p-queue";
import { openVideoReader } from "../compose/study.ts";
import { VideoDecodeError } from "../domain/errors.ts";
import type { PixelBox } from "../domain/geometry.ts";
import type { DecodedImage } from "../domain/image.ts";
import { drawVideoFrames } from "../evaluation/dataset/drawn-images.ts";
import { cutPortraits, type PortraitRequest } from "../measuring/cut-portraits.ts";
import { systemPath } from "../platform/system-path.ts";
import { readFrameAt } from "../study/clip-frames.ts";

/** Where a face can be seen. */
interface FaceSeen {
  /** Its image or clip. */
  readonly path: string;
  /** When, in a clip; `null` in an image. */
  readonly atS: number | null;
  readonly box: PixelBox;
  /** The longest side of its portrait; small when left out. */
  readonly sidePx?: number;
}

/** Cuts a face out as JPEG, `null` when its image or clip cannot be read. @param face its path is its real place. */
export type CutPortrait = (face: FaceSeen, signal?: AbortSignal) => Promise<Uint8Array | null>;

const MOST_PORTRAITS = 2_000;
const PORTRAIT_PX = 200;
const GATHERED_MS = 10;

/** ffmpeg is started for each. */
const framesInTurn = new PQueue({ concurrency: 2 });

/** A time as frames are named by it. */
export function momentOf(atS: number): { readonly timeSec: number } {
  return { timeSec: Math.round(atS * 1e3) / 1e3 };
}

/** The frame of a clip at a time as an image in a folder. @returns its place. @throws {VideoDecodeError} if it has none. */
export async function drawFrame(clip: string, atS: number, into: string, signal?: AbortSignal): Promise<string> {
  const { timeSec } = momentOf(atS);
  const [frame] = await framesInTurn.add(() => {
    signal?.throwIfAborted(); // whoever scrolls on wants it no more
    return drawVideoFrames(clip, [{ timeSec }], { video: openVideoReader(), folder: into });
  });
  if (frame === undefined) throw new VideoDecodeError(clip, `it has no frame at ${timeSec} s`);
  return frame;
}

/** The frame of a clip at a time. @throws {VideoDecodeError} if it has none. */
export function frameOfClip(clip: string, atS: number, signal?: AbortSignal): Promise<DecodedImage> {
  return framesInTurn.add(() => {
    signal?.throwIfAborted();
    return readFrameAt({ path: clip }, atS, openVideoReader(), signal);
  });
}

/** Faces of images and of frames of clips, the last of them kept in memory. @param uploads folder that is emptied at every start. */
export function createPortraits(uploads: string): CutPortrait {
  const kept = new Map<string, Promise<Uint8Array | null>>();
  const cutTogether = createCutter(uploads);
  return async (face, signal) => {
    const { mtimeMs } = await stat(systemPath(face.path));
    const key = JSON.stringify([face, mtimeMs]);
    const cut = kept.get(key) ?? cutTogether({ ...face, id: key }, signal);
    kept.delete(key);
    kept.set(key, cut);
    const [oldest] = kept.keys();
    if (kept.size > MOST_PORTRAITS && oldest !== undefined) kept.delete(oldest);
    return cut.catch((error: unknown) => {
      kept.delete(key);
      if (error instanceof VideoDecodeError) return null;
      throw error;
    });
  };
}

interface Gathered {
  readonly requests: PortraitRequest[];
  /** Aborted when nobody wants any of them. */
  readonly wanted: AbortController;
  readonly signals: (AbortSignal | undefined)[];
  readonly cut: ReturnType<typeof cutPortraits>;
}

/** A page asks for the faces of an image at once, as many as its browser has connections: the image is opened once for them. */
function createCutter(uploads: string) {
  const asked = new Map<string, Gathered>();
  const gather = ({ path, atS, sidePx = PORTRAIT_PX }: FaceSeen, key: string): Gathered => {
    const requests: PortraitRequest[] = [];
    const signals: Gathered["signals"] = [];
    const wanted = new AbortController();
    const cut = wait(GATHERED_MS).then(() => {
      asked.delete(key);
      return atS === null ? cutPortraits(requests, { sidePx }) : inFrame(path, atS);
    });
    const inFrame = async (clip: string, at: number) => {
      const into = join(uploads, randomUUID());
      try {
        const image = await drawFrame(clip, at, into, wanted.signal);
        return await cutPortraits(
          requests.map((request) => ({ ...request, path: image })),
          { sidePx },
        );
      } finally {
        await rm(into, { recursive: true, force: true });
      }
    };
    const gathered = { requests, wanted, signals, cut };
    asked.set(key, gathered);
    return gathered;
  };
  return async ({ id, ...face }: FaceSeen & { readonly id: string }, signal?: AbortSignal) => {
    const key = JSON.stringify([face.path, face.atS, face.sidePx]);
    const { requests, wanted, signals, cut } = asked.get(key) ?? gather(face, key);
    requests.push({ id, path: face.path, box: face.box });
    signals.push(signal);
    signal?.addEventListener("abort", () => {
      if (signals.every((each) => each?.aborted)) wanted.abort();
    });
    return (await cut).get(id) ?? null;
  };
}
