/** A picture in memory: orientation applied, metadata dropped. */
export interface DecodedImage {
  /** As the user gave it. */
  readonly path: string;
  readonly widthPx: number;
  readonly heightPx: number;
  /** uint8 [heightPx, widthPx, 3], RGB 0..255. */
  readonly rgb: Uint8Array;
  /** SHA-256 of the file's bytes, hex. */
  readonly sha256: string;
}
