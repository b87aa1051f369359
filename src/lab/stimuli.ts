import type { PixelBox } from "../domain/geometry.ts";
import { boxAround, faceOutline, fillOutlines, headOutline, scaledBox } from "./head-shape.ts";
import { emptyMask, enlargedMask, overFullSize, softened } from "./mask.ts";
import { blurred, cropped, GRAY, mixed, plain, type Raster } from "./raster.ts";
import type { Scene } from "./scene.ts";

/** Of a face whose outline lies on people by less than this share, the network did not see the head: the outline counts. */
const SEEN = 0.5;
/** Where it is this unsure of a pixel, half of that is the wall's. */
const UNSURE = 0.5;

/** The head alone on plain gray, cut to it: of what lies within its outline, only what is a person. */
export async function faceOnly({ image, raster, scale, target, people }: Scene): Promise<Raster> {
  const outline = headOutline(target, scale);
  const box = boxAround(outline);
  const size = Math.max(box.widthPx, box.heightPx);
  const head = fillOutlines(emptyMask(raster), [outline]);
  const face = fillOutlines(emptyMask(raster), [faceOutline(target, scale)]).values;
  const person = people.values.map((likely) => Math.max(0, (likely - UNSURE) / (1 - UNSURE)));
  const onPerson = face.reduce((sum, inside, i) => sum + inside * (person[i] as number), 0);
  const isSeen = onPerson > SEEN * face.reduce((sum, inside) => sum + inside, 0);
  const values = head.values.map(
    (inside, i) => inside * Math.max(person[i] as number, isSeen ? 0 : (face[i] as number)),
  );
  const mask = await softened({ ...head, values }, { growPx: 0, featherPx: 0.02 * size });
  const alone = mixed(plain(image, GRAY), image, (await enlargedMask(mask, image)).values);
  return cropped(alone, scaledBox(square(box, 1.1), 1 / scale));
}

/** The people sharp, everything else blurred beyond recognition. */
export async function blurredBackground({ image, raster, people }: Scene): Promise<Raster> {
  const background = await blurred(raster, 0.02 * Math.max(raster.widthPx, raster.heightPx));
  return overFullSize(image, background, { ...people, values: people.values.map((likely) => 1 - likely) });
}

/** The same image without colour: luma of ITU-R BT.601 in all three channels. */
export function grayscale({ image }: Pick<Scene, "image">): Raster {
  const rgb = new Uint8Array(image.rgb.length);
  for (let i = 0; i < rgb.length; i += 3) {
    const [r, g, b] = [image.rgb[i] as number, image.rgb[i + 1] as number, image.rgb[i + 2] as number];
    rgb.fill(Math.round(0.299 * r + 0.587 * g + 0.114 * b), i, i + 3);
  }
  return { ...image, rgb };
}

function square(box: PixelBox, factor: number): PixelBox {
  const side = Math.max(box.widthPx, box.heightPx) * factor;
  return {
    leftPx: box.leftPx + box.widthPx / 2 - side / 2,
    topPx: box.topPx + box.heightPx / 2 - side / 2,
    widthPx: side,
    heightPx: side,
  };
}
