import { expect, it } from "vitest";
import type { DecodedImage } from "../../src/domain/image.ts";
import { createRandom } from "../../src/domain/statistics/random.ts";
import { dissolvedSince, type FrameLook, frameLook, remembered } from "../../src/measuring/find-dissolves.ts";

const [WIDTH, HEIGHT, FPS] = [96, 54, 5];
const WIDER = 3 * WIDTH;

/** A scene three frames wide: light and dark patches that a camera may pan over. */
function scene(seed: number): (x: number, y: number) => number {
  const random = createRandom(seed);
  const patches = Array.from({ length: (WIDER / 12) * (HEIGHT / 6 + 1) }, () => 255 * random.real());
  return (x, y) => patches[Math.floor(y / 6) * (WIDER / 12) + Math.floor(x / 12)] ?? 0;
}

function image(luminanceAt: (x: number, y: number) => number): DecodedImage {
  const rgb = new Uint8Array(WIDTH * HEIGHT * 3).map((_, i) => {
    const pixel = Math.floor(i / 3);
    return Math.round(luminanceAt(pixel % WIDTH, Math.floor(pixel / WIDTH)));
  });
  return { path: "made", widthPx: WIDTH, heightPx: HEIGHT, rgb, sha256: "0".repeat(64) };
}

/** Since when each frame says that shots dissolve, by the number of the frame. */
function sinceOf(frames: readonly ((x: number, y: number) => number)[], fps = FPS): (number | null)[] {
  let looks: FrameLook[] = [];
  return frames.map((luminanceAt, i) => {
    const look = frameLook(image(luminanceAt), i / fps);
    const since = dissolvedSince(looks, look);
    looks = remembered(looks, look);
    return since === null ? null : Math.round(since * fps);
  });
}

const [kitchen, garden] = [scene(1), scene(2)];
const mixed =
  (share: number, a = kitchen, b = garden) =>
  (x: number, y: number) =>
    (1 - share) * a(x, y) + share * b(x, y);
const frames = (length: number, at: (i: number) => (x: number, y: number) => number) =>
  Array.from({ length }, (_, i) => at(i));
const still = (length: number) => Array.from({ length }, () => null);

it("tells since when one shot dissolves into another, at any rate of frames, and no longer once it is over", () => {
  const dissolve = frames(12, (i) => mixed(Math.min(1, Math.max(0, (i - 3) / 5))));
  const since = sinceOf(dissolve);
  expect(since.slice(0, 5)).toEqual(still(5));
  expect(since.slice(6)).toEqual([3, 3, 3, null, null, null]);
  const often = sinceOf(
    frames(60, (i) => mixed(Math.min(1, Math.max(0, (i - 15) / 25)))),
    25,
  );
  expect(often.slice(0, 16)).toEqual(still(16));
  expect(often[40]).toBe(15);
  expect(often.slice(46)).toEqual(still(14));
});

it("finds none in a cut, a pan, a light that goes down, or a face that changes before the same wall", () => {
  const smiling = (x: number, y: number) => (Math.hypot(x - 48, y - 27) < 12 ? garden(x, y) : kitchen(x, y));
  const cases = {
    cut: frames(12, (i) => (i < 6 ? kitchen : garden)),
    cuts: frames(12, (i) => [kitchen, garden, scene(3)][Math.floor(i / 2) % 3] ?? kitchen),
    pan: frames(12, (i) => (x, y) => kitchen(x + 8 * i, y)),
    "slow pan": frames(12, (i) => (x, y) => kitchen(x + 2 * i, y)),
    darker: frames(12, (i) => (x, y) => 255 * (kitchen(x, y) / 255) ** (1 + i / 8)),
    smile: frames(12, (i) => mixed(Math.min(1, i / 8), kitchen, smiling)),
  };
  for (const [name, made] of Object.entries(cases)) expect([name, sinceOf(made)]).toEqual([name, still(12)]);
});
