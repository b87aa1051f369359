import { Matrix, solve } from "ml-matrix";
import { boxAround, faceOutline, fillOutlines, headOutline, meshOutlines, meshPoints } from "./head-shape.ts";
import { LINEAR, type Light, lit } from "./linear-light.ts";
import { emptyMask, softened } from "./mask.ts";
import type { Raster } from "./raster.ts";
import { type NotPossible, oncePerScene, type Scene } from "./scene.ts";

/** Where the light comes from: x to the right of the image, y down, z away from the camera. */
type Direction = readonly [number, number, number];

const DIRECTIONS = {
  "light-left": [-1, -0.25, -0.55],
  "light-right": [1, -0.25, -0.55],
  "light-above": [0, -1, -0.55],
  "light-below": [0, 1, -0.55],
} as const satisfies Readonly<Record<string, Direction>>;

/** Linear red, green and blue of light of a colour temperature, of the luminance of daylight (Planck's locus, CIE 1931). */
const WHITES = {
  /** 4000 K, as of a warm lamp: x .3805, y .3768. */
  "light-warm": [1.414, 0.924, 0.533],
  /** 10 000 K, as of the blue sky: x .2807, y .2884. */
  "light-cool": [0.872, 0.995, 1.429],
  /** A quarter of the light: two stops of a camera. */
  "light-dim": [0.25, 0.25, 0.25],
} as const satisfies Readonly<Record<string, Light>>;

/** The whole image, at its full size, in darker light or in light of another colour. */
export function inLightOf({ image }: Pick<Scene, "image">, arm: keyof typeof WHITES): Raster {
  const white = WHITES[arm];
  return lit(image, () => white);
}

/** The head lit from another side. Where that cannot be, why. */
export async function inLightFrom(scene: Scene, arm: keyof typeof DIRECTIONS): Promise<Raster | NotPossible> {
  const shape = await shapeOf(scene);
  return shape === null
    ? { why: "the shape of the face is known by its mesh, and it has none" }
    : litFrom(scene.raster, shape, DIRECTIONS[arm]);
}

/** Of the head: where it is, which way its surface faces, and how its present light falls. */
interface Shape {
  readonly box: { readonly left: number; readonly top: number; readonly width: number; readonly height: number };
  /** Unit normals towards the camera, three numbers a pixel of the box. */
  readonly normals: Float32Array;
  /** Ambient and directed light (x, y, z) that fits the brightness of the face's skin best. */
  readonly present: readonly [number, number, number, number];
  /** Normals of the face's skin, by which other light is made as bright in the mean as the present. */
  readonly skin: readonly Direction[];
  /** How far each pixel of the image is lit anew. */
  readonly values: Float32Array;
}

/** Light that comes from all sides, as a share: without it, what is turned away would be black. */
const AMBIENT = 0.3;
/** No pixel is made brighter or darker than by so much: the present light is known roughly. */
const MOST_CHANGED = 3.5;

/**
 * The ratio of new to present shading (a quotient image: Shashua & Riklin-Raviv 2001) at each pixel of the head, where both are
 * spherical harmonics of the normals: the present of the first order, fitted; the new that of a Lambertian surface in directed
 * light, to the second order (Basri & Jacobs 2003).
 */
function litFrom(raster: Raster, { box, normals, present, skin, values }: Shape, direction: Direction): Raster {
  const length = Math.hypot(...direction);
  const fresh = (n: Direction) => {
    const cosine = dot(n, direction) / length;
    return AMBIENT + (1 - AMBIENT) * Math.max(0, 0.09375 + 0.5 * cosine + 0.46875 * cosine * cosine);
  };
  const mean = (of: (n: Direction) => number) => skin.reduce((sum, n) => sum + of(n), 0) / skin.length;
  const [ambient, ...directed] = present;
  const bright = mean((n) => ambient + dot(n, directed));
  const now = (n: Direction) => Math.max(0.3 * bright, ambient + dot(n, directed));
  const level = mean(now) / mean(fresh);
  const same: Light = [1, 1, 1];
  return lit(raster, (pixel) => {
    const share = values[pixel] as number;
    const [x, y] = [(pixel % raster.widthPx) - box.left, Math.floor(pixel / raster.widthPx) - box.top];
    if (share === 0 || x < 0 || y < 0 || x >= box.width || y >= box.height) return same;
    const at = 3 * (y * box.width + x);
    const n: Direction = [normals[at] as number, normals[at + 1] as number, normals[at + 2] as number];
    const ratio = (level * fresh(n)) / now(n);
    const factor = Math.max(1 / MOST_CHANGED, Math.min(MOST_CHANGED, ratio)) ** share;
    return [factor, factor, factor];
  });
}

const shapeOf = oncePerScene(findShape);

async function findShape({ raster, target, scale, people }: Scene): Promise<Shape | null> {
  const points = meshPoints(target, scale);
  const parts = meshOutlines(target, scale);
  if (points === null || parts === null) return null;
  const outline = headOutline(target, scale);
  const around = boxAround(outline);
  const [left, top] = [Math.max(0, Math.floor(around.leftPx)), Math.max(0, Math.floor(around.topPx))];
  const width = Math.min(raster.widthPx, Math.ceil(around.leftPx + around.widthPx)) - left;
  const height = Math.min(raster.heightPx, Math.ceil(around.topPx + around.heightPx)) - top;
  if (width < 2 || height < 2) return null;
  const size = around.heightPx;
  const box = { left, top, width, height };
  const normals = normalsIn(box, points);
  const face = fillOutlines(emptyMask(raster), [faceOutline(target, scale)]).values;
  const holes = fillOutlines(emptyMask(raster), [...parts.eyes, ...parts.brows, parts.lips]).values;
  const [skin, light]: [Direction[], number[]] = [[], []];
  for (let y = 0; y < height; y += 2) {
    for (let x = 0; x < width; x += 2) {
      const at = (top + y) * raster.widthPx + left + x;
      if (face[at] !== 1 || holes[at] === 1) continue;
      const n = 3 * (y * width + x);
      skin.push([normals[n] as number, normals[n + 1] as number, normals[n + 2] as number]);
      light.push(luminance(raster, at));
    }
  }
  if (skin.length < 30) return null;
  const head = fillOutlines(emptyMask(raster), [outline]);
  const own = head.values.map((inside, at) => inside * Math.max(face[at] as number, people.values[at] as number));
  const { values } = await softened({ ...head, values: own }, { growPx: 0, featherPx: 0.05 * size });
  return { box, normals, present: presentLight(skin, light), skin, values };
}

/** Least squares with a small ridge: a face shows half of all normals, and what they leave open is no directed light. */
function presentLight(skin: readonly Direction[], light: readonly number[]): [number, number, number, number] {
  const rows = new Matrix(skin.map((n) => [1, ...n]));
  const ridge = Matrix.eye(4).mul(0.02 * skin.length);
  const found = solve(rows.transpose().mmul(rows).add(ridge), rows.transpose().mmul(Matrix.columnVector([...light])));
  return found.to1DArray() as [number, number, number, number];
}

/** Cells across a head for which normals are worked out: the mesh knows nothing finer. */
const CELLS = 64;
/** Points this near, as a share of the head, say how the surface lies: nearer ones would show on the forehead, where they are few. */
const NEAR = 0.065;

/** Normals of the surface through the mesh's points: a plane fitted to those near each place (locally weighted regression). */
function normalsIn({ left, top, width, height }: Shape["box"], points: readonly Direction[]): Float32Array {
  const cell = Math.max(1, Math.max(width, height) / CELLS);
  const [across, down] = [Math.ceil(width / cell) + 1, Math.ceil(height / cell) + 1];
  const coarse = Array.from({ length: across * down }, (_, i) =>
    normalAt([left + (i % across) * cell, top + Math.floor(i / across) * cell], points, NEAR * Math.max(width, height)),
  );
  const normals = new Float32Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [cx, cy] = [x / cell, y / cell];
      const [x0, y0] = [Math.floor(cx), Math.floor(cy)];
      const [fx, fy] = [cx - x0, cy - y0];
      const corner = (dx: number, dy: number) => coarse[(y0 + dy) * across + x0 + dx] as Direction;
      for (let axis = 0; axis < 3; axis++) {
        const upper = (1 - fx) * (corner(0, 0)[axis] as number) + fx * (corner(1, 0)[axis] as number);
        const lower = (1 - fx) * (corner(0, 1)[axis] as number) + fx * (corner(1, 1)[axis] as number);
        normals[3 * (y * width + x) + axis] = (1 - fy) * upper + fy * lower;
      }
    }
  }
  return normals;
}

function normalAt([x, y]: readonly [number, number], points: readonly Direction[], near: number): Direction {
  const nearest = Math.min(...points.map(([px, py]) => Math.hypot(px - x, py - y)));
  const reach = near + nearest;
  let [w, wx, wy, wxx, wxy, wyy, wz, wxz, wyz] = [0, 0, 0, 0, 0, 0, 0, 0, 0];
  for (const [px, py, pz] of points) {
    const [dx, dy] = [px - x, py - y];
    const weight = Math.exp(-(dx * dx + dy * dy) / (2 * reach * reach));
    w += weight;
    wx += weight * dx;
    wy += weight * dy;
    wxx += weight * dx * dx;
    wxy += weight * dx * dy;
    wyy += weight * dy * dy;
    wz += weight * pz;
    wxz += weight * dx * pz;
    wyz += weight * dy * pz;
  }
  const [xx, xy, yy] = [wxx - (wx * wx) / w + 1e-6, wxy - (wx * wy) / w, wyy - (wy * wy) / w + 1e-6];
  const [xz, yz] = [wxz - (wx * wz) / w, wyz - (wy * wz) / w];
  const determinant = Math.max(1e-9, xx * yy - xy * xy);
  const [slopeX, slopeY] = [(xz * yy - yz * xy) / determinant, (yz * xx - xz * xy) / determinant];
  const length = Math.hypot(slopeX, slopeY, 1);
  return [slopeX / length, slopeY / length, -1 / length];
}

function dot(n: Direction, other: readonly number[]): number {
  return n[0] * (other[0] as number) + n[1] * (other[1] as number) + n[2] * (other[2] as number);
}

function luminance({ rgb }: Raster, at: number): number {
  const [r, g, b] = [0, 1, 2].map((channel) => LINEAR[rgb[3 * at + channel] as number] as number) as [
    number,
    number,
    number,
  ];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
