import { toObject } from "flatbuffers/js/flexbuffers.js";
import { z } from "zod";
import type { LandmarkRegion } from "../ops/mediapipe.ts";

/** The FlexBuffers reader gives null for a floating-point zero. */
const MaybeZero = z
  .number()
  .nullable()
  .transform((number) => (number === null ? 0 : number));

/** Options of MediaPipe's custom operators, which the file keeps as FlexBuffers. */
const RegionOptions = z.object({
  subset_idxs: z.array(z.number()).min(1),
  left_rotation_idx: z.number(),
  right_rotation_idx: z.number(),
  target_rotation_radians: MaybeZero,
  output_width: z.number().positive(),
  output_height: z.number().positive(),
  scale_x: z.number(),
  scale_y: z.number(),
});
const MapOptions = z.object({ output_width: z.number().positive(), output_height: z.number().positive() });

export function regionOptions(bytes: Uint8Array | undefined): LandmarkRegion {
  const options = RegionOptions.parse(decoded(bytes));
  return {
    leftIndex: options.left_rotation_idx,
    rightIndex: options.right_rotation_idx,
    subset: options.subset_idxs,
    outputWidth: options.output_width,
    outputHeight: options.output_height,
    scaleX: options.scale_x,
    scaleY: options.scale_y,
    targetRotationRad: options.target_rotation_radians,
  };
}

export function mapOptions(bytes: Uint8Array | undefined): { width: number; height: number } {
  const { output_width: width, output_height: height } = MapOptions.parse(decoded(bytes));
  return { width, height };
}

function decoded(bytes: Uint8Array | undefined): unknown {
  if (bytes === undefined) throw new RangeError("its options are missing");
  return toObject(new Uint8Array(bytes).buffer);
}
