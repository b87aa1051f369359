import { boxOverlap, type PixelBox } from "../domain/geometry.ts";
import type { EvidenceFile } from "../ports/evidence-file.ts";
import type { ImageRows } from "./evidence-index.ts";

/** Boxes of the faces in each frame of a sequence, by the number that its frames bear there. */
type NumberedBoxes = ReadonlyMap<number, readonly PixelBox[]>;

/** Counting from 0 beside counting from 1, in either direction. */
const OFFSETS = [0, 1, -1] as const;

/** Boxes that overlap less (intersection over union) are not of one face. */
const LEAST_OVERLAP = 0.2;
/** Fewer faces in common say nothing. */
const LEAST_FACES = 4;
/** Movement of a face below this, as a share of its size, is a detector's trembling. */
const STILL = 0.004;

/**
 * What must be added to the frame numbers of one sequence for them to be those of another, when one counts from 0 and
 * the other from 1. The boxes of two detectors differ by the same in every frame; at a wrong offset the faces' own
 * movement is added to that. So boxes are paired by overlap, and the offset with the steadiest difference is taken.
 *
 * @returns `undefined` when it cannot be told: the faces hardly move, or too few are in both.
 */
export function frameOffset(reference: NumberedBoxes, other: NumberedBoxes): number | undefined {
  const frames = [...reference.keys()].filter((frame) => OFFSETS.every((offset) => other.has(frame - offset)));
  const tried = OFFSETS.map((offset) => {
    const moves = frames.flatMap((frame) => differences(reference.get(frame) ?? [], other.get(frame - offset) ?? []));
    return { offset, count: moves.length, spread: spreadOf(moves) };
  });
  const [best, next] = tried.sort((a, b) => a.spread - b.spread);
  if (best === undefined || next === undefined) return undefined;
  if (best.count < LEAST_FACES || next.spread < STILL ** 2) return undefined;
  // The more faces, the less a ratio of variances can be chance.
  return next.spread > best.spread * (1 + 6 / Math.sqrt(2 * best.count)) ? best.offset : undefined;
}

/** The boxes that a toolbox's file has for frames of a sequence; frames that it does not have are left out. */
export async function boxesOfFrames(
  evidence: Pick<EvidenceFile, "rowsAt">,
  sequence: Pick<ImageRows, "frames">,
  numbers: readonly number[],
): Promise<NumberedBoxes> {
  const boxes = new Map<number, readonly PixelBox[]>();
  for (const number of new Set(numbers)) {
    const frame = sequence.frames.get(number);
    if (frame === undefined) continue;
    const rows = await evidence.rowsAt(frame.positions);
    boxes.set(
      number,
      rows.flatMap(({ face }) => (face?.boxUnit === "pixel" && face.box !== null ? [face.box] : [])),
    );
  }
  return boxes;
}

type Move = readonly [x: number, y: number];

/** How far apart the middles of one face's two boxes are, in sizes of the face. */
function differences(ours: readonly PixelBox[], theirs: readonly PixelBox[]): Move[] {
  return ours.flatMap((box): Move[] => {
    const [nearest] = [...theirs].sort((a, b) => boxOverlap(box, b) - boxOverlap(box, a));
    if (nearest === undefined || boxOverlap(box, nearest) < LEAST_OVERLAP) return [];
    return [
      [
        (nearest.leftPx + nearest.widthPx / 2 - box.leftPx - box.widthPx / 2) / box.widthPx,
        (nearest.topPx + nearest.heightPx / 2 - box.topPx - box.heightPx / 2) / box.heightPx,
      ],
    ];
  });
}

/** Mean squared distance from the mean. */
function spreadOf(moves: readonly Move[]): number {
  const mean = (dimension: 0 | 1) => moves.reduce((sum, move) => sum + move[dimension], 0) / moves.length;
  const [x, y] = [mean(0), mean(1)];
  const sum = moves.reduce((total, move) => total + (move[0] - x) ** 2 + (move[1] - y) ** 2, 0);
  return moves.length === 0 ? Number.POSITIVE_INFINITY : sum / moves.length;
}
