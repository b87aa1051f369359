import { capitalised } from "../../domain/capitalised.ts";
import type { EvidenceSource, EvidenceValue, NewEvidence } from "../../domain/evidence.ts";
import type { PixelBox } from "../../domain/geometry.ts";
import { type Body, JOINTS, seenJoint } from "./body.ts";
import type { SceneObject } from "./find-objects.ts";
import type { HandAtFace } from "./hands.ts";
import type { HeadPosture } from "./head-posture.ts";
import type { Look, LookedWith } from "./looking.ts";
import { type Frame, INTIMATE_DISTANCE_M, type Neighbour, PERSONAL_DISTANCE_M } from "./people.ts";
import type { Posture } from "./postures.ts";

/** Who an item is about. */
export interface About {
  readonly faceId: string | null;
  readonly region: PixelBox | null;
  readonly source: EvidenceSource;
}

/** Below this score the network is often wrong (models/cards/scene.md). As `objectsFrom` in models/rules/scene-cues.json. */
const CLAIMED_FROM = 0.5;

export function objectItem({ name, box, score }: SceneObject, frame: Frame, source: EvidenceSource): NewEvidence {
  const place = `in the ${placeInImage(box, frame)} of the image`;
  const what = score < CLAIMED_FROM ? `what may be ${withArticle(name)}` : withArticle(name);
  const statement = `${capitalised(what)} is seen ${place}, score ${score.toFixed(2)}`;
  return { kind: "object", faceId: null, region: box, statement, value: finding(name, score), source };
}

/** `lower left`, `middle`, `upper middle`, ...: the ninth of the image that holds the middle of a box. */
function placeInImage({ leftPx, topPx, widthPx, heightPx }: PixelBox, frame: Frame): string {
  const third = (at: number, size: number) => Math.min(2, Math.max(0, Math.floor((3 * at) / size)));
  const down = ["upper", "", "lower"][third(topPx + heightPx / 2, frame.heightPx)];
  const across = ["left", "middle", "right"][third(leftPx + widthPx / 2, frame.widthPx)];
  return [down, across].filter(Boolean).join(" ");
}

/** Said when objects were looked for and none was found: this is not the same as not looking. */
export function noObjectItem(source: EvidenceSource): NewEvidence {
  return {
    kind: "object",
    faceId: null,
    region: null,
    statement: "No object of the 80 kinds that are looked for was found",
    value: { type: "not-measured", reason: "nothing was sure enough, which does not mean that nothing is there" },
    source,
  };
}

/** The joints themselves, for drawings and for whoever wants to check a posture. */
export function jointsItem(body: Body, about: About): NewEvidence {
  const seen = JOINTS.filter((name) => seenJoint(body, name) !== undefined).length;
  const statement = `The body of ${about.faceId ?? "a person without a found face"}: ${seen} of ${JOINTS.length} joints are seen`;
  const points = body.map(({ name, xPx, yPx, score }) => ({ name, xPx, yPx, score }));
  return { kind: "posture", ...about, statement, value: { type: "points", points } };
}

export function unseenBodyItem(reason: string, about: About): NewEvidence {
  return {
    kind: "posture",
    ...about,
    statement: `Nothing can be said of the body of ${about.faceId ?? "a person without a found face"}: ${reason}`,
    value: { type: "not-measured", reason },
  };
}

export function postureItem({ name, says, confidence, measures }: Posture, to: readonly string[], about: About) {
  const whom = to.length === 0 ? "" : `, toward ${listed(to)}`;
  return postureOf(`${subjectOf(about)} ${says}${whom}`, finding(name, confidence, to, measures), about);
}

export function headPostureItem({ name, says, confidence, angleRad }: HeadPosture, about: About): NewEvidence {
  const measures = [{ name: "angle", value: angleRad, unit: "rad" }];
  return postureOf(`${subjectOf(about)} ${says}`, finding(name, confidence, [], measures), about);
}

/** One hand at a face, or both. A hidden part of a face is said to be hidden, and its measurements to be doubtful. */
export function handsItem(hands: readonly HandAtFace[], about: About): NewEvidence | undefined {
  const [first] = hands;
  if (first === undefined) return undefined;
  const over = hands.filter(({ place }) => place === "over");
  const used = over.length > 0 ? over : hands;
  const name = `${used.length > 1 ? "both hands" : "hand"} ${over.length > 0 ? "over face" : "at face"}`;
  const parts = [...new Set(used.flatMap(({ part }) => part ?? []))];
  const [across, by] = parts.length === 0 ? ["", ""] : [`, over the ${listed(parts)}`, `, by the ${listed(parts)}`];
  const who = used.length > 1 ? "both hands" : `the ${used[0]?.side ?? first.side} hand`;
  const where = over.length > 0 ? `before the face${across}` : `at the face${by}`;
  const doubt = over.length > 0 && about.faceId !== null ? `; what was measured there may be read from a hand` : "";
  const hidden = about.faceId === null ? "; the face was not found" : "";
  const statement = `${subjectOf(about)} holds ${who} ${where}, as seen in the image${doubt}${hidden}`;
  const confidence = Math.min(...used.map((hand) => hand.confidence));
  return postureOf(statement, finding(name, confidence, parts), {
    ...about,
    region: around(used.map(({ hand }) => hand)),
  });
}

function postureOf(statement: string, value: EvidenceValue, about: About): NewEvidence {
  return { kind: "posture", ...about, statement, value };
}

export function lookItem(look: Look, looksBack: boolean, about: About): NewEvidence {
  const who = subjectOf(about);
  const item = (statement: string, value: EvidenceValue): NewEvidence => ({
    kind: "relation",
    ...about,
    statement,
    value,
  });
  switch (look.type) {
    case "untold":
      return item(`Where ${who} looks cannot be told: ${look.reason}`, { type: "not-measured", reason: look.reason });
    case "camera":
      return item(`${who} looks toward the camera${how(look)}`, finding("looks at camera", look.confidence));
    case "face": {
      const others = look.others.length === 0 ? "" : ` or ${listed(look.others)}, who stand in the same direction`;
      const back = looksBack ? ", who looks back" : "";
      const statement = `${who} looks at ${look.faceId}${back}${others}${how(look)}`;
      return item(statement, finding("looks at", look.confidence, [look.faceId, ...look.others]));
    }
    case "object":
      return item(
        `${who} looks in the direction of ${withArticle(look.object.name)}${how(look)}`,
        finding("looks toward object", look.confidence, [look.object.name]),
      );
    case "elsewhere":
      return item(
        `${who} looks ${look.direction}, at nobody and nothing that was found${how(look)}`,
        finding("looks elsewhere", look.confidence, [look.direction]),
      );
  }
}

function how({ by, confidence }: { by: LookedWith; confidence: number }): string {
  return ` (by head ${by === "eyes" ? "and eyes" : "alone"}, confidence ${confidence.toFixed(2)})`;
}

export function nearItem(neighbours: readonly Neighbour[], about: About): NewEvidence | undefined {
  const [nearest] = neighbours;
  if (nearest === undefined) return undefined;
  const names = neighbours.slice(0, MOST_NAMED).map(({ faceId }) => faceId);
  const more = neighbours.length > names.length ? ` and ${neighbours.length - names.length} more` : "";
  const close = nearest.distanceM < INTIMATE_DISTANCE_M;
  const nearly = close ? "very close" : "close";
  const statement =
    `${subjectOf(about)} is ${nearly} to ${listed(names)}${more}: the nearest face is about ` +
    `${nearest.distanceM.toFixed(1)} m away, by the sizes of the faces`;
  const measures = neighbours.map(({ faceId, distanceM }) => ({
    name: faceId,
    value: distanceM,
    unit: "m, estimated",
  }));
  const confidence = 1 - nearest.distanceM / (2 * PERSONAL_DISTANCE_M);
  const value = finding(close ? "very close to" : "close to", confidence, names, measures);
  return { kind: "relation", ...about, statement, value };
}

const MOST_NAMED = 3;

function finding(
  name: string,
  confidence: number,
  to: readonly string[] = [],
  measures: readonly { name: string; value: number; unit: string }[] = [],
): EvidenceValue {
  const sure = Math.min(1, Math.max(0, confidence));
  return { type: "finding", name, confidence: sure, to: [...to], measures: [...measures] };
}

function subjectOf({ faceId }: About): string {
  return faceId ?? "A person whose face was not found";
}

function around(boxes: readonly PixelBox[]): PixelBox | null {
  if (boxes.length === 0) return null;
  const leftPx = Math.min(...boxes.map((box) => box.leftPx));
  const topPx = Math.min(...boxes.map((box) => box.topPx));
  const right = Math.max(...boxes.map((box) => box.leftPx + box.widthPx));
  const bottom = Math.max(...boxes.map((box) => box.topPx + box.heightPx));
  return { leftPx, topPx, widthPx: right - leftPx, heightPx: bottom - topPx };
}

/** Names that are a pair take no article. */
const PLURAL = /^(skis|scissors)$/;

function withArticle(name: string): string {
  if (PLURAL.test(name)) return `a pair of ${name}`;
  return `${/^[aeiou]/.test(name) ? "an" : "a"} ${name}`;
}

function listed(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}
