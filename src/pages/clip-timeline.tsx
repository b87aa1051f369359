import { useState } from "preact/hooks";
import { Curve, Cuts, type Extent, placeOf } from "./clip-curve.tsx";
import type { ClipView, FrameOfMoment, LaneView, MomentView, PersonView, SpanView } from "./clip-view.ts";

interface TimelineProps {
  readonly view: ClipView;
  /** `null` where it could not be read. */
  readonly frame: (moment: MomentView, at: number) => FrameOfMoment | null;
  /** Goes to a time; a static page goes nowhere. */
  readonly onSeek?: (timeS: number) => void;
}

/**
 * A clip over time. To point at one of its frames, or to focus it, shows it with its numbers, by style alone: it is the same
 * on a page without a script.
 */
export function ClipTimeline({ view, frame, onSeek }: TimelineProps) {
  const { moments, people, lanes, cutsS, untilS, readAs } = view;
  const at = { untilS, cutsS };
  return (
    <section class="clip" aria-label="Timeline of the clip">
      <ul class="screen" aria-hidden="true">
        {moments.map((moment, i) => (
          <li key={i} class={moment.isKey ? "key" : undefined}>
            <Frame src={frame(moment, i)?.large} />
            <div>
              <b>{moment.timeS.toFixed(1)} s</b> {moment.why === null ? null : <span class="soft">{moment.why}</span>}
              {moment.numbers.map((line) => (
                <p key={line}>{line}</p>
              ))}
            </div>
          </li>
        ))}
      </ul>
      <p class="soft">
        Point at a frame, or go to it with the Tab key, to see it with its numbers. Each curve runs from the bottom of
        its scale to the top: it is filled where an action unit counts as present, boxes are episodes with a tick at the
        highest point, and dashed lines are cuts.
      </p>
      {readAs.length === 0 ? null : (
        <ul class="hues" aria-label="Colours of what is read">
          {readAs.map((label, hue) => (
            <li key={label}>
              <svg width="14" height="14" aria-hidden="true">
                <rect class={hueClass(hue)} x="1" y="1" width="12" height="12" />
              </svg>
              {label}
            </li>
          ))}
        </ul>
      )}
      <div class="scroll">
        <div class="over-time">
          <ol class="moments">
            {moments.map((moment, i) => (
              <li key={i}>
                <button type="button" aria-label={inWords(moment)} onClick={onSeek && (() => onSeek(moment.timeS))}>
                  <Frame src={frame(moment, i)?.small} />
                </button>
              </li>
            ))}
          </ol>
          <div class="rows">
            <Axis at={at} />
            {lanes.map((lane) => (
              <Lane key={lane.name} lane={lane} at={at} />
            ))}
            {people.map((person) => (
              <Person key={person.name} person={person} at={at} />
            ))}
          </div>
        </div>
      </div>
    </section>
  );
}

/** As many as can be told apart; what comes after has the colour of everything else. */
export const HUES = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7a5195", "#8c6d31"] as const;

function hueClass(hue: number | undefined): string {
  return hue === undefined || hue >= HUES.length ? "span" : `span hue-${hue}`;
}

function inWords({ timeS, why, numbers }: MomentView): string {
  return [`${timeS.toFixed(1)} s`, ...(why === null ? [] : [why]), ...numbers].join(". ");
}

function Frame({ src }: { readonly src: string | undefined }) {
  const [isGone, setGone] = useState(false);
  if (src === undefined || isGone) return <span class="unread" />;
  return <img src={src} alt="" onError={() => setGone(true)} />;
}

function Axis({ at }: { readonly at: Extent }) {
  return (
    <div class="axis">
      <span />
      <svg width="100%" height="16" aria-hidden="true">
        {ticksOf(at.untilS).map((timeS) => (
          <text key={timeS} x={`${placeOf(timeS, at)}%`} y="12" text-anchor={anchorOf(placeOf(timeS, at))}>
            {timeS} s
          </text>
        ))}
      </svg>
    </div>
  );
}

const MOST_TICKS = 7;

/** Round seconds, as many as have room; of less than a second its end. */
function ticksOf(untilS: number): number[] {
  if (untilS < 1) return [0, Number(untilS.toFixed(2))];
  const stepS =
    [1, 2, 5, 10, 20, 30, 60, 120].find((step) => untilS / step < MOST_TICKS) ?? Math.ceil(untilS / MOST_TICKS);
  return Array.from({ length: Math.floor(untilS / stepS) + 1 }, (_, nth) => nth * stepS);
}

/** Words at an end stay within the row. */
function anchorOf(percent: number): "start" | "middle" | "end" {
  if (percent < 2) return "start";
  return percent > 97 ? "end" : "middle";
}

function Person({ person, at }: { readonly person: PersonView; readonly at: Extent }) {
  const { name, seen, curves, absent, uncertain, lanes, readings } = person;
  return (
    <section aria-label={name}>
      <h3>{name}</h3>
      <Lane lane={{ name: "seen", spans: seen.map((span) => ({ ...span, text: "" })) }} at={at} />
      {readings.map((lane) => (
        <Lane key={lane.name} lane={lane} at={at} />
      ))}
      {lanes.map((lane) => (
        <Lane key={lane.name} lane={lane} at={at} />
      ))}
      {curves.map((curve) => (
        <Curve key={curve.title} curve={curve} at={at} />
      ))}
      {absent.length === 0 ? null : <p class="soft">Absent throughout: {absent.join(", ")}.</p>}
      {uncertain.length === 0 ? null : (
        <p class="soft">Never present, and at times uncertain: {uncertain.join(", ")}.</p>
      )}
    </section>
  );
}

const LANE_PX = 20;

/** What lasts from one time to another; what overlaps stands one below the other. */
function Lane({ lane, at }: { readonly lane: LaneView; readonly at: Extent }) {
  const rows = stacked(lane.spans);
  return (
    <div class="lane-row">
      <span>{lane.name}</span>
      <svg width="100%" height={LANE_PX * Math.max(1, rows.length)} role="img" aria-label={laneInWords(lane)}>
        <Cuts at={at} />
        {rows.flatMap((spans, row) =>
          spans.map((span) => {
            const from = placeOf(span.fromS, at);
            const width = Math.max(0.6, placeOf(span.toS, at) - from);
            return (
              <svg
                key={`${row} ${span.fromS} ${span.text}`}
                x={`${Math.min(from, 99.4)}%`}
                y={row * LANE_PX}
                width={`${width}%`}
                height={LANE_PX}
                aria-hidden="true"
              >
                <rect class={hueClass(span.hue)} x="0" y="2" width="100%" height={LANE_PX - 4} />
                <foreignObject width="100%" height={LANE_PX}>
                  <p class="words">
                    <span>{span.text}</span>
                  </p>
                </foreignObject>
              </svg>
            );
          }),
        )}
      </svg>
    </div>
  );
}

function laneInWords({ name, spans }: LaneView): string {
  const told = spans.map(({ fromS, toS, text }) => `${fromS.toFixed(1)} to ${toS.toFixed(1)} s ${text}`.trim());
  return `${name}: ${told.length === 0 ? "nothing" : told.join("; ")}`;
}

function stacked(spans: readonly SpanView[]): SpanView[][] {
  const rows: SpanView[][] = [];
  for (const span of spans) {
    const free = rows.find((row) => (row.at(-1)?.toS ?? 0) < span.fromS);
    if (free === undefined) rows.push([span]);
    else free.push(span);
  }
  return rows;
}
