import { basename, dirname, join } from "node:path";
import { glob } from "tinyglobby";
import { ConfigurationError } from "../../domain/errors.ts";
import type { ReadRow } from "./dataset.ts";
import { sampleOf } from "./sample-of.ts";

/** Extensions of images that can be read. */
export const PICTURES = "*.{jpg,jpeg,png,webp,tif,tiff,gif,avif,JPG,JPEG,PNG}";

/** A folder per label, images inside, nested at will: the last folder's name is the label. */
export async function readFolderSamples(path: string): Promise<ReadRow[]> {
  const files = (await glob([`*/**/${PICTURES}`], { cwd: path, absolute: false })).sort();
  if (files.length === 0) {
    throw new ConfigurationError(`Cannot use dataset as no folder in it holds images: \`${path}\``);
  }
  return files.map((file) => ({
    where: file,
    sample: sampleOf({ id: file, image: join(path, file), truth: { label: basename(dirname(file)) } }),
  }));
}
