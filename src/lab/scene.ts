import { boxOverlap, holdsMiddle, type PixelBox } from "../domain/geometry.ts";
import type { DecodedImage } from "../domain/image.ts";
import type { Face } from "../domain/measurement.ts";
import { measureImage } from "../measuring/measure-image.ts";
import type { FerToolbox } from "../ports/fer-toolbox.ts";
import type { PersonSegmenter } from "../ports/person-segmenter.ts";
import { scaledBox } from "./head-shape.ts";
import type { Mask } from "./mask.ts";
import { type Raster, rasterOf } from "./raster.ts";

/** Intersection over union from which a face counts as the one that a region means. */
const SAME_FACE_OVERLAP = 0.3;

/** An image with its faces, ready to make stimuli of. */
export interface Scene {
  /** The image at its full size. */
  readonly image: DecodedImage;
  readonly raster: Raster;
  /** Factor from source pixels, in which faces are given, to raster pixels. */
  readonly scale: number;
  readonly faces: readonly Face[];
  /** How likely each pixel of the raster belongs to a person. */
  readonly people: Mask;
  /** The person who is asked about. */
  readonly target: Face;
}

/** Why an image does not allow something. */
export interface NotPossible {
  readonly why: string;
}

/** What is worked out once for a scene, however often it is asked for. */
export function oncePerScene<T>(make: (scene: Scene) => Promise<T>): (scene: Scene) => Promise<T> {
  const known = new WeakMap<Scene, Promise<T>>();
  return (scene) => {
    const found = known.get(scene) ?? make(scene);
    known.set(scene, found);
    return found;
  };
}

/** Opens an image to make stimuli of; `null` where the asked-about face is not found. */
export async function openScene(
  path: string,
  region: PixelBox | null,
  { toolbox, segmenter }: { readonly toolbox: FerToolbox; readonly segmenter: PersonSegmenter },
  signal?: AbortSignal,
): Promise<Scene | null> {
  const { image, faces } = await measureImage(path, [toolbox], signal);
  const target = targetFace(faces, region);
  if (target === undefined) return null;
  const { raster, scale } = await rasterOf(image);
  const boxes = faces.map(({ box }) => scaledBox(box, scale));
  const { widthPx, heightPx } = raster;
  const people = { widthPx, heightPx, values: await segmenter.segment(raster, boxes, signal) };
  return { image, raster, scale, faces, people, target };
}

/** The face that a region means (most of it inside, the largest such), or the largest face of all. */
export function targetFace<F extends Pick<Face, "box">>(faces: readonly F[], region: PixelBox | null): F | undefined {
  const area = ({ box }: F) => box.widthPx * box.heightPx;
  const largestFirst = [...faces].sort((a, b) => area(b) - area(a));
  if (region === null) return largestFirst[0];
  return (
    largestFirst.find(({ box }) => holdsMiddle(region, box)) ??
    largestFirst.find(({ box }) => boxOverlap(box, region) >= SAME_FACE_OVERLAP)
  );
}
