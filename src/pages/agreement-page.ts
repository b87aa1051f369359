import type { StudyAgreement, UnitAgreement } from "../domain/agreement.ts";
import { actionUnit } from "../facs/action-units.ts";
import { agreementFigure } from "./agreement-figure.ts";
import { type Markup, markup } from "./markup.ts";
import { page } from "./page.ts";

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
  const figure: Markup = { html: agreementFigure(agreement) };
  const body = markup`<h1>${title}</h1>
<p>${faces} faces.</p>
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
