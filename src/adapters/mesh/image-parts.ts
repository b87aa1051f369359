import type { PixelBox } from "../../domain/geometry.ts";
import type { PixelSource } from "./crop.ts";
import type { FaceCandidate } from "./face-detector.ts";
import type { RotatedRegion } from "./rotated-region.ts";

/** How much neighbouring tiles overlap: more than a face, so that each face lies whole in one of them. */
const OVERLAP = 0.25;

/**
 * Overlapping squares that cover a part of an image, row by row.
 *
 * @param sidePx side of the squares; one square when the part is no larger.
 */
export function tilesOver({ leftPx, topPx, widthPx, heightPx }: PixelBox, sidePx: number): RotatedRegion[] {
  const columns = positions(widthPx, sidePx, OVERLAP);
  const rows = positions(heightPx, sidePx, OVERLAP);
  return rows.flatMap((y) =>
    columns.map((x) => ({ centerXPx: leftPx + x, centerYPx: topPx + y, ...squareSides(sidePx), angleRad: 0 })),
  );
}

function squareSides(sidePx: number): { widthPx: number; heightPx: number } {
  return { widthPx: sidePx, heightPx: sidePx };
}

/** Centres along one side of the image, evenly spread from edge to edge. */
function positions(lengthPx: number, sidePx: number, overlap: number): number[] {
  if (lengthPx <= sidePx) return [lengthPx / 2];
  const gaps = Math.ceil((lengthPx - sidePx) / (sidePx * (1 - overlap)));
  return Array.from({ length: gaps + 1 }, (_, index) => sidePx / 2 + (index * (lengthPx - sidePx)) / gaps);
}

/** A part of an image, and the candidates that it and no other answers for. */
interface ImagePart {
  readonly box: PixelBox;
  answersFor(candidate: FaceCandidate): boolean;
}

/** From this relation of its sides on, an image is a panorama; films end at 2.4. */
const PANORAMA = 2.5;

/**
 * Length of a part, and how much of it the next one has too, both as shares of a panorama's shorter side. A face as high
 * as the image then lies whole in the part that answers for it: the one whose middle is nearest.
 */
const PART = { length: 1.5, overlap: 2 / 3 };

/** A panorama in overlapping parts; any other image as one. */
export function partsOf({ widthPx, heightPx }: PixelSource): ImagePart[] {
  const whole = { leftPx: 0, topPx: 0, widthPx, heightPx };
  const [longer, shorter] = [Math.max(widthPx, heightPx), Math.min(widthPx, heightPx)];
  if (longer < PANORAMA * shorter) return [{ box: whole, answersFor: () => true }];
  const isTall = heightPx > widthPx;
  const lengthPx = PART.length * shorter;
  const middles = positions(longer, lengthPx, PART.overlap);
  const halfStepPx = ((middles[1] ?? longer) - (middles[0] ?? 0)) / 2;
  return middles.map((middle, index) => {
    const from = index === 0 ? Number.NEGATIVE_INFINITY : middle - halfStepPx;
    const to = index === middles.length - 1 ? Number.POSITIVE_INFINITY : middle + halfStepPx;
    const start = middle - lengthPx / 2;
    return {
      box: isTall ? { ...whole, topPx: start, heightPx: lengthPx } : { ...whole, leftPx: start, widthPx: lengthPx },
      answersFor({ region }) {
        const place = isTall ? region.centerYPx : region.centerXPx;
        return place >= from && place < to;
      },
    };
  });
}

/** A square around the middle of a box. */
export function squareOf(
  { leftPx, topPx, widthPx, heightPx }: PixelBox,
  sidePx: number,
  angleRad: number,
): RotatedRegion {
  return { centerXPx: leftPx + widthPx / 2, centerYPx: topPx + heightPx / 2, ...squareSides(sidePx), angleRad };
}
