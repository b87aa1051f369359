// How often rater equivalence is claimed wrongly, and how often rightly: three raters and a judge label images with four labels.
// node bench/rater-equivalence.mjs     (npm run build first)

import { alternativeAnnotatorTest } from "../dist/src/domain/statistics/alternative-annotator.js";
import { alphaDifferenceStatistic, equivalenceTest } from "../dist/src/domain/statistics/equivalence.js";
import { createRandom } from "../dist/src/domain/statistics/random.js";
import { plainValue } from "../dist/src/domain/statistics/weighted-statistic.js";

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
const told = (what, value) => console.log(`${what}: ${value.toFixed(3)}`);

const worst = noiseAt(-EPSILON, leadOf);
told("judge's noise at which raters lead by just epsilon .1", worst);
const first = (items) => alternativeAnnotatorTest(items, { epsilon: EPSILON }).against[0];
for (const n of [50, 100, 200]) {
  told(
    `type I error against one rater, ${n} images (nominal .05)`,
    share(4000, () => first(drawn(n, worst)).pValue <= 0.05),
  );
}
told(
  "the same, 40 subjects of 5 images with whom the judge is right or wrong throughout",
  share(4000, () => first(drawn(200, worst, 5)).pValue <= 0.05),
);
told(
  "the same, had images been taken for independent",
  share(4000, () => first(drawn(200, worst, 5).map((item, i) => ({ ...item, cluster: `${i}` }))).pValue <= 0.05),
);
const passes = (n, noise, epsilon) =>
  share(1000, () => alternativeAnnotatorTest(drawn(n, noise), { epsilon }).winningRate >= 0.5);
told("stands in wrongly (winning rate of .5 or more), raters lead by .1, 100 images", passes(100, worst, EPSILON));
for (const n of [50, 100, 200]) {
  told(`power: a judge as good as the raters stands in, ${n} images, epsilon .1`, passes(n, 0.3, EPSILON));
  told(`power: the same, epsilon .2`, passes(n, 0.3, 0.2));
}

const bounded = noiseAt(-MARGIN, (items) => plainValue(alphaDifference(items), items.length));
told("judge's noise at which alpha is lower by just the margin .1", bounded);
const verdict = (n, noise) =>
  equivalenceTest(alphaDifference(drawn(n, noise)), n, { margin: MARGIN, seed: 1, resamples: 400 }).verdict;
for (const n of [100, 300]) {
  const claims = share(1000, () => ["equivalent", "not worse", "better"].includes(verdict(n, bounded)));
  told(`two one-sided tests of alpha: type I error of "not worse", ${n} images (nominal .05)`, claims);
  told(
    `power: "equivalent" of a judge as good as raters, ${n} images`,
    share(500, () => verdict(n, 0.3) === "equivalent"),
  );
}
