// Contradictions between words and a face: how many of the planted ones are found, and how often one is found where there is none.
// Words are those of bench/support/said.tsv: the rule was made on what `first` and `development` show, whose misses are told;
// `held-out` was written before the rule was last changed and never read in changing it, so only counts of
// `held-out` are printed. Faces are planted: action units and a reading of the expression as somebody who shows it has
// them; with a folder, they are measured on its photographs instead. Target: 95 % of the planted ones, at most 5 % false ones.
//   node bench/words-and-face.mjs [folder with labels.csv (path,label)]

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createMeshToolbox } from "../dist/src/adapters/mesh/mesh-toolbox.js";
import { createEvidenceLedger } from "../dist/src/domain/evidence.js";
import { clipDynamics } from "../dist/src/dynamics/clip-dynamics.js";
import { personEvidence } from "../dist/src/evidence/clip-evidence.js";
import { contradictions } from "../dist/src/evidence/words-and-face.js";
import { decodeImage } from "../dist/src/measuring/decode-image.js";

const [FOUND, FALSE] = [0.95, 0.05];
const TIMES = [1, 1.2, 1.4, 1.6, 1.8, 2];
const rows = (await readFile(new URL("support/said.tsv", import.meta.url), "utf8")).trim().split("\n").slice(1);
const words = rows.map((row) => row.split("\t")).map(([set, says, sort, text]) => ({ set, says, sort, text }));

const DISPLAYS = {
  happiness: { AU6: 0.8, AU12: 0.9 },
  sadness: { AU1: 0.7, AU4: 0.6, AU15: 0.7 },
  anger: { AU4: 0.8, AU7: 0.7, AU23: 0.6 },
  fear: { AU1: 0.7, AU2: 0.6, AU4: 0.6, AU5: 0.8, AU20: 0.7 },
  disgust: { AU9: 0.8, AU10: 0.7, AU15: 0.5 },
  neutral: {},
};
const shows = (label) => (label === "happiness" ? "pleasant" : label === "neutral" ? "rest" : "unpleasant");
const [folder] = process.argv.slice(2);
const faces = folder === undefined ? Object.keys(DISPLAYS).map(planted) : await photographed(folder);

const pairs = words.flatMap(({ set, says, sort, text }, at) =>
  ["pleasant", "unpleasant", "rest"].flatMap((shown) => {
    const own = faces.filter(({ label }) => shows(label) === shown);
    // Every face of a folder is used; each sentence meets several.
    const met = folder === undefined ? [own[at % own.length]] : own.filter((_face, i) => i % words.length === at);
    return met.map(({ label, measurement }) => {
      const isPlanted = says !== "nothing" && shown !== "rest" && says !== shown;
      return {
        set,
        says,
        sort,
        shown,
        label,
        text,
        isPlanted,
        found: contradictions(ledgerOf(text, measurement)).length > 0,
      };
    });
  }),
);
const percent = (some, all) => `${((100 * some.length) / all.length).toFixed(1)} % (${some.length} of ${all.length})`;
for (const set of ["first", "development", "held-out"]) {
  const own = pairs.filter((pair) => pair.set === set);
  if (folder === undefined && set !== "held-out") {
    for (const { isPlanted, found, text, label } of own)
      if (isPlanted !== found) console.log(`${found ? "false" : "missed"}: "${text}" over ${label}`);
  }
  const planted_ = own.filter(({ isPlanted }) => isPlanted);
  const others = own.filter(({ isPlanted }) => !isPlanted);
  // Over a face that shows nothing, nothing can be false: the strictest count leaves those out.
  const could = others.filter(({ says, shown }) => says === "nothing" && shown !== "rest");
  const isFound = ({ found }) => found;
  console.log(
    `${set}: ${percent(planted_.filter(isFound), planted_)} of planted contradictions found (target: ${100 * FOUND} %)`,
  );
  console.log(
    `${set}: ${percent(others.filter(isFound), others)} of all other pairs falsely (target: at most ${100 * FALSE} %)`,
  );
  console.log(
    `${set}: ${percent(could.filter(isFound), could)} of faces that show something over words that say nothing falsely`,
  );
  for (const sort of new Set(own.map((pair) => pair.sort))) {
    const of = own.filter((pair) => pair.sort === sort);
    const [plantedOf, othersOf] = [of.filter(({ isPlanted }) => isPlanted), of.filter((pair) => could.includes(pair))];
    if (plantedOf.length > 0) console.log(`  ${sort}: found ${percent(plantedOf.filter(isFound), plantedOf)}`);
    if (othersOf.length > 0) console.log(`  ${sort}: false ${percent(othersOf.filter(isFound), othersOf)}`);
  }
  if (set !== "held-out") continue;
  process.exitCode =
    planted_.filter(isFound).length / planted_.length >= FOUND && others.filter(isFound).length / others.length <= FALSE
      ? 0
      : 1;
}

function planted(label) {
  const units = {
    ...Object.fromEntries([1, 2, 4, 5, 6, 7, 9, 10, 12, 15, 20, 23, 25].map((au) => [`AU${au}`, 0.05])),
    ...DISPLAYS[label],
  };
  const actionUnits = Object.entries(units).map(([au, value]) => ({
    ...{ au, value, side: "both", scale: "probability", estimated: true, weight: 1, toolbox: "planted@1" },
  }));
  const distribution = Object.keys(DISPLAYS).map((one) => ({ label: one, probability: one === label ? 0.75 : 0.05 }));
  const expressions = [{ source: "planted@1", distribution }];
  const unmeasured = { landmarks: null, quality: null, headPose: null, gaze: null, eyeOpenness: null, score: null };
  return { label, measurement: { ...unmeasured, toolbox: "planted@1", actionUnits, expressions } };
}

async function photographed(path) {
  const listed = (await readFile(join(path, "labels.csv"), "utf8")).trim().split(/\r?\n/).slice(1);
  const toolbox = await createMeshToolbox({ workers: 1 });
  const found = [];
  for (const line of listed) {
    const [name, label] = line.split(",");
    if (!(label in DISPLAYS)) continue;
    const measured = await toolbox.measure(await decodeImage(join(path, name)));
    if (measured.length === 1) found.push({ label, measurement: measured[0] });
  }
  await toolbox.close();
  return found;
}

function ledgerOf(text, measurement) {
  const ledger = createEvidenceLedger([]);
  const sights = TIMES.map((timestampS) => ({ place: { timestampS }, face: { measurements: [measurement] } }));
  for (const item of personEvidence(
    { faceId: "F1", trackId: "T1", sights },
    { dynamics: clipDynamics([]), people: [] },
  ))
    ledger.add(item);
  const value = { type: "utterance", text, speaker: "Ann", spokenBy: "F1", knownBy: "name" };
  ledger.add({
    kind: "utterance",
    faceId: null,
    region: null,
    statement: text,
    value,
    time: { fromS: 1.1, toS: 1.9 },
    source: { type: "user", name: "user" },
  });
  return ledger;
}
