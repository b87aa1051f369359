import { z } from "zod";
import { boxOverlap, clipBox, holdsMiddle, type PixelBox } from "../../domain/geometry.ts";
import { knowledgeFile } from "../../facs/knowledge-file.ts";

/** The names of the network's classes: `models/scene/coco-80.json`. */
export const objectNames = knowledgeFile(
  ["scene", "coco-80.json"],
  z.strictObject({ about: z.string(), source: z.string(), names: z.array(z.string().min(1)).length(80) }),
);

/** Something of a kind that COCO names. */
export interface SceneObject {
  readonly name: string;
  /** In source pixels, within the frame. */
  readonly box: PixelBox;
  /** The network's own, 0..1. Not calibrated: true objects in plain view often get 0.3. */
  readonly score: number;
}

/** What people are called among the objects. */
export const PERSON = "person";

/** As in the demo of `@vladmandic/human`; see models/cards/human-centernet.md for what it lets in and leaves out. */
const MIN_SCORE = 0.2;
/** Two boxes of one kind that overlap more are one object. */
const SAME_OBJECT_OVERLAP = 0.4;
/** Two boxes of any kind that overlap more are one object under two names. */
const TWO_NAMES_OVERLAP = 0.8;
const VALUES_PER_OBJECT = 6;

/**
 * Objects out of the network's answer, surest first.
 *
 * @param detections float32 [objects, 6]: left, top, right, bottom in input pixels, score, class.
 */
export function decodeObjects(
  detections: Float32Array,
  frame: { readonly widthPx: number; readonly heightPx: number },
  inputPx: number,
): SceneObject[] {
  const names = objectNames().names;
  const [scaleX, scaleY] = [frame.widthPx / inputPx, frame.heightPx / inputPx];
  const found: SceneObject[] = [];
  for (let at = 0; at + VALUES_PER_OBJECT <= detections.length; at += VALUES_PER_OBJECT) {
    const [left, top, right, bottom, score, kind] = detections.subarray(at, at + VALUES_PER_OBJECT) as unknown as Six;
    const name = names[kind];
    if (score < MIN_SCORE || name === undefined || right <= left || bottom <= top) continue;
    const box = {
      leftPx: left * scaleX,
      topPx: top * scaleY,
      widthPx: (right - left) * scaleX,
      heightPx: (bottom - top) * scaleY,
    };
    const visible = clipBox(box, frame);
    if (visible !== undefined) found.push({ name, box: visible, score });
  }
  return withoutRepetitions(found);
}

type Six = readonly [number, number, number, number, number, number];

function withoutRepetitions(found: readonly SceneObject[]): SceneObject[] {
  const kept: SceneObject[] = [];
  for (const object of [...found].sort((a, b) => b.score - a.score)) {
    const repeats = ({ name, box }: SceneObject) =>
      boxOverlap(box, object.box) > (name === object.name ? SAME_OBJECT_OVERLAP : TWO_NAMES_OVERLAP);
    if (!kept.some(repeats)) kept.push(object);
  }
  return kept;
}

const ANIMALS = new Set(["bird", "cat", "dog", "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe"]);

/** A face that takes up this share of an animal's box is what was taken for the animal. */
const FACE_SHARE = 0.1;

/** Objects without the animals that are somebody's face: the network takes one close portrait in five for a dog or cat. */
export function withoutMistakenFaces(objects: readonly SceneObject[], faces: readonly PixelBox[]): SceneObject[] {
  const area = ({ widthPx, heightPx }: PixelBox) => widthPx * heightPx;
  return objects.filter(({ name, box }) => {
    return !ANIMALS.has(name) || !faces.some((face) => holdsMiddle(box, face) && area(face) > FACE_SHARE * area(box));
  });
}
