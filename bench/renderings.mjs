// How far what is measured of a face moves when its image is rendered in other light or with skin of another tone.
// node bench/renderings.mjs [images...]     (npm run build first; without images the six that dependencies ship, 640 pixels wide)

import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { createMeshToolbox } from "../dist/src/adapters/mesh/mesh-toolbox.js";
import { createPersonSegmenter } from "../dist/src/adapters/scene/person-segmenter.js";
import { RENDERINGS } from "../dist/src/evaluation/file/arm-names.js";
import { createLabStimuli } from "../dist/src/lab/lab-stimuli.js";
import { targetFace } from "../dist/src/lab/scene.js";
import { measureImage } from "../dist/src/measuring/measure-image.js";

const demo = join(dirname(createRequire(import.meta.url).resolve("@vladmandic/face-api/package.json")), "demo");
const given = process.argv.slice(2);
const paths = given.length > 0 ? given : [1, 2, 3, 4, 5, 6].map((number) => join(demo, `sample${number}.jpg`));
const folder = await mkdtemp(join(tmpdir(), "renderings-"));
const toolbox = await createMeshToolbox({ workers: 1 });
const segmenter = await createPersonSegmenter();
const setting = { folder, toolbox, segmenter, hide: "faces", mask: "gray", neutral: null, seed: 1 };
const measured = async (path, region) => targetFace((await measureImage(path, [toolbox])).faces, region);

/** Action units of both sides with where their values lie. */
const unitsOf = (face) =>
  new Map(face.measurements[0].actionUnits.filter(({ side }) => side === "both").map(({ au, value }) => [au, value]));

const moved = new Map(RENDERINGS.map((arm) => [arm, { faces: 0, lost: 0, notShown: 0, units: new Map() }]));
for (const [i, path] of paths.entries()) {
  const image = join(folder, `${i}.png`);
  await sharp(path).rotate().resize(640, undefined, { withoutEnlargement: true }).png().toFile(image);
  const before = await measured(image, null);
  if (before === undefined) continue;
  const sample = { id: `${i}`, image, region: before.box, context: null, truth: { label: null } };
  const stimuli = createLabStimuli({ ...setting, samples: [sample] });
  for (const arm of RENDERINGS) {
    const own = moved.get(arm);
    const stimulus = await stimuli.prepare(sample, arm).catch(() => null);
    if (stimulus === null) own.notShown++;
    const after = stimulus === null ? undefined : await measured(stimulus.path, before.box);
    if (stimulus !== null && after === undefined) own.lost++;
    if (after === undefined) continue;
    own.faces++;
    const now = unitsOf(after);
    for (const [au, value] of unitsOf(before)) {
      if (now.has(au)) own.units.set(au, [...(own.units.get(au) ?? []), now.get(au) - value]);
    }
  }
}
const mean = (values) => values.reduce((sum, one) => sum + one, 0) / values.length;
console.log(
  "| rendering | faces | lost | not shown | mean change | moved most | by |\n| --- | --- | --- | --- | --- | --- | --- |",
);
for (const [arm, { faces, lost, notShown, units }] of moved) {
  const all = [...units.values()].flat().map(Math.abs);
  const [most, changes] = [...units].reduce(
    (best, one) => (mean(one[1].map(Math.abs)) > mean(best[1].map(Math.abs)) ? one : best),
    ["", [0]],
  );
  const cells = [arm, faces, lost, notShown, mean(all).toFixed(3), most, mean(changes).toFixed(2)];
  console.log(`| ${cells.join(" | ")} |`);
}
await toolbox.close();
await segmenter.close();
await rm(folder, { recursive: true });
