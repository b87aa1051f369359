import type { Episode } from "../domain/episode.ts";
import { rateText } from "../domain/timeline.ts";
import { type ClipDynamics, collectClip, type TrackDynamics } from "../dynamics/clip-dynamics.ts";
import { BRIDGED_S } from "../dynamics/curve.ts";
import { LEAST_RATES, type Movement, unitOf } from "../dynamics/head-and-eyes.ts";
import { roundedCell } from "../measuring/measurement-columns.ts";
import type { ImageRecord } from "../measuring/measurement-json.ts";
import { csvLines } from "../platform/tables/write-table.ts";
import type { StudyPeople } from "./clip-notes.ts";

/** What happens in the clips of a study, over time. */
export const EPISODES_FILE = "episodes.csv";

/** What a row may be about. */
type RowKind =
  | Episode["curve"]["kind"]
  | Movement["kind"]
  | "blink rate"
  /** The face was not seen well between two good sights of it. */
  | "not seen"
  /** Frames come too slowly for it. */
  | "not measurable";

interface EpisodeRow {
  readonly path: string;
  readonly track_id?: string;
  readonly person?: string;
  readonly kind: RowKind;
  readonly name?: string;
  readonly source?: string;
  readonly onset_s?: number | null;
  readonly apex_s?: number | null;
  readonly offset_s?: number | null;
  readonly duration_s?: number | null;
  readonly onset_frame?: number | null;
  readonly apex_frame?: number | null;
  readonly offset_frame?: number | null;
  readonly onset_value?: number | null;
  readonly value?: number | null;
  readonly offset_value?: number | null;
  readonly unit?: string;
  readonly onset_speed_per_s?: number | null;
  readonly offset_speed_per_s?: number | null;
  readonly peaks?: number;
  readonly symmetry?: number | null;
  readonly frames?: number;
  readonly interpolated?: number;
  readonly noise?: number;
  readonly least_rise?: number;
  readonly timing?: string;
  readonly note?: string;
}

/** Column and meaning, in their order. */
export const EPISODE_COLUMNS: readonly (readonly [keyof EpisodeRow, string])[] = [
  ["path", "The clip, as it was named"],
  ["track_id", "Whose, as in faces.csv; empty for the clip as a whole; several where they were said to be one person"],
  ["person", "Who it is, as people.csv says; the track where it says nothing"],
  [
    "kind",
    "action unit, expression, blink, eyes closed, nod, shake, gaze shift: something that happens; blink rate: a summary; not seen: the face was missing, cut off by the edge of the frame or too poor to be measured well, between two good sights of it; not measurable: frames come too slowly for it",
  ],
  ["name", "Which action unit (whole face) or label; of what is not measurable, which"],
  ["source", "Toolbox or network that measured it"],
  [
    "onset_s",
    "The last frame before it begins, in seconds from the start of the clip; empty: its beginning was not seen",
  ],
  ["apex_s", "The first frame at its highest, or furthest"],
  ["offset_s", "The first frame after it; empty: its end was not seen"],
  ["duration_s", "From onset to offset, each known to one frame; empty where one was not seen"],
  ["onset_frame", "Number of the frame, as in faces.csv"],
  ["apex_frame", "Number of the frame, as in faces.csv"],
  ["offset_frame", "Number of the frame, as in faces.csv"],
  ["onset_value", "Value at the onset, in unit"],
  ["value", "Value at the apex, in unit; of a blink the openness of the wider eye, of a movement how far it goes"],
  ["offset_value", "Value at the offset, in unit"],
  ["unit", "Scale of the values; none of them is ever compared with another"],
  ["onset_speed_per_s", "Steepest rise from onset to apex, unit per second"],
  ["offset_speed_per_s", "Steepest fall from apex to offset, unit per second"],
  ["peaks", "How often it was highest and fell again; of nods and shakes, how often the direction changes"],
  ["symmetry", "Weaker side by stronger side at the apex, 1 for the same on both; empty where sides are not measured"],
  ["frames", "Measured frames from onset to offset"],
  [
    "interpolated",
    `How many of these frames were not measured and lie on a line between two that were, at most ${BRIDGED_S} s apart`,
  ],
  ["noise", "What counts as the same value on this curve, in unit"],
  ["least_rise", "What the curve has to rise or fall by for an episode, in unit"],
  [
    "timing",
    "Of AU12: how duration, peaks and the raising of the cheeks compare with what was found of groups of spontaneous and posed smiles; no test of a single smile",
  ],
  ["note", "What it rests on, in words"],
];

interface OpenClip {
  readonly path: string;
  readonly clip: ReturnType<typeof collectClip>;
  /** The tracks of everybody in it. */
  readonly tracks: Map<string, Set<string>>;
}

/**
 * The lines of `episodes.csv` for the clips among the records of a study, clip by clip and person by person. Images have
 * none, and neither has a clip whose frames have no time. Tracks that were said to be one person are followed as one.
 */
export async function* episodeLines(
  records: AsyncIterable<ImageRecord>,
  people: Pick<StudyPeople, "nameOf">,
): AsyncGenerator<string> {
  let open: OpenClip | undefined;
  for await (const { path, frame, faces } of records) {
    if (open !== undefined && open.path !== path) {
      yield linesOf(open);
      open = undefined;
    }
    if (frame === undefined || frame.timestampS === null) continue;
    open ??= { path, clip: collectClip(), tracks: new Map() };
    const named = namedFaces(faces, { path, frame: frame.index }, { people, tracks: open.tracks });
    open.clip.add({ frame: frame.index, timeS: frame.timestampS, cut: frame.cut === true, faces: named });
  }
  if (open !== undefined) yield linesOf(open);
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

/** Everything of one clip as lines. */
function linesOf({ path, clip, tracks }: OpenClip): string {
  const dynamics = clip.end();
  const rows = [
    ...notMeasurable(dynamics),
    ...dynamics.tracks.flatMap((track) => {
      const own = { person: track.trackId, track_id: [...(tracks.get(track.trackId) ?? [])].sort().join(" ") };
      return rowsOf(track, dynamics).map((row) => ({ ...row, ...own }));
    }),
  ];
  return csvLines(rows.map((row) => EPISODE_COLUMNS.map(([name]) => roundedCell({ path, ...row }[name] ?? null))));
}

export const EPISODE_HEADER = csvLines([EPISODE_COLUMNS.map(([name]) => name)]);

type Row = Omit<EpisodeRow, "path">;

function notMeasurable({ tooSlowFor, intervalS }: ClipDynamics): Row[] {
  return tooSlowFor.map((what) => ({
    kind: "not measurable",
    name: what,
    note: `measured at ${rateText(intervalS)}; it takes ${LEAST_RATES[what]} (--fps, where the clip has them)`,
  }));
}

function rowsOf({ gaps, episodes, smiles, movements, blinks }: TrackDynamics, dynamics: ClipDynamics): Row[] {
  const { clock, tooSlowFor } = dynamics;
  const isShortTold = !tooSlowFor.includes("short expressions");
  const events: Row[] = [
    ...episodes.map((episode): Row => {
      const timing = smiles.get(episode);
      const short = isShortTold && isShort(episode) ? ["under half a second"] : [];
      const note = [...short, ...(timing?.signs.map(({ what }) => what) ?? [])].join("; ");
      return { ...episodeCells(episode), ...(timing && { timing: timing.verdict }), ...(note && { note }) };
    }),
    ...movements.map((movement) => movementCells(movement, clock)),
    ...gaps.map((gap): Row => gapCells(gap, clock)),
  ].sort((a, b) => (a.onset_s ?? a.apex_s ?? 0) - (b.onset_s ?? b.apex_s ?? 0));
  const rate: Row[] =
    blinks === null
      ? []
      : [
          {
            kind: "blink rate",
            value: blinks.perMinute,
            unit: "per minute",
            note: `${blinks.count} in ${blinks.seenS.toFixed(1)} s in which the eyes were measured`,
          },
        ];
  return [...events, ...rate];
}

const SHORT_S = 0.5;

function isShort({ onset, offset }: Episode): boolean {
  return onset !== null && offset !== null && offset.timeS - onset.timeS < SHORT_S;
}

function episodeCells(episode: Episode): Row {
  const { curve, onset, apex, offset, onsetSpeed, offsetSpeed, leastRise, peaks, ...rest } = episode;
  const { symmetry, frames, interpolated, noise } = rest;
  return {
    ...{ kind: curve.kind, name: curve.name, source: curve.source, unit: curve.scale },
    ...{ onset_s: onset?.timeS ?? null, apex_s: apex.timeS, offset_s: offset?.timeS ?? null },
    duration_s: onset === null || offset === null ? null : offset.timeS - onset.timeS,
    ...{ onset_frame: onset?.frame ?? null, apex_frame: apex.frame, offset_frame: offset?.frame ?? null },
    ...{ onset_value: onset?.value ?? null, value: apex.value, offset_value: offset?.value ?? null },
    ...{ onset_speed_per_s: onsetSpeed, offset_speed_per_s: offsetSpeed },
    ...{ peaks, symmetry, frames, interpolated, noise, least_rise: leastRise },
  };
}

function movementCells(movement: Movement, { timesS, frames }: ClipDynamics["clock"]): Row {
  const { kind, onset, apex, offset, value, peaks, interpolated, note } = movement;
  const [from, to] = [timesS[onset] as number, timesS[offset] as number];
  return {
    kind,
    ...{ onset_s: from, apex_s: timesS[apex] as number, offset_s: to, duration_s: to - from },
    ...{
      onset_frame: frames[onset] as number,
      apex_frame: frames[apex] as number,
      offset_frame: frames[offset] as number,
    },
    ...{ value, unit: unitOf(movement), interpolated, frames: offset - onset + 1 },
    ...(kind === "nod" || kind === "shake" ? { peaks } : {}),
    ...(note && { note }),
  };
}

function gapCells(
  { first, last }: { readonly first: number; readonly last: number },
  clock: ClipDynamics["clock"],
): Row {
  // A gap lies between two sights, so there is a frame on either side.
  const [before, after] = [clock.timesS[first - 1] as number, clock.timesS[last + 1] as number];
  const hasCut = clock.cuts.slice(first, last + 2).includes(true);
  const isBridged = after - before <= BRIDGED_S && !hasCut;
  const count = last - first + 1;
  return {
    kind: "not seen",
    ...{ onset_s: before, offset_s: after, duration_s: after - before },
    ...{ onset_frame: clock.frames[first - 1] as number, offset_frame: clock.frames[last + 1] as number },
    ...{ frames: count, interpolated: isBridged ? count : 0 },
    note: isBridged ? "episodes go on over it on a line" : "episodes end at it",
  };
}
