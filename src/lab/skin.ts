import type { Face } from "../domain/measurement.ts";
import { median } from "../domain/statistics/summary.ts";
import { boxAround, faceOutline, fillOutlines, meshOutlines } from "./head-shape.ts";
import { LINEAR, type Light, labOf, lit } from "./linear-light.ts";
import { blurredValues, emptyMask, type Mask, type Point, softened } from "./mask.ts";
import type { Raster } from "./raster.ts";
import { type NotPossible, oncePerScene, type Scene } from "./scene.ts";

/** The skin in an image. */
interface Skin {
  /** How far each pixel is skin: 1 wholly, 0 not at all. */
  readonly mask: Mask;
  /** The median light that comes from the skin of the face that is asked about. */
  readonly tone: Light;
}

/** Skin in another tone, and the typology angle of the asked-about face before and after. */
export interface Toned {
  readonly raster: Raster;
  readonly tone: { readonly before: number; readonly after: number };
}

/** Tones 5 and 8 of the Monk Skin Tone Scale (Monk 2019), #d7bd96 and #604134. */
const [MONK_5, MONK_8] = [
  [215, 189, 150],
  [96, 65, 52],
].map((rgb) => rgb.map((value) => LINEAR[value] as number)) as [number[], number[]];
/** The way from one tone of the scale to the next, as logarithms of linear light: a third of that from 5 to 8. */
const ONE_TONE = MONK_5.map((from, channel) => Math.log((MONK_8[channel] as number) / from) / 3);

const TONES = { "skin-lighter": -1, "skin-darker": 2 } as const;

/** Darker than this in L*, nothing would be seen of a face. */
const DARKEST = 8;

/**
 * The image with everybody's skin some tones darker on Monk's scale, or lighter. Light of each pixel of skin is multiplied by the
 * same factors, so that shadows, wrinkles and freckles stay, and with them the light of the photograph. Where that cannot be, why.
 */
export async function inTone(scene: Scene, arm: keyof typeof TONES): Promise<Toned | NotPossible> {
  const skin = await skinOf(scene);
  if ("why" in skin) return skin;
  const { mask, tone } = skin;
  const steps = ONE_TONE.map((step) => TONES[arm] * step);
  const after = tone.map((light, channel) => light * Math.exp(steps[channel] as number)) as unknown as Light;
  if (labOf(after)[0] < DARKEST)
    return { why: "the face is too dark already: in a darker tone nothing would be seen of it" };
  const raster = lit(scene.raster, (pixel) => {
    const share = mask.values[pixel] as number;
    return steps.map((step) => Math.exp(share * step)) as unknown as Light;
  });
  return { raster, tone: { before: typologyAngle(tone), after: typologyAngle(after) } };
}

/**
 * The individual typology angle of a colour in degrees, by which dermatology sorts skin (Chardon, Cretois & Hourseau 1991): over 41
 * light, over 28 intermediate, over 10 tan, over -30 brown, else dark. Of a photograph it is that of skin and light together.
 */
function typologyAngle(light: Light): number {
  const [lightness, , yellow] = labOf(light);
  return (Math.atan2(lightness - 50, yellow) * 180) / Math.PI;
}

/** Less than this share of the face is no face whose skin is seen. */
const LEAST_SKIN = 0.35;
/** Less colour than this (of a* and b*) is gray. */
const LEAST_COLOUR = 4;

const skinOf = oncePerScene(findSkin);

async function findSkin(scene: Scene): Promise<Skin | NotPossible> {
  const { raster, faces, target, people } = scene;
  const own = skinOfFace(scene, target);
  if (own === null) return { why: "skin is told from eyes and lips by the mesh of the face, and it has none" };
  if (own.skin.length < Math.max(30, LEAST_SKIN * own.seen))
    return { why: "too little skin is seen on the face: it is covered, or in uneven light" };
  const tone = medianLight(raster, own.skin);
  const [, red, yellow] = labOf(tone);
  if (Math.hypot(red, yellow) < LEAST_COLOUR)
    return { why: "it has no colour, by which skin is told from what it is not" };
  const all = [own, ...faces.flatMap((face) => (face === target ? [] : (skinOfFace(scene, face) ?? [])))];
  const values = new Float32Array(people.values.length);
  for (let at = 0; at < values.length; at++) {
    if ((people.values[at] as number) > 0.5 || all.some(({ face }) => face[at] === 1))
      values[at] = Math.max(...all.map(({ like }) => like(at)));
  }
  return { tone, mask: await softSkin({ ...raster, values }, all) };
}

type FaceSkin = NonNullable<ReturnType<typeof skinOfFace>>;

/** What of a face is skin, and how like it any pixel is; `null` without a mesh. */
function skinOfFace({ raster, scale }: Scene, one: Face) {
  const parts = meshOutlines(one, scale);
  if (parts === null) return null;
  const outline = faceOutline(one, scale);
  const face = fillOutlines(emptyMask(raster), [outline]).values;
  const holes = fillOutlines(emptyMask(raster), [...parts.eyes, ...parts.brows, parts.lips]).values;
  const seen = [...face.keys()].filter((at) => face[at] === 1 && holes[at] === 0);
  const like = likeness(raster, seen);
  const skin = seen.filter((at) => like(at) > 0.5);
  return { parts, face, seen: seen.length, like, skin, size: boxAround(outline).heightPx };
}

/** With soft edges, as what a pixel says alone is mostly noise; lips are half skin, eyes and teeth (in its shade) a fifth. */
async function softSkin(skin: Mask, all: readonly FaceSkin[]): Promise<Mask> {
  const size = Math.max(...all.map((one) => one.size));
  const [smooth, around] = await Promise.all(
    [0.01, 0.05].map((share) => blurredValues(skin, Math.max(0.8, share * size))),
  );
  const soft = (outlines: readonly (readonly Point[])[]) =>
    softened(fillOutlines(emptyMask(skin), outlines), { growPx: 0, featherPx: Math.max(0.6, 0.006 * size) });
  const [none, half] = await Promise.all([
    soft(all.flatMap(({ parts }) => [...parts.eyes, parts.mouth])),
    soft(all.map(({ parts }) => parts.lips)),
  ]);
  const values = skin.values.map((_, at) => {
    // What is not like skin amid skin is glare or a blemish.
    const amid = Math.max(0, Math.min(1, ((around?.[at] as number) - 0.45) / 0.3));
    const whole = Math.max(smooth?.[at] as number, amid);
    const lipped = whole + (half.values[at] as number) * (0.5 - whole);
    return lipped * (1 - 0.8 * (none.values[at] as number));
  });
  return { ...skin, values };
}

/**
 * How like the skin of the face a pixel is, 0..1: by its colour apart from its brightness (logarithms of red and blue to green), and
 * by being not much darker, as hair is. Spreads are the face's own (medians of absolute deviations).
 */
function likeness({ rgb }: Raster, seen: readonly number[]): (at: number) => number {
  const light = (value: number) => (LINEAR[value] as number) + 0.004;
  const measures = (at: number) => {
    const [r, g, b] = [0, 1, 2].map((channel) => light(rgb[3 * at + channel] as number)) as [number, number, number];
    return [Math.log(r / g), Math.log(b / g), Math.log(g)];
  };
  const found = seen.map(measures);
  const spreads = LEAST_SPREADS.map((least, i) => {
    const middle = median(found.map((one) => one[i] as number)) as number;
    return {
      middle,
      spread: Math.max(least, 1.4826 * (median(found.map((one) => Math.abs((one[i] as number) - middle))) as number)),
    };
  });
  return (at) => {
    const off = measures(at).map((value, i) => {
      const { middle, spread } = spreads[i] as (typeof spreads)[number];
      // Highlights are bright, and less coloured.
      return i === 2 && value > middle ? 0 : (value - middle) / spread;
    });
    return Math.max(0, Math.min(1, (NOT_LIKE - Math.hypot(...off)) / (NOT_LIKE - LIKE)));
  };
}
const LEAST_SPREADS = [0.07, 0.12, 0.35] as const;
/** So many spreads off, a pixel is still wholly like skin, or not at all. */
const [LIKE, NOT_LIKE] = [2.5, 4.5];

function medianLight({ rgb }: Raster, places: readonly number[]): Light {
  return [0, 1, 2].map((channel) =>
    median(places.map((at) => LINEAR[rgb[3 * at + channel] as number] as number)),
  ) as unknown as Light;
}
