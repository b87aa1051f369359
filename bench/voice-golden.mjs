// How far borders of speech lie from known ones, and pitch from what Praat measures, in what espeak-ng says at known times.
// `--praat PYTHON`: the Python that has praat-parselmouth. `--hour`: memory and time for an hour of sound.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSileroVad } from "../dist/src/adapters/silero/silero-vad.js";
import { createWavSound } from "../dist/src/adapters/wav/wav-sound.js";
import { hearSound } from "../dist/src/voice/hear-sound.js";
import { pitchOf } from "../dist/src/voice/pitch.js";
import { figure, notRun } from "./support/figures.mjs";

const RATE = 16_000;
const SENTENCES = [
  ["I am really fine today", 7],
  ["Why did she look away from the table", 10],
  ["Never mind", 3],
  ["Sure we can go there tomorrow if you want", 11],
  ["No", 1],
  ["He told the whole story about his father again", 13],
];
/** Voice, pitch 0..99 and words per minute of espeak-ng. */
const VOICES = [
  ["en", "50", "150"],
  ["en+f3", "70", "170"],
  ["en-us+m3", "30", "130"],
  ["en+f2", "60", "200"],
];
/** Of what is heard: how far noise is below speech, dB, and the rate at which it was recorded. */
const RECORDINGS = [
  { name: "in silence", below: 80, telephone: false },
  { name: "noise 40 dB below", below: 40, telephone: false },
  { name: "noise 25 dB below", below: 25, telephone: false },
  { name: "8 kHz, noise 40 dB below", below: 40, telephone: true },
];

const folder = mkdtempSync(join(tmpdir(), "voice-golden-"));
const noOther = { sound: () => Promise.reject(new Error("espeak-ng wrote no WAV")) };
const detector = createSileroVad();
let state = 1;
const uniform = () => {
  state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
  return (state + 0.5) / 2 ** 32;
};
const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());

async function wav(path) {
  const pieces = [];
  for await (const piece of createWavSound(noOther).sound(path)) pieces.push(...piece);
  return Float32Array.from(pieces);
}

/** What is louder than a hundredth of the loudest, at half of full scale. */
async function said([voice, pitch, speed], text) {
  const path = join(folder, "said.wav");
  execFileSync("espeak-ng", ["-v", voice, "-p", pitch, "-s", speed, "-w", path, text]);
  const samples = await wav(path);
  const peak = samples.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const loud = (value) => Math.abs(value) >= peak / 100;
  const cut = samples.slice(samples.findIndex(loud), samples.findLastIndex(loud) + 1);
  return cut.map((value) => value / (2 * peak));
}

/** As a telephone hears it: nothing above 4 kHz. */
function telephone(samples) {
  const taps = Array.from({ length: 129 }, (_, at) => {
    const x = (Math.PI * (at - 64)) / 2.1;
    return ((at === 64 ? 1 : Math.sin(x) / x) * (0.5 - 0.5 * Math.cos((2 * Math.PI * at) / 128))) / 2.1;
  });
  return samples.map((_, at) => taps.reduce((sum, tap, k) => sum + tap * (samples[at + k - 64] ?? 0), 0));
}

async function recording(voice, { below, telephone: isTelephone }) {
  const placed = [];
  let endS = 1.2;
  for (const [text, syllables] of SENTENCES) {
    const samples = await said(voice, text);
    placed.push({ samples, fromS: endS, toS: endS + samples.length / RATE, syllables });
    endS += samples.length / RATE + 0.4 + 1.2 * uniform();
  }
  let sound = new Float32Array(Math.ceil((endS + 1) * RATE));
  let power = 0;
  for (const { samples, fromS } of placed) {
    sound.set(samples, Math.round(fromS * RATE));
    power += samples.reduce((sum, value) => sum + value ** 2, 0);
  }
  const spoken = placed.reduce((sum, { samples }) => sum + samples.length, 0);
  const noise = Math.sqrt(power / spoken) / 10 ** (below / 20);
  sound = sound.map((value) => value + noise * normal());
  return { sound: isTelephone ? telephone(sound) : sound, placed };
}

async function* pieces(samples) {
  for (let at = 0; at < samples.length; at += 4_000) yield samples.subarray(at, at + 4_000);
}

async function borders() {
  for (const kind of RECORDINGS) {
    const [starts, ends] = [[], []];
    let [extra, heardSyllables, syllables] = [0, 0, 0];
    for (const voice of VOICES) {
      const { sound, placed } = await recording(voice, kind);
      const { stretches } = await hearSound(pieces(sound), detector.listen());
      const overlap = (one) => stretches.filter(({ fromS, toS }) => fromS < one.toS && toS > one.fromS);
      for (const one of placed) {
        const own = overlap(one);
        starts.push(own.length === 0 ? Infinity : Math.abs(own[0].fromS - one.fromS));
        ends.push(own.length === 0 ? Infinity : Math.abs(own.at(-1).toS - one.toS));
        heardSyllables += own.reduce((sum, stretch) => sum + (stretch.syllables ?? 0), 0);
        syllables += one.syllables;
      }
      extra += stretches.length - placed.flatMap(overlap).length;
    }
    const within = [...starts, ...ends].filter((error) => error <= 0.05).length;
    const ms = (errors) => `${Math.round(1000 * Math.max(...errors))} ms`;
    figure(`${kind.name}: borders within 50 ms`, (100 * within) / (2 * starts.length), { unit: "%" });
    console.log(
      `  ${within} of ${2 * starts.length}, starts at most ${ms(starts)} off, ends ${ms(ends)}, ` +
        `${extra} stretches where nobody spoke, ${heardSyllables} of ${syllables} syllables`,
    );
  }
}

async function pitch(python) {
  const sounds = new Map();
  for (const [at, voice] of VOICES.entries()) {
    for (const [number, [text]] of SENTENCES.entries()) {
      const samples = await said(voice, text);
      sounds.set(`${at}-${number}`, samples);
      writeFileSync(join(folder, `${at}-${number}.f32`), Buffer.from(samples.buffer));
    }
  }
  const script = new URL("support/praat-golden.py", import.meta.url).pathname;
  const files = [...sounds.keys()].map((name) => join(folder, `${name}.f32`));
  const praat = JSON.parse(execFileSync(python, [script, ...files], { maxBuffer: 2 ** 28 }));
  const [errors, octaves, differ] = [[], [], { frames: 0, voicing: 0 }];
  for (const [name, samples] of sounds) {
    const { hz } = pitchOf(samples, RATE);
    for (const [frame, theirs] of praat.sounds[name].pitchHz.entries()) {
      const ours = hz[frame];
      differ.frames += 1;
      if (theirs > 0 !== ours > 0) differ.voicing += 1;
      else if (theirs > 0)
        (Math.abs(Math.log2(ours / theirs)) > 0.4 ? octaves : errors).push({
          error: Math.abs(ours / theirs - 1),
          theirs,
          ours,
        });
    }
  }
  errors.sort((a, b) => a.error - b.error);
  const far = errors
    .filter(({ error }) => error > 0.03)
    .map(({ theirs, ours }) => `${theirs.toFixed(0)} Hz as ${ours.toFixed(0)}`);
  const percent = (share) => `${(100 * share).toFixed(2)} %`;
  const within = errors.length - far.length;
  console.log(
    `pitch against ${praat.origin}: ${errors.length + octaves.length} voiced frames, ${within} within 3 %, largest error ${percent(errors.at(-1).error)}, ` +
      `99th percentile ${percent(errors[Math.floor(0.99 * errors.length)].error)}, ${octaves.length} octave errors, ${differ.voicing} of ${differ.frames} frames voiced for one only${far.length === 0 ? "" : `; further off: ${far.join(", ")}`}`,
  );
}

async function hour() {
  const { sound } = await recording(VOICES[0], RECORDINGS[1]);
  const repeats = Math.ceil((3600 * RATE) / sound.length);
  let [most, begin] = [0, 0];
  async function* long() {
    for (let n = 0; n < repeats; n++) {
      yield* pieces(sound);
      const { rss } = process.memoryUsage();
      if (n === Math.floor(repeats / 20)) begin = rss;
      most = Math.max(most, rss);
    }
  }
  const started = performance.now();
  const { stretches, durationS } = await hearSound(long(), detector.listen());
  const tookS = (performance.now() - started) / 1000;
  const mb = (bytes) => Math.round(bytes / 2 ** 20);
  console.log(
    `${Math.round(durationS)} s of sound, ${stretches.length} stretches of speech: ${tookS.toFixed(0)} s, ${mb(begin)} MB after 3 minutes, ${mb(most)} MB at most`,
  );
  figure("an hour of sound: growth of memory after 3 minutes", 100 * (most / begin - 1), { unit: "%" });
}

if (spawnSync("espeak-ng", ["--version"]).status !== 0) {
  notRun("espeak-ng, which speaks the sentences, is not installed");
  process.exit();
}
const python = process.argv.includes("--praat") ? process.argv[process.argv.indexOf("--praat") + 1] : null;
await borders();
if (python !== null) await pitch(python);
if (process.argv.includes("--hour")) await hour();
await detector.close();
