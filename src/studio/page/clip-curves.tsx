import type { ReadonlySignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import "./valid-language.ts";
import uPlot from "uplot";
import { MINIMUM_WEIGHT } from "../../domain/presence.ts";
import type { StudyRows } from "../../study/study-rows.ts";
import type { ClipFrame, Excluded, Marker, Person } from "./clip-data.ts";
import { columnName } from "./study-list.tsx";

interface CurvesProps {
  readonly rows: StudyRows;
  readonly frames: readonly ClipFrame[];
  readonly person: Person;
  readonly columns: readonly string[];
  readonly excluded: readonly Excluded[];
  readonly markers: readonly Marker[];
  readonly at: ReadonlySignal<number>;
  readonly onSeek: (atS: number) => void;
}

const HEIGHT_PX = 150;
/** Told apart by their dashes too. */
const LINES = [
  { stroke: "#0072b2", dash: [] },
  { stroke: "#d55e00", dash: [8, 4] },
  { stroke: "#009e73", dash: [2, 3] },
  { stroke: "#cc79a7", dash: [10, 3, 2, 3] },
  { stroke: "#8c6d31", dash: [5, 5] },
  { stroke: "#56b4e9", dash: [14, 4] },
];

/** What was measured on one person through the clip. A click goes to that time, dragging looks closer, two clicks back. */
export function ClipCurves({ rows, frames, person, columns, excluded, markers, at, onSeek }: CurvesProps) {
  const box = useRef<HTMLDivElement>(null);
  const head = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const seek = useRef(onSeek);
  seek.current = onSeek;
  const data = useMemo(() => curvesOf(rows, frames, person, columns), [rows, frames, person, columns.join()]);
  const missing = columns.filter((_, i) => data[i + 1]?.every((value) => value === null));
  const marks = useRef({ excluded, markers });
  marks.current = { excluded, markers };
  const place = () => {
    const left = plot.current?.valToPos(at.value, "x") ?? -1;
    const width = plot.current?.over.clientWidth ?? 0;
    if (head.current !== null) head.current.style.transform = `translateX(${left < 0 || left > width ? -9 : left}px)`;
  };

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const ink = getComputedStyle(element).color;
    const axis = { stroke: ink, grid: { stroke: ink, width: 0.15 }, ticks: { show: false } };
    const made = new uPlot(
      {
        ...{ width: element.clientWidth, height: HEIGHT_PX, legend: { show: false } },
        scales: { x: { time: false }, y: { range: (_, low, high) => [Math.min(0, low ?? 0), Math.max(1, high ?? 1)] } },
        axes: [axis, { ...axis, size: 34 }],
        series: [{}, ...columns.map((_, i) => ({ ...LINES[i % LINES.length], width: 1.5, spanGaps: false }))],
        cursor: { sync: { key: "clip" }, points: { show: false } },
        hooks: { draw: [(drawn) => drawMarks(drawn, marks.current, ink), place] },
      },
      data as uPlot.AlignedData,
      element,
    );
    plot.current = made;
    head.current = made.over.appendChild(document.createElement("div"));
    head.current.className = "playhead";
    let pressedAt = 0;
    made.over.addEventListener("pointerdown", ({ clientX }) => {
      pressedAt = clientX;
    });
    made.over.addEventListener("click", ({ clientX }) => {
      if (Math.abs(clientX - pressedAt) < 4)
        seek.current(made.posToVal(clientX - made.over.getBoundingClientRect().left, "x"));
    });
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT_PX }));
    observer.observe(element);
    place();
    return () => {
      observer.disconnect();
      made.destroy();
    };
  }, [data]);
  useEffect(() => plot.current?.redraw(false), [excluded, markers]);
  useEffect(() => at.subscribe(place), [at]);

  return (
    <div class="curves">
      <ul class="legend">
        {columns.map((column, i) => {
          const { stroke, dash } = LINES[i % LINES.length] as (typeof LINES)[number];
          return (
            <li key={column}>
              <svg width="30" height="8" aria-hidden="true">
                <line x1="0" x2="30" y1="4" y2="4" stroke={stroke} stroke-width="2" stroke-dasharray={dash.join(" ")} />
              </svg>{" "}
              {columnName(column)}
            </li>
          );
        })}
      </ul>
      {missing.length === 0 ? null : (
        <p class="soft">Not measured, or not to be trusted in any frame: {missing.map(columnName).join(", ")}.</p>
      )}
      <div ref={box} role="img" aria-label={`Curves of ${person.name}: ${columns.map(columnName).join(", ")}`} />
    </div>
  );
}

/** What cannot be trusted is a gap, as is what is not there. */
function curvesOf(rows: StudyRows, frames: readonly ClipFrame[], person: Person, columns: readonly string[]) {
  const times = frames.map(({ atS }) => atS);
  const curves = columns.map((column) => {
    const [values, weights] = [rows.values(column), rows.values(`${column}_weight`)];
    return Array.from(person.rows, (row) => {
      const value = row < 0 ? Number.NaN : (values[row] as number);
      return Number.isNaN(value) || (weights[row] as number) < MINIMUM_WEIGHT ? null : value;
    });
  });
  return [times, ...curves];
}

/** Excluded stretches are hatched, markers lines. */
function drawMarks(
  plot: uPlot,
  { excluded, markers }: { readonly excluded: readonly Excluded[]; readonly markers: readonly Marker[] },
  ink: string,
) {
  const { ctx, bbox } = plot;
  const xOf = (atS: number) => plot.valToPos(atS, "x", true);
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.strokeStyle = ink;
  for (const { fromS, toS } of excluded) {
    const [from, to] = [xOf(fromS), Math.max(xOf(toS), xOf(fromS) + 3)];
    ctx.globalAlpha = 0.15;
    ctx.fillStyle = ink;
    ctx.fillRect(from, bbox.top, to - from, bbox.height);
    ctx.globalAlpha = 0.5;
    ctx.beginPath();
    for (let x = from; x < to; x += 12) {
      ctx.moveTo(x, bbox.top + bbox.height);
      ctx.lineTo(Math.min(to, x + 12), bbox.top);
    }
    ctx.stroke();
  }
  ctx.globalAlpha = 0.8;
  ctx.setLineDash([3, 3]);
  for (const { fromS, toS } of markers) {
    ctx.beginPath();
    for (const atS of toS === null ? [fromS] : [fromS, toS]) {
      ctx.moveTo(xOf(atS), bbox.top);
      ctx.lineTo(xOf(atS), bbox.top + bbox.height);
    }
    ctx.stroke();
  }
  ctx.restore();
}
