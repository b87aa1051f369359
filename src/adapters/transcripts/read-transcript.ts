import { extname } from "node:path";
import { ConfigurationError } from "../../domain/errors.ts";
import type { Utterance } from "../../domain/utterance.ts";
import { readBytes } from "../../platform/read-file.ts";
import { whyRefused } from "../../platform/system-error.ts";
import { textOfFile } from "../../platform/tables/table-bytes.ts";
import { TRANSCRIPT_ENDINGS } from "../../ports/transcript-reader.ts";
import { readCues } from "./cues.ts";
import { readElan } from "./elan.ts";
import { readSpeechJson } from "./speech-json.ts";
import { readTextGrid } from "./text-grid.ts";
import { readTranscriptTable } from "./transcript-table.ts";

/** The error for a transcript that cannot be read: `reason` is what follows "as". */
export type RefuseTranscript = (reason: string, options?: ErrorOptions) => Error;

/** An hour of speech has less than a hundredth of this. */
const MOST_BYTES = 32 * 2 ** 20;

/** By the ending of the file's name, in lower case. */
const READERS: Readonly<Partial<Record<string, (text: string, refuse: RefuseTranscript) => Utterance[]>>> = {
  ".vtt": readCues,
  ".srt": readCues,
  ".json": (text, refuse) => readSpeechJson(parsedJson(text, refuse), refuse),
  ".textgrid": readTextGrid,
  ".eaf": readElan,
};
const TABLES = [".csv", ".tsv"];

/**
 * The utterances of a transcript in the order of time: WebVTT, SubRip, a table, JSON as transcribers write it, ELAN or a
 * TextGrid of Praat, in UTF-8, UTF-16 or Windows-1252. People may talk at once, so cues may overlap.
 *
 * @throws {ConfigurationError} if it cannot be read as a whole, or has no utterance.
 */
export async function readTranscript(path: string): Promise<Utterance[]> {
  const refuse: RefuseTranscript = (reason, options) =>
    new ConfigurationError(`Cannot read transcript as ${reason}: \`${path}\``, options);
  const ending = extname(path).toLowerCase();
  const reader = READERS[ending];
  if (reader === undefined && !TABLES.includes(ending)) {
    throw refuse(`its name ends with none of ${TRANSCRIPT_ENDINGS.join(", ")}`);
  }
  const utterances =
    reader === undefined ? await readTranscriptTable(path, refuse) : reader(await textIn(path, refuse), refuse);
  const said = utterances.filter(({ text }) => text !== "");
  if (said.length === 0) throw refuse("it has no utterance");
  return said.sort((a, b) => (a.time?.fromS ?? 0) - (b.time?.fromS ?? 0));
}

async function textIn(path: string, refuse: RefuseTranscript): Promise<string> {
  const bytes = await readBytes(path, { mostBytes: MOST_BYTES }).catch((cause: unknown) => {
    throw refuse(whyRefused(cause), { cause });
  });
  const text = textOfFile(bytes).replace(/^\ufeff/, "");
  if (text.includes("\0")) throw refuse("it is no text in UTF-8, UTF-16 or Windows-1252: save it as UTF-8");
  return text;
}

function parsedJson(text: string, refuse: RefuseTranscript): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw refuse("it is no JSON, or is cut off", { cause });
  }
}
