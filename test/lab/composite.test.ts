import { describe, expect, it } from "vitest";
import { setIntoScene } from "../../src/lab/composite.ts";
import { emptyMask } from "../../src/lab/mask.ts";
import type { Scene } from "../../src/lab/scene.ts";
import { face as faceOf } from "../support/builders.ts";

type Size = readonly [widthPx: number, heightPx: number];

/** A red person, head and body, before a wall of one gray. */
function sceneOf(
  [widthPx, heightPx]: Size,
  shape: { readonly headX: number; readonly headY: number; readonly radius: number; readonly halfBodyPx: number },
  gray: number,
): Scene {
  const { headX, headY, radius, halfBodyPx } = shape;
  const people = emptyMask({ widthPx, heightPx });
  people.values.forEach((_, i) => {
    const [x, y] = [i % widthPx, Math.floor(i / widthPx)];
    const isHead = Math.hypot(x - headX, y - headY) < radius;
    people.values[i] = isHead || (Math.abs(x - headX) < halfBodyPx && y > headY) ? 1 : 0;
  });
  const rgb = Uint8Array.from({ length: 3 * widthPx * heightPx }, (_, i) =>
    people.values[Math.floor(i / 3)] === 0 ? gray : ([200, 30, 30][i % 3] as number),
  );
  const box = {
    leftPx: headX - 0.6 * radius,
    topPx: headY - 0.6 * radius,
    widthPx: 1.2 * radius,
    heightPx: 1.2 * radius,
  };
  const face = { ...faceOf(), box };
  const raster = { widthPx, heightPx, rgb };
  return { raster, scale: 1, faces: [face], target: face, people, image: raster } as unknown as Scene;
}

const place = sceneOf([160, 120], { headX: 110, headY: 60, radius: 12, halfBodyPx: 16 }, 180);
const isRed = (rgb: Uint8Array, at: number) => (rgb[3 * at] as number) > 2 * (rgb[3 * at + 1] as number);

describe("setting a person into another scene", () => {
  it("takes the place, size and cut of the person there, and leaves nobody of that scene", async () => {
    const person = sceneOf([120, 160], { headX: 40, headY: 60, radius: 24, halfBodyPx: 34 }, 90);
    const made = await setIntoScene(person, place, 1);
    if ("why" in made) throw new Error(made.why);
    const { rgb } = made.raster;
    // The face lies where theirs was, as large as theirs.
    expect(made.region.widthPx).toBeCloseTo(14.4, 0);
    expect(made.region.leftPx + made.region.widthPx / 2).toBeCloseTo(110, -1);
    // Cut off below as before, and beside it the wall of the place.
    expect(isRed(rgb, 119 * 160 + 110)).toBe(true);
    expect([30, 60].map((x) => Math.abs((rgb[3 * (100 * 160 + x)] as number) - 180) < 12)).toEqual([true, true]);
  });

  it("is not possible where most of what is seen of the place would be made up", async () => {
    const crowded = sceneOf([160, 120], { headX: 80, headY: 25, radius: 12, halfBodyPx: 70 }, 180);
    const person = sceneOf([120, 160], { headX: 60, headY: 60, radius: 24, halfBodyPx: 20 }, 90);
    const made = await setIntoScene(person, crowded, 1);
    expect("why" in made && made.why).toMatch(/^[78]\d % of what is seen of the other scene would be made up$/);
  });

  it("reaches from side to side again where a frame cut somebody off at both, with the head in it", async () => {
    const person = sceneOf([80, 240], { headX: 40, headY: 60, radius: 20, halfBodyPx: 45 }, 90);
    const made = await setIntoScene(person, place, 1);
    if ("why" in made) throw new Error(made.why);
    const { rgb } = made.raster;
    expect([0, 80, 159].map((x) => isRed(rgb, 119 * 160 + x))).toEqual([true, true, true]);
    expect(made.region.topPx).toBeGreaterThan(0);
  });
});
