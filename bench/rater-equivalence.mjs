// How often rater equivalence is claimed wrongly, and how often rightly: three raters and a judge label images with four labels.
// node bench/rater-equivalence.mjs [runs]     (npm run build first; figures of the docs are those of 4000 runs)

import { alternativeAnnotatorTest } from "../dist/src/domain/statistics/alternative-annotator.js";
import { alphaDifferenceStatistic, equivalenceTest } from "../dist/src/domain/statistics/equivalence.js";
import { createRandom } from "../dist/src/domain/statistics/random.js";
import { plainValue } from "../dist/src/domain/statistics/weighted-statistic.js";
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
