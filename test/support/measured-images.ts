import type { PixelBox } from "../../src/domain/geometry.ts";
import type { Face } from "../../src/domain/measurement.ts";
import type { MeasureImage } from "../../src/exemplars/make-exemplar.ts";
import { decodeImage } from "../../src/measuring/decode-image.ts";
import { measuredFace } from "./exemplars.ts";

/** Where a face is and which action units it shows. */
export interface GivenFace {
  readonly box: PixelBox;
  readonly shows: Readonly<Record<string, number>>;
}

/** Really decodes images, and finds on each the faces that the test gives: for what does not hang on the toolbox. */
export function measureAs(facesOf: (path: string) => readonly GivenFace[]): MeasureImage {
  return async (path, signal) => {
    const image = await decodeImage(path, signal);
    const faces = facesOf(path).map(({ box, shows }, index): Face => {
      const measurement = { ...measuredFace(shows), box };
      return { faceId: `F${index + 1}`, box, measurements: [measurement] };
    });
    return { image, faces };
  };
}
