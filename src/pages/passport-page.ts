import { capitalised } from "../domain/capitalised.ts";
import { groupBy } from "../domain/group-by.ts";
import type { Passport, PassportRow, PassportSection } from "../domain/passport.ts";
import { actionUnit } from "../facs/action-units.ts";
import { confusionTable, intervalPlot, reliabilityDiagram } from "./charts.ts";
import { type Markup, markup, number } from "./markup.ts";
import { page } from "./page.ts";

/** What the figures of each section are, for those who did not make them. */
const SECTIONS: Readonly<Record<PassportSection, string>> = {
  "FACS agreement":
    "Agreement index of each face: twice the action units that both coder and toolbox name, over all that either names, as two coders are compared. Certified coders reach about .8 with each other.",
  "action units":
    "AUC is the chance that a face that shows the action unit has the higher value, .5 by chance. F1 is of calls of present. ECE is how far probabilities are from shares.",
  expressions:
    "The label that was read against the label that people gave; where there are votes, how far the reading is from them (KL divergence in nats, 0 for none).",
  "test-retest": "The same faces measured again in changed images. Nothing of this is about being right.",
  asymmetry:
    "How the difference of left and right agrees with the one in the mirrored image. Under .9, do not claim a side.",
  "head turn": "Figures by how far the head is turned to either side (yaw), and lowered or raised (pitch).",
  "faces at rest": "What is called present on faces that were labelled neutral, or coded without any action unit.",
  groups: "Figures by group, and their difference from all others together.",
};

const ORDER: readonly PassportSection[] = [
  "FACS agreement",
  "expressions",
  "action units",
  "faces at rest",
  "test-retest",
  "asymmetry",
  "head turn",
  "groups",
];

/** A passport as one HTML page that needs nothing else. */
export function passportPage({ faces, subjects, rows, tables, notes, paragraph, kuleshovVersion }: Passport): string {
  const title = "Measurement passport";
  const who = subjects === null ? "" : `, ${subjects} ${subjects === 1 ? "person" : "people"}`;
  const sections = groupBy(rows, ({ section }) => section);
  const body = markup`<h1>${title}</h1>
<p class="soft">Kuleshov ${kuleshovVersion}. ${faces} labelled ${faces === 1 ? "face" : "faces"}${who}.</p>
<h2>For a paper</h2><p>${paragraph}</p>
${notes.length === 0 ? null : markup`<h2>To beware of</h2><ul class="notes">${notes.map((note) => markup`<li>${note}</li>`)}</ul>`}
${ORDER.map((section) => sectionMarkup(section, sections.get(section) ?? []))}
${tables.map(
  (table) => markup`<h3>${table.title}</h3>
<div class="scroll">${table.type === "confusion" ? confusionTable(table) : table.type === "reliability" ? reliabilityDiagram(table) : null}</div>`,
)}`;
  return page({ title, body });
}

function sectionMarkup(section: PassportSection, rows: readonly PassportRow[]): Markup | null {
  if (rows.length === 0) return null;
  const heading = capitalised(section);
  const measures = groupBy(rows, ({ measure }) => measure);
  return markup`<h2>${heading}</h2><p>${SECTIONS[section]}</p>
${[...measures].map(([measure, some]) => markup`<h3>${measure}</h3><div class="scroll">${plotOf(measure, some)}</div>`)}
<details><summary>The numbers</summary><div class="scroll"><table><thead><tr><th>of</th><th>source</th><th>measure</th><th class="n">value</th><th>95 % interval</th><th class="n">n</th><th class="n">unscored</th></tr></thead><tbody>
${rows.map(rowMarkup)}</tbody></table></div></details>`;
}

function plotOf(measure: string, rows: readonly PassportRow[]): Markup | null {
  const sources = new Set(rows.map(({ source }) => source));
  const drawn = rows.flatMap(({ of, source, estimate: { value, low, high } }) => {
    if (value === null) return [];
    const name = [nameOf(of), ...(sources.size > 1 || of === "" ? [source] : [])]
      .filter((part) => part !== "")
      .join(" · ");
    return [{ name, value, low, high }];
  });
  if (drawn.length === 0) return markup`<p class="soft">Unscored: nothing here could be compared.</p>`;
  return intervalPlot(drawn, { title: measure, zero: measure.includes("less that") });
}

function rowMarkup({ of, source, measure, estimate: { value, low, high, n, unscored } }: PassportRow): Markup {
  const interval = low === null || high === null ? "–" : `[${number(low)}, ${number(high)}]`;
  return markup`<tr><td>${nameOf(of)}</td><td>${source}</td><td>${measure}</td><td class="n">${number(value)}</td><td class="interval">${interval}</td><td class="n">${n}</td><td class="n">${unscored}</td></tr>
`;
}

function nameOf(of: string): string {
  const name = actionUnit(of)?.name;
  return name === undefined ? of : `${of} ${name}`;
}
