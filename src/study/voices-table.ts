import { median } from "../domain/statistics/summary.ts";
import { collectMouth, type MouthCollector, type MouthCurve, type Speaker, whoSpeaks } from "../dynamics/who-speaks.ts";
import { roundedCell } from "../measuring/measurement-columns.ts";
import { csvLines } from "../platform/tables/write-table.ts";
import type { RunFolder } from "../runs/run-folder.ts";
import type { SpeechStretch } from "../voice/measure-speech.ts";
import { openStudyPeople } from "./clip-notes.ts";
import { clipsOf, type NamedFrame } from "./clip-tables.ts";
import { type HeardClip, type HearingTools, hearClip } from "./hear-clip.ts";
import { readImageRecords } from "./imported-study.ts";

/** Column and meaning, in their order. */
const COLUMNS = [
  ["path", "The clip, as it was named"],
  [
    "kind",
    "stretch: speech without a pause of a quarter of a second in it; no voice: nothing is measured, note says why",
  ],
  ["track_id", "Whose lips move while it is heard, as in faces.csv; empty where that is not known, and note says why"],
  ["person", "Who that is, as people.csv says; the track where it says nothing"],
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
  ["note", "What to beware of, why nothing is measured, or why nobody knows whose voice it is"],
] as const;

type Row = Partial<Record<(typeof COLUMNS)[number][0], string | number | null>>;

/** What is heard in clips, of which `measure --voices` writes a table. */
export const VOICES_TABLE = {
  name: "voices.csv",
  about: "when somebody is heard to speak in clips, and how; written once all is measured",
  columns: COLUMNS,
} as const;

/** Listens to each clip of a study whose rows are all written, and writes what is heard and whose lips move. */
export async function writeVoices(
  run: Pick<RunFolder, "folder" | "write">,
  hearing: HearingTools,
  signal?: AbortSignal,
): Promise<void> {
  const text = [csvLines([COLUMNS.map(([name]) => name)])];
  let mouths = new Map<string, MouthCollector>();
  const keep = ({ timeS: timestampS, cut, faces }: NamedFrame) => {
    for (const face of faces) addMouth(mouths, { timestampS, ...(cut ? { cut } : {}) }, face);
  };
  const people = await openStudyPeople(run.folder);
  for await (const { path, tracksOf } of clipsOf(readImageRecords(run.folder), people, keep)) {
    const curves = [...mouths.values()].flatMap((mouth) => mouth.curve() ?? []);
    mouths = new Map();
    const heard = await hearClip({ path, isNamed: false }, hearing, signal);
    text.push(voiceLines(path, heard, { curves, tracksOf }));
  }
  await run.write(VOICES_TABLE.name, text.join(""));
}

function addMouth(
  mouths: Map<string, MouthCollector>,
  place: Parameters<MouthCollector["add"]>[0],
  { trackId = "", toolboxes, actionUnits, landmarks = null }: NamedFrame["faces"][number],
): void {
  const mouth = mouths.get(trackId) ?? collectMouth(trackId);
  mouths.set(trackId, mouth);
  const own = toolboxes.map((toolbox) => actionUnits.filter((unit) => unit.toolbox === toolbox));
  mouth.add(
    place,
    own.map((units, at) => ({ actionUnits: units, landmarks: at === 0 ? landmarks : null })),
  );
}

interface SeenMouths {
  readonly curves: readonly MouthCurve[];
  tracksOf(person: string): string;
}

function voiceLines(path: string, { sound, warnings }: HeardClip, { curves, tracksOf }: SeenMouths): string {
  const stretches = "silentAs" in sound ? [] : sound.stretches;
  const speakers = whoSpeaks(stretches, curves);
  const rows = stretches.map((stretch, at) => ({
    ...rowOf(stretch, stretches[at - 1]),
    ...speakerCells(stretch, speakers[at], tracksOf),
  }));
  const heard = rows.length > 0 ? rows : [nothing("silentAs" in sound ? sound.silentAs : "nobody is heard to speak")];
  const all = [...heard, ...warnings.map((warning) => nothing(warning))];
  return csvLines(all.map((row) => COLUMNS.map(([name]) => roundedCell({ path, ...row }[name] ?? null))));
}

function nothing(note: string): Row {
  return { kind: "no voice", note };
}

function speakerCells({ clipped }: SpeechStretch, speaker: Speaker | undefined, tracksOf: SeenMouths["tracksOf"]): Row {
  const person = speaker?.faceId ?? null;
  const notes = [
    ...(clipped ? ["the sound is cut off at its loudest"] : []),
    ...(person === null ? [`whose voice it is is not known: ${speaker?.why ?? "nobody was seen"}`] : []),
  ];
  return {
    ...{ track_id: person === null ? null : tracksOf(person), person },
    note: notes.length === 0 ? null : notes.join("; "),
  };
}

function rowOf(stretch: SpeechStretch, before: SpeechStretch | undefined): Row {
  const { fromS, toS, clipped, syllables } = stretch;
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
  };
}
