// What the product reads in faces and in situations apart, one JSON line each, for fit_integration.py to put together.
//
//   node models/training/integration/read-parts.mjs situations-train.tsv situations-evaluation-only.tsv \
//       public.jsonl photos.jsonl parts.jsonl     (npm run build first)
//
// The JSON lines of faces are those of face/measure-faces.mjs. Of the situations, only those that the reader never saw: the
// dev part of Event2Mind, a fifth of enISEAR, 15 % of our own phrases, and ISEAR, which is for measuring alone.
import { createHash } from "node:crypto";
import { createWriteStream, readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { fittedPool } from "../../../dist/src/facs/expression-pool.js";
import { readSituation } from "../../../dist/src/situations/read-situation.js";

const LABELS = ["neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt"];
const { shownAs } = JSON.parse(readFileSync(new URL("../../rules/integration.json", import.meta.url), "utf8"));
const [train, evaluation, publicFaces, photos, output] = process.argv.slice(2);
const out = createWriteStream(output);
const write = (line) => out.write(`${JSON.stringify(line)}\n`);
const rounded = (shares) => shares.map((value) => Number(value.toFixed(5)));
const asLabels = (object) => Object.entries(object).map(([label, probability]) => ({ label, probability }));
const lines = (path) =>
  readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

/** Shares of the eight labels, guilt and shame as what faces show of them. */
function shown(distribution) {
  return LABELS.map((label) =>
    distribution.reduce((sum, entry) => {
      const part = entry.label === label ? 1 : (shownAs[entry.label]?.[label] ?? 0);
      return sum + part * entry.probability;
    }, 0),
  );
}

function table(path) {
  return parse(readFileSync(path, "utf8"), { columns: true, delimiter: "\t", relax_column_count: true });
}

/** Texts by a hash of their own, as data.py holds them out. */
const shareOf = (text) =>
  Number.parseInt(createHash("sha256").update(text.toLowerCase()).digest("hex").slice(0, 8), 16) / 2 ** 32;

function unseen({ source, split, perspective, text }) {
  if (source === "event2mind") return split === "dev" && perspective === "actor";
  return source === "isear" || (source === "enisear" && shareOf(text) < 0.2);
}

function writeSituation(part, text, distribution) {
  const { distribution: read } = readSituation(text);
  if (read !== null) write({ part, text, target: rounded(shown(asLabels(distribution))), read: rounded(shown(read)) });
}

for (const row of [...table(train), ...table(evaluation)].filter(unseen)) {
  writeSituation(row.source, row.text.replace("I felt ... ", ""), JSON.parse(row.distribution));
}
for (const name of ["own-situations-1.txt", "own-situations-2.txt"]) {
  let shares;
  for (const line of readFileSync(new URL(`../situation/${name}`, import.meta.url), "utf8").split("\n")) {
    if (line.startsWith("[")) {
      const words = line.replace(/[[\]]/g, "").trim().split(/\s+/);
      const total = words.reduce((sum, word, at) => sum + (at % 2 === 1 ? Number(word) : 0), 0);
      shares = Object.fromEntries(
        words.flatMap((word, at) => (at % 2 === 0 ? [[word, Number(words[at + 1]) / total]] : [])),
      );
    } else if (line.startsWith("- ")) {
      const phrase = line.slice(2).replace(/^= /, "");
      const text = line.startsWith("- = ") ? phrase : `Anna ${phrase}`;
      if (shareOf(phrase) < 0.15) writeSituation("own", text, shares);
    }
  }
}

function reading({ expressions, rules, quality }) {
  const networks = Object.entries(expressions).map(([source, shares]) => ({ source, distribution: asLabels(shares) }));
  const read = fittedPool(
    networks.filter(({ source }) => !source.startsWith("expression-pool")),
    { quality: quality.overall, rules: Object.keys(rules).length > 0 ? asLabels(rules) : null },
  );
  return read === undefined ? null : rounded(shown(read));
}

for (const [part, path] of [
  ["crowd", publicFaces],
  ["photo", photos],
]) {
  for (const { index, label, face } of lines(path)) {
    const read = face && Object.keys(face.expressions).length > 0 ? reading(face) : null;
    if (read !== null) write({ part, index, label, read });
  }
}
out.end();
