import { rmSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import type { DecodedImage } from "../../domain/image.ts";

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

/** What must not outlive this program: folders with copies of images, and process groups. */
const folders = new Set<string>();
const groups = new Set<number>();
let listening = false;

/** Has the folder removed when the program ends before `forgetFolder`. */
function rememberFolder(folder: string): void {
  folders.add(folder);
  listen();
}

function forgetFolder(folder: string): void {
  folders.delete(folder);
}

/** Has the process group killed when the program ends before `forgetGroup`. */
export function rememberGroup(pid: number): void {
  groups.add(pid);
  listen();
}

export function forgetGroup(pid: number): void {
  groups.delete(pid);
}

/** Sends a signal to a process and all that it started. Nothing happens when they have ended. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(process.platform === "win32" ? pid : -pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function listen(): void {
  if (listening) return;
  listening = true;
  process.on("exit", () => {
    for (const pid of groups) signalGroup(pid, "SIGKILL");
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });
}
