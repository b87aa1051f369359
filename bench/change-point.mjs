// How soon a canary run that is made every week tells that a model has changed, and how often it says so of one that has not:
// eight waves before the change, three after it. A change costs 5 points of accuracy, or has the model refuse 5 points more and
// leaves what it answers as right as it was; an alarm is a p of .02 or less, Holm-corrected where refusals are tested too.
// node bench/change-point.mjs [runs]     (npm run build first; figures of the docs are those of 300 runs)

import { holmAdjusted } from "../dist/src/domain/statistics/adjusted-p-values.js";
import { changePoint } from "../dist/src/domain/statistics/change-point.js";
import { createRandom } from "../dist/src/domain/statistics/random.js";
import { figure } from "./support/figures.mjs";

const [RUNS, ALARM, BEFORE, CHANGE, ROUNDS] = [Number(process.argv[2] ?? 20), 0.02, 8, 0.05, 500];
const waversAboutTwoOfFive = (i) => [0.5, 0.97, 0.97, 0.97, 0.59][i % 5];
/** How often a model is right about each item (all about 80 %) and how often it refuses. */
const MODELS = {
  "that wavers about two of five items and loses 5 points": { chanceOf: waversAboutTwoOfFive, loss: CHANGE },
  "that answers every item by chance and loses 5 points": { chanceOf: () => 0.8, loss: CHANGE },
  "that wavers about two of five items, refuses 2 % and then 7 %": {
    ...{ chanceOf: waversAboutTwoOfFive, loss: 0, refuses: 0.02, refusesMore: CHANGE },
  },
};

/** One series of scores, and one of refusals where there are any: by item and wave. */
function simulate(random, items, { chanceOf, loss, refuses = 0, refusesMore = 0 }, changed) {
  const [scores, refusals] = [[], []];
  for (let i = 0; i < items; i++) {
    const isRefused = [];
    scores.push(
      Array.from({ length: BEFORE + 3 }, (_, wave) => {
        const isOther = changed && wave >= BEFORE;
        const chance = refuses + (isOther ? refusesMore : 0);
        isRefused.push(chance > 0 && random.real() < chance ? 1 : 0);
        const isRight = random.real() < chanceOf(i) * (isOther ? 1 - loss / 0.8 : 1);
        return isRefused[wave] === 1 ? null : Number(isRight);
      }),
    );
    refusals.push(isRefused);
  }
  return [scores, refusals];
}

/** Which series raise an alarm after so many waves. */
function alarmsOf(series, waves, seed) {
  const upTo = series.map((scores) => scores.map((own) => own.slice(0, waves)));
  const pValues = upTo.map((scores) => changePoint(scores, { seed, rounds: ROUNDS })?.pValue ?? null);
  return holmAdjusted(pValues).map((p) => p !== null && p <= ALARM);
}

for (const [name, model] of Object.entries(MODELS)) {
  // What is to be found: a loss in the scores, or the refusals.
  const changing = model.loss > 0 ? 0 : 1;
  const random = createRandom(50);
  for (const items of [100, 200, 300, 500]) {
    let [alarms, looks, found, first] = [0, 0, 0, 0];
    for (let run = 0; run < RUNS; run++) {
      for (const changed of [false, true]) {
        const series = simulate(random, items, model, changed);
        const told = [1, 2, 3].map((after) => alarmsOf(series, BEFORE + after, run));
        if (changed && told.some((own) => own[changing])) found++;
        if (changed && told[0][changing]) first++;
        if (!changed) [alarms, looks] = [alarms + told.filter((own) => own.includes(true)).length, looks + 3];
      }
    }
    const told = (what, count, of) => figure(`${items} items, a model ${name}: ${what}`, count / of);
    told("found within three waves", found, RUNS);
    told("found in the first", first, RUNS);
    told("false alarms per wave", alarms, looks);
  }
}
