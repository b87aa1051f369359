import type { StudyAgreement, UnitAgreement } from "../domain/agreement.ts";
import { actionUnit } from "../facs/action-units.ts";
import { agreementFigure } from "./agreement-figure.ts";
import { escapeMarkup } from "./escape-markup.ts";

const STYLE = `body{font:14px/1.5 "DejaVu Sans",Arial,sans-serif;max-width:1140px;margin:2rem auto;padding:0 1rem;color:#222}
table{border-collapse:collapse;font-size:13px}td,th{border-bottom:1px solid #ddd;padding:.25rem .6rem;text-align:left;vertical-align:top}
td.number{text-align:right;font-variant-numeric:tabular-nums}svg{max-width:100%;height:auto}`;

const NOTES = [
  "Each toolbox decides on its own scale whether an action unit is present or absent; values in between are uncertain and count for neither.",
  "A toolbox that cannot measure an action unit, or did not find the face, says nothing about it: that is not a vote for absent.",
  "Fleiss' kappa is agreement corrected for chance. Where an action unit is hardly ever shown it is low or undefined even when all agree: read it beside the share.",
  "Intensities are compared only between toolboxes on the same scale, as ICC(2,1), absolute agreement, and ICC(3,1), consistency.",
] as const;

/** The agreement of a study as one HTML page that needs nothing else. */
export function agreementPage(agreement: StudyAgreement): string {
  const { faces, toolboxes, units } = agreement;
  const title = `Agreement of ${toolboxes.join(", ")}`;
  return [
    "<!doctype html>",
    `<html lang="en"><head><meta charset="utf-8"><title>${escapeMarkup(title)}</title><style>${STYLE}</style></head><body>`,
    `<h1>${escapeMarkup(title)}</h1>`,
    `<p>${faces} faces. ${NOTES.map(escapeMarkup).join(" ")}</p>`,
    agreementFigure(agreement),
    "<h2>By action unit</h2>",
    "<table><thead><tr><th>AU</th><th>name</th><th>present / absent / uncertain</th><th>faces compared</th><th>same</th><th>contradictions</th><th>kappa</th><th>pairs</th><th>intensity</th></tr></thead><tbody>",
    ...units.map(unitRow),
    "</tbody></table></body></html>\n",
  ].join("\n");
}

function unitRow({ au, toolboxes, presence, intensity }: UnitAgreement): string {
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
  return [
    `<tr><td>${au}</td><td>${escapeMarkup(actionUnit(au)?.name ?? "")}</td>`,
    `<td>${lines(counts)}</td><td class="number">${presence.n}</td><td class="number">${share}</td>`,
    `<td class="number">${presence.contradictions}</td><td class="number">${number(presence.fleissKappa)}</td>`,
    `<td>${lines(pairs)}</td><td>${lines(icc)}</td></tr>`,
  ].join("");
}

function lines(texts: readonly string[]): string {
  return texts.map(escapeMarkup).join("<br>");
}

function number(value: number | null): string {
  return value === null ? "-" : value.toFixed(2);
}
