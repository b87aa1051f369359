import type { PixelBox } from "../domain/geometry.ts";
import { boxAround, faceOutline, fillOutlines, headOutline } from "./head-shape.ts";
import { emptyMask, softened } from "./mask.ts";
import { blurred, cropped, GRAY, mixed, plain, type Raster } from "./raster.ts";
import type { Scene } from "./scene.ts";

/** The head alone on plain gray, cut to it: of what lies around the face within its outline, only what is a person. */
export async function faceOnly({ raster, scale, target, people }: Scene): Promise<Raster> {
  const outline = headOutline(target, scale);
  const box = boxAround(outline);
  const size = Math.max(box.widthPx, box.heightPx);
  const head = fillOutlines(emptyMask(raster), [outline]);
  const face = fillOutlines(emptyMask(raster), [faceOutline(target, scale)]).values;
  const values = head.values.map((inside, i) => inside * Math.max(face[i] as number, people.values[i] as number));
  const mask = await softened({ ...head, values }, { growPx: 0, featherPx: 0.02 * size });
  const alone = mixed(plain(raster, GRAY), raster, mask.values);
  return cropped(alone, square(box, 1.1));
}

/** The people sharp, everything else blurred beyond recognition. */
export async function blurredBackground({ raster, people }: Scene): Promise<Raster> {
  const background = await blurred(raster, 0.02 * Math.max(raster.widthPx, raster.heightPx));
  return mixed(background, raster, people.values);
}

/** The same image without colour: luma of ITU-R BT.601 in all three channels. */
export function grayscale({ raster }: Pick<Scene, "raster">): Raster {
  const rgb = new Uint8Array(raster.rgb.length);
  for (let i = 0; i < rgb.length; i += 3) {
    const [r, g, b] = [raster.rgb[i] as number, raster.rgb[i + 1] as number, raster.rgb[i + 2] as number];
    rgb.fill(Math.round(0.299 * r + 0.587 * g + 0.114 * b), i, i + 3);
  }
  return { ...raster, rgb };
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
