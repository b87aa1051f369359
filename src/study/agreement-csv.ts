import { stringify } from "csv-stringify/sync";
import type { StudyAgreement, UnitAgreement } from "../domain/agreement.ts";

const HEADER = ["au", "measure", "toolboxes", "scale", "n", "value"] as const;
type Row = readonly [au: string, measure: string, toolboxes: string, scale: string, n: number, value: number | null];

/**
 * Agreement as a table with one number per row, which R and Python reshape at will. `n` is the number of faces behind
 * the number; an empty value is one that is not defined, such as kappa where everybody always says absent.
 */
export function agreementCsv({ units }: StudyAgreement): string {
  const rows = units.flatMap(unitRows).map((row) => row.map((cell) => (cell === null ? "" : String(cell))));
  return stringify([[...HEADER], ...rows]);
}

function unitRows({ au, toolboxes, presence, intensity }: UnitAgreement): Row[] {
  const all = toolboxes.map(({ toolbox }) => toolbox).join(" ");
  return [
    ...toolboxes.flatMap(({ toolbox, scales, measured, present, absent, uncertain }): Row[] => {
      const scale = scales.join(" ");
      const decided = present + absent;
      return [
        [au, "present_share", toolbox, scale, decided, decided === 0 ? null : rounded(present / decided)],
        [au, "uncertain_share", toolbox, scale, measured, measured === 0 ? null : rounded(uncertain / measured)],
      ];
    }),
    [au, "unanimous_share", all, "", presence.n, rounded(presence.unanimousShare)],
    [au, "contradictions", all, "", presence.n, presence.contradictions],
    [au, "fleiss_kappa", all, "", presence.n, rounded(presence.fleissKappa)],
    ...presence.pairs.flatMap((pair): Row[] => {
      const two = pair.toolboxes.join(" ");
      return [
        [au, "pair_share", two, "", pair.n, rounded(pair.share)],
        [au, "pair_kappa", two, "", pair.n, rounded(pair.kappa)],
      ];
    }),
    ...intensity.flatMap((group): Row[] => {
      const together = group.toolboxes.join(" ");
      return [
        [au, "icc_2_1", together, group.scale, group.n, rounded(group.icc21)],
        [au, "icc_3_1", together, group.scale, group.n, rounded(group.icc31)],
      ];
    }),
  ];
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 1e6) / 1e6;
}
