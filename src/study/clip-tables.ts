import { type ClipDynamics, collectClip } from "../dynamics/clip-dynamics.ts";
import type { ClipFrame } from "../dynamics/person-curves.ts";
import type { ImageRecord } from "../measuring/measurement-json.ts";
import { openStudyPeople, type StudyPeople } from "./clip-notes.ts";
import { EPISODE_COLUMNS, EPISODE_HEADER, episodeLines } from "./episodes-table.ts";
import { readImageRecords } from "./imported-study.ts";
import type { StudyFolder } from "./study-folder.ts";
import { SYNCHRONY_COLUMNS, SYNCHRONY_HEADER, synchronyLines } from "./synchrony-table.ts";

/** Tables about what happens in clips over time, made of a study's own records once all are there. */
export const CLIP_TABLES = {
  "episodes.csv": {
    about: "what happens in the faces of clips, with onset, apex and offset; written once all is measured",
    columns: EPISODE_COLUMNS,
    header: EPISODE_HEADER,
    lines: episodeLines,
  },
  "synchrony.csv": {
    about: "whether two people of a clip move together, and who goes first; written once all is measured",
    columns: SYNCHRONY_COLUMNS,
    header: SYNCHRONY_HEADER,
    lines: synchronyLines,
  },
} as const;

/** From what was written, so that a study that went on after it was killed has the same as one that did not. */
export async function writeClipTables({ run, rows }: Pick<StudyFolder, "run" | "rows">): Promise<void> {
  await rows.flush();
  const people = await openStudyPeople(run.folder);
  const tables = Object.entries(CLIP_TABLES).map(([name, table]) => ({ name, ...table, text: [table.header] }));
  for await (const { path, tracksOf, ...clip } of clipsOf(readImageRecords(run.folder), people)) {
    const dynamics = clip.dynamics();
    for (const { text, lines } of tables) text.push(lines(path, dynamics, tracksOf));
  }
  for (const { name, text } of tables) await run.write(name, text.join(""));
}

interface OpenClip {
  readonly path: string;
  /** `null` where frames have no time. */
  readonly clip: ReturnType<typeof collectClip> | null;
  /** The tracks of everybody in it. */
  readonly tracks: Map<string, Set<string>>;
}

/** A clip with what happens in it. People have the names that were given, and may have several tracks each. */
interface FollowedClip {
  readonly path: string;
  /** `null` where frames have no time. Takes long where many people were seen. */
  dynamics(): ClipDynamics | null;
  tracksOf(person: string): string;
}

/** A frame of a clip, each person in it once. */
export type NamedFrame = Omit<ClipFrame, "faces"> & Pick<ImageRecord, "faces">;

/**
 * The clips among the records of a study, one after another. Tracks that were said to be one person are followed as one.
 *
 * @param onFrame told each frame that has a time, before its clip comes.
 */
export async function* clipsOf(
  records: AsyncIterable<ImageRecord>,
  people: Pick<StudyPeople, "nameOf">,
  onFrame: (frame: NamedFrame) => void = () => {},
): AsyncGenerator<FollowedClip> {
  let open: OpenClip | undefined;
  for await (const { path, frame, faces, widthPx, heightPx } of records) {
    if (open !== undefined && open.path !== path) {
      yield followed(open);
      open = undefined;
    }
    if (frame === undefined) continue;
    open ??= { path, clip: frame.timestampS === null ? null : collectClip(), tracks: new Map() };
    if (frame.timestampS === null) continue;
    const named = namedFaces(faces, { path, frame: frame.index }, { people, tracks: open.tracks });
    const place = {
      frame: frame.index,
      timeS: frame.timestampS,
      cut: frame.cut === true,
      dissolvedFromS: frame.dissolvedFromS,
    };
    const seen = { ...place, widthPx, heightPx, faces: named };
    onFrame(seen);
    open.clip?.add(seen);
  }
  if (open !== undefined) yield followed(open);
}

function followed({ path, clip, tracks }: OpenClip): FollowedClip {
  const tracksOf = (person: string) => [...(tracks.get(person) ?? [])].sort().join(" ");
  return { path, dynamics: () => clip?.end() ?? null, tracksOf };
}

/** The faces of a frame, each person once: two tracks in one frame that were said to be one person are told by the first. */
function namedFaces(
  faces: ImageRecord["faces"],
  place: { readonly path: string; readonly frame: number },
  { people, tracks }: { readonly people: Pick<StudyPeople, "nameOf"> } & Pick<OpenClip, "tracks">,
): ImageRecord["faces"] {
  const seen = new Set<string>();
  return faces.flatMap((face) => {
    if (face.trackId === undefined) return [];
    const person = people.nameOf({ ...place, trackId: face.trackId }) ?? face.trackId;
    if (seen.has(person)) return [];
    seen.add(person);
    tracks.set(person, (tracks.get(person) ?? new Set()).add(face.trackId));
    return [{ ...face, trackId: person }];
  });
}
