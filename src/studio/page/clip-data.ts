import type { ClipMarker } from "../../study/clip-notes.ts";
import type { StudyRows } from "../../study/study-rows.ts";
import { personOf, type TrackPerson } from "../../study/track-person.ts";
import type { StudyAbout } from "./study-data.ts";
import { exclusionsByRow, faceOfRow, reasonOf } from "./study-data.ts";

export type Named = Omit<TrackPerson, "path">;
export type Marker = Omit<ClipMarker, "path">;

/** What is said of a clip beside what was measured. */
export interface ClipNotes {
  readonly people: readonly Named[];
  readonly markers: readonly Marker[];
  /** Why it cannot be played. */
  readonly gone: string | null;
}

/** One measured frame, with the rows of its faces. */
export interface ClipFrame {
  readonly frame: number;
  readonly atS: number;
  readonly rows: readonly number[];
}

/** Frames in their order. */
export function framesOf(rows: StudyRows): ClipFrame[] {
  const frames = new Map<number, { frame: number; atS: number; rows: number[] }>();
  for (let row = 0; row < rows.count; row++) {
    const frame = rows.number("frame", row);
    const known = frames.get(frame) ?? { frame, atS: rows.number("timestamp_s", row), rows: [] };
    if (rows.text("face_id", row) !== "") known.rows.push(row);
    frames.set(frame, known);
  }
  return [...frames.values()].sort((a, b) => a.atS - b.atS);
}

/** The frame that is shown at a time: the last that has begun. */
export function frameAt(frames: readonly ClipFrame[], atS: number): ClipFrame | undefined {
  let [low, high] = [0, frames.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((frames[middle] as ClipFrame).atS <= atS + 1e-3) low = middle + 1;
    else high = middle;
  }
  return frames[Math.max(0, low - 1)];
}

export function trackOf(rows: StudyRows, row: number): string {
  return rows.text("track_id", row) || rows.text("face_id", row);
}

export function boxOf(rows: StudyRows, row: number) {
  const side = (name: string) => Math.round(rows.number(`box_${name}_px`, row) * 1e3) / 1e3;
  return { leftPx: side("left"), topPx: side("top"), widthPx: side("width"), heightPx: side("height") };
}

/** Everybody in the clip, in order of appearance, with the frames that each is in. */
export interface Person {
  readonly name: string;
  readonly tracks: readonly string[];
  /** The row of every frame of the clip, -1 where the person is not in it. */
  readonly rows: Int32Array;
  readonly frames: number;
}

export function peopleOf(rows: StudyRows, frames: readonly ClipFrame[], people: readonly Named[]): Person[] {
  const found = new Map<string, { tracks: Set<string>; rows: Int32Array; frames: number }>();
  for (const [at, { frame, rows: some }] of frames.entries()) {
    for (const row of some) {
      const trackId = trackOf(rows, row);
      const name = personOf(people, { trackId, frame });
      const person = found.get(name) ?? { tracks: new Set(), rows: new Int32Array(frames.length).fill(-1), frames: 0 };
      person.tracks.add(trackId);
      if (person.rows[at] === -1) person.frames += 1;
      person.rows[at] = row;
      found.set(name, person);
    }
  }
  return [...found].map(([name, { tracks, ...person }]) => ({ name, tracks: [...tracks], ...person }));
}

/** The notes after a person got another name; merging is getting the name of somebody who is there. */
export function renamed(people: readonly Named[], person: Person, name: string): Named[] {
  const whole = person.tracks
    .filter(
      (trackId) =>
        !people.some((one) => one.trackId === trackId && one.fromFrame === 0) &&
        personOf(people, { trackId, frame: 0 }) === person.name,
    )
    .map((trackId) => ({ trackId, fromFrame: 0, person: person.name }));
  return [...people, ...whole].map((one) => (one.person === person.name ? { ...one, person: name } : one));
}

/** The notes after a person became another from a frame on, under a name that nobody has. */
export function split(
  people: readonly Named[],
  person: Person,
  at: { readonly frame: number; readonly taken: readonly string[] },
): Named[] {
  const free = [2, 3, 4, 5, 6, 7, 8, 9]
    .map((number) => `${person.name} ${number}`)
    .find((name) => !at.taken.includes(name));
  const name = free ?? `${person.name} from ${at.frame}`;
  const later = people.map((one) =>
    one.person === person.name && person.tracks.includes(one.trackId) && one.fromFrame >= at.frame
      ? { ...one, person: name }
      : one,
  );
  const begun = person.tracks
    .filter((trackId) => personOf(people, { trackId, frame: at.frame }) === person.name)
    .filter((trackId) => !later.some((one) => one.trackId === trackId && one.fromFrame === at.frame))
    .map((trackId) => ({ trackId, fromFrame: at.frame, person: name }));
  return [...later, ...begun];
}

/** A stretch whose every face is excluded for one reason. */
export interface Excluded {
  readonly fromS: number;
  readonly toS: number;
  readonly reason: string;
}

export function excludedStretches(rows: StudyRows, frames: readonly ClipFrame[], about: StudyAbout): Excluded[] {
  const { reasons } = exclusionsByRow(rows, about.exclusions);
  const found: Excluded[] = [];
  let before: string | null = null;
  for (const { frame, atS, rows: some } of frames) {
    const own = some.map((row) => reasonOf(reasons, faceOfRow(rows, row)));
    const empty = some.length === 0 ? reasons.get(`${rows.words("path")[0]} frame ${frame}#`) : undefined;
    const [first = empty] = own;
    const reason: string | null = first !== undefined && own.every((one) => one === first) ? first : null;
    const last = found.at(-1);
    if (reason !== null && reason === before && last !== undefined) found[found.length - 1] = { ...last, toS: atS };
    else if (reason !== null) found.push({ fromS: atS, toS: atS, reason });
    before = reason;
  }
  return found;
}

/** `1:02.4`, with hours where there are some. */
export function timeInWords(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const rest = (seconds % 60).toFixed(1).padStart(4, "0");
  return hours === 0 ? `${minutes}:${rest}` : `${hours}:${String(minutes).padStart(2, "0")}:${rest}`;
}
