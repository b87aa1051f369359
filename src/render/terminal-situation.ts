import type { SituationReading } from "../situations/read-situation.ts";
import { bar, plain, type TerminalStyle, wrap } from "./terminal-style.ts";

const BAR_CELLS = 20;
const NAME_CELLS = 16;
/** Emotions that are hardly expected are not listed. */
const LISTED_FROM = 0.03;

/** What a situation leads one to expect, as a person reads it in a terminal. */
export function renderSituation(situation: string, reading: SituationReading, style: TerminalStyle): string {
  const head = style.bold(wrap(plain(situation), style.columns));
  const { distribution, abstention, appraisals, turns, leftOut } = reading;
  const left = leftOut.length === 0 ? [] : [style.dim(`  left to the face: ${plain(leftOut.join("; "))}`)];
  if (distribution === null) return `${[head, `  ${style.doubtful("not read:")} ${abstention}`, ...left].join("\n")}\n`;
  const emotions = distribution.filter(({ probability }) => probability >= LISTED_FROM);
  return `${[
    head,
    ...emotions.map(({ label, probability }) => line(label, probability)),
    ...(turns.length === 0 ? [] : [style.dim(`  something is ${turns.join(" and ")}`)]),
    ...left,
    style.dim("  appraised, 0 to 1"),
    ...appraisals.map(({ name, value }) => line(name, value)),
  ].join("\n")}\n`;
}

function line(name: string, value: number): string {
  return `  ${name.padEnd(NAME_CELLS)}${bar(value, BAR_CELLS).padEnd(BAR_CELLS)} ${value.toFixed(2)}`;
}
