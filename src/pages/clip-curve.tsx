import type { CurveView, SpanView } from "./clip-view.ts";

/** How far a clip goes. */
export interface Extent {
  readonly untilS: number;
  readonly cutsS: readonly number[];
}

/** Where a time is, in percent of the width, which fits every screen. */
export function placeOf(timeS: number, { untilS }: Extent): number {
  return Number(((100 * timeS) / Math.max(untilS, 1e-3)).toFixed(2));
}

const CURVE_PX = 28;

/** One curve with its episodes, from the bottom of its scale to the top. */
export function Curve({ curve, at }: { readonly curve: CurveView; readonly at: Extent }) {
  const { name, title, runs, present, episodes } = curve;
  const x = (timeS: number) => 10 * placeOf(timeS, at);
  const point = ([timeS, share]: readonly [number, number]) => `${x(timeS)} ${(100 - 100 * share).toFixed(1)}`;
  return (
    <div class="curve-row">
      <span title={title}>{name}</span>
      <svg width="100%" height={CURVE_PX} role="img" aria-label={curveInWords(curve)}>
        <Cuts at={at} />
        {episodes.map(({ fromS, toS, apexS, text }) => (
          <g key={`${fromS} ${text}`}>
            <rect
              class="episode"
              x={`${placeOf(fromS, at)}%`}
              y="0"
              width={`${Math.max(0.6, placeOf(toS, at) - placeOf(fromS, at))}%`}
              height={CURVE_PX}
            />
            <line class="apex" x1={`${placeOf(apexS, at)}%`} x2={`${placeOf(apexS, at)}%`} y1="0" y2="6" />
          </g>
        ))}
        <svg
          x="0"
          y="2"
          width="100%"
          height={CURVE_PX - 4}
          viewBox="0 0 1000 100"
          preserveAspectRatio="none"
          aria-hidden="true"
        >
          {present.map((span) => (
            <path key={span.fromS} class="present" d={areaUnder(runs, span, point, x)} />
          ))}
          {runs.map((run) => (
            <path key={run[0]?.[0]} class="course" d={courseOf(run, point, x)} vector-effect="non-scaling-stroke" />
          ))}
        </svg>
      </svg>
    </div>
  );
}

type Point = (point: readonly [number, number]) => string;

/** A single frame is a short line, so that it is seen. */
function courseOf(run: CurveView["runs"][number], point: Point, x: (timeS: number) => number): string {
  const [first] = run;
  if (first !== undefined && run.length === 1) return `M${point(first)}h${Math.min(6, 1000 - x(first[0]))}`;
  return `M${run.map(point).join("L")}`;
}

function areaUnder(
  runs: CurveView["runs"],
  { fromS, toS }: SpanView,
  point: Point,
  x: (timeS: number) => number,
): string {
  const inside = runs.flat().filter(([timeS]) => timeS >= fromS && timeS <= toS);
  const [first, last] = [inside[0], inside.at(-1)];
  if (first === undefined || last === undefined) return "";
  const wide = first === last ? 4 : 0;
  return `M${x(first[0]) - wide} 100L${inside.map(point).join("L")}L${x(last[0]) + wide} 100Z`;
}

function curveInWords({ title, present, episodes }: CurveView): string {
  const shown = present.length === 0 ? [] : [`present ${present.map(({ text }) => text).join(", ")}`];
  return [title, ...shown, ...episodes.map(({ text }) => text)].join("; ");
}

/** Where other shots begin. */
export function Cuts({ at }: { readonly at: Extent }) {
  return (
    <>
      {at.cutsS.map((timeS) => (
        <line key={timeS} class="cut" x1={`${placeOf(timeS, at)}%`} x2={`${placeOf(timeS, at)}%`} y1="0" y2="100%" />
      ))}
    </>
  );
}
