import type { ClipDynamics } from "../dynamics/clip-dynamics.ts";
import { leaderOf, SYNCHRONOUS_P } from "../dynamics/pair-dynamics.ts";
import { roundedCell } from "../measuring/measurement-columns.ts";
import { csvLines } from "../platform/tables/write-table.ts";

/** Column and meaning, in their order. */
export const SYNCHRONY_COLUMNS = [
  ["path", "The clip, as it was named"],
  ["first_track", "One of two people, as in faces.csv; several tracks where they were said to be one person"],
  ["second_track", "The other"],
  ["first", "Who it is, as people.csv says; the track where it says nothing"],
  ["second", "Who the other is"],
  ["name", "Which action unit (whole face) or expression; only what rises or falls in both"],
  ["source", "Toolbox or network that measured it"],
  ["together_s", "Seconds seen of both at once that windows were made of"],
  ["windows", "Windows of 7 s, each with lags of up to 2 s either way"],
  ["r", "Correlation within windows at the lag at which it is highest, mean of the windows"],
  ["r_by_chance", "The same with the second's windows in another order, median of the orders that were tried"],
  ["lag_s", "By how much the second follows the first; below 0 where the first follows the second"],
  ["lag_from_s", "Lower end of its 95 % interval, by drawing windows anew"],
  ["lag_to_s", "Upper end of it"],
  ["p", "Share of the orders that go together as far; of this curve alone"],
  ["p_corrected", "The same, corrected for every curve of every two people of the clip (Holm 1979)"],
  [
    "leads",
    `Who goes first, where p_corrected is ${SYNCHRONOUS_P} at most and the interval of the lag leaves no doubt; no proof that one moves the other`,
  ],
  ["note", "Why it cannot be told"],
] as const;

type Row = Partial<Record<(typeof SYNCHRONY_COLUMNS)[number][0], string | number | null>>;

export const SYNCHRONY_HEADER = csvLines([SYNCHRONY_COLUMNS.map(([name]) => name)]);

/** The lines of `synchrony.csv` about one clip, two people by two. */
export function synchronyLines(
  path: string,
  dynamics: Pick<ClipDynamics, "pairs"> | null,
  tracksOf: (person: string) => string,
): string {
  const rows = (dynamics?.pairs ?? []).flatMap(({ trackIds, synchrony }): Row[] => {
    const [first, second] = trackIds;
    const who = { path, first, second, first_track: tracksOf(first), second_track: tracksOf(second) };
    if (synchrony.length === 0) return [{ ...who, note: "nothing rises or falls in both" }];
    return synchrony.map(({ curve: { name, source }, found }) => {
      if ("reason" in found) return { ...who, name, source, note: found.reason };
      const { togetherS, windows, r, byChance, lagS, lagFromS, lagToS, p, corrected } = found;
      const leader = leaderOf(found);
      return {
        ...{ ...who, name, source, together_s: togetherS, windows, r, r_by_chance: byChance },
        ...{ lag_s: lagS, lag_from_s: lagFromS, lag_to_s: lagToS, p, p_corrected: corrected },
        leads: leader === null ? null : trackIds[leader],
      };
    });
  });
  return csvLines(rows.map((row) => SYNCHRONY_COLUMNS.map(([name]) => roundedCell(row[name] ?? null))));
}
