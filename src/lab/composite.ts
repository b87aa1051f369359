import type { Sharp } from "sharp";
import type { PixelBox } from "../domain/geometry.ts";
import { boxAround, headOutline, scaledBox } from "./head-shape.ts";
import { contextOnly } from "./hide.ts";
import { asImage, type Mask, piecesOf, softened } from "./mask.ts";
import { type CutOut, cutOut } from "./matte.ts";
import { mixed, type Raster, sharpOf } from "./raster.ts";
import type { NotPossible, Scene } from "./scene.ts";

/** A person in another scene, and where the face lies there. */
interface Composite {
  readonly raster: Raster;
  readonly region: PixelBox;
}

/** A pixel this likely to be a person's is cut out. */
const PERSON_FROM = 0.5;
/** The network's edge may lie off by this share of a head, loose hair more. */
const EDGE_OFF = 0.06;
/** A person who fills more of the frame leaves no scene to see. */
const MOST_COVERED = 0.8;
/** Of what is seen of the scene at most so much may be made up, where its own people were; with more, blocks can be seen. */
const MOST_MADE_UP = 2 / 3;

/**
 * Cuts the whole person out, with whoever touches them (they are one shape to the network), and sets them into the other scene,
 * emptied of its people: of the size of the people there, on their ground, cut off by the frame where they were cut off,
 * in the light of the place.
 */
export async function setIntoScene(own: Scene, other: Scene, seed: number): Promise<Composite | NotPossible> {
  const person = await personWith(own);
  if (person === null) return { why: "the person cannot be told from the background" };
  const place = placeIn(person, own, other);
  const at = { place, frame: other.raster };
  const layer = { ...other.raster, rgb: await laid(sharpOf(person.raster), own.raster, at).raw().toBuffer() };
  const values = await asImage(person.mask, (image) => laid(image, person.mask, at));
  const mask = { widthPx: layer.widthPx, heightPx: layer.heightPx, values };
  const covered = share(mask.values);
  if (covered > MOST_COVERED) return { why: `the person would cover ${percent(covered)} of the other scene` };
  const empty = await contextOnly(other, { hide: "people", mask: "fill", seed, mostHidden: 0.9 });
  if (empty === null) return { why: "the people in the other scene leave too little of it to go by" };
  const madeUp = share(empty.part.values.map((value, i) => value * (1 - (mask.values[i] as number)))) / (1 - covered);
  if (madeUp > MOST_MADE_UP) return { why: `${percent(madeUp)} of what is seen of the other scene would be made up` };
  const grounded = person.cutBelow ? empty.raster : await withShadow(empty.raster, mask);
  const raster = mixed(grounded, inLightOf(layer, grounded, mask), mask.values);
  const box = scaledBox(own.target.box, own.scale * place.scale);
  return { raster, region: { ...box, leftPx: box.leftPx + place.leftPx, topPx: box.topPx + place.topPx } };
}

interface Person extends CutOut {
  readonly box: PixelBox;
  /** Whether the frame cuts them off there. */
  readonly cutLeft: boolean;
  readonly cutRight: boolean;
  readonly cutBelow: boolean;
}

/** The piece of people in which the face lies. */
async function personWith({ raster, people, target, scale }: Scene): Promise<Person | null> {
  const { widthPx, heightPx, values } = people;
  const face = scaledBox(target.box, scale);
  const middle = Math.round(face.topPx + face.heightPx / 2) * widthPx + Math.round(face.leftPx + face.widthPx / 2);
  const pieces = piecesOf(
    Uint8Array.from(values, (value) => (value > PERSON_FROM ? 1 : 0)),
    widthPx,
  );
  const piece = pieces.find((cells) => cells.includes(middle));
  if (piece === undefined) return null;
  const cut = new Float32Array(values.length);
  for (const at of piece) cut[at] = 1;
  const xs = piece.map((at) => at % widthPx);
  const [left, right] = [xs.reduce((a, b) => Math.min(a, b)), xs.reduce((a, b) => Math.max(a, b))];
  const [top, bottom] = [
    Math.floor(piece.reduce((a, b) => Math.min(a, b)) / widthPx),
    Math.floor(piece.reduce((a, b) => Math.max(a, b)) / widthPx),
  ];
  const edge = 0.004 * widthPx;
  const head = boxAround(headOutline(target, scale)).heightPx;
  return {
    ...(await cutOut(raster, { widthPx, heightPx, values: cut }, EDGE_OFF * head)),
    box: { leftPx: left, topPx: top, widthPx: right - left + 1, heightPx: bottom - top + 1 },
    cutLeft: left <= edge,
    cutRight: right >= widthPx - 1 - edge,
    cutBelow: bottom >= heightPx - 1 - edge,
  };
}

type Size = Pick<Raster, "widthPx" | "heightPx">;

/** Where the own frame's corner comes to lie in the other one, and its scale. */
interface Place {
  readonly leftPx: number;
  readonly topPx: number;
  readonly scale: number;
}

function placeIn({ box, cutLeft, cutRight, cutBelow }: Person, own: Scene, other: Scene): Place {
  const head = (scene: Scene) => boxAround(headOutline(scene.target, scene.scale));
  const [mine, theirs] = [head(own), head(other)];
  const { widthPx, heightPx } = other.raster;
  // Who reaches from one side of the frame to the other must do so again.
  const across = widthPx / own.raster.widthPx;
  const asLarge = theirs.heightPx / mine.heightPx;
  const whole = cutLeft && cutRight ? across : asLarge;
  const fits = Math.max(0.3 * across, Math.min(whole, (0.95 * heightPx) / box.heightPx, 3));
  const scale = cutLeft && cutRight ? across : fits;
  const middle = theirs.leftPx + theirs.widthPx / 2 - scale * (mine.leftPx + mine.widthPx / 2);
  const inside = Math.max(-scale * box.leftPx, Math.min(middle, widthPx - scale * (box.leftPx + box.widthPx)));
  const leftPx = cutLeft ? 0 : cutRight ? widthPx - scale * own.raster.widthPx : inside;
  const floor = cutBelow ? heightPx : Math.min(heightPx, theirs.topPx + 7 * theirs.heightPx);
  const topPx = floor - scale * (box.topPx + box.heightPx);
  // Whoever the frame cuts off below may be cut off higher up, so that the head is seen.
  return { leftPx, topPx: cutBelow ? Math.max(topPx, 0.05 * heightPx - scale * box.topPx) : topPx, scale };
}

/** An image scaled and laid into a frame, black around it. */
function laid(image: Sharp, size: Size, { place, frame }: { readonly place: Place; readonly frame: Size }): Sharp {
  const [width, height] = [Math.round(size.widthPx * place.scale), Math.round(size.heightPx * place.scale)];
  const [x, y] = [Math.round(place.leftPx), Math.round(place.topPx)];
  const [left, top] = [Math.max(0, x), Math.max(0, y)];
  const seen = { width: Math.min(frame.widthPx, x + width) - left, height: Math.min(frame.heightPx, y + height) - top };
  const [right, bottom] = [frame.widthPx - left - seen.width, frame.heightPx - top - seen.height];
  return image
    .resize(width, height, { fit: "fill" })
    .extract({ left: left - x, top: top - y, ...seen })
    .extend({ left, top, right, bottom, background: "black" });
}

/** The person half-way into the brightness and colour of the place: all the way would bleach or drown the face. */
function inLightOf(layer: Raster, scene: Raster, { values }: Mask): Raster {
  const gains = [0, 1, 2].map((c) => {
    let [own, inside, there, outside] = [0, 0, 0, 0];
    values.forEach((value, i) => {
      own += value * (layer.rgb[3 * i + c] as number);
      inside += value;
      there += (1 - value) * (scene.rgb[3 * i + c] as number);
      outside += 1 - value;
    });
    const ratio = there / Math.max(1, outside) / Math.max(1, own / Math.max(1, inside));
    return Math.max(0.8, Math.min(1.15, Math.sqrt(ratio)));
  });
  const rgb = layer.rgb.map((value, i) => Math.max(0, Math.min(255, Math.round(value * (gains[i % 3] as number)))));
  return { ...layer, rgb };
}

/** A soft shadow on the ground under somebody whose feet are seen. */
async function withShadow(scene: Raster, mask: Mask): Promise<Raster> {
  const { widthPx, values } = mask;
  const bottom = Math.floor(values.reduce((last, value, i) => (value > 0.5 ? i : last), 0) / widthPx);
  const feet = values.map((value, i) =>
    value > 0.5 && Math.floor(i / widthPx) > bottom - 0.03 * mask.heightPx ? 0.6 : 0,
  );
  const shadow = await softened(
    { ...mask, values: Float32Array.from(feet) },
    { growPx: 0, featherPx: 0.012 * widthPx },
  );
  return {
    ...scene,
    rgb: scene.rgb.map((value, i) => Math.round(value * (1 - (shadow.values[Math.floor(i / 3)] as number)))),
  };
}

function share(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function percent(value: number): string {
  return `${Math.round(100 * value)} %`;
}
