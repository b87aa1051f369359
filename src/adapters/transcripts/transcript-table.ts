import type { Utterance } from "../../domain/utterance.ts";
import { columnsInWords, numberInCell, readTable, type TableRow } from "../../platform/tables/table-rows.ts";
import { clockTime } from "./clock-time.ts";
import type { RefuseTranscript } from "./read-transcript.ts";

/** Names of columns without spaces, lines and units. */
const COLUMNS = {
  text: ["text", "utterance", "transcript", "transcription", "words", "content", "sentence"],
  start: ["start", "starttime", "begin", "begintime", "from", "onset", "tmin"],
  end: ["end", "endtime", "to", "until", "offset", "stop", "stoptime", "tmax"],
  duration: ["duration", "length"],
  speaker: ["speaker", "name", "who", "participant", "person", "tier"],
} as const;
/** Ends of names that say what the numbers count, with how many of them make a second. */
const UNITS = [
  { end: /(?:ms|msec|milliseconds)$/, perSecond: 1000 },
  { end: /(?:s|sec|secs|seconds)$/, perSecond: 1 },
  { end: /frames?$/, perSecond: Number.NaN },
];

type Column = keyof typeof COLUMNS;

/** A table with a row for each utterance: text, start, and end or duration; a speaker where there is one. */
export async function readTranscriptTable(path: string, refuse: RefuseTranscript): Promise<Utterance[]> {
  const written = new Map<string, string>();
  const rename = (column: string) => {
    const name = column.toLowerCase().replace(/[\s_()[\].-]+/g, "");
    if (!written.has(name)) written.set(name, column);
    return name;
  };
  const rows = await readTable(path, { refuse, rename });
  if (rows.length === 0) return [];
  const columns = columnsOf(written, refuse);
  return rows.flatMap((row): Utterance[] => {
    const text = columns.text === undefined ? "" : (row.cells[columns.text.name]?.replace(/\s+/g, " ").trim() ?? "");
    if (text === "") return [];
    const fromS = timeIn(row, columns.start, refuse);
    const toS = columns.end ? timeIn(row, columns.end, refuse) : fromS + timeIn(row, columns.duration, refuse);
    if (toS < fromS) throw refuse(`line ${row.line} ends before it begins`);
    const speaker = columns.speaker === undefined ? null : row.cells[columns.speaker.name]?.trim() || null;
    return [{ text, speaker, time: { fromS, toS } }];
  });
}

interface Found {
  readonly name: string;
  readonly perSecond: number;
}

/** @param written what the file calls each column, by our name of it. */
function columnsOf(written: ReadonlyMap<string, string>, refuse: RefuseTranscript): Partial<Record<Column, Found>> {
  const found: Partial<Record<Column, Found>> = {};
  for (const column of Object.keys(COLUMNS) as Column[]) {
    const [first] = [...written.keys()].flatMap((name) => columnOf(column, name) ?? []);
    if (first === undefined) continue;
    if (Number.isNaN(first.perSecond)) {
      throw refuse(
        `its column ${columnsInWords([written.get(first.name) ?? ""])} counts frames, and nothing says how many make a second: write seconds or h:mm:ss.mmm`,
      );
    }
    found[column] = first;
  }
  const missing = (["text", "start", "end"] as const).find((column) => {
    return found[column] === undefined && !(column === "end" && found.duration !== undefined);
  });
  if (missing === undefined) return found;
  throw refuse(
    `it has no column named ${missing} (it has: ${columnsInWords([...written.values()])}): it takes start, end, text and, if wanted, speaker`,
  );
}

function columnOf(column: Column, name: string): Found | undefined {
  const known: readonly string[] = COLUMNS[column];
  if (known.includes(name)) return { name, perSecond: 1 };
  if (column === "text" || column === "speaker") return undefined;
  const unit = UNITS.find(({ end }) => known.includes(name.replace(end, "")));
  return unit === undefined ? undefined : { name, perSecond: unit.perSecond };
}

function timeIn({ cells, line, decimalComma }: TableRow, column: Found | undefined, refuse: RefuseTranscript): number {
  const written = cells[column?.name ?? ""] ?? "";
  const number = numberInCell(written, decimalComma);
  const time = number === undefined ? clockTime(written) : number / (column?.perSecond ?? 1);
  if (typeof time === "string") throw refuse(`line ${line} ${time}`);
  if (!(time >= 0))
    throw refuse(
      `line ${line} has ${JSON.stringify(written)} for a time: write seconds from 0 on or h:mm:ss.mmm, or leave the line out`,
    );
  return time;
}
