import { useMemo, useRef, useState } from "preact/hooks";
import type { Discovery } from "../../domain/discovery.ts";

const [WIDTH, HEIGHT, MARGIN] = [900, 560, 40];
/** As many thumbnails as leave the map to be seen, and how far apart they are. */
const THUMB_PX = 44;
const APART_PX = 62;
/** A click this near to a face means it. */
const REACH_PX = 10;

interface MapProps {
  readonly map: Discovery["map"];
  readonly selected: ReadonlySet<string>;
  readonly portraitOf: (face: string) => string;
  /** Faces that were encircled or clicked; `add` leaves those that were selected before. */
  readonly onSelect: (faces: readonly string[], add: boolean) => void;
  readonly hasThumbs: boolean;
}

interface Spot {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly group: string | null;
}

type Path = readonly (readonly [number, number])[];

/** Every face where it stands among the others. What is drawn around is selected; groups have their names beside colours. */
export function DiscoverMap({ map, selected, portraitOf, onSelect, hasThumbs }: MapProps) {
  const spots = useMemo(() => spotsOf(map), [map]);
  const [lasso, setLasso] = useState<Path | null>(null);
  const svg = useRef<SVGSVGElement>(null);
  const placeOf = (event: PointerEvent): readonly [number, number] => {
    const box = (svg.current as SVGSVGElement).getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * WIDTH, ((event.clientY - box.top) / box.height) * HEIGHT];
  };
  const finish = (event: PointerEvent) => {
    if (lasso === null) return;
    setLasso(null);
    const isClick = lasso.length < 4;
    const found = isClick
      ? nearestTo(spots, lasso[0] as readonly [number, number])
      : spots.filter((spot) => isInside(lasso, spot));
    onSelect(
      found.map(({ id }) => id),
      event.shiftKey || isClick,
    );
  };
  const dots = useMemo(
    () =>
      spots.map(({ id, x, y, group }) => (
        <circle key={id} cx={x} cy={y} r={4} class={`dot ${group === null ? "none" : `g${colourOf(group)}`}`} />
      )),
    [spots],
  );
  const groups = useMemo(() => middlesOf(spots), [spots]);
  const thumbs = useMemo(() => (hasThumbs ? apart(spots) : []), [spots, hasThumbs]);
  return (
    <figure class="face-map">
      <svg
        ref={svg}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label="Map of the faces: those that show alike stand near each other. Every face is in the lists below, too."
        onPointerDown={(event) => {
          svg.current?.setPointerCapture(event.pointerId);
          setLasso([placeOf(event)]);
        }}
        onPointerMove={(event) => {
          const place = placeOf(event);
          setLasso((drawn) => (drawn === null ? null : [...drawn, place]));
        }}
        onPointerUp={finish}
        onPointerCancel={() => setLasso(null)}
      >
        {dots}
        {thumbs.map(({ id, x, y }) => (
          <image
            key={id}
            href={portraitOf(id)}
            x={x - THUMB_PX / 2}
            y={y - THUMB_PX / 2}
            width={THUMB_PX}
            height={THUMB_PX}
          />
        ))}
        {spots
          .filter(({ id }) => selected.has(id))
          .map(({ id, x, y }) => (
            <circle key={id} cx={x} cy={y} r={7} class="chosen" />
          ))}
        {groups.map(({ group, x, y }) => (
          <text key={group} x={x} y={y} text-anchor="middle" class="group">
            {group}
          </text>
        ))}
        {lasso === null ? null : <polygon points={lasso.map((place) => place.join()).join(" ")} class="lasso" />}
      </svg>
      <figcaption class="soft">
        To the right: {map.axes[0]}. Upward: {map.axes[1]}. Draw around faces to select them, with Shift to add to those
        that are; a click selects one.
      </figcaption>
    </figure>
  );
}

/** The same eight colours as on the page that the command writes. */
export function colourOf(group: string): number {
  return (Number(group.slice(1)) - 1) % 8;
}

/** Those in no group first, so that they hide nothing. */
function spotsOf({ points }: Discovery["map"]): Spot[] {
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
    WIDTH - MARGIN,
  );
  const y = scale(
    points.map((point) => point.y),
    HEIGHT - MARGIN,
    MARGIN,
  );
  return points
    .map((point) => ({ id: point.id, x: x(point.x), y: y(point.y), group: point.proposal }))
    .sort((a, b) => Number(a.group !== null) - Number(b.group !== null));
}

function middlesOf(spots: readonly Spot[]) {
  const groups = new Map<string, Spot[]>();
  for (const spot of spots) if (spot.group !== null) groups.set(spot.group, [...(groups.get(spot.group) ?? []), spot]);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return [...groups].map(([group, own]) => ({ group, x: mean(own.map(({ x }) => x)), y: mean(own.map(({ y }) => y)) }));
}

/** Faces no two of which would cover each other. */
function apart(spots: readonly Spot[]): Spot[] {
  const chosen: Spot[] = [];
  for (const spot of spots.toReversed()) {
    if (chosen.every(({ x, y }) => Math.hypot(x - spot.x, y - spot.y) > APART_PX)) chosen.push(spot);
  }
  return chosen;
}

function nearestTo(spots: readonly Spot[], [x, y]: readonly [number, number]): Spot[] {
  const [nearest] = spots
    .map((spot) => ({ spot, apart: Math.hypot(spot.x - x, spot.y - y) }))
    .filter(({ apart: distance }) => distance <= REACH_PX)
    .sort((a, b) => a.apart - b.apart);
  return nearest === undefined ? [] : [nearest.spot];
}

/** Whether a ray to the right crosses the line an odd number of times. */
function isInside(path: Path, { x, y }: Spot): boolean {
  return path.reduce((inside, [ax, ay], at) => {
    const [bx, by] = path[(at + 1) % path.length] as readonly [number, number];
    return ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax ? !inside : inside;
  }, false);
}
