// 50 000 stored results, or as many as told: how long scoring them with their report, doing so again from the command line (`kuleshov eval rescore`)
// and finding out where to resume take, how large the report is and how long a browser takes to open it; and 10 000 BCa resamples over 3 000 samples for each metric.
// node bench/evaluation-results.mjs [results]     (npm run build first)

import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bootstrapInterval } from "../dist/src/domain/statistics/bootstrap.js";
import { pearsonStatistic } from "../dist/src/domain/statistics/correlation.js";
import { icc31Statistic } from "../dist/src/domain/statistics/intraclass-correlation.js";
import { krippendorffStatistic } from "../dist/src/domain/statistics/krippendorff-alpha.js";
import { createRandom } from "../dist/src/domain/statistics/random.js";
import { meanStatistic } from "../dist/src/domain/statistics/weighted-statistic.js";
import { meanAveragePrecisionStatistic } from "../dist/src/evaluation/metrics/average-precision.js";
import { calibrationErrorStatistic } from "../dist/src/evaluation/metrics/calibration.js";
import { macroF1Statistic } from "../dist/src/evaluation/metrics/classification.js";
import { macroStatistic } from "../dist/src/evaluation/metrics/label-sets.js";
import { scoreRun, writeReport } from "../dist/src/evaluation/report/write-report.js";
import { createAnswerCache } from "../dist/src/evaluation/runner/answer-cache.js";
import { answeredCalls } from "../dist/src/evaluation/runner/stored-run.js";
import { createContentStore } from "../dist/src/platform/content-store.js";
import { openBrowser } from "./support/browser.mjs";
import { figure } from "./support/figures.mjs";
import { runCommand } from "./support/run-command.mjs";
import { LABELS, storeResults } from "./support/stored-results.mjs";

const TARGETS = { reportS: 10, rescoreS: 10, reportMB: 20, openS: 2, resumeS: 3, bootstrapS: 2 };
const RESULTS = Number(process.argv[2] ?? 50_000);
const random = createRandom(1);
const folder = mkdtempSync(join(tmpdir(), "kuleshov-bench-"));

/** CPU seconds, which do not depend on what else runs on the machine; nothing here waits or runs beside itself. */
async function timed(name, targetS, work) {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  figure(`${name}: processor time`, (user + system) / 1e6, { unit: "s", atMost: targetS });
}

try {
  await storeResults(folder, RESULTS);
  await timed("resume", TARGETS.resumeS, async () => {
    const answered = await answeredCalls(join(folder, "run"));
    if (answered.size !== RESULTS) throw new Error(`${answered.size} answered`);
  });
  let report;
  await timed("report", TARGETS.reportS, async () => {
    report = await writeReport(await scoreRun(join(folder, "run")), createAnswerCache(createContentStore(folder)));
  });
  figure(`${RESULTS} results: most memory`, process.resourceUsage().maxRSS / 1e3, { unit: "MB" });
  const rescored = await runCommand(["eval", "rescore", join(folder, "run")]);
  figure("eval rescore: processor time", rescored.cpuSeconds, { unit: "s", atMost: TARGETS.rescoreS });
  figure("eval rescore: most memory", rescored.peakMb, { unit: "MB" });
  figure("size of the report", statSync(report).size / 1e6, { unit: "MB", atMost: TARGETS.reportMB });
  const browser = await openBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    const startedAt = performance.now();
    await page.goto(pathToFileURL(report).href, { waitUntil: "load" });
    await page.evaluate(() => new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next))));
    figure("opening the report", (performance.now() - startedAt) / 1000, { unit: "s", atMost: TARGETS.openS });
  } finally {
    await browser.close();
  }

  const n = 3000;
  const real = Array.from({ length: n }, () => random.real());
  const near = real.map((value) => value + random.real());
  const truth = real.map((value) => LABELS[Math.floor(value * 8)]);
  const given = truth.map((label) => (random.real() < 0.6 ? label : LABELS[random.below(8)]));
  const categories = Array.from({ length: 26 }, (_, i) => `c${i}`);
  const ranked = real.map(() => ({
    scores: categories.map(() => Number(random.real().toFixed(2))),
    truth: new Set(categories.filter(() => random.real() < 0.15)),
  }));
  const sets = ranked.map(({ truth: own }) => ({
    truth: own,
    predicted: new Set(categories.filter(() => random.real() < 0.15)),
  }));
  const metrics = {
    accuracy: meanStatistic(truth.map((label, i) => (label === given[i] ? 1 : 0))),
    "macro F1": macroF1Statistic(truth, given),
    "Pearson r": pearsonStatistic(real, near),
    "ICC(3,1)": icc31Statistic(real.map((value, i) => [value, near[i]])),
    "mean average precision (26)": meanAveragePrecisionStatistic(ranked, categories),
    "macro F1 of label sets (26)": macroStatistic(sets, "f1"),
    "expected calibration error": calibrationErrorStatistic(
      real.map((confidence) => ({ confidence, correct: random.real() < confidence })),
    ),
    "Krippendorff, nominal": krippendorffStatistic(
      truth.map((label, i) => [LABELS.indexOf(label), LABELS.indexOf(given[i]), null]),
      "nominal",
    ),
    "Krippendorff, interval": krippendorffStatistic(
      real.map((value, i) => [value, near[i]]),
      "interval",
    ),
  };
  for (const [name, statistic] of Object.entries(metrics)) {
    await timed(`bootstrap of ${name}`, TARGETS.bootstrapS, () => bootstrapInterval(statistic, n, { seed: 1 }));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
