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
  /** When it is shown, from the start of the video. */
  readonly timestampS: number;
}
