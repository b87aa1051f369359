// CPU time per image of the mesh toolbox against @vladmandic/human (WASM): detection, mesh and emotion of the same
// decoded photograph, in turn. Then faces a second on one thread, decoding included, which stands beside the 8.9 that
// Py-Feat 2 publishes for one thread of a machine of theirs.
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { figure } from "./support/figures.mjs";
import { compare, startContestant } from "./support/paired.mjs";

const TARGETS = { alone: 4, withDecoding: 3 };
const [ROUNDS, CALLS] = [31, 3];
const file = (name) => fileURLToPath(new URL(name, import.meta.url));

const mesh = await startContestant(file("support/mesh-contestant.mjs"));
const human = await startContestant(file("support/human-contestant.mjs"));
console.log(`@vladmandic/human runs on ${(await human.ask("backend", null, 0)).result}; on ${cpus()[0]?.model}`);

for (const number of [1, 4, 6]) {
  const photo = file(`../node_modules/@vladmandic/face-api/demo/sample${number}.jpg`);
  const warm = [await mesh.ask("measure", photo, 15), await human.ask("measure", photo, 15)];
  const { a, b, ratio, quarter, threeQuarters } = await compare(
    () => mesh.ask("measure", photo, CALLS),
    () => human.ask("measure", photo, CALLS),
    { rounds: ROUNDS },
  );
  const decodeMs = (await mesh.ask("decode", photo, 10)).cpuMs;
  const [ours, theirs] = warm.map(({ result }) => result);
  console.log(
    `sample${number}.jpg: mesh@5 ${a.toFixed(1)} ms CPU for ${ours} faces, human ${b.toFixed(1)} ms for ${theirs}: ` +
      `${ratio.toFixed(2)} times less (half of the rounds ${quarter.toFixed(2)} to ${threeQuarters.toFixed(2)}). ` +
      `Decoding costs both ${decodeMs.toFixed(1)} ms; with it ${((b + decodeMs) / (a + decodeMs)).toFixed(2)} times less.`,
  );
  const wanted = (atLeast) => (number === 1 ? { unit: "times", atLeast } : { unit: "times" });
  figure(`sample${number}.jpg: human's processor time / ours`, ratio, wanted(TARGETS.alone));
  figure(`sample${number}.jpg: the same with decoding`, (b + decodeMs) / (a + decodeMs), wanted(TARGETS.withDecoding));
  figure(`sample${number}.jpg: faces a second on one thread, decoding included`, (1000 * ours) / (a + decodeMs));
}
mesh.stop();
human.stop();
