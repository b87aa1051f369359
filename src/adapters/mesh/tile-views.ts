import type { RotatedRegion } from "./rotated-region.ts";

/** How much neighbouring tiles overlap: more than a face, so that each face lies whole in one of them. */
const OVERLAP = 0.25;

/**
 * Overlapping squares that cover an image, row by row.
 *
 * @param sidePx side of the squares; one square when the image is no larger.
 */
export function tilesOver(frame: { widthPx: number; heightPx: number }, sidePx: number): RotatedRegion[] {
  const columns = positions(frame.widthPx, sidePx);
  const rows = positions(frame.heightPx, sidePx);
  return rows.flatMap((centerYPx) =>
    columns.map((centerXPx) => ({ centerXPx, centerYPx, widthPx: sidePx, heightPx: sidePx, angleRad: 0 })),
  );
}

/** Centres along one side of the image, evenly spread from edge to edge. */
function positions(lengthPx: number, sidePx: number): number[] {
  if (lengthPx <= sidePx) return [lengthPx / 2];
  const gaps = Math.ceil((lengthPx - sidePx) / (sidePx * (1 - OVERLAP)));
  return Array.from({ length: gaps + 1 }, (_, index) => sidePx / 2 + (index * (lengthPx - sidePx)) / gaps);
}
