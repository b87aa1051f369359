// How often a difference between two conditions is claimed wrongly, and found, from a judge's answers alone, from hand labels alone,
// and from both: the judge raises false alarms in .1 of one condition's images and in .3 of the other's.
// By answer: labelled with known chances, twice as often where the judge says yes.
// node bench/corrected-estimates.mjs [runs]     (npm run build first; figures of the docs are those of 2000 runs)

import { correctedMean } from "../dist/src/domain/statistics/corrected-mean.js";
import { createRandom } from "../dist/src/domain/statistics/random.js";
import { figure } from "./support/figures.mjs";

const random = createRandom(23);
const RUNS = Number(process.argv[2] ?? 200);
const IMAGES = 1000;

/** Images of one condition; chances of being labelled by what the judge said, or the same for all. */
function drawn(name, { share, falseAlarms, labels, byAnswer = false }) {
  return Array.from({ length: IMAGES }, (_, i) => {
    const truth = random.real() < share ? 1 : 0;
    const predicted = random.real() < (truth === 1 ? 0.85 : falseAlarms) ? 1 : 0;
    const rate = labels / IMAGES;
    const probability = predicted === 1 ? 1.5 * rate : 0.75 * rate;
    const isLabelled = byAnswer ? random.real() < probability : i < labels;
    return { predicted, truth: isLabelled ? truth : null, cluster: `${name} ${i}`, ...(byAnswer && { probability }) };
  });
}

const WAYS = {
  "the judge alone": (units) =>
    units.map((unit) => ({ cluster: unit.cluster, predicted: unit.predicted, truth: unit.predicted })),
  "hand labels alone": (units) => units.map((unit) => ({ ...unit, predicted: 0 })),
  "both, corrected": (units) => units,
};

for (const byAnswer of [false, true]) {
  for (const labels of [50, 100, 200]) {
    const counts = Object.fromEntries(Object.keys(WAYS).map((way) => [way, { wrong: 0, found: 0, covered: 0 }]));
    for (let run = 0; run < RUNS; run++) {
      for (const difference of [0, 0.15]) {
        const a = drawn("a", { share: 0.3 + difference, falseAlarms: 0.1, labels, byAnswer });
        const b = drawn("b", { share: 0.3, falseAlarms: 0.3, labels, byAnswer });
        for (const [way, change] of Object.entries(WAYS)) {
          const { pValue, low, high } = correctedMean(change(a), { less: change(b) });
          const count = counts[way];
          if (difference === 0 && pValue < 0.05) count.wrong++;
          if (difference > 0 && pValue < 0.05 && low > 0) count.found++;
          if (difference > 0 && low <= difference && difference <= high) count.covered++;
        }
      }
    }
    for (const [way, { wrong, found, covered }] of Object.entries(counts)) {
      const about = `${byAnswer ? "labels by answer" : "labels at random"}, ${labels} of ${IMAGES}, ${way}`;
      figure(`${about}: type I error`, wrong / RUNS);
      figure(`${about}: power at .15`, found / RUNS);
      figure(`${about}: coverage`, covered / RUNS);
    }
  }
}
