import { VIDEO_ENDINGS } from "../measuring/image-format.ts";

/**
 * The name under which an image can be found in another program's output: without folders, in one Unicode form, in
 * lower case (cameras and Windows do not keep case).
 */
export function imageName(path: string): string {
  return segments(path).at(-1) ?? "";
}

/** `imageName` without its ending: toolboxes name their output after the image, or were given converted copies. */
export function imageStem(path: string): string {
  const name = imageName(path);
  const dot = name.lastIndexOf(".");
  return dot > 0 ? name.slice(0, dot) : name;
}

/** `imageStem` without the number of a copy: LibreFace writes `image (1).csv` beside an earlier `image.csv`. */
export function stemWithoutCopy(path: string): string {
  return imageStem(path).replace(/ \(\d+\)$/, "");
}

/** How many folders, counted from the file upward, two paths have in common. */
export function sharedFolders(a: string, b: string): number {
  const left = segments(a).reverse();
  const right = segments(b).reverse();
  let shared = 0;
  while (shared < left.length - 1 && shared < right.length - 1 && left[shared + 1] === right[shared + 1]) shared++;
  return shared;
}

/** Whether a file is a video, by its ending. */
export function isVideoName(path: string): boolean {
  return VIDEO_ENDINGS.some((ending) => imageName(path).endsWith(`.${ending}`));
}

/** `3 frames` where all that was measured are videos, `3 images` where none is; a folder may hold both. */
export function momentsInWords(count: number, inputs: readonly string[]): string {
  const videos = inputs.filter(isVideoName).length;
  const [one, many] =
    videos === 0
      ? ["image", "images"]
      : videos === inputs.length
        ? ["frame", "frames"]
        : ["image or frame", "images and frames"];
  return `${count} ${count === 1 ? one : many}`;
}

/** The number at the end of an image's name, as frames of a video have it: `frame_0012.png` is 12. */
export function trailingNumber(path: string): number | undefined {
  const digits = /(\d+)$/.exec(imageStem(path))?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function segments(path: string): string[] {
  return path
    .normalize("NFC")
    .toLowerCase()
    .split(/[\\/]+/)
    .filter((segment) => segment !== "");
}
