import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { centreOf } from "../../../src/adapters/clip/clip-pair.ts";

interface Golden {
  readonly image: string;
  readonly pixels: readonly (readonly [row: number, column: number, red: number, green: number, blue: number])[];
}
const golden = JSON.parse(readFileSync("test/fixtures/clip/pixels.json", "utf8")) as Golden;
const SIDE = 224;
/** Two JPEG decoders and two ways to round come to a quarter of a level, shrinking while decoding to two thirds, a pixel's shift to six. */
const CLOSE_LEVELS = 0.4;

it("cuts out and shrinks an image as CLIP's own preprocessing does", async () => {
  const rgb = await centreOf(readFileSync(join("node_modules", golden.image)), { width: SIDE, height: SIDE });
  const apart = golden.pixels.flatMap(([row, column, ...levels]) =>
    levels.map((level, channel) => Math.abs(level - (rgb[(row * SIDE + column) * 3 + channel] as number))),
  );
  expect(apart.reduce((sum, value) => sum + value, 0) / apart.length).toBeLessThan(CLOSE_LEVELS);
});
