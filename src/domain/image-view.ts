/** An image as a model sees it: encoded, without metadata. */
export interface ImageView {
  readonly mimeType: "image/jpeg" | "image/png";
  readonly data: Uint8Array;
  readonly widthPx: number;
  readonly heightPx: number;
  /** What it shows, e.g. `the whole image` or `F1, mouth`. */
  readonly caption: string;
}
