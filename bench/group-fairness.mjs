// How often a bias against a group is found that is not there, and one that is: 40 subjects, 20 in each group, with five images each;
// a judge is right about some subjects more often than about others.
// node bench/group-fairness.mjs [runs]     (npm run build first; figures of the docs are those of 2000 runs)

import {
  differentialFunctioning,
  functioningChiSquare,
} from "../dist/src/domain/statistics/differential-functioning.js";
import { groupPermutationP } from "../dist/src/domain/statistics/group-permutation.js";
import { createRandom } from "../dist/src/domain/statistics/random.js";
import { figure } from "./support/figures.mjs";

const RUNS = Number(process.argv[2] ?? 40);
const random = createRandom(31);

/** Half of the images show the label. A subject has its own chance of being judged wrongly; group b's is higher by `bias`. */
function drawn(bias) {
  return Array.from({ length: 40 }, (_, subject) => {
    const group = subject % 2 === 0 ? "a" : "b";
    const mistaken = Math.min(1, random.real() * 0.4 + (group === "b" ? bias : 0));
    return Array.from({ length: 5 }, () => {
      const coded = random.below(2);
      const isWrong = random.real() < mistaken;
      return { coded, said: (coded === 1) !== isWrong, group, cluster: `${subject}`, right: isWrong ? 0 : 1 };
    });
  }).flat();
}

function gap(rows, groups) {
  const mean = (group) => {
    const own = rows.filter((_row, i) => groups[i] === group);
    return own.reduce((sum, { right }) => sum + right, 0) / own.length;
  };
  return Math.abs(mean("a") - mean("b"));
}

const grouped = (rows, clustered) => ({
  groups: rows.map(({ group }) => group),
  clusters: rows.map(({ cluster }, i) => (clustered ? cluster : `${i}`)),
});
const chiSquare = (rows) => (groups) => functioningChiSquare(rows.map((row, i) => ({ ...row, group: groups[i] })));
const TESTS = {
  "gap, subjects dealt out": (rows, seed) =>
    groupPermutationP(grouped(rows, true), (groups) => gap(rows, groups), { seed, rounds: 500 }),
  "gap, had images been dealt out": (rows, seed) =>
    groupPermutationP(grouped(rows, false), (groups) => gap(rows, groups), { seed, rounds: 500 }),
  "differential functioning, subjects dealt out": (rows, seed) =>
    groupPermutationP(grouped(rows, true), chiSquare(rows), { seed, rounds: 500 }),
  "differential functioning, by chi-square": (rows) => differentialFunctioning(rows)?.pValue ?? null,
};
for (const bias of [0, 0.15, 0.25]) {
  const found = Object.fromEntries(Object.keys(TESTS).map((name) => [name, 0]));
  for (let run = 0; run < RUNS; run++) {
    const rows = drawn(bias);
    for (const [name, test] of Object.entries(TESTS)) if ((test(rows, run) ?? 1) <= 0.05) found[name]++;
  }
  for (const [name, count] of Object.entries(found)) {
    figure(`bias ${bias}, ${name}: share of runs in which it is found`, count / RUNS);
  }
}
