import type { EpisodeMoment } from "../domain/episode.ts";
import type { EvidenceItem, NewEvidence, TimeWindow } from "../domain/evidence.ts";
import { secondsText, spanText } from "../domain/timeline.ts";
import type { ClipDynamics, TrackDynamics } from "../dynamics/clip-dynamics.ts";
import { type Movement, unitOf } from "../dynamics/head-and-eyes.ts";
import { nameWithCode } from "../facs/action-units.ts";

/** Makes an evidence item about one person of a clip. */
export type MakeItem = (
  kind: EvidenceItem["kind"],
  statement: string,
  value: EvidenceItem["value"],
  more?: Partial<Pick<NewEvidence, "time" | "source">>,
) => NewEvidence;

/** What happens to a person through a clip: episodes, movements of head and eyes, and when they are not seen well. */
export function eventItems(track: TrackDynamics, { clock }: ClipDynamics, item: MakeItem): NewEvidence[] {
  const { episodes, smiles, meanwhile, movements, gaps, blinks } = track;
  const timeAt = (at: number) => clock.timesS[at] as number;
  const events = [
    ...episodes.map((episode) => {
      const { curve, onset, apex, offset } = episode;
      const what = curve.kind === "action unit" ? nameWithCode(curve.name) : curve.name;
      const timing = smiles.get(episode);
      const said =
        timing === undefined || timing.verdict === "cannot be told" ? "" : `; its timing is ${timing.verdict}`;
      const moves = meanwhile.get(episode);
      const aside = moves === undefined ? "" : `; ${moves}, which changes measurements too`;
      const moment = (name: string, place: EpisodeMoment | null) =>
        place === null
          ? []
          : [
              { name, value: place.timeS, unit: "s" },
              { name: `${name} value`, value: place.value, unit: curve.scale },
            ];
      return item(
        "episode",
        `${what} ${riseText(onset)}${apexText(apex)}${fallText(offset)}${said}${aside}`,
        {
          ...{ type: "quantities", of: curve.name },
          values: [...moment("onset", onset), ...moment("apex", apex), ...moment("offset", offset)],
        },
        {
          time: { fromS: onset?.timeS ?? apex.timeS, toS: offset?.timeS ?? apex.timeS },
          source: { type: curve.kind === "expression" ? "network" : "toolbox", name: curve.source },
        },
      );
    }),
    ...movements.map((movement) => {
      const time = { fromS: timeAt(movement.onset), toS: timeAt(movement.offset) };
      const values = [{ name: movement.kind, value: movement.value, unit: unitOf(movement) }];
      return item("episode", movementText(movement, time), { type: "quantities", values }, { time });
    }),
  ].sort((a, b) => (a.time?.fromS ?? 0) - (b.time?.fromS ?? 0));
  const unseen = gaps.map(({ first, last }) => {
    const time = { fromS: timeAt(first), toS: timeAt(last) };
    const reason = "no face, or one too poor or cut off, was found in these frames";
    return item(
      "face",
      `Not seen well ${spanText(time)}: nothing is known of it`,
      { type: "not-measured", reason },
      { time },
    );
  });
  const rate =
    blinks === null
      ? []
      : [
          item("episode", `Blinks ${blinks.count} times in ${secondsText(blinks.seenS)}`, {
            type: "quantity",
            ...{ value: blinks.perMinute, unit: "blinks per minute" },
          }),
        ];
  return [...events, ...rate, ...unseen];
}

function riseText(onset: EpisodeMoment | null): string {
  return onset === null
    ? "is there when it is first seen"
    : `rises from ${secondsText(onset.timeS)} (${onset.value.toFixed(2)})`;
}

function apexText({ timeS, value }: EpisodeMoment): string {
  return `, peaks at ${secondsText(timeS)} (${value.toFixed(2)})`;
}

function fallText(offset: EpisodeMoment | null): string {
  return offset === null
    ? ", its end was not seen"
    : `, gone by ${secondsText(offset.timeS)} (${offset.value.toFixed(2)})`;
}

function movementText({ kind, value, note }: Movement, time: TimeWindow): string {
  const when = spanText(time);
  if (kind === "blink") return `Blinks ${when}`;
  if (kind === "eyes closed") return `The eyes are closed ${when}`;
  if (kind === "gaze shift") return `The gaze moves by ${value.toFixed(0)} degrees ${note} ${when}`;
  return `${kind === "nod" ? "Nods" : "Shakes the head"} by ${value.toFixed(0)} degrees ${when}`;
}
