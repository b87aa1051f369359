import type { SVGAttributes } from "preact";
import { useMemo } from "preact/hooks";
import type { Discovery } from "../domain/discovery.ts";
import { groupBy } from "../domain/group-by.ts";

/** Of the map, in its own units. */
export const [MAP_WIDTH, MAP_HEIGHT] = [900, 560];
const MARGIN = 40;

/** A face on the map. */
export interface Spot {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly group: string | null;
}

interface MapProps extends SVGAttributes<SVGSVGElement> {
  readonly axes: Discovery["map"]["axes"];
  /** As `spotsOf` finds them. */
  readonly spots: readonly Spot[];
  /** What can be done with it. */
  readonly caption?: string;
}

/**
 * Every face where it stands among the others, on the two directions along which faces differ most. Children are drawn over
 * the faces, below the names of groups.
 */
export function DiscoveryMap({ axes, spots, caption = "", children, ...svg }: MapProps) {
  const dots = useMemo(
    () =>
      spots.map(({ id, x, y, group }) => (
        <circle key={id} cx={x.toFixed(1)} cy={y.toFixed(1)} r={4} class={`dot ${colourClass(group)}`}>
          <title>{id}</title>
        </circle>
      )),
    [spots],
  );
  const groups = useMemo(() => middlesOf(spots), [spots]);
  if (spots.length === 0) return <p>There are no faces to show.</p>;
  return (
    <figure class="face-map">
      <svg
        viewBox={`0 0 ${MAP_WIDTH} ${MAP_HEIGHT}`}
        role="img"
        aria-label="Map of the faces: those that show alike stand near each other. Every face is in the lists below, too."
        {...svg}
      >
        {dots}
        {children}
        {groups.map(({ group, x, y }) => (
          <text key={group} x={x.toFixed(1)} y={y.toFixed(1)} text-anchor="middle" class="group">
            {group}
          </text>
        ))}
      </svg>
      <figcaption class="soft">
        To the right: {axes[0]}. Upward: {axes[1]}. {caption}
      </figcaption>
    </figure>
  );
}

/** One of eight colours that most colour-blind people tell apart (Okabe and Ito 2008), then round again. */
function colourClass(group: string | null): string {
  return group === null ? "none" : `g${(Number(group.slice(1)) - 1) % 8}`;
}

/** A dot of a group's colour, beside what it stands for. */
export function GroupDot({ group }: { readonly group: string | null }) {
  return (
    <svg class="group-dot" width="14" height="14" aria-hidden="true">
      <circle cx="7" cy="7" r="7" class={`dot ${colourClass(group)}`} />
    </svg>
  );
}

/** Where each face is on the map; those in no group first, so that they hide nothing. */
export function spotsOf({ points }: Discovery["map"]): Spot[] {
  const scale = (values: readonly number[], from: number, to: number) => {
    const [low, high] = values.reduce(
      ([a, b], value) => [Math.min(a, value), Math.max(b, value)],
      [Infinity, -Infinity],
    );
    return (value: number) => (high === low ? (from + to) / 2 : from + ((value - low) / (high - low)) * (to - from));
  };
  const x = scale(
    points.map((point) => point.x),
    MARGIN,
    MAP_WIDTH - MARGIN,
  );
  const y = scale(
    points.map((point) => point.y),
    MAP_HEIGHT - MARGIN,
    MARGIN,
  );
  return points
    .map((point) => ({ id: point.id, x: x(point.x), y: y(point.y), group: point.proposal }))
    .sort((a, b) => Number(a.group !== null) - Number(b.group !== null));
}

function middlesOf(spots: readonly Spot[]) {
  const groups = groupBy(
    spots.filter(({ group }) => group !== null),
    ({ group }) => group as string,
  );
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return [...groups].map(([group, own]) => ({ group, x: mean(own.map(({ x }) => x)), y: mean(own.map(({ y }) => y)) }));
}
