import type { Face, FaceMeasurement } from "../domain/measurement.ts";
import type { MomentRows } from "../evidence/ordered-moments.ts";
import { matchFaces } from "../measuring/match-faces.ts";
import type { RecordedFace, RecordedImage } from "../measuring/measurement-json.ts";
import { roundedFaces } from "../measuring/rounded-faces.ts";
import { NO_TRACKS, trackFaces } from "../measuring/track-faces.ts";

import type { ImportedRow } from "../ports/evidence-file.ts";

/** One moment of an import: an image or a frame with its faces, as toolboxes wrote them down. */
export interface ImportedStep {
  /** Tells it from every other moment of the same files. */
  readonly key: string;
  readonly image: RecordedImage;
  readonly faces: readonly RecordedFace[];
}

/**
 * Reads the faces of joined files moment by moment and follows people through videos: by the toolbox's own number or
 * name of a person, else by where the face was before, else, where there is only ever one face, as that one person.
 *
 * @param warn is told what is odd, again and again for the same thing.
 */
export async function* importedSteps(
  moments: AsyncIterable<MomentRows>,
  warn: (sentence: string) => void,
  signal?: AbortSignal,
): AsyncGenerator<ImportedStep> {
  let tracker: ((faces: readonly JoinedFace[], moment: Timed) => Promise<readonly RecordedFace[]>) | undefined;
  let path: string | undefined;
  let index = 0;
  for await (const moment of moments) {
    signal?.throwIfAborted();
    if (moment.path !== path) {
      path = moment.path;
      index = 0;
      tracker = moment.isFrame ? createTracker(warn) : undefined;
    }
    const joined = joinFaces(moment.rows, () =>
      warn(`Which faces are the same in the files cannot be told (${moment.path})`),
    );
    const place = placeOf(moment, index);
    const faces = (await tracker?.(joined, { ...moment, index })) ?? joined.map(({ face }) => face);
    const number = moment.frame ?? moment.timeSec ?? index;
    yield { key: moment.isFrame ? `${moment.path} ${number}` : moment.path, image: place, faces: roundedFaces(faces) };
    index += 1;
  }
}

function placeOf({ path, isFrame, frame, timeSec }: MomentRows, index: number): RecordedImage {
  const image = { path, widthPx: null, heightPx: null, sha256: null };
  if (!isFrame) return image;
  const counted = frame !== null && Number.isInteger(frame) && frame >= 0 ? frame : index;
  return { ...image, frame: { index: counted, timestampS: timeSec } };
}

/** A face with the rows that are about it. */
interface JoinedFace {
  readonly face: RecordedFace;
  /** Who the toolboxes say it is. */
  readonly person: string | null;
  /** Where it is, in the toolbox's own unit, to be followed by; `null` when nobody says. */
  readonly place: Face | null;
}

/** Rows of one moment as faces: by the overlap of boxes, or one to one where each file has one. */
function joinFaces(rowsByFile: readonly (readonly ImportedRow[])[], unjoined: () => void): readonly JoinedFace[] {
  const lists = rowsByFile.map((rows) => rows.filter(({ face }) => face !== null)).filter((rows) => rows.length > 0);
  const rows = lists.flat();
  const units = new Set(rows.map(({ face }) => (face?.box === null ? "none" : face?.boxUnit)));
  if (units.size === 1 && !units.has("none")) return joinByBox(lists);
  const groups = lists.every(({ length }) => length === 1) ? [rows] : rows.map((row) => [row]);
  if (groups.length > 1 && lists.length > 1) unjoined();
  return groups.flatMap((group, i) => (group.length === 0 ? [] : [toFace(group, i)]));
}

function joinByBox(lists: readonly (readonly ImportedRow[])[]): readonly JoinedFace[] {
  const rowOf = new Map<FaceMeasurement, ImportedRow>();
  const measured = lists.map((rows) =>
    rows.flatMap((row) => {
      if (row.face?.box == null) return [];
      const measurement = { ...row.face.measurement, box: row.face.box };
      rowOf.set(measurement, row);
      return [measurement];
    }),
  );
  return matchFaces(measured).map((place, i) => {
    const rows = place.measurements.flatMap((measurement) => rowOf.get(measurement) ?? []);
    return { ...toFace(rows, i), place };
  });
}

function toFace(rows: readonly ImportedRow[], index: number): JoinedFace {
  const boxed = rows.find(({ face }) => face?.boxUnit === "pixel" && face.box !== null);
  const who = rows.find(({ faceKey, person }) => faceKey !== null || person !== undefined);
  return {
    face: {
      faceId: `F${index + 1}`,
      box: boxed?.face?.box ?? null,
      measurements: rows.flatMap(({ face }) => (face === null ? [] : [face.measurement])),
    },
    person: who === undefined ? null : (who.faceKey ?? who.person ?? null),
    place: null,
  };
}

interface Timed extends Pick<MomentRows, "frame" | "timeSec"> {
  readonly index: number;
}

/** Only decides after how long a gap a face is somebody new, where a file numbers frames without a time. */
const USUAL_FPS = 25;

/** Nothing is known of what a face looks like: position alone decides. */
const NO_LOOKS = { describe: async () => null, patch: () => [], samePersonUpTo: 0, sameAgainUpTo: 0 };

/** Follows the people of one video. How is settled by its first face, and holds to its end. */
function createTracker(warn: (sentence: string) => void) {
  const ids = new Map<string, string>();
  let state = NO_TRACKS;
  let way: "person" | "place" | "alone" | undefined;

  function named(faces: readonly JoinedFace[]): RecordedFace[] {
    const given = new Set<string>();
    return faces.map(({ face, person }) => {
      if (person === null) return face;
      if (!ids.has(person)) ids.set(person, `T${ids.size + 1}`);
      const trackId = ids.get(person) as string;
      if (given.has(trackId)) {
        warn(`Two faces of one frame are called "${person}": the second has no track`);
        return face;
      }
      given.add(trackId);
      return { ...face, trackId };
    });
  }

  async function placed(faces: readonly JoinedFace[], { timeSec, frame, index }: Timed): Promise<RecordedFace[]> {
    const places = faces.flatMap(({ place }) => (place === null ? [] : [place]));
    const timestampS = timeSec ?? (frame ?? index) / USUAL_FPS;
    const tracked = await trackFaces(state, { faces: places, timestampS }, NO_LOOKS);
    state = tracked.state;
    const trackOf = new Map(places.map((place, i) => [place, tracked.faces[i]?.trackId]));
    return faces.map(({ face, place }) => {
      const trackId = place === null ? undefined : trackOf.get(place);
      return trackId === undefined ? face : { ...face, trackId };
    });
  }

  return async (faces: readonly JoinedFace[], moment: Timed): Promise<readonly RecordedFace[]> => {
    const [first] = faces;
    if (first === undefined) return [];
    way ??= first.person !== null ? "person" : first.place !== null ? "place" : "alone";
    if (way === "person") return named(faces);
    if (way === "place") return placed(faces, moment);
    return faces.length === 1 ? [{ ...first.face, trackId: "T1" }] : faces.map(({ face }) => face);
  };
}
