import { createHash } from "node:crypto";
import type { Exemplar, ExemplarEntry, ExemplarLabel } from "../domain/exemplar.ts";
import {
  createExpressionSpace,
  type ExpressionSpace,
  embedFace,
  type PlacelessMeasurement,
  searchVector,
} from "../domain/expression-space.ts";
import { boxOverlap, clipBox, type PixelBox } from "../domain/geometry.ts";
import type { DecodedImage } from "../domain/image.ts";
import { type Face, type FaceMeasurement, withoutGeometry } from "../domain/measurement.ts";
import { perceptualHash } from "../domain/perceptual-hash.ts";
import { isExpressionPool } from "../facs/expression-pool.ts";
import { renderView } from "../measuring/render-view.ts";
import type { FerToolbox } from "../ports/fer-toolbox.ts";

/** An image with the faces that the toolboxes found in it. */
interface MeasuredImage {
  readonly image: DecodedImage;
  readonly faces: readonly Face[];
}

/** Opens an image and measures its faces: the pipeline's own `measure`, given by whoever composes the program. */
export type MeasureImage = (path: string, signal?: AbortSignal) => Promise<MeasuredImage>;

/** An exemplar's view is kept small: it is shown to a model among others. */
const VIEW_SIDE_PX = 448;
/** Share of the face's size that is left around it, so that hair, hands and shoulders are seen. */
const VIEW_MARGIN = 0.6;
/** A face and a region mean the same person from this overlap on. */
const SAME_FACE_OVERLAP = 0.3;
/** Without a region, an image is about its largest face when that is so many times the next one's area. */
const CLEARLY_LARGER = 2;

/** The id under which a label of an image is kept. */
export function exemplarId(contents: {
  readonly sha256: string;
  readonly region: PixelBox | null;
  readonly category: string;
  readonly labeller: string;
}): string {
  const { sha256, region, category, labeller } = contents;
  const box = region === null ? null : [region.leftPx, region.topPx, region.widthPx, region.heightPx];
  const text = JSON.stringify([sha256, box, category, labeller]);
  return `x${createHash("sha256").update(text).digest("hex").slice(0, 24)}`;
}

/**
 * The face that an exemplar means: the one at its region; without a region the only face, or one that is far larger
 * than all others. `undefined` when that leaves it open.
 */
function faceMeant(faces: readonly Face[], region: PixelBox | null): Face | undefined {
  if (region !== null) {
    const overlaps = faces.map((face) => ({ face, overlap: overlapWithRegion(face.box, region) }));
    const [best] = overlaps.sort((a, b) => b.overlap - a.overlap);
    return best !== undefined && best.overlap >= SAME_FACE_OVERLAP ? best.face : undefined;
  }
  const [largest, next] = [...faces].sort((a, b) => area(b.box) - area(a.box));
  if (largest === undefined || next === undefined) return largest;
  return area(largest.box) >= CLEARLY_LARGER * area(next.box) ? largest : undefined;
}

interface ExemplarContents {
  readonly label: ExemplarLabel;
  readonly measured: MeasuredImage;
  /** How the image is named from now on. */
  readonly name: string;
  readonly region: PixelBox | null;
  readonly pack: string | null;
  readonly linkedTo: string | null;
  readonly space: ExpressionSpace;
  readonly keepView: boolean;
  readonly addedAt: string;
  /** Measurements of the face meant that were made earlier by the same toolbox. */
  readonly measurements?: readonly FaceMeasurement[];
}

/** Joins a label with everything measured from its image. Embeddings are added by whoever has an embedder. */
export async function makeExemplar(contents: ExemplarContents): Promise<ExemplarEntry> {
  const { label, measured, region, space } = contents;
  const { image } = measured;
  const face = faceMeant(measured.faces, region);
  const measurements = (contents.measurements ?? face?.measurements ?? []).map(withoutGeometry);
  const exemplar: Exemplar = {
    id: exemplarId({ sha256: image.sha256, region, category: label.category, labeller: label.labeller }),
    ...label,
    image: {
      path: contents.name,
      sha256: image.sha256,
      widthPx: image.widthPx,
      heightPx: image.heightPx,
      hash: perceptualHash(image, null),
    },
    region,
    regionHash: region === null ? null : perceptualHash(image, region),
    measurements,
    objects: null,
    pack: contents.pack,
    linkedTo: contents.linkedTo,
    addedAt: contents.addedAt,
  };
  return {
    exemplar,
    expression: embedMeasured(space, measurements),
    textEmbedding: null,
    view: contents.keepView ? await exemplarView(image, region) : null,
  };
}

/** The vector of whichever measurement belongs to the space. */
export function embedMeasured(
  space: ExpressionSpace,
  measurements: readonly PlacelessMeasurement[],
): Float32Array | null {
  for (const measurement of measurements) {
    const point = embedFace(space, measurement);
    if (point !== undefined) return searchVector(space, point);
  }
  return null;
}

/** An image, or a region of it with some margin, as exemplars are kept and compared: JPEG without metadata. */
export async function exemplarView(image: DecodedImage, region: PixelBox | null): Promise<Uint8Array> {
  const around = region === null ? undefined : clipBox(withMargin(region), image);
  const view = await renderView(image, {
    caption: "exemplar",
    maxSidePx: VIEW_SIDE_PX,
    ...(around === undefined ? {} : { region: around }),
  });
  return new Uint8Array(view.data);
}

function withMargin(box: PixelBox): PixelBox {
  const [x, y] = [box.widthPx * VIEW_MARGIN, box.heightPx * VIEW_MARGIN];
  return {
    leftPx: box.leftPx - x,
    topPx: box.topPx - y,
    widthPx: box.widthPx + 2 * x,
    heightPx: box.heightPx + 2 * y,
  };
}

/** Overlap of a face with a region that may be drawn wider than the face: a face wholly inside counts fully. */
function overlapWithRegion(face: PixelBox, region: PixelBox): number {
  const shared = clipBox({ ...face, leftPx: face.leftPx - region.leftPx, topPx: face.topPx - region.topPx }, region);
  const inside = shared === undefined ? 0 : area(shared) / area(face);
  return Math.max(boxOverlap(face, region), inside >= 0.8 ? inside * Math.sqrt(area(face) / area(region)) : 0);
}

function area(box: PixelBox): number {
  return box.widthPx * box.heightPx;
}

/**
 * The expression space of faces that a toolbox measures, its expression networks included. Where it pools them, the pool
 * stands for them.
 */
export function toolboxSpace({ id, supports }: Pick<FerToolbox, "id" | "supports">): ExpressionSpace {
  const sources = supports.expressionSources ?? [];
  const pools = sources.filter(isExpressionPool);
  return createExpressionSpace(id, supports, pools.length > 0 ? pools : sources);
}
