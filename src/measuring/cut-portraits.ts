import sharp from "sharp";
import { KuleshovError } from "../domain/errors.ts";
import type { PixelBox } from "../domain/geometry.ts";
import { groupBy } from "../domain/group-by.ts";
import type { ImageView } from "../domain/image.ts";
import { decodeImage } from "./decode-image.ts";
import { renderView } from "./render-view.ts";

/** A face to be cut out. */
export interface PortraitRequest {
  readonly id: string;
  readonly path: string;
  readonly box: PixelBox;
}

/** Share of the box that is left around it. */
const MARGIN = 0.35;

/**
 * JPEGs of faces by their id, each image opened once. A face whose image cannot be read has none. At the edge of a
 * image a portrait is narrower than high or the other way round, unless it must be `square`.
 */
export async function cutPortraits(
  requests: readonly PortraitRequest[],
  options: { readonly sidePx: number; readonly square?: boolean },
  signal?: AbortSignal,
): Promise<Map<string, Uint8Array>> {
  const portraits = new Map<string, Uint8Array>();
  for (const [path, faces] of groupBy(requests, (request) => request.path)) {
    try {
      const image = await decodeImage(path, signal);
      for (const { id, box } of faces) {
        const view = await renderView(image, { caption: id, region: squareAround(box), maxSidePx: options.sidePx });
        portraits.set(id, options.square === true ? await padded(view.data, options.sidePx) : view.data);
      }
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof KuleshovError) && !(error instanceof RangeError)) throw error;
    }
  }
  return portraits;
}

/** A portrait as a model is shown it. */
export async function portraitView(jpeg: Uint8Array, caption: string): Promise<ImageView> {
  const { width, height } = await sharp(jpeg).metadata();
  return { mimeType: "image/jpeg", data: jpeg, widthPx: width, heightPx: height, caption };
}

function padded(jpeg: Uint8Array, sidePx: number): Promise<Uint8Array> {
  return sharp(jpeg).resize(sidePx, sidePx, { fit: "contain", background: "#ffffff" }).jpeg({ quality: 90 }).toBuffer();
}

function squareAround({ leftPx, topPx, widthPx, heightPx }: PixelBox): PixelBox {
  const side = Math.max(widthPx, heightPx) * (1 + 2 * MARGIN);
  const [x, y] = [leftPx + widthPx / 2, topPx + heightPx / 2];
  return { leftPx: x - side / 2, topPx: y - side / 2, widthPx: side, heightPx: side };
}
