import type { StudyAgreement, UnitAgreement } from "../domain/agreement.ts";
import { actionUnit } from "../facs/action-units.ts";
import { escapeMarkup, type Markup, markup } from "./markup.ts";
import { page } from "./page.ts";

const NOTES = [
  "Each toolbox decides on its own scale whether an action unit is present or absent; values in between are uncertain and count for neither.",
  "A toolbox that cannot measure an action unit, or did not find the face, says nothing about it: that is not a vote for absent.",
  "Fleiss' kappa is agreement corrected for chance. Where an action unit is hardly ever shown it is low or undefined even when all agree: read it beside the share.",
  "Intensities are compared only between toolboxes on the same scale, as ICC(2,1), absolute agreement, and ICC(3,1), consistency.",
] as const;

/** The agreement of a study as one HTML page that needs nothing else. */
export function agreementPage(agreement: StudyAgreement): string {
  const { faces, leftOut = [], toolboxes, units } = agreement;
  const title = `Agreement of ${toolboxes.join(", ")}`;
  const figure: Markup = { html: agreementFigure(agreement) };
  const body = markup`<h1>${title}</h1>
<p>${faces} faces.</p>${leftOut.map((sentence) => markup`<p>${sentence}</p>`)}
<ul class="notes">${NOTES.map((note) => markup`<li>${note}</li>`)}</ul>
<div class="scroll figure">${figure}</div>
<h2>By action unit</h2>
<div class="scroll"><table><thead><tr><th>AU</th><th>name</th><th>present / absent / uncertain</th><th>faces compared</th><th>same</th><th>contradictions</th><th>kappa</th><th>pairs</th><th>intensity</th></tr></thead><tbody>
${units.map(unitRow)}</tbody></table></div>`;
  return page({ title, style: STYLE, body });
}

/** The figure has a white ground of its own, and keeps its size where it would become too small to read. */
const STYLE =
  "\n.figure svg{fill:#222;max-width:none;min-width:900px;width:100%;height:auto;border-radius:6px}table{font-size:13px}\n";

function unitRow({ au, toolboxes, presence, intensity }: UnitAgreement): Markup {
  const counts = toolboxes.map(
    ({ toolbox, present, absent, uncertain }) => `${toolbox}: ${present} / ${absent} / ${uncertain}`,
  );
  const pairs = presence.pairs.map(
    (pair) => `${pair.toolboxes.join(" and ")}: kappa ${number(pair.kappa)} (n ${pair.n})`,
  );
  const icc = intensity.map(
    (group) =>
      `${group.toolboxes.join(", ")} on ${group.scale}: ICC(2,1) ${number(group.icc21)}, ICC(3,1) ${number(group.icc31)} (n ${group.n})`,
  );
  const share = presence.unanimousShare === null ? "-" : `${Math.round(presence.unanimousShare * 100)} %`;
  return markup`<tr><td>${au}</td><td>${actionUnit(au)?.name ?? ""}</td>
<td>${lines(counts)}</td><td class="n">${presence.n}</td><td class="n">${share}</td>
<td class="n">${presence.contradictions}</td><td class="n">${number(presence.fleissKappa)}</td>
<td>${lines(pairs)}</td><td>${lines(icc)}</td></tr>
`;
}

function lines(texts: readonly string[]): Markup[] {
  return texts.map((text, index) => (index === 0 ? markup`${text}` : markup`<br>${text}`));
}

function number(value: number | null): string {
  return value === null ? "-" : value.toFixed(2);
}

const WIDTH_PX = 1100;
const ROW_PX = 24;
const HEAD_PX = 92;
const FOOT_PX = 34;
/** Okabe and Ito's colours, which people with colour blindness tell apart. */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"] as const;

interface Panel {
  readonly title: string;
  readonly leftPx: number;
  readonly widthPx: number;
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly number[];
  readonly tickText: (value: number) => string;
}

const percent = (value: number): string => `${Math.round(value * 100)} %`;
const decimal = (value: number): string => String(value);

const SEEN: Panel = {
  title: "Says present, share of faces",
  leftPx: 250,
  widthPx: 240,
  from: 0,
  to: 1,
  ticks: [0, 0.5, 1],
  tickText: percent,
};
const SAME: Panel = { ...SEEN, title: "All say the same", leftPx: 530, widthPx: 150 };
const KAPPA: Panel = {
  title: "Fleiss' kappa",
  leftPx: 720,
  widthPx: 150,
  from: -0.25,
  to: 1,
  ticks: [0, 0.5, 1],
  tickText: decimal,
};
const ICC: Panel = { ...KAPPA, title: "ICC(2,1), same scale", leftPx: 910, widthPx: 150 };

/**
 * How toolboxes agree, action unit by action unit, as an SVG image: how often each says present, on how many faces all
 * say the same, and that corrected for chance; for toolboxes on one scale, how their numbers agree.
 */
export function agreementFigure({ faces, toolboxes, units }: StudyAgreement): string {
  const compared = units.filter(({ presence, intensity }) => presence.n > 0 || intensity.length > 0);
  const alone = units.filter((unit) => !compared.includes(unit)).map(({ au }) => au);
  const height = HEAD_PX + ROW_PX * compared.length + FOOT_PX;
  const bottom = HEAD_PX + ROW_PX * compared.length;
  const colours = new Map(toolboxes.map((toolbox, i) => [toolbox, COLOURS[i % COLOURS.length] as string]));
  const note =
    alone.length === 0 ? "" : `Nothing to compare, as fewer than two toolboxes decided on a face: ${alone.join(", ")}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH_PX} ${height}" width="${WIDTH_PX}" height="${height}" font-family="DejaVu Sans, Arial, sans-serif" role="img">`,
    `<rect width="${WIDTH_PX}" height="${height}" fill="#fff"/>`,
    words(16, 24, `Agreement of ${toolboxes.length} toolboxes on ${faces} faces`, 'font-size="15" font-weight="bold"'),
    legend(colours),
    ...[SEEN, SAME, KAPPA, ICC].map((panel) => axes(panel, bottom)),
    ...compared.map((unit, row) => figureRow(unit, HEAD_PX + ROW_PX * row + ROW_PX / 2, colours)),
    words(16, bottom + 24, note, 'font-size="11" fill="#555"'),
    "</svg>\n",
  ].join("\n");
}

function legend(colours: ReadonlyMap<string, string>): string {
  let left = 16;
  const entries = [...colours].map(([toolbox, colour]) => {
    const entry = `<circle cx="${left + 5}" cy="42" r="5" fill="${colour}"/>${words(left + 15, 46, toolbox, 'font-size="12"')}`;
    left += 34 + toolbox.length * 7.5;
    return entry;
  });
  return entries.join("");
}

function axes(panel: Panel, bottom: number): string {
  const ticks = panel.ticks.map((value) => {
    const x = place(panel, value);
    const line = `<line x1="${x}" y1="${HEAD_PX - 4}" x2="${x}" y2="${bottom}" stroke="#ddd"/>`;
    return line + words(x, HEAD_PX - 10, panel.tickText(value), 'font-size="10" fill="#666" text-anchor="middle"');
  });
  return words(panel.leftPx, HEAD_PX - 26, panel.title, 'font-size="12" font-weight="bold"') + ticks.join("");
}

function figureRow(unit: UnitAgreement, y: number, colours: ReadonlyMap<string, string>): string {
  const name = actionUnit(unit.au)?.name;
  return [
    words(16, y + 4, unit.au, 'font-size="12" font-weight="bold"'),
    words(62, y + 4, name ?? "", 'font-size="12" fill="#333"'),
    seenRow(unit, y, colours),
    sameRow(unit, y),
    unit.presence.fleissKappa === null ? undefinedAt(KAPPA, y) : mark(KAPPA, unit.presence.fleissKappa, y),
    ...iccMarks(unit, y),
  ].join("");
}

function seenRow({ toolboxes }: UnitAgreement, y: number, colours: ReadonlyMap<string, string>): string {
  const shares = toolboxes.flatMap(({ toolbox, present, absent }) =>
    present + absent === 0 ? [] : [{ toolbox, share: present / (present + absent), n: present + absent }],
  );
  if (shares.length === 0) return "";
  const places = shares.map(({ share }) => place(SEEN, share));
  const line = `<line x1="${Math.min(...places)}" y1="${y}" x2="${Math.max(...places)}" y2="${y}" stroke="#999" stroke-width="2"/>`;
  const dots = shares.map(({ toolbox, share, n }) => {
    const title = `${toolbox}: present on ${percent(share)} of ${n} faces`;
    return `<circle cx="${place(SEEN, share)}" cy="${y}" r="5" fill="${colours.get(toolbox)}" fill-opacity="0.85"><title>${escapeMarkup(title)}</title></circle>`;
  });
  return line + dots.join("");
}

function sameRow({ presence }: UnitAgreement, y: number): string {
  const { n, unanimousShare, contradictions } = presence;
  if (unanimousShare === null) return undefinedAt(SAME, y);
  const width = place(SAME, unanimousShare) - SAME.leftPx;
  const title = `The same on ${percent(unanimousShare)} of ${n} faces, contradictions on ${contradictions}`;
  return [
    `<rect x="${SAME.leftPx}" y="${y - 6}" width="${SAME.widthPx}" height="12" fill="#f0f0f0"/>`,
    `<rect x="${SAME.leftPx}" y="${y - 6}" width="${width.toFixed(1)}" height="12" fill="#8da9c4"><title>${escapeMarkup(title)}</title></rect>`,
    words(SAME.leftPx + SAME.widthPx + 4, y + 4, `n ${n}`, 'font-size="9" fill="#666"'),
  ].join("");
}

/** The largest group on each scale: pairs within it are in the table. */
function iccMarks({ intensity }: UnitAgreement, y: number): string[] {
  const largest = intensity.filter(
    (group) =>
      !intensity.some(({ scale, toolboxes }) => scale === group.scale && toolboxes.length > group.toolboxes.length),
  );
  return largest.map(({ icc21, toolboxes, scale, n }) =>
    icc21 === null ? undefinedAt(ICC, y) : mark(ICC, icc21, y, `${toolboxes.join(", ")} on ${scale}, ${n} faces`),
  );
}

function mark(panel: Panel, value: number, y: number, about = ""): string {
  const x = place(panel, value);
  const title = `${value.toFixed(2)}${about === "" ? "" : `: ${about}`}`;
  const diamond = `M${x} ${y - 6} L${x + 6} ${y} L${x} ${y + 6} L${x - 6} ${y} Z`;
  return `<path d="${diamond}" fill="#333"><title>${escapeMarkup(title)}</title></path>`;
}

function undefinedAt(panel: Panel, y: number): string {
  return words(panel.leftPx, y + 4, "not defined", 'font-size="10" fill="#999"');
}

/** Values beyond the panel are drawn at its edge. */
function place({ leftPx, widthPx, from, to }: Panel, value: number): number {
  const share = (Math.min(to, Math.max(from, value)) - from) / (to - from);
  return Math.round((leftPx + share * widthPx) * 10) / 10;
}

function words(x: number, y: number, text: string, style: string): string {
  return text === "" ? "" : `<text x="${x}" y="${y}" ${style}>${escapeMarkup(text)}</text>`;
}
