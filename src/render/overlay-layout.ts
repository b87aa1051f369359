import { boxOverlap, type PixelBox } from "../domain/geometry.ts";

export interface PanelSize {
  readonly widthPx: number;
  readonly heightPx: number;
}

interface LayoutOptions {
  readonly frame: PanelSize;
  /** Space kept between a panel and the face it belongs to. */
  readonly gapPx: number;
}

/**
 * A place for each face's panel: beside its face, inside the image, covering no face and no other panel. Faces in the
 * thick of a crowd may get none (`undefined`); their panels belong outside the image.
 */
export function placePanels(
  faces: readonly PixelBox[],
  panels: readonly PanelSize[],
  options: LayoutOptions,
): readonly (PixelBox | undefined)[] {
  const placed: PixelBox[] = [];
  return faces.map((face, index) => {
    const panel = panels[index];
    if (panel === undefined) return undefined;
    const place = candidates(face, panel, options)
      .filter((box) => isInside(box, options.frame))
      .find((box) => ![...faces, ...placed].some((other) => boxOverlap(box, other) > 0));
    if (place !== undefined) placed.push(place);
    return place;
  });
}

/** Positions around a face, the most natural first: right, left, below, above, each at several heights or offsets. */
function candidates(face: PixelBox, { widthPx, heightPx }: PanelSize, { gapPx, frame }: LayoutOptions): PixelBox[] {
  const right = face.leftPx + face.widthPx + gapPx;
  const left = face.leftPx - gapPx - widthPx;
  const below = face.topPx + face.heightPx + gapPx;
  const above = face.topPx - gapPx - heightPx;
  const tops = slide(face.topPx, face.heightPx - heightPx, frame.heightPx - heightPx, gapPx);
  const lefts = slide(face.leftPx, face.widthPx - widthPx, frame.widthPx - widthPx, gapPx);
  return [
    ...tops.map((topPx) => ({ leftPx: right, topPx, widthPx, heightPx })),
    ...tops.map((topPx) => ({ leftPx: left, topPx, widthPx, heightPx })),
    ...lefts.map((leftPx) => ({ leftPx, topPx: below, widthPx, heightPx })),
    ...lefts.map((leftPx) => ({ leftPx, topPx: above, widthPx, heightPx })),
  ];
}

/** Offsets along one side of a face: flush, centred, flush at the far end, then past either end, pushed into the frame. */
function slide(start: number, room: number, last: number, gapPx: number): number[] {
  const steps = [0, room / 2, room, -room / 2, room * 1.5];
  return steps.map((step) => Math.min(Math.max(start + step, gapPx), Math.max(gapPx, last - gapPx)));
}

function isInside(box: PixelBox, frame: PanelSize): boolean {
  return (
    box.leftPx >= 0 &&
    box.topPx >= 0 &&
    box.leftPx + box.widthPx <= frame.widthPx &&
    box.topPx + box.heightPx <= frame.heightPx
  );
}

/** Panels in rows from left to right, as wide as the frame allows, starting at `topPx`. */
export function flowPanels(
  panels: readonly PanelSize[],
  options: LayoutOptions & { readonly topPx: number },
): readonly PixelBox[] {
  const { frame, gapPx } = options;
  let [leftPx, topPx, rowHeight] = [gapPx, options.topPx + gapPx, 0];
  return panels.map(({ widthPx, heightPx }) => {
    if (leftPx > gapPx && leftPx + widthPx + gapPx > frame.widthPx) {
      leftPx = gapPx;
      topPx += rowHeight + gapPx;
      rowHeight = 0;
    }
    const box = { leftPx, topPx, widthPx, heightPx };
    leftPx += widthPx + gapPx;
    rowHeight = Math.max(rowHeight, heightPx);
    return box;
  });
}
