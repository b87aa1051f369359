import { InferenceError, ModelFileError } from "../../domain/errors.ts";
import { imageSize, imageTensor, pixelScale } from "../../networks/image-tensor.ts";
import type { NetworkManifest } from "../../networks/manifest.ts";
import type { Network, Tensor } from "../../networks/network.ts";
import type { Crop, CropOptions, PixelSource } from "./crop.ts";
import type { RotatedRegion } from "./rotated-region.ts";
import { sampleRegion } from "./sample-region.ts";

/** What a network saw and what it answered. */
interface Look {
  /** Holds only until the same network looks again: its pixels lie in a buffer that is used over and over. */
  readonly crop: Crop;
  /** An output by the manifest's name. @throws {InferenceError} if the network has none of that name. */
  output(name: string): Float32Array;
  readonly outputs: Readonly<Record<string, Tensor>>;
}

/** A network that looks at one region of an image at a time. */
export interface ImageNetwork {
  readonly manifest: NetworkManifest;
  /** The image it takes. */
  readonly widthPx: number;
  readonly heightPx: number;
  /** Samples the region to the size of the network's input and runs it. */
  look(source: PixelSource, region: RotatedRegion, options: LookOptions): Promise<Look>;
  close(): Promise<void>;
}

type LookOptions = Omit<CropOptions, "widthPx" | "heightPx" | "into" | "scale">;

/**
 * Makes a network look at images. The buffers for its input are made once: fresh ones for every face would keep the
 * garbage collector busier than the network. Where the input lies in memory as pixels do, they are sampled into it.
 *
 * @throws {ModelFileError} if its first input is no image.
 */
export function toImageNetwork(network: Network): ImageNetwork {
  const { manifest } = network;
  const [input] = manifest.inputs;
  if (input?.pixels === undefined) throw new ModelFileError(manifest.id, "its manifest describes no image as input");
  const { width, height } = imageSize(input);
  const pixels = new Float32Array(width * height * 3);
  const scale = pixelScale(input);
  let tensor: Tensor | undefined = scale && { data: pixels, shape: input.shape };
  return {
    manifest,
    widthPx: width,
    heightPx: height,
    async look(source, region, options) {
      const size = { widthPx: width, heightPx: height, into: pixels };
      const crop = sampleRegion(source, region, { ...options, ...size, ...(scale && { scale }) });
      if (tensor === undefined || scale === undefined) tensor = imageTensor(input, crop.rgb, tensor);
      const outputs = await network.run({ [input.name]: tensor });
      return { crop, outputs, output: (name) => float32Output(manifest.id, outputs, name) };
    },
    close: () => network.close(),
  };
}

function float32Output(id: string, outputs: Readonly<Record<string, Tensor>>, name: string): Float32Array {
  const data = outputs[name]?.data;
  if (!(data instanceof Float32Array)) throw new InferenceError(`Network "${id}" gave no "${name}"`);
  return data;
}
