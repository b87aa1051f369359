import { join } from "node:path";
import { ConfigurationError } from "../domain/errors.ts";
import { groupBy } from "../domain/group-by.ts";
import { hashOfFileIfThere } from "../platform/hash.ts";
import { numberInCell, readTable } from "../platform/tables/table-rows.ts";
import { csvLines } from "../platform/tables/write-table.ts";
import { writeFileAtomic } from "../platform/write-file-atomic.ts";
import { personOf, type TrackPerson } from "./track-person.ts";

/*
 * What people say of clips, in files of theirs beside the tables of a study, which stay as they were measured. `--resume`
 * and `--force` leave them alone, as they do exclusions.csv.
 */

/** Who the tracks of clips are. */
export const PEOPLE_FILE = "people.csv";
/** What happens in clips. */
export const MARKERS_FILE = "markers.csv";

/** A moment, or a stretch, in a clip. */
export interface ClipMarker {
  readonly path: string;
  /** Which row of the timeline it is in, such as `stimulus`. */
  readonly lane: string;
  readonly fromS: number;
  /** `null` for a moment. */
  readonly toS: number | null;
  readonly label: string;
}

export function readPeople(folder: string): Promise<TrackPerson[]> {
  return readNotes(join(folder, PEOPLE_FILE), ["path", "track_id", "person"], (cell, number) => ({
    ...{ path: cell("path"), trackId: cell("track_id"), person: cell("person") },
    fromFrame: number("from_frame") ?? 0,
  }));
}

export async function writePeople(folder: string, people: readonly TrackPerson[]): Promise<void> {
  const rows = people.map(({ path, trackId, fromFrame, person }) => [path, trackId, fromFrame, person]);
  await writeFileAtomic(join(folder, PEOPLE_FILE), csvLines([["path", "track_id", "from_frame", "person"], ...rows]));
}

/** A face of a study: of a frame of a clip where it says which. */
interface TrackedFace {
  readonly path: string;
  readonly frame: number | null;
  readonly trackId: string | null;
}

/** Who the faces of a study's clips are. */
export interface StudyPeople {
  /** Who it is in its clip: the name that somebody gave, or its track; `null` in an image. */
  nameOf(face: TrackedFace): string | null;
  /** The same among all clips of the study: a track that nobody named is another person in every clip. */
  subjectOf(face: TrackedFace): string | null;
}

/** For whoever reads a study's own tables. */
export async function openStudyPeople(folder: string): Promise<StudyPeople> {
  const clips = groupBy(await readPeople(folder), ({ path }) => path);
  const nameOf: StudyPeople["nameOf"] = ({ path, frame, trackId }) =>
    trackId === null || frame === null ? null : personOf(clips.get(path) ?? [], { trackId, frame });
  return {
    nameOf,
    subjectOf(face) {
      const name = nameOf(face);
      return name === null || name !== face.trackId ? name : `${face.path} ${name}`;
    },
  };
}

export function readMarkers(folder: string): Promise<ClipMarker[]> {
  return readNotes(join(folder, MARKERS_FILE), ["path", "lane", "from_s"], (cell, number) => ({
    ...{ path: cell("path"), lane: cell("lane"), label: cell("label") },
    ...{ fromS: number("from_s") ?? 0, toS: number("to_s") },
  }));
}

export async function writeMarkers(folder: string, markers: readonly ClipMarker[]): Promise<void> {
  const rows = markers.map(({ path, lane, fromS, toS, label }) => [path, lane, fromS, toS, label]);
  await writeFileAtomic(join(folder, MARKERS_FILE), csvLines([["path", "lane", "from_s", "to_s", "label"], ...rows]));
}

type Cell = (name: string) => string;
type NumberIn = (name: string) => number | null;

/** @throws {ConfigurationError} if somebody wrote something else into the file. */
async function readNotes<T>(
  path: string,
  needed: readonly string[],
  noteOf: (cell: Cell, number: NumberIn) => T,
): Promise<T[]> {
  if ((await hashOfFileIfThere(path)) === undefined) return [];
  const refuse = (reason: string, options?: ErrorOptions) =>
    new ConfigurationError(`Cannot read what is said of clips as ${reason}: \`${path}\``, options);
  return (await readTable(path, { refuse })).map(({ cells, line, decimalComma }) => {
    const missing = needed.find((name) => !cells[name]);
    if (missing !== undefined) throw refuse(`line ${line} has no ${missing}`);
    const number = (name: string) => {
      const value = numberInCell(cells[name] ?? "", decimalComma);
      if (value === undefined) throw refuse(`line ${line} has ${name} = ${cells[name]}, which is not a number`);
      return Number.isNaN(value) ? null : value;
    };
    return noteOf((name) => cells[name] ?? "", number);
  });
}
