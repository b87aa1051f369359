import type { Passport, PassportRow } from "../domain/passport.ts";
import { plain } from "./terminal-style.ts";

/** The figures over all faces, and what to beware of; each action unit and label is on the page. */
export function renderPassport({ rows, notes, paragraph }: Passport): string {
  const overall = rows.filter(({ of }) => of === "");
  const width = Math.max(...overall.map(({ source }) => source.length), 0) + 2;
  const lines = overall.map(
    ({ source, measure, estimate }) => `${plain(source).padEnd(width)}${measure.padEnd(34)}${valueText(estimate)}`,
  );
  return `${[...lines, "", plain(paragraph), ...notes.map((sentence) => plain(sentence))].join("\n")}\n`;
}

function valueText({ value, low, high, n }: PassportRow["estimate"]): string {
  if (value === null) return "unscored";
  const interval = low === null || high === null ? "" : ` [${low.toFixed(2)}, ${high.toFixed(2)}]`;
  return `${value.toFixed(2)}${interval}  n ${n}`;
}
