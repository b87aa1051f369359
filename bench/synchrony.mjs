// How often two people who have nothing to do with each other are said to move together (wanted: at most 5 in 100), and how
// often those who do are found, with lag and who leads. Curves are made: noise that drifts (AR(1) of 0.5, 2 and 5 s), and
// smiles at random times over a trembling rest. Planted pairs share part of what the first does, 0.6 s later.
//   node bench/synchrony.mjs [pairs]     (npm run build first; 30 pairs of a kind unless told)

import { createRandom } from "../dist/src/domain/statistics/random.js";
import { synchronyOf } from "../dist/src/dynamics/synchrony.js";
import { cpuSecondsSince, figure } from "./support/figures.mjs";

const PAIRS = Number(process.argv[2] ?? 30);
const NOISE = 0.03;
const LAG_S = 0.6;

const drifting = (constantS) => (length, fps, random) => {
  const keeps = Math.exp(-1 / (constantS * fps));
  let value = random.normal();
  return Array.from({ length }, () => {
    value = keeps * value + Math.sqrt(1 - keeps * keeps) * random.normal();
    return 0.4 + 0.15 * value;
  });
};

/** Rises within half a second, stays for one to three, falls: six times a minute. */
const smileTimes = (length, fps, random) => {
  const times = [];
  for (let at = -5; at < length / fps; ) {
    at += 3.5 - 6.5 * Math.log(1 - random.real());
    times.push({ at, lasts: 1 + 2 * random.real() });
  }
  return times;
};
const drawn = (times, length, fps, random) =>
  Array.from({ length }, (_, i) => {
    const t = i / fps;
    const high = Math.max(
      0,
      ...times.map(({ at, lasts }) => Math.min((t - at) / 0.5, 1, (at + lasts + 0.8 - t) / 0.8)),
    );
    return 0.05 + 0.85 * Math.max(0, high) + 0.02 * random.normal();
  });
const smiling = (length, fps, random) => drawn(smileTimes(length, fps, random), length, fps, random);

const clockOf = (length, fps) => ({
  timesS: Array.from({ length }, (_, i) => i / fps),
  frames: Array.from({ length }, (_, i) => i),
  cuts: Array.from({ length }, () => false),
});
const tested = (a, b, fps) =>
  synchronyOf(
    { from: 0, values: a },
    { from: 0, values: b },
    { clock: clockOf(a.length, fps), stepS: 1 / fps, noise: NOISE },
  );

function apart(name, make, seconds, fps, pairs = PAIRS) {
  const random = createRandom(`${name} ${seconds} ${fps}`);
  let said = 0;
  for (let i = 0; i < pairs; i++) {
    const [a, b] = [make(seconds * fps, fps, random), make(seconds * fps, fps, random)];
    if (tested(a, b, fps).p <= 0.05) said += 1;
  }
  const share = said / pairs;
  // With few pairs the share wavers: it is held against the target by the lower end of its interval.
  const low = 100 * (share - 1.96 * Math.sqrt((share * (1 - share)) / pairs));
  const doubt = share > 0.05 && low <= 5 ? { doubt: `${pairs} pairs cannot tell` } : {};
  const about = `apart, ${name}, ${seconds} s at ${fps} fps: said to go together`;
  figure(about, 100 * share, { unit: "%", atMost: 5, ...doubt });
}

function together(name, plant, seconds, fps, pairs = Math.ceil(PAIRS / 5)) {
  const random = createRandom(`planted ${name} ${seconds} ${fps}`);
  let [found, near, leads, wrong] = [0, 0, 0, 0];
  for (let i = 0; i < pairs; i++) {
    const [a, b] = plant(seconds * fps, fps, random);
    const { p, lagS, lagFromS, lagToS } = tested(a, b, fps);
    if (!(p <= 0.05)) continue;
    found += 1;
    if (Math.abs(lagS - LAG_S) <= 0.2 + 1e-9) near += 1;
    if (lagFromS > 0) leads += 1;
    if (lagToS < 0) wrong += 1;
  }
  const of = (count) => `${((100 * count) / Math.max(1, found)).toFixed(0)} %`;
  figure(`together, ${name}, ${seconds} s at ${fps} fps: found`, (100 * found) / pairs, { unit: "%" });
  console.log(`  of these lag within 0.2 s ${of(near)}, first said to lead ${of(leads)}, second ${of(wrong)}`);
}

const echoed = (share) => (length, fps, random) => {
  const late = Math.round(LAG_S * fps);
  const source = drifting(1)(length + late, fps, random);
  const own = drifting(1)(length, fps, random);
  const echo = Array.from({ length }, (_, i) => Math.sqrt(share) * source[i] + Math.sqrt(1 - share) * own[i]);
  return [source.slice(late), echo];
};
/** Half of the smiles of each are answered by the other's, the rest are their own. */
const answered = (share) => (length, fps, random) => {
  const times = smileTimes(length, fps, random);
  const own = smileTimes(length, fps, random).filter(() => random.real() > share);
  const shared = times.filter(() => random.real() < share).map(({ at, lasts }) => ({ at: at + LAG_S, lasts }));
  return [drawn(times, length, fps, random), drawn([...own, ...shared], length, fps, random)];
};

for (const seconds of [46, 90, 180]) {
  for (const constantS of [0.5, 2, 5]) apart(`drift ${constantS} s`, drifting(constantS), seconds, 5);
  apart("smiles", smiling, seconds, 5);
}
apart("smiles", smiling, 90, 25);
for (const seconds of [46, 90, 180]) {
  together("echo 50 %", echoed(0.5), seconds, 5);
  together("smiles 50 %", answered(0.5), seconds, 5);
  together("smiles 80 %", answered(0.8), seconds, 5);
}
for (const hours of [0.5, 1, 2]) {
  const length = hours * 3600 * 5;
  const random = createRandom(1);
  const [a, b] = [smiling(length / 60, 5, random), smiling(length / 60, 5, random)];
  const long = (values) => Array.from({ length }, (_, i) => values[i % values.length] + 0.01 * random.normal());
  const before = process.cpuUsage();
  tested(long(a), long(b), 5);
  const about = `one curve of two people over ${hours} h at 5 fps: processor time`;
  figure(about, cpuSecondsSince(before), { unit: "s" });
}
