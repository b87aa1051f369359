import type { EvidenceItem, NewEvidence, TimeWindow, VoiceMeasure } from "../domain/evidence.ts";
import { groupBy } from "../domain/group-by.ts";
import { mean, median, quantileOfSorted } from "../domain/statistics/summary.ts";
import { secondsText, spanText } from "../domain/timeline.ts";
import { mouthCurve, whoSpeaks } from "../dynamics/who-speaks.ts";
import type { HeardSound } from "../voice/hear-sound.ts";
import type { SpeechStretch } from "../voice/measure-speech.ts";
import type { PersonInClip } from "./clip-evidence.ts";

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

/** Whose voice it is. */
interface Owner {
  /** Who is the same speaker: a face, or a name of the transcript; `null` where nobody knows. */
  readonly name: string | null;
  readonly spokenBy: string | null;
  readonly knownBy: "name" | "lips" | null;
  readonly why: string;
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
        baseline,
      ),
      ...own.map(({ stretch, owner: by }) => ofStretch(stretch, by, baseline)),
    ];
  });
}

function item(statement: string, value: EvidenceItem["value"], time?: TimeWindow): NewEvidence {
  const base = { kind: "voice" as const, faceId: null, region: null, statement, value, source: SOURCE };
  return time === undefined ? base : { ...base, time };
}

/** By who says the words that fill it, else by the lips that move. */
function ownersOf(stretches: readonly SpeechStretch[], people: readonly PersonInClip[], said: readonly EvidenceItem[]) {
  const mouths = people.flatMap(({ faceId, sights }) => mouthCurve(faceId, sights) ?? []);
  const byLips = whoSpeaks(stretches, mouths);
  return stretches.map((stretch, at): Owner => {
    const words = wordsIn(stretch, said);
    const { faceId, why } = byLips[at] ?? { faceId: null, why: "no lips were measured" };
    if (words?.spokenBy != null) {
      const byWhat = words.knownBy === "name" ? "by the transcript" : "whose lips move";
      return { name: words.spokenBy, spokenBy: words.spokenBy, knownBy: words.knownBy, why: byWhat };
    }
    if (faceId !== null) return { name: faceId, spokenBy: faceId, knownBy: "lips", why: "whose lips move" };
    return { name: words?.speaker ?? null, spokenBy: null, knownBy: null, why: `face not known: ${why}` };
  });
}

/** The utterance that fills most of a stretch, and at least half of it. */
function wordsIn(stretch: TimeWindow, said: readonly EvidenceItem[]) {
  const shares = said.flatMap(({ value, time }) => {
    if (value.type !== "utterance" || time === undefined) return [];
    const overlapS = Math.min(time.toS, stretch.toS) - Math.max(time.fromS, stretch.fromS);
    return [{ value, share: overlapS / (stretch.toS - stretch.fromS) }];
  });
  return shares.filter(({ share }) => share >= 0.5).sort((a, b) => b.share - a.share)[0]?.value;
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
function throughout(owner: Owner, own: readonly SpeechStretch[], baseline: Baseline | null): NewEvidence {
  const speechS = own.reduce((sum, { fromS, toS }) => sum + toS - fromS, 0);
  const pitchHz = Float64Array.from(own.flatMap((stretch) => [...stretch.pitchHz])).sort();
  const [low, middle, high] = [0.05, 0.5, 0.95].map((at) => quantileOfSorted(pitchHz, at));
  const [levelDb, rate] = [median(levelsOf(own)), rateOf(own)];
  const clear = own.flatMap(({ harmonicityDb }) => harmonicityDb ?? []);
  const harmonicityDb = clear.length < BASELINE_STRETCHES ? null : mean(clear);
  const isOne = owner.name !== null;
  const range = low == null || high == null ? null : 12 * Math.log2(high / low);
  const measures: Measure[] = [
    { name: "speech", value: speechS, unit: "s" },
    ...measure("pitch", isOne ? middle : null, "Hz"),
    ...measure("pitch range", isOne ? range : null, "semitones"),
    ...measure("loudness", isOne ? levelDb : null, "dB of full scale"),
    ...measure("syllable rate", isOne ? rate : null, "syllables per second"),
    ...measure("harmonicity", isOne ? harmonicityDb : null, "dB"),
  ];
  const stretchText = own.length === 1 ? "1 stretch" : `${own.length} stretches`;
  const head = `${nameOf(owner)}, ${stretchText} with ${secondsText(speechS)} of speech`;
  const told = [
    ...(isOne && middle != null
      ? [`median pitch ${middle.toFixed(0)} Hz, of which 90 % lie within ${range?.toFixed(1)} semitones`]
      : []),
    ...(isOne && levelDb !== null ? [`loudness ${levelDb.toFixed(0)} dB of full scale`] : []),
    ...(isOne && rate !== null ? [`${rate.toFixed(1)} syllables per second, counted in the sound`] : []),
    ...(isOne && harmonicityDb !== null ? [`harmonics ${harmonicityDb.toFixed(0)} dB above noise`] : []),
    ...(baseline === null ? [noBaseline(owner)] : []),
  ];
  return item(`${head}: ${told.join("; ")}`, {
    type: "voice",
    spokenBy: owner.spokenBy,
    knownBy: owner.knownBy,
    measures,
  });
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
