import { z } from "zod";
import { NeutralFaceError } from "../domain/errors.ts";
import type { DecodedImage } from "../domain/image.ts";
import type { Face } from "../domain/measurement.ts";
import { facePatch } from "../measuring/face-patch.ts";
import { frameSignature, isCut } from "../measuring/find-cuts.ts";
import { dissolvedSince, FrameLook, frameLook, remembered } from "../measuring/find-dissolves.ts";
import { measureRelative, type NeutralFace } from "../measuring/measure-against-neutral.ts";
import type { ImageOutcome } from "../measuring/measure-image.ts";
import { NO_TRACKS, TrackingState, trackFaces } from "../measuring/track-faces.ts";
import { type FaceIdentity, personDistance } from "../ports/face-identity.ts";
import type { FerToolbox } from "../ports/fer-toolbox.ts";
import type { StudyInput } from "./study-inputs.ts";

/** How far a video is: enough to go on with it in another process. */
export const VideoProgress = z.strictObject({
  /** Frames that are measured. */
  frames: z.int().min(0),
  tracking: TrackingState,
  /** Whether anyone has been seen, and whether the person of the neutral image has. */
  seen: z.strictObject({ anyone: z.boolean(), neutralPerson: z.boolean() }),
  /** What the last frame looked like, see find-cuts.ts. */
  signature: z.array(z.number()).nullable().default(null),
  /** What frames before looked like, see find-dissolves.ts. */
  looks: z.array(FrameLook).default([]),
  /** Whether the last frame was of two shots. */
  dissolving: z.boolean().default(false),
});
export type VideoProgress = z.infer<typeof VideoProgress>;

/** Follows the faces of one video from frame to frame. */
export interface VideoTracker {
  readonly key: string;
  /** Gives the faces of the next frame their track ids, and measures the right person against the neutral face. */
  follow(outcome: ImageOutcome): Promise<ImageOutcome>;
  progress(): VideoProgress;
  /** What is wrong with the video as a whole, once it has ended. */
  fault(): string | undefined;
}

/** A face measured worse than this may look like somebody else: of two blurred people 1 % are nearer than 0.52. */
const LEAST_QUALITY = 0.3;

/**
 * Distance of descriptors up to which a face is taken for someone seen before, as a share of the network's own limit.
 * Stricter than a comparison of two images, since everybody seen so far is a candidate.
 */
const SAME_AGAIN_SHARE = 0.75;

export function createVideoTracker(
  input: StudyInput,
  options: {
    readonly tools: { readonly toolboxes: readonly FerToolbox[]; readonly identity: FaceIdentity };
    /** Against which the person it shows is measured. */
    readonly neutral: NeutralFace | null;
    readonly progress: VideoProgress | undefined;
  },
): VideoTracker {
  const { neutral, tools } = options;
  const { toolboxes, identity } = tools;
  let frames = options.progress?.frames ?? 0;
  let tracking = options.progress?.tracking ?? NO_TRACKS;
  let signature = options.progress?.signature ?? null;
  let looks = options.progress?.looks ?? [];
  let dissolving = options.progress?.dissolving ?? false;
  const seen = { ...(options.progress?.seen ?? { anyone: false, neutralPerson: false }) };

  /** Faces of the neutral person against their resting face. Who a track is, is known from several looks. */
  function relative(face: Face): Face {
    const person = tracking.tracks.find(({ id }) => id === face.trackId)?.person;
    if (neutral === null || person === null || person === undefined) return face;
    if (person.looks === 0 || personDistance(person.descriptor, neutral.descriptor) > identity.samePersonUpTo)
      return face;
    seen.neutralPerson = true;
    return measureRelative(face, neutral, toolboxes);
  }

  function withShot(image: DecodedImage): DecodedImage {
    if (image.frame === undefined) return image;
    const before = signature;
    signature = frameSignature(image);
    const cut = before !== null && isCut(before, signature);
    const look = frameLook(image, image.frame.timestampS);
    const dissolvedFromS = dissolvedSince(looks, look);
    looks = remembered(cut ? [] : looks, look);
    const shot = { ...(cut ? { cut } : {}), ...(dissolvedFromS === null ? {} : { dissolvedFromS }) };
    return { ...image, frame: { ...image.frame, ...shot } };
  }

  return {
    key: input.key,
    async follow(outcome) {
      frames += 1;
      if ("reason" in outcome) return outcome;
      const image = withShot(outcome.measured.image);
      const { faces } = outcome.measured;
      const timestampS = image.frame?.timestampS;
      if (timestampS === undefined) throw new RangeError("A frame of a video has a time");
      const isMixed = image.frame?.dissolvedFromS !== undefined;
      const tracked = await trackFaces(
        tracking,
        { faces, timestampS, isNewShot: image.frame?.cut === true || (dissolving && !isMixed) },
        {
          async describe(face) {
            if (isMixed) return null; // of two people at once
            const descriptor = await identity.describe(image, face);
            return descriptor === null ? null : { descriptor, isClear: isClear(face) };
          },
          patch: ({ box }) => facePatch(image, box),
          samePersonUpTo: identity.samePersonUpTo,
          sameAgainUpTo: identity.samePersonUpTo * SAME_AGAIN_SHARE,
        },
      );
      tracking = tracked.state;
      dissolving = isMixed;
      seen.anyone ||= faces.length > 0;
      return {
        ...outcome,
        measured: { ...outcome.measured, image, faces: tracked.faces.map(relative) },
      };
    },
    progress: () => ({ frames, tracking, seen: { ...seen }, signature, looks, dissolving }),
    fault() {
      if (neutral === null || !seen.anyone || seen.neutralPerson) return undefined;
      return new NeutralFaceError(neutral.reference.path, `nobody in ${input.path} is the person it shows`).message;
    },
  };
}

function isClear({ measurements }: Face): boolean {
  return measurements.some(({ quality }) => quality !== null && quality.overall >= LEAST_QUALITY);
}
