import { z } from "zod";
import type { Face } from "../domain/measurement.ts";
import { type PersonDescriptor, personDistance } from "../ports/face-identity.ts";

/** What somebody in a video is known by. */
export const Person = z.strictObject({
  /** Mean of the clear looks, over how many, and when the last look was. */
  descriptor: z.array(z.number()),
  looks: z.int(),
  lookedAtS: z.number(),
  /** Looks that differ from each other: turned heads, poor sights. `yawRad` is `null` where no pose was measured. */
  views: z.array(z.strictObject({ descriptor: z.array(z.number()), yawRad: z.number().nullable() })).default([]),
});
export type Person = z.infer<typeof Person>;

/** What a look at a face tells of who it is. */
export interface Look {
  readonly descriptor: PersonDescriptor;
  /** A poor sight can tell who somebody is, never that it is somebody else. */
  readonly isClear: boolean;
}

export interface Looks {
  of(face: Face): Promise<Look | null>;
}

/** How often a track's person is looked at again to steady the mean, and how many looks are enough. */
const LOOK_EVERY_S = 1;
const LOOKS_ENOUGH = 6;
/** A head that is turned by so much more than in every look before is looked at again: 20 degrees. */
const ANOTHER_POSE_RAD = 0.35;
/** Looks nearer than this to one that is kept add nothing, and further ones may be of somebody else. */
const ANOTHER_VIEW = { from: 0.2, to: 0.5, most: 8 };

/** How far a look is from the nearest of those that a person is known by. */
export function distanceTo({ descriptor, views }: Person, look: Look): number {
  const known = [descriptor, ...views.map((view) => view.descriptor)];
  return Math.min(...known.map((one) => personDistance(look.descriptor, one)));
}

/** Looks at the person again now and then, until the mean of the looks is steady, and when the head is turned as never before. */
export async function updatedPerson(
  person: Person | null,
  face: Face,
  { timestampS, looks }: { readonly timestampS: number; readonly looks: Looks },
): Promise<Person | null> {
  const yawRad = face.measurements.find(({ headPose }) => headPose !== null)?.headPose?.yawRad ?? null;
  if (person !== null && timestampS - person.lookedAtS < LOOK_EVERY_S) return person;
  if (person !== null && person.looks >= LOOKS_ENOUGH && !isAnotherPose(person, yawRad)) return person;
  const look = await looks.of(face);
  if (look === null) return person;
  const view = { descriptor: [...look.descriptor], yawRad };
  if (person === null) {
    return { descriptor: view.descriptor, looks: look.isClear ? 1 : 0, lookedAtS: timestampS, views: [view] };
  }
  const nearest = distanceTo(person, look);
  const adds = nearest > ANOTHER_VIEW.from || isAnotherPose(person, yawRad);
  const isKept = adds && nearest <= ANOTHER_VIEW.to && person.views.length < ANOTHER_VIEW.most;
  const views = isKept ? [...person.views, view] : person.views;
  return { ...(look.isClear ? steadied(person, look.descriptor) : person), lookedAtS: timestampS, views };
}

function isAnotherPose({ views }: Person, yawRad: number | null): boolean {
  if (yawRad === null) return false;
  return views.every((view) => view.yawRad !== null && Math.abs(view.yawRad - yawRad) >= ANOTHER_POSE_RAD);
}

/** The same with one more clear look in its mean. */
function steadied(person: Person, look: PersonDescriptor): Person {
  const looksNow = person.looks + 1;
  const descriptor = look.map((value, index) => {
    const mean = person.descriptor[index] as number; // descriptors of one network have one length
    return mean + (value - mean) / looksNow;
  });
  return { ...person, descriptor, looks: looksNow };
}
