import { averagePixels } from "./average-pixels.ts";
import { type Crop, type CropOptions, type PixelSource, walkOver } from "./crop.ts";
import { interpolatePixels } from "./interpolate-pixels.ts";
import type { RotatedRegion } from "./rotated-region.ts";

const MAX_TAPS = 4;

/**
 * A turned region as an upright crop. Enlarging interpolates bilinearly; shrinking averages a grid of source pixels for
 * each output pixel, so a face of 2000 pixels does not alias. Pixel centres lie at half coordinates.
 */
export function sampleRegion(source: PixelSource, region: RotatedRegion, options: CropOptions): Crop {
  const { widthPx, heightPx } = options;
  const crop = { widthPx, heightPx, rgb: options.into ?? new Float32Array(widthPx * heightPx * 3) };
  const shrink = Math.max(region.widthPx / widthPx, region.heightPx / heightPx);
  const tapsPerAxis = shrink < 1.5 ? 1 : Math.min(options.maxTaps ?? MAX_TAPS, Math.max(2, Math.ceil(shrink / 2)));
  const walk = walkOver(region, options);
  if (tapsPerAxis === 1) interpolatePixels(source, crop, walk, options.outside);
  else averagePixels(source, crop, walk, { tapsPerAxis, outside: options.outside });
  return crop;
}
