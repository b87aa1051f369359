import { useMemo, useState } from "preact/hooks";
import type { Discovery } from "../../domain/discovery.ts";
import { DiscoveryMap, MAP_HEIGHT, MAP_WIDTH, type Spot, spotsOf } from "../../pages/discovery-map.tsx";

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

type Path = readonly (readonly [number, number])[];

/** The map of the page that the command writes; what is drawn around on it is selected. */
export function DiscoverMap({ map, selected, portraitOf, onSelect, hasThumbs }: MapProps) {
  const [lasso, setLasso] = useState<Path | null>(null);
  const spots = useMemo(() => spotsOf(map), [map]);
  const thumbs = useMemo(() => (hasThumbs ? apart(spots) : []), [spots, hasThumbs]);
  const placeOf = (event: PointerEvent): readonly [number, number] => {
    const box = (event.currentTarget as SVGSVGElement).getBoundingClientRect();
    const [right, down] = [event.clientX - box.left, event.clientY - box.top];
    return [(right / box.width) * MAP_WIDTH, (down / box.height) * MAP_HEIGHT];
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
  return (
    <DiscoveryMap
      axes={map.axes}
      spots={spots}
      caption="Draw around faces to select them, with Shift to add to those that are; a click selects one."
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setLasso([placeOf(event)]);
      }}
      onPointerMove={(event) => {
        const place = placeOf(event);
        setLasso((drawn) => (drawn === null ? null : [...drawn, place]));
      }}
      onPointerUp={finish}
      onPointerCancel={() => setLasso(null)}
    >
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
      {lasso === null ? null : <polygon points={lasso.map((place) => place.join()).join(" ")} class="lasso" />}
    </DiscoveryMap>
  );
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
