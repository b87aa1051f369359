import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import * as agreement from "../../src/cli/agreement.ts";
import * as ask from "../../src/cli/ask.ts";
import * as discover from "../../src/cli/discover.ts";
import * as evaluation from "../../src/cli/eval.ts";
import * as exemplars from "../../src/cli/exemplars.ts";
import * as importing from "../../src/cli/import.ts";
import * as measure from "../../src/cli/measure.ts";
import * as trace from "../../src/cli/trace.ts";
import { samplePhoto } from "../support/photos.ts";
import { runCommand } from "../support/run-command.ts";
import { tempFolder } from "../support/temp-folder.ts";

const PHOTO = samplePhoto(2);
const THING = { a: { b: 1 } };
const hume = (score: object) => [
  {
    results: {
      predictions: [{ models: { face: { grouped_predictions: [{ predictions: [{ emotions: [score] }] }] } } }],
    },
  },
];

// Where text was expected and an object stands, some readers told of "[object Object]", or took that for a name.
it.each<[string, string, unknown, (file: string) => readonly string[], RegExp]>([
  ["settings", "kuleshov.config.yaml", { model: THING }, () => ["ask", PHOTO], /model .*takes the name of a model/],
  [
    "a pack",
    "p.jsonl",
    { image: THING, category: THING },
    (f) => ["exemplars", "import", f, "--labeller", "me", "--store", `${f}.store`],
    /line 1: image: .*expected string, received object/,
  ],
  [
    "a taxonomy",
    "t.json",
    { id: THING, categories: [THING] },
    (f) => ["discover", PHOTO, "--known", f, "--out", `${f}.out`],
    /it is not one/,
  ],
  [
    "an evaluation",
    "e.eval.yaml",
    { name: THING, dataset: THING, scorers: THING },
    (f) => ["eval", "run", f],
    /"name": .*expected string, received object/,
  ],
  [
    "a run's header",
    "run/run.json",
    { format: THING },
    (f) => ["eval", "resume", dirname(f)],
    /its files are of format \{"a":\{"b":1\}\}/,
  ],
  ["a report", "r.json", { provenance: THING }, (f) => ["trace", f], /it is no report/],
  ["measurements", "m.jsonl", { path: THING, faces: THING }, (f) => ["agreement", f], /line 1 is no measured image/],
  [
    "Hume's names",
    "h.json",
    hume({ name: THING, score: 0.5 }),
    (f) => ["import", f, "--out", `${f}.out`],
    /a score has the name \{"a":\{"b":1\}\}, which is no text/,
  ],
  [
    "Hume's scores",
    "h.json",
    hume({ name: "Joy", score: THING }),
    (f) => ["import", f, "--out", `${f}.out`],
    /Joy has the score \{"a":\{"b":1\}\}, which is no number/,
  ],
  [
    "blendshapes' names",
    "b.json",
    [{ categories: [{ categoryName: THING, score: 0.5 }] }],
    (f) => ["import", f, "--out", `${f}.out`],
    /has no categoryName/,
  ],
  [
    "blendshapes' scores",
    "b.json",
    { "a.jpg": { faceBlendshapes: [{ categories: THING }] } },
    (f) => ["import", f, "--out", `${f}.out`],
    /has the score \{"a":\{"b":1\}\}, which is no number/,
  ],
  [
    "a journal",
    "out/journal.jsonl",
    { began: THING },
    (f) => ["measure", PHOTO, "--resume", "--out", dirname(f)],
    /wrote its journal.jsonl/,
  ],
  [
    "scores without a name",
    "h.json",
    hume({ score: 0.5 }),
    (f) => ["import", f, "--out", `${f}.out`],
    /measurements as a score has no name: /,
  ],
])("an object where text was expected is one sentence: %s", async (_what, name, content, words, sentence) => {
  const file = join(await tempFolder(), name);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(content)}\n`);
  const before = process.cwd();
  process.chdir(dirname(file));
  const commands = [agreement, ask, discover, evaluation, exemplars, importing, measure, trace];
  const { code, stderr } = await runCommand(words(file), commands).finally(() => process.chdir(before));
  expect(stderr).toMatch(sentence);
  expect(stderr).not.toMatch(/\[object Object\]|unforeseen|\n\s+at /);
  expect(code).toBeGreaterThanOrEqual(2);
});
