import { packageVersion } from "../platform/package-paths.ts";
import { isMissing, type TableRow } from "../platform/tables/table-rows.ts";
import { type DatasetWords, lettersAndDigits } from "./psych-ds.ts";

const EXTRA = ["kind", "source", "apex", "value", "unit"] as const;
/** Kinds of rows that are a summary of the clip, or say that something could not be seen. */
const NO_EVENT = /rate$|share$|^not /;
const MEANINGS = {
  onset: { Description: "Onset of the episode, from the beginning of the clip", Units: "s" },
  duration: { Description: "From onset to offset; n/a where the offset was not seen", Units: "s" },
  trial_type: { Description: "What happens: an action unit (FACS), a label of an expression, or a movement" },
  kind: { Description: "Kind of episode, as in the table of episodes" },
  source: { Description: "Toolbox or network that measured it" },
  apex: { Description: "When it is highest, or furthest", Units: "s" },
  value: { Description: "Value at the apex, on the scale that unit names" },
  unit: { Description: "Scale of the value; scales are never compared with one another" },
};

/**
 * What happens in clips as BIDS events: one file for each person and clip below `sub-<person>/beh/`, onset and duration
 * first (BIDS 1.10, Task events). An episode whose onset was not seen has no place there, as an onset must be a number.
 *
 * @param rows of `episodes.csv`. @returns texts by path, and how many episodes were left out.
 */
export function bidsEvents({ title, authors, licence }: DatasetWords, rows: readonly TableRow[]) {
  const files = new Map<string, string[]>();
  const people = new Set<string>();
  let leftOut = 0;
  for (const { cells } of rows) {
    if (NO_EVENT.test(cells.kind ?? "")) continue;
    if (isMissing(cells.onset_s ?? "")) {
      leftOut += 1;
      continue;
    }
    const subject = lettersAndDigits(cells.person || cells.track_id || "unknown");
    people.add(subject);
    const task = lettersAndDigits((cells.path ?? "").replace(/^.*[\\/]|\.[^.]*$/g, ""));
    const path = `bids/sub-${subject}/beh/sub-${subject}_task-${task}_events.tsv`;
    const lines = files.get(path) ?? [["onset", "duration", "trial_type", ...EXTRA].join("\t")];
    lines.push(eventLine(cells));
    files.set(path, lines);
  }
  const texts = new Map(
    [...files].map(([path, [head = "", ...lines]]) => [path, textOf([head, ...lines.sort(byOnset)])]),
  );
  if (files.size === 0) return { texts, leftOut };
  const description = {
    ...{ Name: title, BIDSVersion: "1.10.0", DatasetType: "derivative", Authors: authors },
    ...(licence === undefined ? {} : { License: licence }),
    GeneratedBy: [{ Name: "Kuleshov", Version: packageVersion() }],
  };
  texts.set("bids/dataset_description.json", `${JSON.stringify(description, null, 2)}\n`);
  texts.set("bids/participants.tsv", textOf(["participant_id", ...[...people].map((subject) => `sub-${subject}`)]));
  texts.set("bids/events.json", `${JSON.stringify(MEANINGS, null, 2)}\n`);
  texts.set("bids/README", "Facial events in clips, as Kuleshov found them. The clips are not in this dataset.\n");
  return { texts, leftOut };
}

function eventLine(cells: TableRow["cells"]): string {
  const { onset_s, duration_s, name, kind, source, apex_s, value, unit } = cells;
  return [onset_s, duration_s, name || kind, kind, source, apex_s, value, unit].map(cell).join("\t");
}

/** BIDS writes a missing value as n/a, and has no way to write a tab. */
function cell(text: string | undefined): string {
  return text === undefined || isMissing(text) ? "n/a" : text.replace(/\s+/g, " ");
}

function byOnset(a: string, b: string): number {
  return Number.parseFloat(a) - Number.parseFloat(b);
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}
