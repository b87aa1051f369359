import type { NetworkInput, PixelCoding } from "./manifest.ts";
import type { Tensor } from "./session.ts";
import { at, sizeOf } from "./tensor-data.ts";

/**
 * An image as a network wants it.
 *
 * @param rgb uint8 or float `[height, width, 3]`, RGB 0..255, already of the input's height and width.
 * @param into an earlier tensor of the same input, to be overwritten instead of making a new one.
 * @throws {RangeError} if the input is not an image or of another size.
 */
export function imageTensor(input: NetworkInput, rgb: ArrayLike<number>, into?: Tensor): Tensor {
  const { pixels, shape, name } = input;
  if (pixels === undefined) throw new RangeError(`Input "${name}" takes no image`);
  const size = imageSize(input);
  const count = size.width * size.height;
  if (rgb.length !== 3 * count) {
    throw new RangeError(`Input "${name}" takes ${size.width}x${size.height} RGB pixels, not ${rgb.length} numbers`);
  }
  const data = into === undefined ? emptyData(input.dtype, sizeOf(shape)) : imageData(into);
  if (pixels.channels === "rgb" && pixels.layout === "nhwc") return { data: scaledInPlace(data, pixels, rgb), shape };
  if (pixels.channels === "gray") return { data: grayOf(data, pixels, rgb), shape };
  const channels = channelReaders(pixels, rgb);
  const [step, plane] = pixels.layout === "nhwc" ? [channels.length, 1] : [1, count];
  for (const [channel, read] of channels.entries()) {
    const [mean, std] = [at(pixels.mean, channel), at(pixels.std, channel)];
    for (let pixel = 0; pixel < count; pixel++) {
      data[pixel * step + channel * plane] = (read(pixel) / pixels.divisor - mean) / std;
    }
  }
  return { data, shape };
}

/** A pixel's value times the scale, less the offset, is what a network takes: of each channel, red first. */
export interface PixelScale {
  readonly scale: readonly [number, number, number];
  readonly offset: readonly [number, number, number];
}

/** How pixels become the tensor of an input that lies in memory as they do; `undefined` of one that does not. */
export function pixelScale({ pixels, dtype }: NetworkInput): PixelScale | undefined {
  const isLaidOutAlike = pixels?.channels === "rgb" && pixels.layout === "nhwc" && dtype === "float32";
  return isLaidOutAlike ? scaleOf(pixels) : undefined;
}

function scaleOf({ divisor, mean, std }: PixelCoding): PixelScale {
  const scale = (channel: number) => 1 / (divisor * at(std, channel));
  const offset = (channel: number) => at(mean, channel) / at(std, channel);
  return { scale: [scale(0), scale(1), scale(2)], offset: [offset(0), offset(1), offset(2)] };
}

/** The most frequent case, where the tensor lies in memory as the pixels do. */
function scaledInPlace<T extends Float32Array | Int32Array | Uint8Array>(
  data: T,
  coding: PixelCoding,
  rgb: ArrayLike<number>,
): T {
  const { scale, offset } = scaleOf(coding);
  for (const channel of [0, 1, 2] as const) {
    // The caller checked the length: every index below is inside.
    for (let index = channel; index < data.length; index += 3) {
      data[index] = (rgb[index] as number) * scale[channel] - offset[channel];
    }
  }
  return data;
}

/** A single channel lies alike in either layout. */
function grayOf<T extends Float32Array | Int32Array | Uint8Array>(
  data: T,
  { divisor, mean, std }: PixelCoding,
  rgb: ArrayLike<number>,
): T {
  const [scale, offset] = [1 / (divisor * at(std, 0)), at(mean, 0) / at(std, 0)];
  const [red, green, blue] = [0.2989 * scale, 0.587 * scale, 0.114 * scale];
  for (let to = 0, from = 0; to < data.length; to++, from += 3) {
    // The caller checked the length: every index below is inside.
    const [r, g, b] = [rgb[from] as number, rgb[from + 1] as number, rgb[from + 2] as number];
    data[to] = red * r + green * g + blue * b - offset;
  }
  return data;
}

/** Width and height of the image that an input takes. */
export function imageSize({ pixels, shape, name }: NetworkInput): { width: number; height: number } {
  if (pixels === undefined || shape.length !== 4) throw new RangeError(`Input "${name}" takes no image`);
  const [height, width] = pixels.layout === "nhwc" ? [at(shape, 1), at(shape, 2)] : [at(shape, 2), at(shape, 3)];
  return { width, height };
}

function imageData({ data }: Tensor): Float32Array | Int32Array | Uint8Array {
  if (data instanceof BigInt64Array) throw new RangeError("Images of type int64 are not supported");
  return data;
}

function emptyData(dtype: NetworkInput["dtype"], size: number): Float32Array | Int32Array | Uint8Array {
  if (dtype === "float32") return new Float32Array(size);
  if (dtype === "int32") return new Int32Array(size);
  if (dtype === "uint8") return new Uint8Array(size);
  throw new RangeError(`Images of type ${dtype} are not supported`);
}

function channelReaders({ channels }: PixelCoding, rgb: ArrayLike<number>): readonly ((pixel: number) => number)[] {
  // The caller checked the length: every index below is inside.
  const channel = (offset: number) => (pixel: number) => rgb[3 * pixel + offset] as number;
  const [red, green, blue] = [channel(0), channel(1), channel(2)];
  return channels === "bgr" ? [blue, green, red] : [red, green, blue];
}
