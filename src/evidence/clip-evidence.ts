import { capitalised } from "../domain/capitalised.ts";
import type { EvidenceItem, NewEvidence } from "../domain/evidence.ts";
import { groupBy } from "../domain/group-by.ts";
import type { Face, FaceMeasurement } from "../domain/measurement.ts";
import { presenceOf } from "../domain/presence.ts";
import { median } from "../domain/statistics/summary.ts";
import { rateText, runsOf, secondsText, spanText } from "../domain/timeline.ts";
import type { ClipDynamics } from "../dynamics/clip-dynamics.ts";
import { stretchesOf } from "../dynamics/stretches.ts";
import { nameWithCode } from "../facs/action-units.ts";
import { isExpressionPool } from "../facs/expression-pool.ts";
import { eventItems, type MakeItem } from "./clip-events.ts";
import { evidenceOfFace } from "./face-evidence.ts";
import { pairEvidence } from "./pair-evidence.ts";

/** What the ledger needs to know of a person in a clip. */
export interface PersonInClip {
  readonly faceId: string;
  readonly trackId: string;
  readonly sights: readonly {
    readonly place: { readonly timestampS: number; readonly cut?: true };
    readonly face: Pick<Face, "measurements">;
  }[];
}

interface ClipContents {
  readonly people: readonly PersonInClip[];
  readonly dynamics: ClipDynamics;
}

type Value = EvidenceItem["value"];

/** What is about no single person: what these frames come too slowly for, and what each two people do. */
export function clipEvidence({ people, dynamics }: ClipContents, source: EvidenceItem["source"]): NewEvidence[] {
  const { tooSlowFor, intervalS } = dynamics;
  const nameOf = (trackId: string) => people.find((one) => one.trackId === trackId)?.faceId ?? trackId;
  const pairs = pairEvidence({ dynamics, nameOf, source });
  if (tooSlowFor.length === 0) return pairs;
  const reason = `${tooSlowFor.join(", ")} cannot be measured in ${rateText(intervalS)}`;
  const statement = `${capitalised(reason)}: that none are listed says nothing`;
  const value: Value = { type: "not-measured", reason, what: [...tooSlowFor] };
  return [{ kind: "episode", faceId: null, region: null, statement, value, source }, ...pairs];
}

/** One person through a clip: when they are seen, each action unit frame by frame, what happens to them, and what is read. */
export function personEvidence(person: PersonInClip, { dynamics }: ClipContents): NewEvidence[] {
  const { faceId, sights } = person;
  const track = dynamics.tracks.find(({ trackId }) => trackId === person.trackId);
  const toolbox = sights[0]?.face.measurements[0]?.toolbox ?? "none";
  const item = (
    kind: EvidenceItem["kind"],
    statement: string,
    value: Value,
    more: Partial<Pick<NewEvidence, "time" | "source">> = {},
  ): NewEvidence => ({
    ...{ kind, faceId, region: null, statement, value, source: { type: "toolbox", name: toolbox } },
    ...more,
  });
  return [
    ...sightItems(person, dynamics, item),
    ...timelineItems(person, item),
    ...(track === undefined ? [] : eventItems(track, dynamics, item)),
    ...awayItems(person, item),
    ...stretchItems(person, item),
  ];
}

function sightItems({ faceId, trackId, sights }: PersonInClip, { clock }: ClipDynamics, item: MakeItem): NewEvidence[] {
  const times = sights.map(({ place }) => place.timestampS);
  const [fromS, toS] = [times[0] ?? 0, times.at(-1) ?? 0];
  const qualities = sights.flatMap(({ face }) => face.measurements.flatMap(({ quality }) => quality ?? []));
  const typical = (pick: (quality: (typeof qualities)[number]) => number) => median(qualities.map(pick));
  const [facePx, overall] = [typical((quality) => quality.facePx), typical((quality) => quality.overall)];
  return [
    item(
      "face",
      `${faceId} (${trackId} in tables) is seen in ${sights.length} of ${clock.timesS.length} frames, from ${secondsText(fromS)} to ${secondsText(toS)}`,
      { type: "quantity", value: sights.length, unit: "frames" },
    ),
    ...(facePx === null || overall === null
      ? []
      : [
          item("quality", `Quality of the face is ${overall.toFixed(2)} of 1, in the middle of all frames`, {
            type: "quantities",
            values: [
              { name: "facePx", value: facePx, unit: "px" },
              { name: "overall", value: overall, unit: "0..1" },
            ],
          }),
        ]),
  ];
}

function timelineItems({ sights }: PersonInClip, item: MakeItem): NewEvidence[] {
  const measured = sights.flatMap(({ place, face }) =>
    face.measurements.flatMap(({ actionUnits }) =>
      actionUnits.filter(({ side }) => side === "both").map((unit) => ({ ...unit, timeS: place.timestampS })),
    ),
  );
  return [...groupBy(measured, ({ toolbox, au, scale }) => `${toolbox} ${au} ${scale}`).values()].flatMap((unit) => {
    const [first] = unit;
    if (first === undefined) return [];
    const { au, side, scale, toolbox } = first;
    const samples = unit.map((one) => ({
      ...{ timeS: one.timeS, value: one.value, presence: presenceOf(one), weight: one.weight },
    }));
    const unmeasured = sights.length - samples.length;
    const gaps = unmeasured === 0 ? "" : `; not measured in ${unmeasured} of ${sights.length} frames`;
    const statement = `${nameWithCode(au)} is ${courseOf(samples, scale)}${gaps}`;
    return [
      item(
        "action-unit",
        statement,
        { type: "timeline", au, side, scale, samples },
        {
          source: { type: "toolbox", name: toolbox },
        },
      ),
    ];
  });
}

type Samples = Extract<Value, { type: "timeline" }>["samples"];
const MOST_RUNS = 4;

/** `present from 1.1 to 3.1 s (probability at most 0.99), otherwise absent`. */
function courseOf(samples: Samples, scale: string): string {
  const most = `${scale} at most ${Math.max(...samples.map(({ value }) => value)).toFixed(2)}`;
  const shown = runsOf(samples, "present");
  const others = new Set(samples.map(({ presence }) => presence).filter((presence) => presence !== "present"));
  const rest = others.size === 2 ? "absent or uncertain" : ([...others][0] ?? "");
  if (shown.length === 0) return `${rest} throughout (${most})`;
  if (others.size === 0) return `present throughout (${most})`;
  const told = shown.slice(0, MOST_RUNS).map(spanText);
  const more = shown.length > MOST_RUNS ? ` and ${shown.length - MOST_RUNS} times more` : "";
  return `present ${told.join(", ")}${more} (${most}), otherwise ${rest}`;
}

/** Head and eyes together further from the camera than this look away from it. */
const AWAY_DEG = 20;

/** When somebody looks away from the camera, as far as head and gaze were measured. */
function awayItems({ sights }: PersonInClip, item: MakeItem): NewEvidence[] {
  const angles = sights.flatMap(({ place, face }) => {
    const own = face.measurements.find(({ headPose, gaze }) => headPose !== null && gaze !== null);
    return own === undefined ? [] : [{ timeS: place.timestampS, deg: angleOf(own) }];
  });
  if (angles.length === 0) return [];
  const samples = angles.map(({ timeS, deg }) => ({
    ...{ timeS, value: deg, weight: null, presence: deg > AWAY_DEG ? ("present" as const) : ("absent" as const) },
  }));
  const away = runsOf(samples, "present");
  const share = samples.filter(({ presence }) => presence === "present").length / samples.length;
  const spans = away.slice(0, MOST_RUNS).map(spanText);
  const more = away.length > MOST_RUNS ? ` and ${away.length - MOST_RUNS} times more` : "";
  const way = `looks away from the camera (head and eyes together, by more than ${AWAY_DEG} degrees)`;
  const when = share === 1 ? "throughout" : `${spans.join(", ")}${more}`;
  return [
    item("gaze", share === 0 ? `Never ${way}` : `${capitalised(way)} ${when}`, {
      ...{ type: "quantity", value: share, unit: "share of the frames in which it was measured" },
    }),
  ];
}

function angleOf({ headPose, gaze }: FaceMeasurement): number {
  const yaw = (headPose?.yawRad ?? 0) + (gaze?.yawRad ?? 0);
  const pitch = (headPose?.pitchRad ?? 0) + (gaze?.pitchRad ?? 0);
  return (Math.acos(Math.cos(yaw) * Math.cos(pitch)) * 180) / Math.PI;
}

/** What is read of the face from one change to the next. */
function stretchItems({ sights }: PersonInClip, item: MakeItem): NewEvidence[] {
  const stretches = stretchesOf(
    sights.map(({ place, face }) => ({
      ...{ timeS: place.timestampS, cut: place.cut === true },
      expressions: face.measurements.flatMap(({ expressions }) => expressions),
    })),
  );
  return stretches.flatMap(({ fromS, toS, frames, expressions }) =>
    expressions.map(({ source, distribution }) => {
      const shown = [...distribution]
        .sort((a, b) => b.probability - a.probability)
        .filter(({ probability }, rank) => rank === 0 || probability >= 0.01)
        .map(({ label, probability }) => `${label} ${probability.toFixed(2)}`);
      const who = isExpressionPool(source) ? `the networks pooled (${source})` : source;
      return item(
        "expression",
        `Expression ${spanText({ fromS, toS })}, mean of ${frames} frames by ${who}: ${shown.join(", ")}`,
        { type: "distribution", distribution: [...distribution] },
        { time: { fromS, toS }, source: { type: "network", name: source } },
      );
    }),
  );
}

/** Of what is measured in one frame, action units stand in their timelines, and the face itself with the person. */
const OF_A_FRAME: ReadonlySet<EvidenceItem["kind"]> = new Set([
  ...(["quality", "head-pose", "gaze", "eye-openness", "expression"] as const),
]);

/** What is measured on a person in one frame, beside action units. */
export function frameEvidence(face: Face, timeS: number): NewEvidence[] {
  return evidenceOfFace(face, [])
    .filter(({ kind }) => OF_A_FRAME.has(kind))
    .map((item) => atTime(item, timeS));
}

/** What was found in one frame, with its time. */
export function atTime(item: NewEvidence, timeS: number): NewEvidence {
  return { ...item, statement: `At ${secondsText(timeS)}: ${item.statement}`, time: { fromS: timeS, toS: timeS } };
}
