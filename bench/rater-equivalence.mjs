// How often rater equivalence is claimed wrongly, and how often rightly: three raters and a judge label images with four labels.
// Then, how often a judge that deals out labels as often as each comes is taken for one that sees images, and one that sees some for
// one that does not; and how near the split of error comes to a known one.
// node bench/rater-equivalence.mjs [runs]     (npm run build first; figures of the docs are those of 4000 runs)

import { alternativeAnnotatorTest } from "../dist/src/domain/statistics/alternative-annotator.js";
import { bootstrapInterval } from "../dist/src/domain/statistics/bootstrap.js";
import { alphaDifferenceStatistic, equivalenceTest } from "../dist/src/domain/statistics/equivalence.js";
import { labelErrorSplit } from "../dist/src/domain/statistics/error-split.js";
import { createRandom } from "../dist/src/domain/statistics/random.js";
import { meanStatistic, plainValue } from "../dist/src/domain/statistics/weighted-statistic.js";
import { createFixedValuesScorer } from "../dist/src/evaluation/scorers/fixed-values.js";
import { figure } from "./support/figures.mjs";

const RUNS = Number(process.argv[2] ?? 400);
const RATERS = [0.3, 0.3, 0.3];
const [EPSILON, MARGIN] = [0.1, 0.1];
const random = createRandom(16);

/** Images of so many per subject; a judge has the same bad luck with all of a subject in a share of subjects. */
function drawn(n, judgeNoise, perSubject = 1) {
  let unlucky = false;
  return Array.from({ length: n }, (_, i) => {
    const truth = random.below(4);
    const seen = (noise) => (random.real() < noise ? random.below(4) : truth);
    if (i % perSubject === 0) unlucky = random.real() < judgeNoise;
    const answer = perSubject === 1 ? seen(judgeNoise) : unlucky ? random.below(4) : truth;
    return {
      answer: `${answer}`,
      raters: RATERS.map((noise) => `${seen(noise)}`),
      cluster: `${Math.floor(i / perSubject)}`,
    };
  });
}

/** The noise of a judge at which a quantity that falls with it is what is wanted, by bisection over large samples. */
function noiseAt(wanted, quantityOf) {
  let [low, high] = [0, 1];
  for (let step = 0; step < 12; step++) {
    const middle = (low + high) / 2;
    if (quantityOf(drawn(30_000, middle)) > wanted) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** How much more often the judge than a rater is at least as near to the others. */
function leadOf(items) {
  const nearness = (own, others) => others.filter((one) => one === own).length;
  let lead = 0;
  for (const { answer, raters } of items) {
    lead += Math.sign(nearness(answer, raters.slice(1)) - nearness(raters[0], raters.slice(1)));
  }
  return lead / items.length;
}

const alphaDifference = (items) => {
  const answers = items.map(({ answer }) => Number(answer));
  return alphaDifferenceStatistic(
    answers,
    items.map(({ raters }) => raters.map(Number)),
    "nominal",
  );
};
const share = (times, holds) => Array.from({ length: times }, holds).filter(Boolean).length / times;

const worst = noiseAt(-EPSILON, leadOf);
figure("judge's noise at which raters lead by just epsilon .1", worst);
const first = (items) => alternativeAnnotatorTest(items, { epsilon: EPSILON }).against[0];
for (const n of [50, 100, 200]) {
  figure(
    `type I error against one rater, ${n} images (nominal .05)`,
    share(RUNS, () => first(drawn(n, worst)).pValue <= 0.05),
  );
}
figure(
  "the same, 40 subjects of 5 images with whom the judge is right or wrong throughout",
  share(RUNS, () => first(drawn(200, worst, 5)).pValue <= 0.05),
);
figure(
  "the same, had images been taken for independent",
  share(RUNS, () => first(drawn(200, worst, 5).map((item, i) => ({ ...item, cluster: `${i}` }))).pValue <= 0.05),
);
const passes = (n, noise, epsilon) =>
  share(RUNS / 4, () => alternativeAnnotatorTest(drawn(n, noise), { epsilon }).winningRate >= 0.5);
figure("stands in wrongly (winning rate of .5 or more), raters lead by .1, 100 images", passes(100, worst, EPSILON));
for (const n of [50, 100, 200]) {
  figure(`power: a judge as good as the raters stands in, ${n} images, epsilon .1`, passes(n, 0.3, EPSILON));
  figure(`power: the same, epsilon .2`, passes(n, 0.3, 0.2));
}

const bounded = noiseAt(-MARGIN, (items) => plainValue(alphaDifference(items), items.length));
figure("judge's noise at which alpha is lower by just the margin .1", bounded);
const verdict = (n, noise) =>
  equivalenceTest(alphaDifference(drawn(n, noise)), n, { margin: MARGIN, seed: 1, resamples: 400 }).verdict;
for (const n of [100, 300]) {
  const claims = share(RUNS / 4, () => ["equivalent", "not worse", "better"].includes(verdict(n, bounded)));
  figure(`two one-sided tests of alpha: type I error of "not worse", ${n} images (nominal .05)`, claims);
  figure(
    `power: "equivalent" of a judge as good as raters, ${n} images`,
    share(RUNS / 8, () => verdict(n, 0.3) === "equivalent"),
  );
}

const dealing = createRandom(17);

/** One of the labels 0, 1, ..., each as often as its rate says. */
function dealt(rates) {
  const at = dealing.real();
  let [label, upTo] = [0, rates[0]];
  while (at >= upTo && label < rates.length - 1) upTo += rates[++label];
  return `${label}`;
}

const fixedValues = createFixedValuesScorer(
  { readOrKeep: (label) => label },
  { reading: "integrated", level: 0.95, seed: 1, resamples: 400 },
);

/** Whether the scorer says nothing against a judge that sees a share of the images and deals out labels to the others. */
function isTakenForSeeing(n, rates, seen) {
  const rows = Array.from({ length: n }, (_, i) => {
    const truth = dealt(rates);
    const label = dealing.real() < seen ? truth : dealt(rates);
    return { metadata: { numbers: new Map(), label, right: new Map([[truth, 1]]) }, cluster: `${i}` };
  });
  return fixedValues.notes(rows).length === 0;
}

for (const [name, rates] of [
  ["labels equally often", [0.25, 0.25, 0.25, 0.25]],
  ["one label of four on 55 %", [0.55, 0.25, 0.15, 0.05]],
]) {
  for (const n of [50, 100, 300]) {
    const taken = (seen, times) => share(times, () => isTakenForSeeing(n, rates, seen));
    figure(`labels dealt out, taken for a judge that sees: ${name}, ${n} images (nominal .025)`, taken(0, RUNS / 2));
    for (const seen of [0.1, 0.2, 0.3])
      figure(`power: a judge that sees ${seen} of the images: ${name}, ${n} images`, taken(seen, RUNS / 8));
  }
}

/** What raters as a whole say of two kinds of images; a judge's own error is half its squared distance to that. */
const CROWD = [
  [0.7, 0.2, 0.1, 0],
  [0.4, 0.3, 0.2, 0.1],
];

function ownErrors(n, answer) {
  const given = new Map(answer.map((probability, label) => [`${label}`, probability]));
  return Array.from({ length: n }, () => {
    const votes = new Map();
    const crowd = CROWD[dealing.below(2)];
    for (const label of RATERS.map(() => dealt(crowd))) votes.set(label, (votes.get(label) ?? 0) + 1);
    return labelErrorSplit(given, votes).own;
  });
}

for (const [name, answer] of [
  ["that is sure of the likeliest label", [1, 0, 0, 0]],
  ["whose probabilities are those of raters on half of the images", CROWD[0]],
]) {
  const errorTo = (crowd) => crowd.reduce((sum, share, label) => sum + (share - answer[label]) ** 2, 0) / 2;
  const known = (errorTo(CROWD[0]) + errorTo(CROWD[1])) / 2;
  for (const n of [50, 100, 300]) {
    let found = 0;
    const covered = share(RUNS / 2, () => {
      const mean = meanStatistic(ownErrors(n, answer));
      found += plainValue(mean, n) / (RUNS / 2);
      const { low, high } = bootstrapInterval(mean, n, { seed: 1, resamples: 1000 });
      return low <= known && known <= high;
    });
    const told = `a judge ${name}, ${n} images`;
    figure(`error of its own, mean less the known ${known.toFixed(3)}: ${told}`, found - known);
    figure(`the same, covered by the interval (nominal .95): ${told}`, covered);
  }
}
