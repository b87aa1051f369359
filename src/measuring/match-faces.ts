import { boxOverlap } from "../domain/geometry.ts";
import type { Face, FaceMeasurement } from "../domain/measurement.ts";

/**
 * Overlap (intersection over union) from which two toolboxes mean the same face. Low, since one draws its box around the
 * features and another around the whole head; neighbours in a crowd still overlap far less.
 */
export const SAME_FACE_OVERLAP = 0.25;

interface Pair {
  readonly person: number;
  readonly measurement: number;
  readonly overlap: number;
}

/**
 * Joins what several toolboxes measured on one image into faces. Each toolbox gives a person at most one measurement,
 * the best overlaps first; whoever only one toolbox found is a face too. Ids run from left to right.
 *
 * @param byToolbox one list per toolbox, the preferred toolbox first: a face takes its box from it.
 */
export function matchFaces(byToolbox: readonly (readonly FaceMeasurement[])[]): Face[] {
  const people: FaceMeasurement[][] = [];
  for (const measurements of byToolbox) join(people, measurements);
  return numbered(people);
}

/** Joins what one more toolbox measured to faces that were joined before. Ids run from left to right again. */
export function joinToFaces(faces: readonly Face[], measurements: readonly FaceMeasurement[]): Face[] {
  const people = faces.map((face) => [...face.measurements]);
  join(people, measurements);
  return numbered(people);
}

function join(people: FaceMeasurement[][], measurements: readonly FaceMeasurement[]): void {
  const owner = ownersOf(measurements, people);
  measurements.forEach((measurement, index) => {
    const person = owner.get(index);
    if (person === undefined) people.push([measurement]);
    else people[person]?.push(measurement);
  });
}

function numbered(people: readonly FaceMeasurement[][]): Face[] {
  return people
    .map((measurements) => ({ box: (measurements[0] as FaceMeasurement).box, measurements }))
    .sort((a, b) => centerX(a) - centerX(b) || a.box.topPx - b.box.topPx)
    .map((face, index) => ({ faceId: `F${index + 1}`, ...face }));
}

/** Which known person each measurement belongs to, decided one-to-one from the best overlap down. */
function ownersOf(measurements: readonly FaceMeasurement[], people: readonly FaceMeasurement[][]): Map<number, number> {
  const pairs: Pair[] = people
    .flatMap(([first], person) =>
      measurements.map(({ box }, measurement) => ({
        person,
        measurement,
        overlap: first === undefined ? 0 : boxOverlap(first.box, box),
      })),
    )
    .filter(({ overlap }) => overlap >= SAME_FACE_OVERLAP)
    .sort((a, b) => b.overlap - a.overlap);
  const owner = new Map<number, number>();
  const taken = new Set<number>();
  for (const { person, measurement } of pairs) {
    if (owner.has(measurement) || taken.has(person)) continue;
    owner.set(measurement, person);
    taken.add(person);
  }
  return owner;
}

function centerX({ box }: Pick<Face, "box">): number {
  return box.leftPx + box.widthPx / 2;
}
