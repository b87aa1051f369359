import { boxAround, fillOutlines, headOutline } from "./head-shape.ts";
import { blurredValues, depthOf, emptyMask, type Mask, piecesOf, softened } from "./mask.ts";
import { blurred, type Raster } from "./raster.ts";
import { oncePerScene, type Scene } from "./scene.ts";

/** What a hidden person takes along: what is at least this likely to be one, so that no strand of hair stays. */
const MAYBE_PERSON = 0.35;

/** An oval over each head, as the field draws it. */
export async function headOvals({ raster, faces, scale }: Scene): Promise<Mask> {
  const outlines = faces.map((face) => headOutline(face, scale));
  return edged(fillOutlines(emptyMask(raster), outlines), sizeOfHeads(outlines));
}

/** All heads, hair included: what is a person above and beside each face, and the oval around it in any case. */
export async function wholeHeads({ raster, people, faces, scale }: Scene): Promise<Mask> {
  const outlines = faces.map((face) => headOutline(face, scale));
  const heads = fillOutlines(emptyMask(raster), outlines);
  for (const outline of outlines) {
    const { leftPx, topPx, widthPx, heightPx } = boxAround(outline);
    const [from, to] = [Math.max(0, Math.round(topPx - 0.35 * heightPx)), topPx + 0.8 * heightPx];
    const [left, right] = [Math.max(0, Math.round(leftPx - 0.3 * widthPx)), leftPx + 1.3 * widthPx];
    for (let y = from; y < Math.min(raster.heightPx, to); y++) {
      for (let x = left; x < Math.min(raster.widthPx, right); x++) {
        const at = y * raster.widthPx + x;
        if ((people.values[at] as number) > MAYBE_PERSON) heads.values[at] = 1;
      }
    }
  }
  return edged(heads, sizeOfHeads(outlines));
}

/** All people with their hair, what they hold, and the shadow that they throw beside them. */
export const wholePeople = oncePerScene(async (scene): Promise<Mask> => {
  const { raster, people, faces, scale } = scene;
  const outlines = faces.map((face) => headOutline(face, scale));
  const values = fillOutlines(emptyMask(raster), outlines).values.map((head, i) =>
    head > 0 || (people.values[i] as number) > MAYBE_PERSON ? 1 : 0,
  );
  const head = sizeOfHeads(outlines);
  const whole = await withStrands(raster, withoutIslands({ ...raster, values }), head);
  return edged(await withShadow(raster, whole), head);
});

/** Wider by a twelfth of a head, and soft at the edge, so that nothing of what it covers shines through. */
function edged(mask: Mask, size: number): Promise<Mask> {
  const growPx = Math.max(3, Math.min(0.08 * size, 0.012 * Math.max(mask.widthPx, mask.heightPx)));
  return softened(mask, { growPx, featherPx: growPx / 4 });
}

function sizeOfHeads(outlines: readonly (readonly (readonly [number, number])[])[]): number {
  return Math.max(1, ...outlines.map((outline) => boxAround(outline).heightPx));
}

/** Pieces that a mask encloses, such as what is seen between arm and trunk, are too small to tell anything: they go along. */
function withoutIslands(mask: Mask): Mask {
  const { widthPx, heightPx, values } = mask;
  const onFrame = (at: number) => {
    const [x, y] = [at % widthPx, Math.floor(at / widthPx)];
    return x === 0 || y === 0 || x === widthPx - 1 || y === heightPx - 1;
  };
  const filled = Float32Array.from(values);
  for (const piece of piecesOf(new Uint8Array(values.map((value) => (value > 0 ? 0 : 1))), widthPx)) {
    if (piece.length < 0.01 * values.length && !piece.some(onFrame)) for (const at of piece) filled[at] = 1;
  }
  return { ...mask, values: filled };
}

/** Hair and cloth hang away from a person up to this far, in heads. */
const STRANDS_REACH = 0.6;
const STRANDS_GAP = 0.03;
/** They stand out from what is around them by this many times what it varies by, and by these steps of 255. */
const [STAND_OUT, STEPS_OUT] = [3, 8] as const;

/** With what hangs together with a person and stands out from plain surroundings, such as strands of hair before a wall. */
async function withStrands(raster: Raster, person: Mask, head: number): Promise<Mask> {
  const { widthPx, values } = person;
  const away = depthOf(
    Uint8Array.from(values, (value) => (value > 0 ? 0 : 1)),
    widthPx,
  );
  const [around, weight] = await surroundings(raster, values, 0.25 * head);
  const off = Float32Array.from(values, (_, i) => {
    const differs = (c: number) =>
      Math.abs((raster.rgb[3 * i + c] as number) - (around[3 * i + c] as number) / Math.max(0.02, weight[i] as number));
    return (weight[i] as number) < 0.02 ? 0 : Math.min(255, Math.max(differs(0), differs(1), differs(2)));
  });
  const outside = off.map((value, i) => ((values[i] as number) > 0 ? 0 : value / 255));
  const usual = await blurredValues({ ...person, values: outside }, 0.25 * head);
  const cells = Uint8Array.from(values, (value, i) => {
    const stands = (STAND_OUT * 255 * (usual[i] as number)) / Math.max(0.02, weight[i] as number) + STEPS_OUT;
    return value > 0 || ((away[i] as number) <= STRANDS_REACH * head && (off[i] as number) > stands) ? 1 : 0;
  });
  const whole = Float32Array.from(values);
  // A strand that is lost between two places where it is seen is one.
  const near = Uint8Array.from(
    depthOf(
      cells.map((cell) => 1 - cell),
      widthPx,
    ),
    (far) => (far <= STRANDS_GAP * head ? 1 : 0),
  );
  for (const piece of piecesOf(near, widthPx)) {
    if (!piece.some((at) => (values[at] as number) > 0)) continue;
    for (const at of piece) if (cells[at] === 1) whole[at] = 1;
  }
  return { ...person, values: whole };
}

/** A shadow reaches this far, as a share of the root of the person's area. */
const SHADOW_REACH = 0.06;
/** It is darker than its surroundings by a factor in this range: not black, as furniture is. */
const SHADOW_DARKER = [0.45, 0.8] as const;

/** Beside a person, what is of the colour of its surroundings but darker. */
async function withShadow(raster: Raster, person: Mask): Promise<Mask> {
  const { widthPx, values } = person;
  const area = values.reduce((sum, value) => sum + value, 0);
  const reach = SHADOW_REACH * Math.sqrt(area);
  if (reach < 3) return person;
  const away = depthOf(new Uint8Array(values.map((value) => (value > 0 ? 0 : 1))), widthPx);
  const [around, weight] = await surroundings(raster, values, 2 * reach);
  const shadow = values.map((value, i) => {
    const far = away[i] as number;
    if (value > 0 || far > reach || (weight[i] as number) < 0.05) return 0;
    const here = [0, 1, 2].map((c) => raster.rgb[3 * i + c] as number);
    const there = [0, 1, 2].map((c) => (around[3 * i + c] as number) / (weight[i] as number));
    const [dark, light] = [here, there].map((rgb) => rgb.reduce((sum, one) => sum + one, 0)) as [number, number];
    const sameColour = here.every((one, c) => Math.abs(one / (dark + 1) - (there[c] as number) / (light + 1)) < 0.05);
    return sameColour && dark > SHADOW_DARKER[0] * light && dark < SHADOW_DARKER[1] * light ? 1 : 0;
  });
  // Single dark pixels are texture: a shadow holds together.
  const together = await blurredValues({ ...person, values: Float32Array.from(shadow) }, reach / 6);
  return { ...person, values: values.map((value, i) => (value > 0 || (together[i] as number) > 0.5 ? 1 : 0)) };
}

/** Blurred colours of everything but the person, and how much of it there is. */
async function surroundings(
  raster: Raster,
  person: Float32Array,
  sigmaPx: number,
): Promise<readonly [Float32Array, Float32Array]> {
  const rgb = raster.rgb.map((value, i) => ((person[Math.floor(i / 3)] as number) > 0 ? 0 : value));
  const outside = { ...raster, values: person.map((value) => (value > 0 ? 0 : 1)) };
  return [new Float32Array((await blurred({ ...raster, rgb }, sigmaPx)).rgb), await blurredValues(outside, sigmaPx)];
}
