import { clipBox, type PixelBox } from "./geometry.ts";
/** An image in memory: orientation applied, metadata dropped. */
export interface DecodedImage {
  /** As the user gave it. */
  readonly path: string;
  readonly widthPx: number;
  readonly heightPx: number;
  /** uint8 [heightPx, widthPx, 3], RGB 0..255. */
  readonly rgb: Uint8Array;
  /** SHA-256 of the file's bytes, hex; of the whole video for one of its frames. */
  readonly sha256: string;
  /** Left out for images. */
  readonly frame?: VideoFramePlace;
}

/** Where in a video a frame is. */
export interface VideoFramePlace {
  /** Counts the frames that are measured, from 0. */
  readonly index: number;
  /** Counts all frames of the video, from 0; left out when its frame rate is not known. */
  readonly number?: number;
  /** When it is shown, from the start of the video. */
  readonly timestampS: number;
  /** Present where another shot begins with it. */
  readonly cut?: true;
  /** Present while another shot fades into this one: the time of the last frame before. Known once enough of it is seen. */
  readonly dissolvedFromS?: number;
}

/** An image as a model sees it: encoded, without metadata. */
export interface ImageView {
  readonly mimeType: "image/jpeg" | "image/png";
  readonly data: Uint8Array;
  readonly widthPx: number;
  readonly heightPx: number;
  /** What it shows, e.g. `the whole image` or `F1, mouth`. */
  readonly caption: string;
}

/** A clip as a model that takes video sees it: frames that were measured, without sound and metadata. */
export interface ClipView {
  readonly mimeType: "video/mp4";
  readonly data: Uint8Array;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly durationS: number;
  readonly caption: string;
}

/**
 * A part of a decoded image as an image of its own. It keeps the path and hash of the file that it is from.
 *
 * @throws {RangeError} if nothing of the box is inside the image.
 */
export function cropImage(image: DecodedImage, box: PixelBox): DecodedImage {
  const inside = clipBox(box, image);
  if (inside === undefined) throw new RangeError(`The box is outside the image: ${image.path}`);
  const left = Math.floor(inside.leftPx);
  const top = Math.floor(inside.topPx);
  const widthPx = Math.floor(inside.leftPx + inside.widthPx) - left;
  const heightPx = Math.floor(inside.topPx + inside.heightPx) - top;
  const rgb = new Uint8Array(widthPx * heightPx * 3);
  for (let row = 0; row < heightPx; row++) {
    const start = ((top + row) * image.widthPx + left) * 3;
    rgb.set(image.rgb.subarray(start, start + widthPx * 3), row * widthPx * 3);
  }
  return { ...image, widthPx, heightPx, rgb };
}
