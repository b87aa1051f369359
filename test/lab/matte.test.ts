import { describe, expect, it } from "vitest";
import { emptyMask } from "../../src/lab/mask.ts";
import { cutOut } from "../../src/lab/matte.ts";

const [W, H] = [120, 90];
const REACH_PX = 8;

/** A dark head before a bright green wall, with an edge that is mixed over four pixels. */
const share = (at: number) => Math.max(0, Math.min(1, (32 - Math.hypot((at % W) - 60, Math.floor(at / W) - 45)) / 4));
const [HEAD, WALL] = [
  [60, 40, 30],
  [120, 230, 140],
] as const;
const rgb = Uint8Array.from({ length: 3 * W * H }, (_, i) => {
  const own = share(Math.floor(i / 3));
  return Math.round(own * (HEAD[i % 3] as number) + (1 - own) * (WALL[i % 3] as number));
});
const raster = { widthPx: W, heightPx: H, rgb };
const at = (x: number) => 45 * W + x;
/** As a network finds it: a disc of that radius, moved a little. */
function rough(radius: number) {
  const mask = emptyMask(raster);
  mask.values.forEach((_, i) => {
    mask.values[i] = Math.hypot((i % W) - 62, Math.floor(i / W) - 45) < radius ? 1 : 0;
  });
  return mask;
}

describe("cutting somebody out", () => {
  it.each([27, 35])("takes the edge of a mask of radius %d to where the colours change", async (radius) => {
    const { mask } = await cutOut(raster, rough(radius), REACH_PX);
    const off = mask.values.map((value, i) => Math.abs(value - share(i)));
    expect(off.reduce((sum, one) => sum + one, 0) / (W * H)).toBeLessThan(0.015);
  });

  it("leaves nothing of the wall's colour in pixels that are mixed of both", async () => {
    const { raster: clean } = await cutOut(raster, rough(30), REACH_PX);
    // Half head and half wall: its green was 135.
    const mixedAt = at(60 + 30);
    expect(share(mixedAt)).toBe(0.5);
    expect(clean.rgb[3 * mixedAt + 1]).toBeLessThan(85);
    expect(clean.rgb.slice(3 * at(60), 3 * at(60) + 3)).toEqual(Uint8Array.from(HEAD));
  });
});
