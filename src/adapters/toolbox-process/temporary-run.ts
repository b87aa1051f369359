import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import type { DecodedImage } from "../../domain/image.ts";
import { forgetFolder, rememberFolder } from "./leftovers.ts";

/** A private folder for one start of a toolbox: the images it is given, and room for what it writes. */
export interface TemporaryRun {
  readonly folder: string;
  readonly inputFolder: string;
  readonly outputFolder: string;
  /** Names without ending, in the order of the images: `0000`, `0001`, ... */
  readonly stems: readonly string[];
  inputPath(stem: string): string;
}

/**
 * Writes the images as PNG into a new folder, upright, without metadata and without their names, has them worked on, and
 * removes the folder whatever happens.
 */
export async function withTemporaryRun<T>(
  images: readonly DecodedImage[],
  work: (run: TemporaryRun) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "kuleshov-toolbox-"));
  rememberFolder(folder);
  try {
    const inputFolder = join(folder, "in");
    const outputFolder = join(folder, "out");
    await Promise.all([mkdir(inputFolder), mkdir(outputFolder)]);
    const stems = images.map((_, index) => String(index).padStart(4, "0"));
    const inputPath = (stem: string): string => join(inputFolder, `${stem}.png`);
    for (const [index, image] of images.entries()) await writePng(image, inputPath(stems[index] as string));
    return await work({ folder, inputFolder, outputFolder, stems, inputPath });
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    forgetFolder(folder);
  }
}

async function writePng({ rgb, widthPx, heightPx }: DecodedImage, path: string): Promise<void> {
  // Speed before size: the file is read once and removed.
  await sharp(rgb, { raw: { width: widthPx, height: heightPx, channels: 3 } })
    .png({ compressionLevel: 1 })
    .toFile(path);
}
