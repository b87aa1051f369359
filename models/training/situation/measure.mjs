// The figures of the whole reader as it ships, from dist/: `node models/training/situation/measure.mjs SET...` with SET one of
// isear (evaluation only), event2mind, enisear, gate, development, heldout, vignettes. Crowd data lie in KULESHOV_TRAINING.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "csv-parse/sync";
import { readSituation } from "../../../dist/src/situations/read-situation.js";

const here = fileURLToPath(new URL(".", import.meta.url));
const FIVE = ["anger", "disgust", "fear", "happiness", "sadness"];
const APPRAISALS = {
  attention: "Attention",
  certainty: "Certainty",
  effort: "Effort",
  pleasantness: "Pleasant",
  responsibility: "Responsibility_Control",
  circumstance: "Circumstance",
};

function table(path) {
  return parse(readFileSync(path, "utf8"), { columns: true, delimiter: "\t", relax_column_count: true });
}

function crowd(file) {
  return table(join(process.env.KULESHOV_TRAINING, file)).map((row) => ({
    ...row,
    text: row.text.replace("I felt ... ", ""),
    target: JSON.parse(row.distribution),
    rated: JSON.parse(row.appraisals),
  }));
}

const topOf = (distribution) =>
  distribution.reduce((best, next) => (next.probability > best.probability ? next : best));

function within(distribution, labels) {
  const some = distribution.filter(({ label }) => labels.includes(label));
  const total = some.reduce((sum, { probability }) => sum + probability, 0);
  return some.map(({ label, probability }) => ({ label, probability: probability / total }));
}

function groupBy(items, keyOf) {
  const groups = new Map();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

/** Ten bins of equal width over the top label's probability. */
function calibrationError(answers) {
  const bins = groupBy(answers, ({ confidence }) => Math.min(9, Math.floor(confidence * 10)));
  return [...bins.values()].reduce((sum, bin) => {
    const sure = bin.reduce((total, { confidence }) => total + confidence, 0) / bin.length;
    const right = bin.filter(({ right }) => right).length / bin.length;
    return sum + (bin.length / answers.length) * Math.abs(sure - right);
  }, 0);
}

const share = (some, all) => (some.length / all.length).toFixed(3);

/** Accuracy, and accuracy on the half that it is surest of, over the five labels alone and over all ten. */
function labelled(name, rows) {
  const some = rows.filter(({ target }) => FIVE.includes(topOf(entries(target)).label));
  const read = some.flatMap(({ text, target }) => {
    const { distribution } = readSituation(text);
    if (distribution === null) return [];
    const [five, label] = [topOf(within(distribution, FIVE)), topOf(entries(target)).label];
    return [{ confidence: five.probability, right: five.label === label, open: topOf(distribution).label === label }];
  });
  const surest = [...read].sort((a, b) => b.confidence - a.confidence).slice(0, some.length / 2);
  console.log(
    `${name}: ${some.length} texts, coverage ${share(read, some)}, 5 labels ${share(
      read.filter(({ right }) => right),
      read,
    )}, ` +
      `surest half ${share(
        surest.filter(({ right }) => right),
        surest,
      )}, ECE ${calibrationError(read).toFixed(3)}, ` +
      `all ten labels open ${share(
        read.filter(({ open }) => open),
        read,
      )}`,
  );
}

const entries = (target) => Object.entries(target).map(([label, probability]) => ({ label, probability }));

function divergence(name, rows) {
  const read = rows.flatMap(({ text, target }) => {
    const { distribution } = readSituation(text);
    if (distribution === null) return [];
    const of = new Map(distribution.map(({ label, probability }) => [label, probability]));
    const kl = entries(target).reduce((sum, { label, probability }) => {
      return sum + (probability === 0 ? 0 : probability * Math.log(probability / (of.get(label) + 1e-6)));
    }, 0);
    const top = topOf(distribution);
    return [{ kl, confidence: top.probability, right: top.label === topOf(entries(target)).label }];
  });
  const kl = read.reduce((sum, answer) => sum + answer.kl, 0) / read.length;
  console.log(
    `${name}: ${rows.length} texts, coverage ${share(read, rows)}, KL ${kl.toFixed(3)}, ` +
      `top label ${share(
        read.filter(({ right }) => right),
        read,
      )}, ECE ${calibrationError(read).toFixed(3)}`,
  );
}

function correlated(rows) {
  const read = rows.map(({ text, rated }) => ({ rated, found: readSituation(text).appraisals }));
  const all = Object.entries(APPRAISALS).map(([name, theirs]) => {
    const pairs = read.flatMap(({ rated, found }) => {
      const value = found.find((appraisal) => appraisal.name === name)?.value;
      return value === undefined ? [] : [[value, Number(rated[theirs])]];
    });
    return { name, r: pearson(pairs) };
  });
  const mean = all.reduce((sum, { r }) => sum + r, 0) / all.length;
  console.log(`appraisals: ${all.map(({ name, r }) => `${name} ${r.toFixed(2)}`).join(", ")}; mean ${mean.toFixed(2)}`);
}

function pearson(pairs) {
  const mean = (at) => pairs.reduce((sum, pair) => sum + pair[at], 0) / pairs.length;
  const [x, y] = [mean(0), mean(1)];
  const sum = (f) => pairs.reduce((total, pair) => total + f(pair), 0);
  return sum(([a, b]) => (a - x) * (b - y)) / Math.sqrt(sum(([a]) => (a - x) ** 2) * sum(([, b]) => (b - y) ** 2));
}

/** `declined`, `declined:German` where the language must be named too, or the labels that are acceptable. */
function isAcceptable(acceptable, distribution, abstention) {
  const [word, language] = acceptable.split(":");
  if (word === "declined") return distribution === null && (!language || abstention.includes(`written in ${language}`));
  return distribution !== null && acceptable.split(" ").includes(topOf(distribution).label);
}

/** Sentences with acceptable labels; each that is read wrongly is listed for the development half only. */
function logic(file, listed) {
  const rows = table(join(here, file)).map((row) => {
    const { distribution, abstention, turns } = readSituation(row.text);
    const top = distribution === null ? abstention : topOf(distribution).label;
    return { ...row, top, turns, right: isAcceptable(row.acceptable, distribution, abstention) };
  });
  for (const [kind, some] of groupBy(rows, ({ kind }) => kind)) {
    console.log(`${kind}: ${some.filter(({ right }) => right).length} of ${some.length}`);
  }
  console.log(`${file}: ${rows.filter(({ right }) => right).length} of ${rows.length}`);
  if (!listed) return;
  for (const { text, acceptable, top, turns, right } of rows)
    if (!right) console.log(`  ${text} | ${acceptable} | ${top} ${turns}`);
}

function gate() {
  const run = "import json, no_situations; print(json.dumps([no_situations.training(), no_situations.heldout()]))";
  const python = process.env.PYTHON ?? "python3";
  const sets = JSON.parse(execFileSync(python, ["-c", run], { cwd: here, encoding: "utf8" }));
  sets.forEach((texts, at) => {
    const read = texts.filter((text) => readSituation(text).distribution !== null);
    console.log(
      `${["training", "held-out"][at]} templates: declined ${(1 - read.length / texts.length).toFixed(3)} of ${texts.length}`,
    );
    console.log(`  read all the same: ${read.slice(0, 25).join(" | ")}`);
  });
}

const heldOut = (rows) => {
  const run =
    "import json, data; print(json.dumps([r.text for r in data.crowd() if r.heldout and r.source == 'enisear']))";
  const texts = JSON.parse(execFileSync(process.env.PYTHON ?? "python3", ["-c", run], { cwd: here, encoding: "utf8" }));
  const kept = new Set(texts.map((text) => text.replace("I felt something ", "")));
  return rows.filter(({ text }) => kept.has(text));
};
const training = () => crowd("situations-train.tsv");
const SETS = {
  isear: () => labelled("ISEAR", crowd("situations-evaluation-only.tsv")),
  event2mind: () => {
    const rows = training().filter(({ source, split, perspective }) => {
      return source === "event2mind" && split === "dev" && perspective === "actor";
    });
    divergence("Event2Mind, held out, the actor", rows);
  },
  enisear: () => {
    const rows = heldOut(training().filter(({ source }) => source === "enisear"));
    labelled("enISEAR, held out", rows);
    correlated(rows);
  },
  gate,
  development: () => logic("logic-development.tsv", true),
  heldout: () => logic("logic-heldout.tsv", false),
  vignettes: () => {
    logic("vignettes-development.tsv", true);
    logic("vignettes-heldout.tsv", false);
  },
};
for (const name of process.argv.slice(2)) SETS[name]();
