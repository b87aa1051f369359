import type { NewEvidence } from "../../domain/evidence.ts";
import type { SceneObject } from "./find-objects.ts";
import { type Look, lookOf } from "./looking.ts";
import { neighboursOf } from "./nearness.ts";
import type { Person } from "./people.ts";
import type { Frame } from "./positions.ts";
import { type About, lookItem, nearItem } from "./scene-evidence.ts";

/** Items on where everybody looks, and who is close to whom. They rest on what toolboxes measured, and name those. */
export function relationEvidence(
  people: readonly Person[],
  objects: readonly SceneObject[],
  frame: Frame,
): NewEvidence[] {
  const looks = new Map(people.map((person) => [person.faceId, lookOf(person, people, objects, frame)] as const));
  return people.flatMap((person) => {
    const about = aboutFace(person);
    const look = looks.get(person.faceId);
    const near = nearItem(neighboursOf(person, people, frame), about);
    return [
      ...(look === undefined ? [] : [lookItem(look, looksBack(person, look, looks), about)]),
      ...(near === undefined ? [] : [near]),
    ];
  });
}

function looksBack({ faceId }: Person, look: Look, looks: ReadonlyMap<string, Look>): boolean {
  if (look.type !== "face") return false;
  const other = looks.get(look.faceId);
  return other?.type === "face" && other.faceId === faceId;
}

function aboutFace({ faceId, box, toolbox }: Person): About {
  return { faceId, region: box, source: { type: "toolbox", name: toolbox } };
}
