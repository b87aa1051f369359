import type { StudyAgreement, UnitAgreement } from "../domain/agreement.ts";
import { actionUnit } from "../facs/action-units.ts";
import { bar, type TerminalStyle } from "./terminal-style.ts";

const BAR_CELLS = 12;
const NAME_CELLS = 24;

/** The agreement of a study as a person reads it in a terminal: one line per action unit that can be compared. */
export function renderAgreement({ faces, toolboxes, units }: StudyAgreement, style: TerminalStyle): string {
  const compared = units.filter(({ presence, intensity }) => presence.n > 0 || intensity.length > 0);
  const alone = units.filter((unit) => !compared.includes(unit)).map(({ au }) => au);
  return [
    style.bold(`${toolboxes.join(", ")} on ${faces} faces`),
    "",
    style.dim(`${"".padEnd(5 + NAME_CELLS)}${"same".padEnd(BAR_CELLS + 6)}kappa   n      ICC(2,1)   contradictions`),
    ...compared.map((unit) => line(unit, style)),
    ...(alone.length === 0 ? [] : ["", style.dim(`Fewer than two toolboxes decided on: ${alone.join(", ")}`)]),
    "",
  ].join("\n");
}

function line({ au, presence, intensity }: UnitAgreement, style: TerminalStyle): string {
  const { n, unanimousShare, fleissKappa, contradictions } = presence;
  const name = (actionUnit(au)?.name ?? "").slice(0, NAME_CELLS - 1);
  const share =
    unanimousShare === null
      ? "-".padEnd(BAR_CELLS + 6)
      : `${bar(unanimousShare, BAR_CELLS).padEnd(BAR_CELLS)} ${`${Math.round(unanimousShare * 100)}%`.padEnd(5)}`;
  const icc = intensity.find(({ icc21 }) => icc21 !== null);
  return [
    style.bold(au.padEnd(5)),
    name.padEnd(NAME_CELLS),
    share,
    dressed(fleissKappa, style).concat("   "),
    String(n).padEnd(7),
    number(icc?.icc21 ?? null).padEnd(11),
    contradictions === 0 ? "" : String(contradictions),
  ].join("");
}

/** Kappa under 0.4 is no more than fair agreement (Fleiss 1981). */
const FAIR_KAPPA = 0.4;

function dressed(kappa: number | null, style: TerminalStyle): string {
  const text = number(kappa).padEnd(5);
  if (kappa === null) return style.dim(text);
  return kappa < FAIR_KAPPA ? style.doubtful(text) : style.good(text);
}

function number(value: number | null): string {
  return value === null ? "-" : value.toFixed(2);
}
