import { median } from "../domain/statistics/summary.ts";
import { roundedCell } from "../measuring/measurement-columns.ts";
import { csvLines } from "../platform/tables/write-table.ts";
import type { RunFolder } from "../runs/run-folder.ts";
import type { SpeechStretch } from "../voice/measure-speech.ts";
import { type HeardClip, type HearingTools, hearClip } from "./hear-clip.ts";

/** Column and meaning, in their order. */
const COLUMNS = [
  ["path", "The clip, as it was named"],
  [
    "kind",
    "stretch: speech without a pause of a quarter of a second in it; no voice: nothing is measured, note says why",
  ],
  ["from_s", "When it begins, in seconds from the start of the clip"],
  ["to_s", "When it ends"],
  ["duration_s", "How long it lasts"],
  ["silence_before_s", "Since the stretch before it ended, whoever spoke; empty for the first"],
  ["pitch_hz", "Median fundamental frequency of its voiced frames of 10 ms; empty where it cannot be measured"],
  ["pitch_range_semitones", "From the 5th to the 95th percentile"],
  ["pitch_slope_semitones_per_s", "Of a straight line through the voiced frames; below 0 it falls"],
  [
    "loudness_db",
    "dB of full scale, which hangs on microphone and distance; empty where the sound is cut off at its loudest",
  ],
  ["loudness_sd_db", "Standard deviation of loudness within it"],
  ["background_db", "What is heard next to it where nobody speaks, dB of full scale"],
  ["syllables", "Voiced peaks of loudness with a dip after them"],
  ["syllables_per_s", "Of them in a second"],
  ["harmonicity_db", "Harmonics above noise; only where the background is 30 dB below"],
  ["note", "What to beware of, or why nothing is measured; whose voice it is, sound alone does not tell"],
] as const;

type Row = Partial<Record<(typeof COLUMNS)[number][0], string | number | null>>;

/** What is heard in clips, of which `measure --voices` writes a table. */
export const VOICES_TABLE = {
  name: "voices.csv",
  about: "when somebody is heard to speak in clips, and how; written once all is measured",
  columns: COLUMNS,
} as const;

/** Listens to each clip, and writes what is heard. */
export async function writeVoices(
  run: RunFolder,
  clips: readonly string[],
  hearing: HearingTools,
  signal?: AbortSignal,
): Promise<void> {
  const text = [csvLines([COLUMNS.map(([name]) => name)])];
  for (const path of clips) text.push(voiceLines(path, await hearClip({ path, isNamed: false }, hearing, signal)));
  await run.write(VOICES_TABLE.name, text.join(""));
}

function voiceLines(path: string, { sound, warnings }: HeardClip): string {
  const rows = "silentAs" in sound ? [nothing(sound.silentAs)] : sound.stretches.map(rowOf);
  const heard = rows.length > 0 ? rows : [nothing("nobody is heard to speak")];
  const all = [...heard, ...warnings.map((warning) => nothing(warning))];
  return csvLines(all.map((row) => COLUMNS.map(([name]) => roundedCell({ path, ...row }[name] ?? null))));
}

function nothing(note: string): Row {
  return { kind: "no voice", note };
}

function rowOf(stretch: SpeechStretch, at: number, all: readonly SpeechStretch[]): Row {
  const { fromS, toS, clipped, syllables } = stretch;
  const before = all[at - 1];
  const lastsS = toS - fromS;
  return {
    ...{ kind: "stretch", from_s: fromS, to_s: toS, duration_s: lastsS },
    silence_before_s: before === undefined ? null : fromS - before.toS,
    ...{ pitch_hz: median(stretch.pitchHz), pitch_range_semitones: stretch.pitchRange },
    pitch_slope_semitones_per_s: stretch.pitchSlope,
    ...{ loudness_db: clipped ? null : stretch.levelDb, loudness_sd_db: stretch.levelSdDb },
    ...{ background_db: stretch.backgroundDb, syllables },
    syllables_per_s: syllables === null ? null : syllables / lastsS,
    harmonicity_db: stretch.harmonicityDb,
    note: clipped ? "the sound is cut off at its loudest" : null,
  };
}
