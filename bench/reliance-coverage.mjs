// How often the interval of context reliance holds the share of answers in which a scripted judge goes by the scene: none, 30, 50 and 70 %, and all of
// them. The judge names a label in each answer and is asked five times about each stimulus, or gives probabilities that waver and is asked three times, or once.
// node bench/reliance-coverage.mjs [runs]     (npm run build first; figures of the docs are those of 1000 runs)

import { createRandom } from "../dist/src/domain/statistics/random.js";
import { contextReliance } from "../dist/src/lab/reliance.js";
import { figure } from "./support/figures.mjs";

const RUNS = Number(process.argv[2] ?? 200);
const LABELS = ["joy", "fear", "anger", "sadness", "surprise"];
const SHARES = [0, 0.3, 0.5, 0.7, 1];
const random = createRandom(5);
const sum = (numbers) => numbers.reduce((total, one) => total + one, 0);
const scaled = (numbers) => numbers.map((one) => one / sum(numbers));

/** A distribution that favours some label, as a cue does. */
const cue = () => scaled(LABELS.map(() => Math.log(1 - random.real()) ** 2));

/** Gamma deviate (Marsaglia & Tsang 2000). */
function gamma(shape) {
  if (shape < 1) return gamma(shape + 1) * (1 - random.real()) ** (1 / Math.max(shape, 1e-6));
  const d = shape - 1 / 3;
  for (;;) {
    const x = random.normal();
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - random.real()) < x ** 2 / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** One label. */
function named(odds) {
  const drawn = random.real();
  const pick = odds.findIndex((_, i) => drawn < sum(odds.slice(0, i + 1)));
  return LABELS.map((_, i) => (i === pick ? 1 : 0));
}

/** Probabilities about right (Dirichlet). */
const stated = (odds) => scaled(odds.map((one) => gamma(20 * one)));

function asked(odds, answer, repeats) {
  const rows = Array.from({ length: repeats }, () => answer(odds));
  const means = LABELS.map((_, i) => sum(rows.map((row) => row[i])) / repeats);
  const squares = sum(rows.map((row) => sum(row.map((one, i) => (one - means[i]) ** 2))));
  const distribution = LABELS.map((label, i) => ({ label, probability: means[i] }));
  const reading = { distribution, valence: null, arousal: null };
  return { reading, noise: repeats === 1 ? 0 : squares / (repeats - 1) / repeats };
}

/** Faces in their own scenes and each in the next one's. */
function judged(share, images, ask) {
  const shown = Array.from({ length: images }, () => ({ face: cue(), scene: cue() }));
  const [faces, scenes] = [shown.map(({ face }) => ask(face)), shown.map(({ scene }) => ask(scene))];
  return shown.map(({ face, scene }, i) => {
    const next = (i + 1) % images;
    const mixed = (of) => face.map((one, at) => (1 - share) * one + share * of[at]);
    return {
      cluster: `${i}`,
      arms: {
        full: ask(mixed(scene)).reading,
        "swapped-context": ask(mixed(shown[next].scene)).reading,
        "face-only": faces[i].reading,
        "context-only": scenes[i].reading,
      },
      noise: { "face-only": faces[i].noise, "context-only": scenes[i].noise },
      partnerScene: scenes[next],
      faceLabel: null,
      contextLabel: null,
    };
  });
}

const judges = {
  "labels, 5 answers": (odds) => asked(odds, named, 5),
  "probabilities, 3 answers": (odds) => asked(odds, stated, 3),
  "probabilities, 1 answer": (odds) => asked(odds, stated, 1),
};
for (const [name, ask] of Object.entries(judges)) {
  for (const images of [6, 12, 24, 48]) {
    const found = SHARES.map((share) => {
      const estimates = Array.from({ length: RUNS }, (_, run) =>
        contextReliance(judged(share, images, ask), { seed: run, level: 0.95 }),
      ).flatMap((one) => (one === null ? [] : [one.estimate]));
      const holds = estimates.filter(({ low, high }) => low <= share + 1e-9 && high >= share - 1e-9).length;
      const widths = estimates.map(({ low, high }) => high - low);
      return { coverage: holds / estimates.length, width: sum(widths) / widths.length };
    });
    const least = found.reduce((worst, one) => (one.coverage < worst.coverage ? one : worst));
    const at = SHARES[found.indexOf(least)];
    figure(`${name}, ${images} images: least coverage (by the scene in ${100 * at} %), share of runs`, least.coverage);
    figure(`${name}, ${images} images: mean width at 50 %`, found[2].width);
  }
}
