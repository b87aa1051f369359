import type { EvidenceItem, NewEvidence, TimeWindow, VoiceMeasure } from "../domain/evidence.ts";
import { groupBy } from "../domain/group-by.ts";
import { mean, median, quantileOfSorted } from "../domain/statistics/summary.ts";
import { secondsText, spanText } from "../domain/timeline.ts";
import type { HeardSound } from "../voice/hear-sound.ts";
import type { SpeechStretch } from "../voice/measure-speech.ts";
import type { PersonInClip } from "./clip-evidence.ts";
import { type Owner, ownersOf } from "./voice-owners.ts";

/** What is heard in a clip, or why nothing is. */
export type ClipSound = HeardSound | { readonly silentAs: string };

/** Who measured it: our own rules and Silero's network. */
const SOURCE: EvidenceItem["source"] = { type: "toolbox", name: "voice@1" };
/** A voice is compared with itself where there is so much of it. */
const [BASELINE_STRETCHES, BASELINE_VOICED_S] = [3, 2];
const FRAME_S = 0.01;

interface Measure {
  readonly name: VoiceMeasure;
  readonly value: number;
  readonly unit: string;
}

/** What is usual for one speaker in this clip. */
interface Baseline {
  readonly pitchHz: number;
  readonly levelDb: number | null;
  readonly rate: number | null;
}

/**
 * What is heard in a clip as evidence that is about no face, so that no reading of a face alone comes to know it: that nobody
 * is heard, each voice through the clip, and each stretch of speech against the same voice throughout.
 *
 * @param said items of what is said, which may tell whose voice it is.
 */
export function voiceEvidence(
  sound: ClipSound,
  { people, said }: { readonly people: readonly PersonInClip[]; readonly said: readonly EvidenceItem[] },
): NewEvidence[] {
  if ("silentAs" in sound) {
    const statement = `No voice is measured, as ${sound.silentAs}: nothing is known of how anybody sounds`;
    return [item(statement, { type: "not-measured", reason: sound.silentAs })];
  }
  const { stretches, durationS } = sound;
  if (stretches.length === 0) {
    const what = sound.peak === 0 ? "The sound track is silent" : "Nobody is heard to speak";
    return [item(`${what} in ${secondsText(durationS)} of sound`, { type: "quantity", value: 0, unit: "s of speech" })];
  }
  const owners = ownersOf(stretches, people, said);
  const voices = groupBy(
    stretches.map((stretch, at) => ({ stretch, owner: owners[at] as Owner })),
    ({ owner }) => owner.name,
  );
  return [...voices.values()].flatMap((own) => {
    const [{ owner }] = own as [(typeof own)[number]];
    const baseline = owner.name === null ? null : baselineOf(own.map(({ stretch }) => stretch));
    return [
      throughout(
        owner,
        own.map(({ stretch }) => stretch),
        { baseline, stretches },
      ),
      ...own.map(({ stretch, owner: by }) => ofStretch(stretch, by, baseline)),
    ];
  });
}

function item(statement: string, value: EvidenceItem["value"], time?: TimeWindow): NewEvidence {
  const base = { kind: "voice" as const, faceId: null, region: null, statement, value, source: SOURCE };
  return time === undefined ? base : { ...base, time };
}

function baselineOf(own: readonly SpeechStretch[]): Baseline | null {
  const pitchHz = own.flatMap((stretch) => [...stretch.pitchHz]);
  const middle = median(pitchHz);
  if (middle === null || own.length < BASELINE_STRETCHES || pitchHz.length * FRAME_S < BASELINE_VOICED_S) return null;
  return { pitchHz: middle, levelDb: median(levelsOf(own)), rate: rateOf(own) };
}

/** Of sound that is cut off at its loudest, nobody knows how loud it was. */
function levelsOf(own: readonly SpeechStretch[]): number[] {
  return own.filter(({ clipped }) => !clipped).map(({ levelDb }) => levelDb);
}

function rateOf(own: readonly SpeechStretch[]): number | null {
  const counted = own.flatMap(({ syllables, fromS, toS }) =>
    syllables === null ? [] : [{ syllables, s: toS - fromS }],
  );
  const seconds = counted.reduce((sum, { s }) => sum + s, 0);
  return seconds === 0 ? null : counted.reduce((sum, { syllables }) => sum + syllables, 0) / seconds;
}

/** One voice through the clip: what is usual for it. */
function throughout(
  owner: Owner,
  own: readonly SpeechStretch[],
  { baseline, stretches }: { readonly baseline: Baseline | null; readonly stretches: readonly SpeechStretch[] },
): NewEvidence {
  const speechS = own.reduce((sum, { fromS, toS }) => sum + toS - fromS, 0);
  const head = `${nameOf(owner)}, ${own.length === 1 ? "1 stretch" : `${own.length} stretches`} with ${secondsText(speechS)} of speech`;
  const usual = owner.name === null ? { measures: [], told: [] } : usualOf(own, stretches);
  const told = [...usual.told, ...(baseline === null ? [noBaseline(owner)] : [])];
  const measures: Measure[] = [{ name: "speech", value: speechS, unit: "s" }, ...usual.measures];
  const { spokenBy, knownBy } = owner;
  return item(`${head}: ${told.join("; ")}`, { type: "voice", spokenBy, knownBy, measures });
}

function usualOf(own: readonly SpeechStretch[], all: readonly SpeechStretch[]) {
  const pitchHz = Float64Array.from(own.flatMap((stretch) => [...stretch.pitchHz])).sort();
  const [low, middle, high] = [0.05, 0.5, 0.95].map((at) => quantileOfSorted(pitchHz, at));
  const range = low == null || high == null ? null : 12 * Math.log2(high / low);
  const [levelDb, rate] = [median(levelsOf(own)), rateOf(own)];
  const clear = own.flatMap(({ harmonicityDb }) => harmonicityDb ?? []);
  const harmonicityDb = clear.length < BASELINE_STRETCHES ? null : mean(clear);
  const pauses = pausesOf(own, all);
  const pauseS = median(pauses);
  const measures = [
    ...measure("pitch", middle, "Hz"),
    ...measure("pitch range", range, "semitones"),
    ...measure("loudness", levelDb, "dB of full scale"),
    ...measure("syllable rate", rate, "syllables per second"),
    ...measure("harmonicity", harmonicityDb, "dB"),
    ...measure("pauses", pauseS === null ? null : pauses.length, "pauses"),
    ...measure("typical pause", pauseS, "s"),
  ];
  const told = [
    middle == null
      ? ""
      : `median pitch ${middle.toFixed(0)} Hz, of which 90 % lie within ${range?.toFixed(1)} semitones`,
    levelDb === null ? "" : `loudness ${levelDb.toFixed(0)} dB of full scale`,
    rate === null ? "" : `${rate.toFixed(1)} syllables per second, counted in the sound`,
    pauseS === null ? "" : pausesText(pauses, pauseS),
    harmonicityDb === null ? "" : `harmonics ${harmonicityDb.toFixed(0)} dB above noise`,
  ];
  return { measures, told: told.filter((words) => words !== "") };
}

/** Silences of one speaker within what they say: while somebody else speaks it is a turn. */
function pausesOf(own: readonly SpeechStretch[], all: readonly SpeechStretch[]): number[] {
  return own.slice(1).flatMap((stretch, at) => {
    const before = own[at] as SpeechStretch;
    const isTurn = all.indexOf(stretch) - all.indexOf(before) > 1;
    return isTurn ? [] : [stretch.fromS - before.toS];
  });
}

function pausesText(pauses: readonly number[], typicalS: number): string {
  if (pauses.length === 1) return `1 pause of ${typicalS.toFixed(1)} s`;
  return `${pauses.length} pauses, typically of ${typicalS.toFixed(1)} s and at most of ${Math.max(...pauses).toFixed(1)} s`;
}

function noBaseline({ name }: Owner): string {
  return name === null
    ? "it is compared with nothing, as it may be of several people"
    : `too little to compare its parts with (${BASELINE_STRETCHES} stretches and ${BASELINE_VOICED_S} s of voice are needed)`;
}

function measure(name: VoiceMeasure, value: number | null | undefined, unit: string): Measure[] {
  return value == null ? [] : [{ name, value, unit }];
}

/** One stretch of speech, compared with the same voice throughout the clip where that is known well enough. */
function ofStretch(stretch: SpeechStretch, owner: Owner, own: Baseline | null): NewEvidence {
  const { fromS, toS, clipped } = stretch;
  const pitch = median(stretch.pitchHz);
  const rate = rateOf([stretch]);
  const above = pitch === null || own === null ? null : 12 * Math.log2(pitch / own.pitchHz);
  const levelDb = clipped ? null : stretch.levelDb;
  const louder = levelDb === null || own?.levelDb == null ? null : levelDb - own.levelDb;
  const faster = rate === null || own?.rate == null ? null : rate / own.rate;
  const measures: Measure[] = [
    { name: "speech", value: toS - fromS, unit: "s" },
    ...measure("pitch", pitch, "Hz"),
    ...measure("pitch above own", above, "semitones"),
    ...measure("pitch range", stretch.pitchRange, "semitones"),
    ...measure("pitch slope", stretch.pitchSlope, "semitones per second"),
    ...measure("loudness", levelDb, "dB of full scale"),
    ...measure("loudness above own", louder, "dB"),
    ...measure("loudness variation", stretch.levelSdDb, "dB"),
    ...measure("syllable rate", rate, "syllables per second"),
    ...measure("syllable rate to own", faster, "times"),
    ...measure("harmonicity", stretch.harmonicityDb, "dB"),
  ];
  const told = [pitchText(stretch, pitch, above), loudnessText(levelDb, louder), rateText(rate, faster)];
  const time = { fromS, toS };
  const value = { type: "voice" as const, spokenBy: owner.spokenBy, knownBy: owner.knownBy, measures };
  return item(`${nameOf(owner)} ${spanText(time)}: ${told.join("; ")}`, value, time);
}

function nameOf({ name, spokenBy, why }: Owner): string {
  if (name === null) return `A voice (${why})`;
  return spokenBy === null ? `${name}'s voice (by the transcript, ${why})` : `${name}'s voice (${why})`;
}

/** A slope of less is level to the ear in what a stretch lasts. */
const SLOPE_TOLD_FROM = 1;

function pitchText({ pitchSlope }: SpeechStretch, pitchHz: number | null, above: number | null): string {
  if (pitchHz === null) return "pitch not measurable (too short, whispered or too near to the noise)";
  const compared = above === null ? "" : `, ${amount(above, "semitones", ["above", "below"])} its own median`;
  const way =
    pitchSlope === null || Math.abs(pitchSlope) < SLOPE_TOLD_FROM ? "" : pitchSlope > 0 ? "rising" : "falling";
  const slope = way === "" ? "" : `, ${way} by ${Math.abs(pitchSlope as number).toFixed(1)} semitones per second`;
  return `pitch ${pitchHz.toFixed(0)} Hz${compared}${slope}`;
}

function loudnessText(levelDb: number | null, louder: number | null): string {
  if (levelDb === null) return "loudness not measurable, as the sound is cut off at its loudest";
  if (louder === null) return `loudness ${levelDb.toFixed(0)} dB of full scale`;
  return `${amount(louder, "dB", ["louder", "softer"])} than its own median`;
}

function rateText(rate: number | null, faster: number | null): string {
  if (rate === null) return "syllables not countable";
  return `${rate.toFixed(1)} syllables per second${faster === null ? "" : `, ${faster.toFixed(2)} times its own`}`;
}

function amount(value: number, unit: string, [more, less]: readonly [string, string]): string {
  return `${Math.abs(value).toFixed(1)} ${unit} ${value >= 0 ? more : less}`;
}
