// Runs the inputs that the driver names and says what became of each. An input is a kind and a number; with the seed they
// determine it, so that each can be had again.
import { openKinds } from "./kinds.mjs";
import { randomFrom } from "./mutate.mjs";

const [seed, place] = [Number(process.argv[2]), process.argv[3]];
const { KuleshovError } = await import("../../dist/src/domain/errors.js");
const { systemErrorSentence } = await import("../../dist/src/platform/system-error.js");
const kinds = await openKinds(place);
let warned;
process.on("warning", (warning) => {
  warned = warning.message;
});

/** `null` when it was read, a sentence when it was refused as it should be. @throws {Fault} for everything else. */
async function outcomeOf(kind, number) {
  const random = randomFrom(Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b) ^ kind.length);
  try {
    const found = await kinds[kind](random);
    return { outcome: "read", found };
  } catch (error) {
    const sentence = error instanceof KuleshovError ? error.message : systemErrorSentence(error);
    if (sentence === undefined) return { outcome: "FAULT", why: `not refused: ${error?.stack ?? error}` };
    return isOneSentence(sentence) ? { outcome: "refused" } : { outcome: "FAULT", why: `no sentence: ${sentence}` };
  }
}

/** A list of problems may follow, indented. What the file itself holds is quoted, but no more than a screen of it. */
function isOneSentence(message) {
  const told = message.length < 8000 && !/\n(?! {2})/.test(message.replaceAll(/`[^`]*`/gs, ""));
  return told && !/\[object Object\]|\bundefined\b|node_modules|\n\s+at /.test(message.replaceAll(/["`].*["`]/gs, ""));
}

process.on("message", async ({ kind, number }) => {
  process.send({ begins: { kind, number } });
  warned = undefined;
  const result = await outcomeOf(kind, number);
  await new Promise(setImmediate); // Node tells of warnings a moment later
  if (warned !== undefined) Object.assign(result, { outcome: "FAULT", why: `warned: ${warned}` });
  process.send({ ends: { kind, number, ...result, rss: process.memoryUsage().rss } });
});
process.send({ ready: Object.keys(kinds) });
