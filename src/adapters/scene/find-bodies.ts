import type { PixelBox } from "../../domain/geometry.ts";
import type { DecodedImage } from "../../domain/image.ts";
import { type Body, decodeBody, faceSize, hasFace, mergeBodies, plausibleBody } from "./body.ts";
import { cutSquare, type Square } from "./cut-square.ts";
import { PERSON, type SceneObject } from "./find-objects.ts";

/** Runs the body network on a square of its own size: uint8 [side, side, 3] -> float32 [17, 3]. */
export type ReadJoints = (rgb: Uint8Array) => Promise<Float32Array>;

/** Side of the body network's input. */
const INPUT_PX = 192;
/** Room around a person's box, for arms that reach out of it. */
const PERSON_ROOM = 1.2;
/** Squares around a face that hold the body down to the hips and to the elbows, in face sizes, and where in them the face lies. */
const UPPER_BODY = { side: 6, faceDown: 1 / 3 };
const TRUNK = { side: 4.5, faceDown: 1 / 3 };
/** A face lies in this upper part of its person's box. */
const HEAD_PART = 0.6;

/**
 * The body that belongs to a face: read twice, around the face and around the person's box or, where none was found, again
 * around the face, and kept where both agree. `undefined` when neither reading has its head where the face is.
 */
export async function findBody(
  image: DecodedImage,
  face: PixelBox,
  objects: readonly SceneObject[],
  readJoints: ReadJoints,
): Promise<Body | undefined> {
  const person = personOf(face, objects);
  const squares = [
    person === undefined ? aroundFace(face, TRUNK) : squareAround(person.box),
    aroundFace(face, UPPER_BODY),
  ];
  const readings: Body[] = [];
  for (const square of squares) {
    const body = await readBody(image, square, readJoints);
    if (body !== undefined && hasFace(body, face)) readings.push(body);
  }
  const merged = mergeBodies(readings, face);
  return merged === undefined ? undefined : plausibleBody(merged, face, image);
}

/** The body in a person's box, for people whose face was not found. */
export async function findFacelessBody(
  image: DecodedImage,
  person: SceneObject,
  readJoints: ReadJoints,
): Promise<Body | undefined> {
  return readBody(image, squareAround(person.box), readJoints);
}

/** The smallest person's box that has the face in its upper part. */
export function personOf(face: PixelBox, objects: readonly SceneObject[]): SceneObject | undefined {
  const x = face.leftPx + face.widthPx / 2;
  const y = face.topPx + face.heightPx / 2;
  return objects
    .filter(({ name, box }) => {
      const across = x > box.leftPx && x < box.leftPx + box.widthPx;
      return name === PERSON && across && y > box.topPx && y < box.topPx + HEAD_PART * box.heightPx;
    })
    .sort((a, b) => a.box.widthPx * a.box.heightPx - b.box.widthPx * b.box.heightPx)[0];
}

async function readBody(image: DecodedImage, square: Square, readJoints: ReadJoints): Promise<Body | undefined> {
  const rgb = await cutSquare(image, square, INPUT_PX);
  return rgb === undefined ? undefined : decodeBody(await readJoints(rgb), square);
}

function squareAround({ leftPx, topPx, widthPx, heightPx }: PixelBox): Square {
  const sidePx = Math.max(widthPx, heightPx) * PERSON_ROOM;
  return { leftPx: leftPx + (widthPx - sidePx) / 2, topPx: topPx + (heightPx - sidePx) / 2, sidePx };
}

function aroundFace(face: PixelBox, { side, faceDown }: typeof UPPER_BODY): Square {
  const sidePx = faceSize(face) * side;
  return {
    leftPx: face.leftPx + (face.widthPx - sidePx) / 2,
    topPx: face.topPx + face.heightPx / 2 - sidePx * faceDown,
    sidePx,
  };
}
