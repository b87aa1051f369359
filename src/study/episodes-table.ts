import type { Episode } from "../domain/episode.ts";
import { rateText } from "../domain/timeline.ts";
import type { ClipDynamics, TrackDynamics } from "../dynamics/clip-dynamics.ts";
import { BRIDGED_S } from "../dynamics/curve.ts";
import { LEAST_RATES, type Movement, unitOf } from "../dynamics/head-and-eyes.ts";
import type { MutualGaze } from "../dynamics/mutual-gaze.ts";
import { roundedCell } from "../measuring/measurement-columns.ts";
import { csvLines } from "../platform/tables/write-table.ts";

/** What a row may be about. */
type RowKind =
  | Episode["curve"]["kind"]
  | Movement["kind"]
  | "blink rate"
  /** Two people look toward each other, and in which share of the frames in which that could be told. */
  | "mutual gaze"
  | "mutual gaze share"
  /** The face was not seen well between two good sights of it. */
  | "not seen"
  /** Frames come too slowly for it. */
  | "not measurable";

export interface EpisodeRow {
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
  [
    "track_id",
    "Whose, as in faces.csv; empty for the clip as a whole; several where they were said to be one person, and of mutual gaze",
  ],
  ["person", "Who it is, as people.csv says; the track where it says nothing"],
  [
    "kind",
    "action unit, expression, blink, eyes closed, nod, shake, gaze shift: something that happens; mutual gaze: two people look toward each other; blink rate, mutual gaze share: a summary; not seen: the face was missing, cut off by the edge of the frame or too poor to be measured well, between two good sights of it; not measurable: frames come too slowly for it, or note says why",
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

/** The lines of `episodes.csv` about one clip: what frames are too slow for, then person by person, then each two. */
export function episodeLines(
  path: string,
  dynamics: ClipDynamics | null,
  tracksOf: (person: string) => string,
): string {
  if (dynamics === null) return linesOf(path, [{ kind: "not measurable", note: "its frames have no time" }]);
  return linesOf(path, [
    ...notMeasurable(dynamics),
    ...dynamics.tracks.flatMap((track) => {
      const own = { person: track.trackId, track_id: tracksOf(track.trackId) };
      return rowsOf(track, dynamics).map((row) => ({ ...row, ...own }));
    }),
    ...dynamics.pairs.flatMap(({ trackIds, gaze }) => {
      const own = { person: trackIds.join(" and "), track_id: trackIds.map(tracksOf).join(" ") };
      return gazeCells(gaze, dynamics.clock).map((row) => ({ ...row, ...own }));
    }),
  ]);
}

function linesOf(path: string, rows: readonly Row[]): string {
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

function rowsOf(
  { gaps, episodes, smiles, meanwhile, movements, blinks }: TrackDynamics,
  dynamics: ClipDynamics,
): Row[] {
  const { clock, tooSlowFor } = dynamics;
  const isShortTold = !tooSlowFor.includes("short expressions");
  const events: Row[] = [
    ...episodes.map((episode): Row => {
      const timing = smiles.get(episode);
      const short = isShortTold && isShort(episode) ? ["under half a second"] : [];
      const moves = meanwhile.get(episode);
      const signs = timing?.signs.map(({ what }) => what) ?? [];
      const note = [...short, ...(moves === undefined ? [] : [moves]), ...signs].join("; ");
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

function gazeCells(gaze: MutualGaze, { timesS, frames }: ClipDynamics["clock"]): Row[] {
  if ("reason" in gaze) return [{ kind: "not measurable", name: "mutual gaze", note: gaze.reason }];
  const spells = gaze.spells.map(({ first, last }): Row => {
    const [from, to] = [timesS[first] as number, timesS[last] as number];
    return {
      kind: "mutual gaze",
      ...{ onset_s: from, offset_s: to, duration_s: to - from },
      ...{ onset_frame: frames[first] as number, offset_frame: frames[last] as number, frames: last - first + 1 },
    };
  });
  const note = `${gaze.mutual} of ${gaze.frames} frames in which it could be told`;
  const share = gaze.mutual / gaze.frames;
  return [...spells, { kind: "mutual gaze share", value: share, unit: "share of frames", frames: gaze.frames, note }];
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
