// How soon a canary run that is made every week tells that a model has changed, and how often it says so of one that has not:
// eight waves before the change, three after it; a change costs 5 points of accuracy, and an alarm is a p of .02 or less.
// node bench/change-point.mjs [runs]     (npm run build first; figures of the docs are those of 300 runs)

import { changePoint } from "../dist/src/domain/statistics/change-point.js";
import { createRandom } from "../dist/src/domain/statistics/random.js";
import { figure } from "./support/figures.mjs";

const [RUNS, ALARM, BEFORE, LOSS] = [Number(process.argv[2] ?? 20), 0.02, 8, 0.05];
const random = createRandom(50);
/** How often a model is right about each item; both are right about 80 % of them. */
const MODELS = {
  "that wavers about two of five items": (i) => [0.5, 0.97, 0.97, 0.97, 0.59][i % 5],
  "that answers every item by chance": () => 0.8,
};

for (const [name, chanceOf] of Object.entries(MODELS)) {
  for (const items of [100, 200, 300, 500]) {
    let [alarms, looks, found, first] = [0, 0, 0, 0];
    for (let run = 0; run < RUNS; run++) {
      for (const changed of [false, true]) {
        const scores = Array.from({ length: items }, (_, i) =>
          Array.from({ length: BEFORE + 3 }, (_wave, wave) => {
            const chance = chanceOf(i) * (changed && wave >= BEFORE ? 1 - LOSS / 0.8 : 1);
            return random.real() < chance ? 1 : 0;
          }),
        );
        const isAlarm = (waves) =>
          changePoint(
            scores.map((own) => own.slice(0, waves)),
            { seed: run, rounds: 500 },
          ).pValue <= ALARM;
        const told = [1, 2, 3].map((after) => isAlarm(BEFORE + after));
        if (changed && told.includes(true)) found++;
        if (changed && told[0]) first++;
        if (!changed) [alarms, looks] = [alarms + told.filter(Boolean).length, looks + 3];
      }
    }
    const told = (what, count, of) => figure(`${items} items, a model ${name}: ${what}`, count / of);
    told("found within three waves", found, RUNS);
    told("found in the first", first, RUNS);
    told("false alarms per wave", alarms, looks);
  }
}
