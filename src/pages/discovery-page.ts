import { h } from "preact";
import type { Discovery, Proposal } from "../domain/discovery.ts";
import { GroupSignature, GroupTests, STATUS_WORDS } from "./discovery-figures.tsx";
import { escapeMarkup } from "./markup.ts";
import { page } from "./page.ts";
import { rendered } from "./rendered.ts";

/** A portrait of each face that the page shows, as JPEG bytes, by face id. A face without one is named only. */
export type Portraits = ReadonlyMap<string, Uint8Array>;

/** Face ids that the page shows images of. */
export function portraitsNeeded({ proposals }: Discovery): string[] {
  return [
    ...new Set(proposals.flatMap((proposal) => [...galleryOf(proposal), ...proposal.boundary, ...proposal.counter])),
  ];
}

const GALLERY = 11;
const SIGNATURE_ROWS = 8;

function galleryOf({ medoid, members }: Proposal): string[] {
  return [medoid, ...members.filter((member) => member !== medoid).slice(0, GALLERY)];
}

/** A page of its own, without scripts or anything from elsewhere: gallery, map, signatures and tests. */
export function renderDiscoveryPage(discovery: Discovery, portraits: Portraits): string {
  const { proposals, notes, provenance } = discovery;
  const count = (status: Proposal["status"]) => proposals.filter((proposal) => proposal.status === status).length;
  const order = Object.keys(STATUS_WORDS) as readonly Proposal["status"][];
  const summary = order
    .flatMap((status) => (count(status) === 0 ? [] : [`${STATUS_WORDS[status]}: ${count(status)}`]))
    .join("; ");
  const ordered = order.flatMap((status) => proposals.filter((proposal) => proposal.status === status));
  const title = `Expression categories: ${proposals.length === 0 ? "no group was found" : `${proposals.length} ${proposals.length === 1 ? "group" : "groups"}`}`;
  const html = `<h1>${escapeMarkup(title)}</h1>
<p>${provenance.faces} faces, ${provenance.outliers} of them in no group. ${escapeMarkup(summary)}</p>
<p class="small">A group is a set of faces that look alike to the toolbox. It says nothing about what anybody felt. ${namingNote(discovery)}</p>
${notes.map((note) => `<p class="note">${escapeMarkup(note)}</p>`).join("\n")}
<section><h2>Map</h2>${discoveryMap(discovery)}</section>
${ordered.map((proposal) => proposalSection(proposal, portraits)).join("\n")}
${outsideSection(discovery)}
<footer><h2>How this was made</h2>${provenanceTable(discovery)}</footer>`;
  return page({ title, style: STYLE, body: { html } });
}

function namingNote({ provenance, proposals }: Discovery): string {
  if (provenance.describedBy !== null) return `Described by ${escapeMarkup(provenance.describedBy)}.`;
  return proposals.length === 0
    ? ""
    : "Names are put together by rule from the action units that set a group apart; no model was asked for better ones.";
}

function proposalSection(proposal: Proposal, portraits: Portraits): string {
  const image = (id: string) => portrait(id, portraits);
  const row = (title: string, ids: readonly string[]) =>
    ids.length === 0 ? "" : `<h4>${title}</h4><div class="faces">${ids.map(image).join("")}</div>`;
  return `<section class="proposal" id="${proposal.id}">
<h2>${colourDot(proposalColour(proposal.id))}${proposal.id} · ${escapeMarkup(proposal.name)} <span class="status ${proposal.status.replace(" ", "-")}">${STATUS_WORDS[proposal.status]}</span></h2>
<p><b>${escapeMarkup(proposal.verdict)}</b> ${proposal.size} faces. Named by ${escapeMarkup(proposal.namedBy)}.</p>
<p>${escapeMarkup(proposal.definition)}</p>
<p>${escapeMarkup(proposal.contrast)}</p>
${row("Members, the most typical first", galleryOf(proposal))}
<details><summary>Tests, action units, and faces at its edge</summary>
${row("Hardly in it", proposal.boundary)}${row("Nearly in it", proposal.counter)}
<div class="scroll">${rendered(h(GroupTests, proposal)).html}</div>
${rendered(h(GroupSignature, { signature: proposal.signature.slice(0, SIGNATURE_ROWS) })).html}${appraisalList(proposal)}</details>
</section>`;
}

/** Every face that no group took, with the group that it is near, or why it is near none. */
function outsideSection({ outside }: Discovery): string {
  if (outside.length === 0) return "";
  const rows = [...outside]
    .sort((a, b) => Number(b.near) - Number(a.near) || (a.nearest ?? "").localeCompare(b.nearest ?? ""))
    .map(({ id, nearest, near, why }) => {
      const place = near ? `near ${nearest}` : "outlier";
      return `<tr><td>${escapeMarkup(id)}</td><td class="number">${place}</td><td>${escapeMarkup(why)}</td></tr>`;
    });
  return `<section><h2>In no group</h2><table><tr><th>face</th><th></th><th>why</th></tr>${rows.join("\n")}</table></section>`;
}

function portrait(id: string, portraits: Portraits): string {
  const bytes = portraits.get(id);
  const caption = `<figcaption>${escapeMarkup(shortId(id))}</figcaption>`;
  if (bytes === undefined) return `<figure class="missing" title="${escapeMarkup(id)}">no image${caption}</figure>`;
  const data = Buffer.from(bytes).toString("base64");
  return `<figure title="${escapeMarkup(id)}"><img alt="${escapeMarkup(id)}" src="data:image/jpeg;base64,${data}">${caption}</figure>`;
}

function shortId(id: string): string {
  const name = id.split(/[\\/]/).at(-1) ?? id;
  return name.length > 24 ? `…${name.slice(-23)}` : name;
}

function appraisalList({ appraisals }: Proposal): string {
  if (appraisals.length === 0)
    return `<p class="small">Appraisals: not inferable by rule; a language model was not asked.</p>`;
  const rows = appraisals.map(
    ({ dimension, value }) =>
      `<tr><td>${escapeMarkup(dimension)}</td><td class="number">${typeof value === "number" ? value.toFixed(2) : value}</td></tr>`,
  );
  return `<h4>Appraisals, as perceived</h4><table>${rows.join("")}</table>`;
}

function provenanceTable({ provenance }: Discovery): string {
  const { space, known, leftOut, ...rest } = provenance;
  const rows: readonly (readonly [string, string])[] = [
    ["expression space", `${space.id}, ${space.dimensions.length} named dimensions`],
    ["known categories", known.join(", ") || "none named"],
    ...Object.entries(rest).map(([name, value]) => [inWords(name), value === null ? "none" : String(value)] as const),
    ...leftOut.map(({ reason, faces }) => ["left out", `${faces}: ${reason}`] as const),
  ];
  return `<div class="scroll"><table>${rows.map(([name, value]) => `<tr><td>${escapeMarkup(name)}</td><td>${escapeMarkup(value)}</td></tr>`).join("")}</table></div>`;
}

/** `minClusterSize` as `min cluster size`. */
function inWords(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

const STYLE = `
.small{color:var(--soft);font-size:12.5px}.note{background:var(--panel);border-left:3px solid var(--accent);padding:8px 12px}
h4{margin:14px 0 6px}svg.dot{display:inline-block;margin-right:8px}
.status{font-size:13px;padding:2px 8px;border-radius:10px;background:var(--panel);border:1px solid var(--line);font-weight:normal;white-space:nowrap}
.status.survived,.status.confirmed,.status.accepted{color:var(--good)}.status.failed,.status.rejected{color:var(--bad)}
.faces{display:flex;flex-wrap:wrap;gap:8px}figure{margin:0;width:112px}figure img{width:112px;height:112px;object-fit:cover;border-radius:6px}
figure.missing{height:112px;background:var(--panel);border-radius:6px;font-size:12px;color:var(--soft);text-align:center;line-height:100px}
figcaption{font-size:10.5px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;line-height:1.3}
table{font-size:13.5px}.number{white-space:nowrap}.facts{max-width:520px}
ul.legend{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:4px 22px;font-size:13.5px}
.map svg{height:auto;width:100%}
@media print{.proposal{break-inside:avoid}}
`;

const WIDTH = 900;
const HEIGHT = 560;
const MARGIN = 46;

/** Eight colours that most colour-blind people tell apart (Okabe and Ito 2008), then round again. */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7a5195", "#8c6d31"];

/** The colour of a proposal on the map and in its heading. */
function proposalColour(id: string): string {
  return COLOURS[(Number(id.slice(1)) - 1) % COLOURS.length] as string;
}

/** A dot of that colour, beside what it stands for. */
function colourDot(colour: string): string {
  return `<svg class="dot" width="14" height="14"><circle cx="7" cy="7" r="7" fill="${colour}"/></svg>`;
}

/** Every face as a dot on the two directions along which faces differ most, as SVG. Gray: in no group. */
function discoveryMap({ map, proposals }: Discovery): string {
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
