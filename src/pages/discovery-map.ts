import type { Discovery } from "../domain/discovery.ts";
import { escapeMarkup } from "./markup.ts";

const WIDTH = 900;
const HEIGHT = 560;
const MARGIN = 46;

/** Eight colours that most colour-blind people tell apart (Okabe and Ito 2008), then round again. */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7a5195", "#8c6d31"];

/** The colour of a proposal on the map and in its heading. */
export function proposalColour(id: string): string {
  return COLOURS[(Number(id.slice(1)) - 1) % COLOURS.length] as string;
}

/** A dot of that colour, beside what it stands for. */
export function colourDot(colour: string): string {
  return `<svg class="dot" width="14" height="14"><circle cx="7" cy="7" r="7" fill="${colour}"/></svg>`;
}

/** Every face as a dot on the two directions along which faces differ most, as SVG. Gray: in no group. */
export function discoveryMap({ map, proposals }: Discovery): string {
  if (map.points.length === 0) return "<p>There are no faces to show.</p>";
  const x = scale(
    map.points.map((point) => point.x),
    [MARGIN, WIDTH - MARGIN],
  );
  const y = scale(
    map.points.map((point) => point.y),
    [HEIGHT - MARGIN, MARGIN],
  );
  // Gray first, so that groups are not hidden behind outliers.
  const ordered = [...map.points].sort((a, b) => Number(a.proposal !== null) - Number(b.proposal !== null));
  const dots = ordered.map((point) => {
    const fill = point.proposal === null ? "#c4c4c4" : proposalColour(point.proposal);
    return `<circle cx="${x(point.x).toFixed(1)}" cy="${y(point.y).toFixed(1)}" r="4" fill="${fill}" fill-opacity=".75"><title>${escapeMarkup(point.id)}</title></circle>`;
  });
  const legend = proposals.map(
    ({ id, name }) => `<li>${colourDot(proposalColour(id))}<a href="#${id}">${id}</a> ${escapeMarkup(name)}</li>`,
  );
  return `<div class="map"><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Map of the faces" font-family="system-ui, sans-serif" font-size="12">
<rect x="${MARGIN / 2}" y="${MARGIN / 2}" width="${WIDTH - MARGIN}" height="${HEIGHT - MARGIN}" class="frame"/>
${dots.join("")}
<text x="${WIDTH / 2}" y="${HEIGHT - 6}" text-anchor="middle" class="tick">to the right: ${escapeMarkup(map.axes[0])}</text>
<text x="14" y="${HEIGHT / 2}" text-anchor="middle" class="tick" transform="rotate(-90 14 ${HEIGHT / 2})">upward: ${escapeMarkup(map.axes[1])}</text>
</svg></div>
<ul class="legend">${legend.join("")}<li>${colourDot("#c4c4c4")}in no group</li></ul>`;
}

function scale(values: readonly number[], [from, to]: readonly [number, number]): (value: number) => number {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return (value) => (high === low ? (from + to) / 2 : from + ((value - low) / (high - low)) * (to - from));
}
