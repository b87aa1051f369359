import { SOUND_HZ } from "../../src/ports/speech-detector.ts";

/** One utterance of a voice that is made up of harmonics: known pitch, known borders, known syllables. */
export interface Spoken {
  readonly fromS: number;
  readonly seconds: number;
  /** Pitch at its start and at its end, between which it glides. */
  readonly hz: readonly [number, number];
  readonly syllablesPerS?: number;
  /** Peak, 0..1. */
  readonly loudness?: number;
  /** Power of breath in the voice, as a share of that of its harmonics. */
  readonly breath?: number;
}

interface Sound {
  readonly seconds: number;
  readonly spoken: readonly Spoken[];
  /** Standard deviation of the noise throughout. */
  readonly noise?: number;
}

/** First three formants of the vowels of father, see, boot (Peterson & Barney 1952, men), one for each syllable. */
const VOWELS = [
  [730, 1090, 2440],
  [270, 2290, 3010],
  [300, 870, 2240],
] as const;

/** Sound as the program hears it: float32 [samples], mono, 16 kHz. The same each time. */
export function spokenSound({ seconds, spoken, noise = 0 }: Sound): Float32Array {
  const samples = new Float32Array(Math.round(seconds * SOUND_HZ));
  const random = seededNoise();
  for (const one of spoken) speak(samples, one, random);
  if (noise > 0) for (const at of samples.keys()) samples[at] = (samples[at] as number) + noise * random();
  return samples;
}

function speak(samples: Float32Array, { fromS, seconds, hz, ...how }: Spoken, random: () => number): void {
  const { syllablesPerS = 4, loudness = 0.5, breath = 0.001 } = how;
  const [count, first] = [Math.round(seconds * SOUND_HZ), Math.round(fromS * SOUND_HZ)];
  const voice = new Float64Array(count);
  let phase = 0;
  for (const at of voice.keys()) {
    const timeS = at / SOUND_HZ;
    const pitchHz = hz[0] + ((hz[1] - hz[0]) * at) / count;
    phase += (2 * Math.PI * pitchHz) / SOUND_HZ;
    const syllable = timeS * syllablesPerS;
    const formants = VOWELS[Math.floor(syllable) % VOWELS.length] as (typeof VOWELS)[number];
    // Open in the middle of each syllable, an eighth as loud between two.
    const open = 0.125 + 0.875 * Math.sin(Math.PI * (syllable % 1)) ** 2;
    const edge = Math.min(1, timeS / 0.01, (count - at) / (0.01 * SOUND_HZ));
    for (let k = 1; k * pitchHz < 3800; k++) {
      voice[at] = (voice[at] as number) + open * edge * weight(k * pitchHz, formants) * Math.sin(k * phase);
    }
  }
  const power = voice.reduce((sum, value) => sum + value * value, 0) / count;
  const breathed = voice.map((value) => value + Math.sqrt(breath * power) * random());
  const peak = breathed.reduce((highest, value) => Math.max(highest, Math.abs(value)), 0);
  for (const at of breathed.keys()) samples[first + at] = ((breathed[at] as number) * loudness) / peak;
}

/** How loud a harmonic is: falling by 6 dB in an octave, raised near each formant. */
function weight(hz: number, formants: readonly number[]): number {
  return (100 / hz) * formants.reduce((sum, formant) => sum + 1 / (0.02 + ((hz - formant) / 400) ** 2), 0);
}

/** Normally distributed, standard deviation 1, from a linear congruential generator. */
function seededNoise(): () => number {
  let state = 1;
  const uniform = () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return (state + 0.5) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** Single utterances of which Praat's own figures are in test/voice/praat.json. */
export const HELD_AGAINST_PRAAT: Readonly<Record<string, Spoken>> = {
  "a man's voice that rises": { fromS: 0, seconds: 1.5, hz: [95, 150] },
  "a woman's voice that falls": { fromS: 0, seconds: 1.2, hz: [240, 170], syllablesPerS: 5 },
  "a child's voice": { fromS: 0, seconds: 1, hz: [330, 380], syllablesPerS: 3 },
  "a breathy voice": { fromS: 0, seconds: 1.2, hz: [200, 190], breath: 0.1 },
};
