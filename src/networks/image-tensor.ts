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

/** The most frequent case, where the tensor lies in memory as the pixels do. */
function scaledInPlace<T extends Float32Array | Int32Array | Uint8Array>(
  data: T,
  { divisor, mean, std }: PixelCoding,
  rgb: ArrayLike<number>,
): T {
  for (const channel of [0, 1, 2]) {
    const scale = 1 / (divisor * at(std, channel));
    const offset = at(mean, channel) / at(std, channel);
    // The caller checked the length: every index below is inside.
    for (let index = channel; index < data.length; index += 3) data[index] = (rgb[index] as number) * scale - offset;
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
  if (channels === "rgb") return [red, green, blue];
  if (channels === "bgr") return [blue, green, red];
  return [(pixel) => 0.2989 * red(pixel) + 0.587 * green(pixel) + 0.114 * blue(pixel)];
}
