import { ToolInputError } from "../domain/errors.ts";
import type { EvidenceItem, TimeWindow } from "../domain/evidence.ts";
import type { ImageView } from "../domain/image.ts";
import { intervalOf, itemsWithin, secondsText } from "../domain/timeline.ts";
import { frameEvidence } from "../evidence/clip-evidence.ts";
import { nameWithCode } from "../facs/action-units.ts";
import { facePartBox } from "../measuring/face-parts.ts";
import { renderView } from "../measuring/render-view.ts";
import { clipOf, type FrameOfClip, knownFace, type ToolContext } from "./agent-tool.ts";

/** A frame of a clip, with what the ledger holds of that moment. */
export interface Moment {
  readonly frame: FrameOfClip;
  /** As they are at that moment: of a timeline the one value, under the timeline's id. */
  readonly items: readonly EvidenceItem[];
  /** Who is in the frame, and who of the clip is not. */
  readonly who: string;
}

/**
 * Looks at the measured frame that is nearest to a time, and puts what was measured and what is seen in it into the ledger.
 *
 * @param faceId the person who is meant; everybody where `null`.
 * @throws {ToolInputError} if the clip has no such time or nobody of this name.
 */
export async function lookAtMoment(
  timeS: number,
  faceId: string | null,
  toolContext: ToolContext,
  signal?: AbortSignal,
): Promise<Moment> {
  const { ledger } = toolContext;
  if (faceId !== null) knownFace(ledger, faceId);
  const clip = clipOf(toolContext);
  const frame = await clip.frameAt(nearestFrame(clip.timesS, timeS), signal);
  const isMeant = (id: string | null) => faceId === null || id === null || id === faceId;
  for (const face of frame.faces.filter((each) => isMeant(each.faceId))) {
    for (const item of frameEvidence(face, frame.timeS)) ledger.add(item);
  }
  await clip.observe(frame, ledger, signal);
  const window = { fromS: Math.min(timeS, frame.timeS), toS: Math.max(timeS, frame.timeS) };
  const items = heldWithin(ledger.items(), window).filter((item) => isMeant(item.faceId));
  return { frame, items, who: whoIsIn(frame, ledger.faces()) };
}

/** The measured frame at a time. @throws {ToolInputError} if the time is further from every frame than frames are from each other. */
export function nearestFrame(timesS: readonly number[], timeS: number): number {
  const [nearest = 0] = [...timesS].sort((a, b) => Math.abs(a - timeS) - Math.abs(b - timeS));
  if (Math.abs(nearest - timeS) <= (intervalOf(timesS) ?? 0)) return nearest;
  const [from, to] = [timesS[0] ?? 0, timesS.at(-1) ?? 0];
  const gap = timeS >= from && timeS <= to ? "was not measured then" : "";
  throw new ToolInputError(
    `The clip ${gap || "has no such time"}: it was measured from ${from.toFixed(1)} to ${secondsText(to)}`,
  );
}

/** What holds in a part of a clip and not in all of it, with what each action unit is there in words. */
function heldWithin(items: readonly EvidenceItem[], window: TimeWindow): EvidenceItem[] {
  return itemsWithin(items, window)
    .filter(({ time }) => time !== undefined)
    .map((item) => {
      const { value, time } = item;
      if (value.type !== "action-unit" || time === undefined) return item;
      const says = `${nameWithCode(value.au)} is ${value.presence} at ${secondsText(time.fromS)}: ${value.value.toFixed(2)} (${value.scale})`;
      return { ...item, statement: says };
    });
}

function whoIsIn({ faces }: FrameOfClip, everybody: readonly { readonly faceId: string }[]): string {
  const present = faces.map(({ faceId }) => faceId);
  const gone = everybody.map(({ faceId }) => faceId).filter((faceId) => !present.includes(faceId));
  const there = present.length === 0 ? "Nobody is found in it" : `In it: ${present.join(", ")}`;
  return gone.length === 0 || present.length === 0 ? `${there}.` : `${there}; not found in it: ${gone.join(", ")}.`;
}

const LONGEST_SIDE_PX = 768;
const ENLARGED_TO_PX = 448;

/** The frame, or the face of one person in it where they are there. */
export function viewOfMoment(
  { timeS, image, faces }: FrameOfClip,
  faceId: string | null,
  signal?: AbortSignal,
): Promise<ImageView> {
  const face = faces.find((each) => each.faceId === faceId);
  if (face === undefined) {
    return renderView(image, { caption: `The frame at ${secondsText(timeS)}`, maxSidePx: LONGEST_SIDE_PX }, signal);
  }
  const region = facePartBox(face, "whole face");
  const caption = `${face.faceId} at ${secondsText(timeS)}`;
  return renderView(image, { caption, region, maxSidePx: LONGEST_SIDE_PX, minSidePx: ENLARGED_TO_PX }, signal);
}
