import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const demo = join(dirname(createRequire(import.meta.url).resolve("@vladmandic/face-api/package.json")), "demo");

/** One of the photographs that ship with face-api, 1 to 6: groups of two to four people at parties and at work. */
export function samplePhoto(number: 1 | 2 | 3 | 4 | 5 | 6): string {
  return join(demo, `sample${number}.jpg`);
}
