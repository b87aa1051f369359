// How often a bias between renderings is found that is not there, and one that is: people with two images each, in all nine renderings; a judge
// gives three labels with noise of its own in each, and with darker skin one of them less probability.
// node bench/rendering-bias.mjs [runs]     (npm run build first; figures of the docs are those of 500 runs)

import { createRandom } from "../dist/src/domain/statistics/random.js";
import { RENDERINGS } from "../dist/src/evaluation/file/arm-names.js";
import { renderingDifferences } from "../dist/src/lab/rendering-effects.js";
import { figure } from "./support/figures.mjs";

const RUNS = Number(process.argv[2] ?? 100);
const random = createRandom(31);

/** What a judge makes of the images of some people. How far a person's answers go up or down together is the person's own. */
function judged(people, bias) {
  return Array.from({ length: 2 * people }, (_, i) => {
    const face = 0.4 + 0.3 * random.real();
    const reading = (arm) => {
      const noise = 0.15 * (random.real() - 0.5) + 0.15 * (random.real() - 0.5);
      const joy = Math.max(0, Math.min(1, face + noise - (arm === "skin-darker" ? bias : 0)));
      const distribution = [
        { label: "joy", probability: joy },
        { label: "anger", probability: (1 - joy) * 0.6 },
        { label: "awe", probability: (1 - joy) * 0.4 },
      ];
      return { distribution, valence: joy - 0.5, arousal: null };
    };
    const arms = Object.fromEntries(["full", ...RENDERINGS].map((arm) => [arm, reading(arm)]));
    return { cluster: `${i % people}`, arms, faceLabel: "joy", contextLabel: null };
  });
}

for (const people of [10, 20, 40]) {
  for (const bias of [0, 0.05, 0.1]) {
    let [any, right] = [0, 0];
    for (let run = 0; run < RUNS; run++) {
      const found = renderingDifferences(judged(people, bias), run).filter(({ pValue }) => pValue < 0.05);
      if (found.length > 0) any++;
      if (found.some(({ name }) => name === "label_skin-darker_vs_skin-lighter")) right++;
    }
    const what = bias === 0 ? "something is found where nothing is" : `a bias of ${bias} is found by its labels`;
    figure(`${people} people: ${what}, share of runs`, (bias === 0 ? any : right) / RUNS);
  }
}
