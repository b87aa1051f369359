import type { ScoreTable } from "../domain/score-table.ts";
import { number } from "./markup.ts";

/** A value with its interval, as one line of a plot. */
interface PlotRow {
  readonly name: string;
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

interface PlotProps {
  readonly rows: readonly PlotRow[];
  readonly title: string;
  /** Whether 0 is on the axis, and a line at it. */
  readonly zero?: boolean;
}

/** As wide as a phone is, so that nothing has to shrink or scroll there: names stand above their lines. */
const PLOT = { leftPx: 10, widthPx: 340, rowPx: 36, rightPx: 56, axisPx: 26 } as const;

/** Values with their intervals one below the other on one axis. */
export function IntervalPlot({ rows, title, zero = false }: PlotProps) {
  if (rows.length === 0) return null;
  const ends = rows.flatMap(({ value, low, high }) => [value, low ?? value, high ?? value]);
  const [from, to] = axisAround(zero ? [...ends, 0] : ends);
  const x = (value: number) =>
    PLOT.leftPx + ((value - from) / (to - from)) * (PLOT.widthPx - PLOT.leftPx - PLOT.rightPx);
  const height = rows.length * PLOT.rowPx + PLOT.axisPx;
  const bottom = rows.length * PLOT.rowPx + 4;
  return (
    <svg role="img" aria-label={title} viewBox={`0 0 ${PLOT.widthPx} ${height}`} width="400">
      {ticksOf(from, to).map((tick) => (
        <g key={tick}>
          <line class="grid" x1={x(tick)} x2={x(tick)} y1="0" y2={bottom} />
          <text class="tick" x={x(tick)} y={bottom + 15} text-anchor="middle">
            {Number(tick.toFixed(4))}
          </text>
        </g>
      ))}
      {zero ? <line class="zero" x1={x(0)} x2={x(0)} y1="0" y2={bottom} /> : null}
      {rows.map(({ name, value, low, high }, i) => {
        const y = i * PLOT.rowPx + 24;
        return (
          <g key={name}>
            <text x={PLOT.leftPx} y={y - 10}>
              {name.length > 52 ? `${name.slice(0, 51)}…` : name}
            </text>
            {low === null || high === null ? null : <line class="whisker" x1={x(low)} x2={x(high)} y1={y} y2={y} />}
            <circle class="dot" cx={x(value)} cy={y} r="4" />
            <text class="tick" x={PLOT.widthPx - PLOT.rightPx + 8} y={y + 4}>
              {number(value)}
            </text>
          </g>
        );
      })}
    </svg>
  );
}

/** A value with its interval at each of several doses, joined by a line. */
export function DoseCurve({
  points,
  title,
}: {
  readonly points: readonly (Omit<PlotRow, "name"> & { readonly dose: number })[];
  readonly title: string;
}) {
  const [from, to] = axisAround(points.flatMap(({ value, low, high }) => [value, low ?? value, high ?? value]));
  const [width, height, left, bottom] = [PLOT.widthPx, 210, 44, 176];
  const x = (at: number) => left + 16 + (at * (width - left - 48)) / Math.max(1, points.length - 1);
  const y = (value: number) => bottom - ((value - from) / (to - from)) * (bottom - 8);
  return (
    <svg role="img" aria-label={title} viewBox={`0 0 ${width} ${height}`} width="400">
      {ticksOf(from, to).map((tick) => (
        <g key={tick}>
          <line class="grid" x1={left} x2={width - 8} y1={y(tick)} y2={y(tick)} />
          <text class="tick" x={left - 6} y={y(tick) + 4} text-anchor="end">
            {Number(tick.toFixed(4))}
          </text>
        </g>
      ))}
      {points.slice(1).map(({ value, dose }, at) => (
        <line key={dose} class="whisker" x1={x(at)} x2={x(at + 1)} y1={y(points[at]?.value ?? value)} y2={y(value)} />
      ))}
      {points.map(({ value, low, high, dose }, at) => (
        <g key={dose}>
          {low === null || high === null ? null : <line class="gap" x1={x(at)} x2={x(at)} y1={y(low)} y2={y(high)} />}
          <circle class="dot" cx={x(at)} cy={y(value)} r="4" />
          <text class="tick" x={x(at)} y={bottom + 16} text-anchor="middle">
            {dose}
          </text>
        </g>
      ))}
      <text class="tick" x={(left + width) / 2} y={height - 2} text-anchor="middle">
        examples shown
      </text>
    </svg>
  );
}

function axisAround(values: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  // Values that differ by rounding alone have no ticks between them.
  const margin = high - low > 1e-6 ? (high - low) * 0.06 : 0.05;
  return [low - margin, high + margin];
}

/** About five round numbers between two ends. */
function ticksOf(from: number, to: number): number[] {
  const rough = (to - from) / 5;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * magnitude).find((size) => size >= rough) ?? rough;
  const ticks: number[] = [];
  for (let tick = Math.ceil(from / step) * step; tick <= to + step / 1e6; tick += step) ticks.push(tick);
  return ticks;
}

/** Accuracy against stated confidence, bin by bin; a dot's size is its number of answers. */
export function ReliabilityDiagram({ table }: { readonly table: Extract<ScoreTable, { type: "reliability" }> }) {
  const side = 260;
  const at = (share: number) => 40 + share * side;
  const up = (share: number) => 20 + (1 - share) * side;
  const most = Math.max(1, ...table.bins.map(({ n }) => n));
  return (
    <svg role="img" aria-label={table.title} viewBox="0 0 330 330" width="330">
      <rect class="frame" x="40" y="20" width={side} height={side} />
      <line class="ideal" x1={at(0)} y1={up(0)} x2={at(1)} y2={up(1)} />
      {[0, 0.5, 1].map((tick) => (
        <g key={tick}>
          <text class="tick" x={at(tick)} y={side + 38} text-anchor="middle">
            {tick}
          </text>
          <text class="tick" x="32" y={up(tick) + 4} text-anchor="end">
            {tick}
          </text>
        </g>
      ))}
      <text class="tick" x={at(0.5)} y={side + 60} text-anchor="middle">
        stated confidence
      </text>
      <text class="tick" transform={`translate(10 ${up(0.5)}) rotate(-90)`} text-anchor="middle">
        share right
      </text>
      {table.bins.map(({ from, n, meanConfidence, accuracy }) =>
        meanConfidence === null || accuracy === null ? null : (
          <g key={from}>
            <line
              class="gap"
              x1={at(meanConfidence)}
              x2={at(meanConfidence)}
              y1={up(meanConfidence)}
              y2={up(accuracy)}
            />
            <circle class="dot" cx={at(meanConfidence)} cy={up(accuracy)} r={3 + 7 * Math.sqrt(n / most)}>
              <title>{`${n} answers: ${number(meanConfidence, 2)} sure, ${number(accuracy, 2)} right`}</title>
            </circle>
          </g>
        ),
      )}
    </svg>
  );
}
