import type { EvidenceSource, NewEvidence } from "../../domain/evidence.ts";
import { holdsMiddle, type PixelBox } from "../../domain/geometry.ts";
import type { DecodedImage } from "../../domain/image.ts";
import { type Body, faceSize, seenJoint } from "./body.ts";
import { findBody, findFacelessBody, personOf, type ReadJoints } from "./find-bodies.ts";
import { PERSON, type SceneObject } from "./find-objects.ts";
import { type HeadTurn, handsAtFace } from "./hands.ts";
import { headPosturesOf } from "./head-posture.ts";
import type { Person } from "./people.ts";
import { type Posture, posturesOf } from "./postures.ts";
import { type About, handsItem, headPostureItem, jointsItem, postureItem, unseenBodyItem } from "./scene-evidence.ts";

interface BodyScene {
  readonly image: DecodedImage;
  readonly people: readonly Person[];
  readonly objects: readonly SceneObject[];
  /** The network of the bodies. */
  readonly source: EvidenceSource;
}

/** Bodies take 15 ms each and more in a crowd: the largest faces come first, the others are said not to be read. */
const MOST_BODIES = 20;
/** A head turned further than this lies, or the image does: what is up is then not known. */
const UPRIGHT_RAD = Math.PI / 3;
/** Persons without a found face must be this sure before their body is read. */
const SURE_PERSON = 0.4;

/** Items about every body: joints, postures, hands at the face, how the head is held. */
export async function bodyEvidence(scene: BodyScene, readJoints: ReadJoints): Promise<NewEvidence[]> {
  const largest = [...scene.people].sort((a, b) => faceSize(b.box) - faceSize(a.box)).slice(0, MOST_BODIES);
  const items: NewEvidence[] = [];
  for (const person of scene.people) {
    items.push(...headEvidence(person));
    if (largest.includes(person)) items.push(...(await personEvidence(person, scene, readJoints)));
    else items.push(unseenBodyItem(`only the ${MOST_BODIES} largest faces' bodies are read`, aboutBody(person, scene)));
  }
  for (const person of withoutFace(scene)) items.push(...(await facelessEvidence(person, scene, readJoints)));
  return items;
}

function headEvidence(person: Person): NewEvidence[] {
  const source: EvidenceSource = { type: "toolbox", name: person.toolbox };
  const about: About = { faceId: person.faceId, region: person.box, source };
  return headPosturesOf(person).map((posture) => headPostureItem(posture, about));
}

async function personEvidence(person: Person, scene: BodyScene, readJoints: ReadJoints): Promise<NewEvidence[]> {
  const about = aboutBody(person, scene);
  if (fillsImage(person, scene)) return [unseenBodyItem("the face fills the image", about)];
  const body = await findBody(scene.image, person.box, scene.objects, readJoints);
  if (body === undefined) return [unseenBodyItem("no body could be matched to the face", about)];
  const { rollRad } = person.headPose ?? UPRIGHT;
  const joints = jointsItem(body, about);
  if (Math.abs(rollRad) > UPRIGHT_RAD) return [joints];
  const postures = posturesOf(body, person.box).map((posture) => {
    return postureItem(posture, leanedToward(posture, person, scene.people), about);
  });
  const hands = handsItem(handsAtFace(body, person.box, person.headPose ?? UPRIGHT), about);
  return [joints, ...postures, ...(hands === undefined ? [] : [hands])];
}

/** A portrait as close as this shows no body, but the network makes one up, with hands on the face more often than not. */
const FILLS_FROM = 0.5;

function fillsImage({ box }: Person, { image }: BodyScene): boolean {
  return faceSize(box) > FILLS_FROM * Math.max(image.widthPx, image.heightPx);
}

/** A head whose pose nobody measured is taken to be upright. */
const UPRIGHT: HeadTurn = { yawRad: 0, rollRad: 0 };

function aboutBody({ faceId, box }: Person, { objects, source }: BodyScene): About {
  return { faceId, region: personOf(box, objects)?.box ?? null, source };
}

/** Somebody leaned toward is on that side, no further away than two arms' length, and at a like distance from the camera. */
const LEANED_TOWARD_WITHIN = 5;
const LIKE_SIZE = 1.5;

function leanedToward({ toward }: Posture, person: Person, people: readonly Person[]): string[] {
  if (toward === null) return [];
  const unit = faceSize(person.box);
  const sideways = (other: Person) => {
    const dx = other.box.leftPx + other.box.widthPx / 2 - person.box.leftPx - person.box.widthPx / 2;
    return toward === "right" ? dx : -dx;
  };
  const near = people
    .filter((other) => {
      const ratio = faceSize(other.box) / unit;
      const away = sideways(other);
      return away > 0 && away <= LEANED_TOWARD_WITHIN * unit && ratio < LIKE_SIZE && ratio > 1 / LIKE_SIZE;
    })
    .sort((a, b) => sideways(a) - sideways(b));
  return near.slice(0, 1).map(({ faceId }) => faceId);
}

function withoutFace({ people, objects }: BodyScene): SceneObject[] {
  return objects.filter(({ name, score, box }) => {
    return name === PERSON && score >= SURE_PERSON && !people.some((person) => holdsMiddle(box, person.box));
  });
}

/** A person whose face no toolbox found: turned away, cut off, too small, or with hands before it. */
async function facelessEvidence(object: SceneObject, scene: BodyScene, readJoints: ReadJoints): Promise<NewEvidence[]> {
  const about: About = { faceId: null, region: object.box, source: scene.source };
  const body = await findFacelessBody(scene.image, object, readJoints);
  if (body === undefined) return [];
  const head = headBox(body);
  const hands = head === undefined ? undefined : handsItem(handsAtFace(body, head, UPRIGHT), about);
  return hands === undefined ? [] : [jointsItem(body, about), hands];
}

/** Ears of an adult are this share of a face's longer side apart, eyes this one (from the canonical face). */
const EARS_APART = 0.85;
const EYES_APART = 0.38;

/** Where the face of a body must be, from its eyes or ears; `undefined` when these are not seen, as from behind. */
function headBox(body: Body): PixelBox | undefined {
  const pair = (name: "eye" | "ear") => [seenJoint(body, `left ${name}`), seenJoint(body, `right ${name}`)] as const;
  for (const [name, share] of [
    ["ear", EARS_APART],
    ["eye", EYES_APART],
  ] as const) {
    const [left, right] = pair(name);
    if (left === undefined || right === undefined) continue;
    const heightPx = Math.max(1, Math.hypot(left.xPx - right.xPx, left.yPx - right.yPx) / share);
    const [x, y] = [(left.xPx + right.xPx) / 2, (left.yPx + right.yPx) / 2];
    return { leftPx: x - 0.4 * heightPx, topPx: y - EYES_DOWN * heightPx, widthPx: 0.8 * heightPx, heightPx };
  }
  return undefined;
}

/** Eyes and ears lie this far down a face. */
const EYES_DOWN = 0.3;
