import { describe, expect, it } from "vitest";
import { createRandom } from "../../src/domain/statistics/random.ts";
import { artefactScore } from "../../src/lab/artefact-score.ts";
import { fillHole, sourcesAtFullSize } from "../../src/lab/fill-hole.ts";
import { contextOnly, type Hiding, holeElsewhere } from "../../src/lab/hide.ts";
import { joinPieces } from "../../src/lab/join-pieces.ts";
import { emptyMask, type Mask } from "../../src/lab/mask.ts";
import { type PlacedFace, pasteFace } from "../../src/lab/paste-face.ts";
import { mixed, type Raster } from "../../src/lab/raster.ts";
import type { Scene } from "../../src/lab/scene.ts";
import { faceOnly } from "../../src/lab/stimuli.ts";
import { face as faceOf } from "../support/builders.ts";

const [W, H] = [180, 120];

function painted(colour: (x: number, y: number) => number): Raster {
  const rgb = Uint8Array.from({ length: W * H * 3 }, (_, i) => colour(Math.floor(i / 3) % W, Math.floor(i / 3 / W)));
  return { widthPx: W, heightPx: H, rgb };
}

function masked(inside: (x: number, y: number) => boolean): Mask {
  const mask = emptyMask({ widthPx: W, heightPx: H });
  mask.values.forEach((_, i) => {
    mask.values[i] = inside(i % W, Math.floor(i / W)) ? 1 : 0;
  });
  return mask;
}

const random = createRandom(5);
const noise = Array.from({ length: W * H }, () => random.below(60));
/** Stripes of 12 pixels with grain: what a smear cannot go on with. */
const stripes = painted((x, y) => (Math.floor(x / 6) % 2 === 0 ? 60 : 160) + (noise[y * W + x] as number));
const hole = masked((x, y) => Math.hypot(x - 90, y - 60) < 26);

describe("filling a hole", () => {
  it("goes on with the pattern around it, the same way every time", () => {
    const filled = fillHole(stripes, { mask: hole, seed: 1 });
    const inside = [...hole.values.keys()].filter((i) => hole.values[i] === 1);
    const wrong = inside.filter((i) => {
      const isDark = Math.floor((i % W) / 6) % 2 === 0;
      return (filled?.rgb[3 * i] as number) < 140 !== isDark;
    });
    expect(wrong.length / inside.length).toBeLessThan(0.12);
    expect(fillHole(stripes, { mask: hole, seed: 1 })).toEqual(filled);
    // Nothing else is touched.
    const changed = [...hole.values.keys()].filter((i) => filled?.rgb[3 * i] !== stripes.rgb[3 * i]);
    expect(changed.every((i) => hole.values[i] === 1)).toBe(true);
  });

  it("takes nothing from where people stay", () => {
    const twoTone = painted((x, y) => (x < 60 ? 250 : 100) + ((noise[y * W + x] as number) % 6));
    const mask = masked((x, y) => x >= 60 && x < 100 && y > 40 && y < 90);
    const filled = fillHole(twoTone, { mask, avoid: masked((x) => x < 60), seed: 1 });
    const row = Array.from({ length: 30 }, (_, i) => filled?.rgb[3 * (60 * W + 66 + i)] as number);
    expect(Math.max(...row)).toBeLessThan(150);
  });

  it("goes on with the shade of its border, to the edge of the frame, whatever shade its pieces bring along", () => {
    const grain = (x: number, y: number) => (noise[y * W + x] as number) % 7;
    const shaded = painted((x, y) => 60 + x / 2 + y / 3 + grain(x, y));
    const mask = masked((x, y) => x > 60 && x < 120 && y > 50);
    const filled = fillHole(shaded, { mask, seed: 1 });
    const off = [...mask.values.keys()]
      .filter((i) => mask.values[i] === 1)
      .map((i) => Math.abs((filled?.rgb[3 * i] as number) - (63 + (i % W) / 2 + Math.floor(i / W) / 3)));
    expect(off.reduce((sum, one) => sum + one, 0) / off.length).toBeLessThan(6);
  });

  it("is not done from next to nothing", () => {
    expect(fillHole(stripes, { mask: masked((x) => x > 6), seed: 1 })).toBeNull();
  });
});

describe("pieces at full size", () => {
  it("end in a line where the cells that they were chosen by end in steps", () => {
    const [factor, across, widthPx] = [4, 30, 120];
    const hole = Uint8Array.from({ length: widthPx * 80 }, (_, at) => (Math.abs((at % widthPx) - 59.5) < 20 ? 1 : 0));
    const [left, right] = [[-10, 0] as const, [10, 0] as const];
    const pieces = Array.from({ length: across * 20 }, (_, cell) =>
      cell % across < Math.floor(cell / across) ? left : right,
    );
    const sources = sourcesAtFullSize({ widthPx }, { hole, small: { factor, widthPx: across }, pieces });
    const ends = Array.from({ length: 24 }, (_, i) => {
      const row = sources.subarray((48 + i) * widthPx, (49 + i) * widthPx);
      return row.filter((source, x) => source < (48 + i) * widthPx + x).length;
    });
    const steps = ends.slice(1).map((end, i) => end - (ends[i] as number));
    expect(Math.max(...steps)).toBeLessThanOrEqual(2);
    expect((ends.at(-1) as number) - (ends[0] as number)).toBeGreaterThan(18);
  });
});

describe("the artefact score", () => {
  it("finds a smear, and tells a fill by exemplars from its border hardly better than the untouched image", () => {
    const smear = {
      ...stripes,
      rgb: stripes.rgb.map((value, i) => (hole.values[Math.floor(i / 3)] === 1 ? 130 : value)),
    };
    const filled = fillHole(stripes, { mask: hole, seed: 1 }) as Raster;
    const [bad, good] = [artefactScore(smear, hole), artefactScore(filled, hole)];
    expect(bad?.fill).toBeGreaterThan(0.95);
    expect(good?.fill).toBeLessThan(0.85);
    expect(bad?.untouched).toBe(good?.untouched);
  });
});

describe("joining pieces", () => {
  it("leaves no step where a piece of another brightness meets the border, deep inside too", () => {
    // The left half is darker: whatever is taken from there must become as bright as the border says.
    const wall = painted((x, y) => (x < 90 ? 70 : 110) + ((noise[y * W + x] as number) % 9));
    const mask = masked((x, y) => x >= 100 && x < 150 && y > 20 && y < 100);
    const from = Int32Array.from(mask.values, (own, at) => (own === 1 ? at - 80 : at));
    const { rgb } = joinPieces(wall, Uint8Array.from(mask.values), from);
    const inside = [...mask.values.keys()].filter((i) => mask.values[i] === 1);
    const off = inside.map((i) => Math.abs((rgb[3 * i] as number) - 114));
    expect(Math.max(...off)).toBeLessThan(12);
  });

  it("takes a piece from the very edge of the frame without a line along it", () => {
    // The last column of the row above is no neighbour of the first.
    const wall = painted((x, y) => (x === W - 1 ? 0 : 110) + ((noise[y * W + x] as number) % 5));
    const mask = masked((x, y) => x >= 100 && x < 150 && y > 20 && y < 100);
    const from = Int32Array.from(mask.values, (own, at) => (own === 0 ? at : at % W < 125 ? at - 50 : at - 125));
    const { rgb } = joinPieces(wall, Uint8Array.from(mask.values), from);
    const beside = (y: number) => (rgb[3 * (y * W + 125)] as number) - (rgb[3 * (y * W + 124)] as number);
    const steps = Array.from({ length: 60 }, (_, i) => Math.abs(beside(30 + i)));
    expect(steps.reduce((sum, one) => sum + one, 0) / 60).toBeLessThan(5);
  });

  it("leaves an edge where what meets is as different as things are", () => {
    const flag = painted((x) => (x < 90 ? 20 : 220));
    const mask = masked((x, y) => x >= 100 && x < 150 && y > 20);
    const from = Int32Array.from(mask.values, (own, at) => (own === 1 ? at - 80 : at));
    const { rgb } = joinPieces(flag, Uint8Array.from(mask.values), from);
    expect(rgb[3 * (70 * W + 102)]).toBeLessThan(40);
  });
});

describe("hiding people", () => {
  const face = { ...faceOf(), box: { leftPx: 80, topPx: 30, widthPx: 20, heightPx: 24 } };
  const head = (x: number, y: number) => Math.hypot(x - 90, (y - 42) / 1.3) < 14;
  const people = masked((x, y) => head(x, y) || (Math.abs(x - 90) < 40 && y > 66));
  const strand = (x: number, y: number) => (x === 72 && y > 40 && y < 60) || (y === 41 && x > 70 && x < 80);
  const wall = painted((x, y) => (head(x, y) || strand(x, y) || (x === 30 && y < 60) ? 40 : 200 + (x % 3)));
  const scene = { raster: wall, scale: 1, faces: [face], target: face, people, image: wall } as unknown as Scene;

  it("takes a strand of hair along that hangs from a head, and leaves what hangs on the wall", async () => {
    const hidden = await contextOnly(scene, { hide: "people", mask: "fill", seed: 1 });
    expect([50 * W + 72, 50 * W + 30].map((at) => hidden?.part.values[at])).toEqual([1, 0]);
  });
});

describe("the face alone", () => {
  const face = { ...faceOf(), box: { leftPx: 80, topPx: 30, widthPx: 20, heightPx: 24 } };
  const head = (x: number, y: number) => Math.hypot(x - 90, (y - 42) / 1.3) < 14;
  const raster = painted((x, y) => (head(x, y) ? 60 : 250));
  const scene = {
    raster,
    scale: 1,
    faces: [face],
    target: face,
    people: masked(head),
    image: raster,
  } as unknown as Scene;

  it("brings nothing of the wall behind it along, though that lies within the oval of its head", async () => {
    expect(Math.max(...(await faceOnly(scene)).rgb)).toBeLessThan(200);
    expect(Math.max(...(await faceOnly({ ...scene, people: masked(() => true) })).rgb)).toBeGreaterThan(240);
  });

  it("brings nothing of it along in the outline of a face either, but where the network sees no head there", async () => {
    const profile = painted((x, y) => (head(x, y) && x > 86 ? 60 : 250));
    const seen = { ...scene, raster: profile, image: profile, people: masked((x, y) => head(x, y) && x > 86) };
    expect(Math.max(...(await faceOnly(seen as unknown as Scene)).rgb)).toBeLessThan(200);
    expect(Math.min(...(await faceOnly({ ...scene, people: masked(() => false) })).rgb)).toBeLessThan(70);
  });

  const landmarks = Array.from({ length: 468 }, (_, i) => [i % 20, Math.floor(i / 20), 0] as const);
  const placed = (on: Raster, yawRad: number) => {
    const headPose = { yawRad, pitchRad: 0, rollRad: 0 };
    const measurements = face.measurements.map((one) => ({ ...one, landmarks, headPose }));
    return { raster: on, scale: 1, face: { ...face, measurements } as unknown as PlacedFace["face"] };
  };

  it("is set onto no other where half of it is hidden", async () => {
    expect(await pasteFace(placed(raster, 0), placed(raster, -0.8))).toEqual({
      why: "one of the two faces is turned too far to the side to fit the other",
    });
    expect(await pasteFace(placed(raster, 0), placed(raster, 0.5))).toHaveProperty("rgb");
  });

  it("keeps its drawing and loses the colours it was lit in, set among others who have none", async () => {
    const drawn = (x: number, y: number) => 60 + 12 * ((x + y) % 4);
    const lit = painted(drawn);
    lit.rgb.forEach((value, i) => {
      const dimmed = Math.floor(i / 3) % W < 10 ? 2 : 0;
      lit.rgb[i] = i % 3 === dimmed ? value / 3 : value;
    });
    const made = await pasteFace(
      placed(
        painted((x, y) => 150 + ((x * y) % 9)),
        0,
      ),
      placed(lit, 0),
    );
    const rgb = "rgb" in made ? made.rgb : new Uint8Array();
    const at = (x: number, y: number) => [...rgb.subarray(3 * (y * W + x), 3 * (y * W + x) + 3)];
    const inner = [6, 7, 8, 9, 10, 11, 12].flatMap((x) => [9, 10, 11, 12, 13].map((y) => at(x, y)));
    expect(Math.max(...inner.map((pixel) => Math.max(...pixel) - Math.min(...pixel)))).toBeLessThan(3);
    expect(inner.reduce((sum, [red]) => sum + (red as number), 0) / inner.length).toBeCloseTo(154, -1.3);
    expect(Math.max(...inner.flat()) - Math.min(...inner.flat())).toBeGreaterThan(15);
  });
});

describe("what is covered", () => {
  it("does not shine through by what a mask of bytes leaves where all is covered, nor the other way round", () => {
    const [under, over] = [painted(() => 0), painted(() => 255)];
    const mask = Float32Array.from({ length: W * H }, (_, i) => [254 / 255, 0.5, 1 / 255][i % 3] as number);
    expect([0, 1, 2].map((i) => mixed(under, over, mask).rgb[3 * i])).toEqual([255, 128, 0]);
  });
});

describe("a hole elsewhere", () => {
  const face = { ...faceOf(), box: { leftPx: 20, topPx: 30, widthPx: 24, heightPx: 30 } };
  const people = masked((x, y) => x > 14 && x < 52 && y > 20);
  const scene = { raster: stripes, scale: 1, faces: [face], target: face, people, image: stripes } as unknown as Scene;
  const hiding: Hiding = { hide: "people", mask: "gray", seed: 3 };
  const area = (mask: Mask | undefined) => mask?.values.reduce((sum, value) => sum + value, 0) ?? 0;

  it("is as large as the hole that hides the people, and nowhere near them", async () => {
    const [context, control] = [await contextOnly(scene, hiding), await holeElsewhere(scene, hiding)];
    expect(area(control?.part) / area(context?.part)).toBeGreaterThan(0.9);
    expect(area(control?.part) / area(context?.part)).toBeLessThan(1.1);
    const onPeople = [...people.values.keys()].filter(
      (i) => people.values[i] === 1 && (control?.part.values[i] ?? 0) > 0.1,
    );
    expect(onPeople).toEqual([]);
  });

  it("is not there where there is no room for it", async () => {
    const crowd = { ...scene, people: masked((x) => x < 130) };
    expect(await holeElsewhere(crowd, hiding)).toBeNull();
    expect(await contextOnly(crowd, { ...hiding, mask: "fill" })).toBeNull();
  });
});
