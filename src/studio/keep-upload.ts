import { randomUUID } from "node:crypto";
import { copyFile, open, rename, rm } from "node:fs/promises";
import { basename, extname, join, relative, sep } from "node:path";
import { openVideoReader } from "../compose/study.ts";
import { ConfigurationError, ImageDecodeError, VideoDecodeError } from "../domain/errors.ts";
import { FRESH_PIXELS } from "../domain/pixel-pool.ts";
import { decodeImage } from "../measuring/decode-image.ts";
import { hashOfFileIfThere } from "../platform/hash.ts";
import { makeFolder } from "../platform/make-folder.ts";
import { visibleLine } from "../platform/visible-text.ts";
import { MOST_CLIP_BYTES, MOST_LIST_BYTES, MOST_UPLOAD_BYTES, tooLargeInWords } from "./limits.ts";

/** A file as a page sends it. */
export interface Upload {
  /** As the sender calls it. */
  readonly name: string;
  /** A folder below `images/` for what was dropped together, with `/` between its parts; `null` for a single file. */
  readonly group: string | null;
  /** What the sender says of its length, in bytes. */
  readonly length: number | null;
  readonly body: ReadableStream<Uint8Array> | null;
}

/** What is on its way, below the studio's folder. */
export const UPLOADS = join(".kuleshov", "uploads");
/** Where uploaded images go, and what was dropped together, as it lay together. */
const IMAGES = "images";
const LONGEST_NAME = 120;
const DEEPEST_FOLDER = 20;

/** Checks an uploaded image as `ask` would, and keeps it. @returns its path, seen from the folder. */
export async function keepImage(root: string, upload: Upload, signal?: AbortSignal): Promise<string> {
  return keep(root, upload, { ...IMAGE, check: (path) => decodeImage(path, signal) });
}

/** Checks that an uploaded clip is one, and keeps it. @returns its path, seen from the folder. */
export async function keepClip(root: string, upload: Upload, signal?: AbortSignal): Promise<string> {
  return keep(root, upload, { ...CLIP, check: (path) => readFirstFrame(path, signal) });
}

/** Keeps an uploaded list; its paths are seen from where it lies. @returns its path. */
export async function keepList(root: string, upload: Upload): Promise<string> {
  return keep(root, upload, { ...LIST, check: async () => {} });
}

/** Takes a file in beside the folder's own, checks it, and only then gives it its name. */
async function keep(
  root: string,
  upload: Upload,
  { otherwise, below, check, most, refuse }: Kind & { readonly check: (path: string) => Promise<unknown> },
): Promise<string> {
  const { name, group, length, body } = upload;
  const safe = safeName(name, otherwise);
  const shown = visibleLine(basename(name));
  const tooLarge = () => refuse(shown, tooLargeInWords(most));
  if ((length ?? 0) > most) throw tooLarge();
  const draft = join(root, UPLOADS, randomUUID(), safe);
  try {
    await receive(draft, body, { most, tooLarge });
    await check(draft).catch((error: unknown) => {
      const isOfTheFile = error instanceof ImageDecodeError || error instanceof VideoDecodeError;
      throw isOfTheFile ? refuse(shown, error.reason, { cause: error }) : error; // named as its sender knows it
    });
    const folder = group === null ? join(root, below) : join(root, IMAGES, safeFolder(group));
    const kept = await keepUnderFreeName(draft, folder, safe);
    return relative(root, kept).split(sep).join("/");
  } finally {
    await rm(join(draft, ".."), { recursive: true, force: true });
  }
}

/** What every system takes as the name of one file. */
function safeName(name: string, otherwise: string): string {
  const plain = visibleLine(name.normalize("NFC").split(/[\\/]/).at(-1) ?? "")
    .replace(/[<>:"|?*\\]/g, "-")
    .replace(/^[. ]+|[. ]+$/g, "");
  const ending = extname(plain).slice(0, 10);
  const stem = plain.slice(0, plain.length - extname(plain).length);
  return `${stem.slice(0, LONGEST_NAME) || otherwise}${ending}`;
}

interface Receiving {
  readonly most: number;
  readonly tooLarge: () => Error;
}

async function receive(path: string, body: Upload["body"], { most, tooLarge }: Receiving): Promise<void> {
  await makeFolder(join(path, ".."));
  const file = await open(path, "wx");
  try {
    let bytes = 0;
    for await (const part of body ?? []) {
      bytes += part.length;
      if (bytes > most) throw tooLarge();
      await file.writeFile(part);
    }
  } finally {
    await file.close();
  }
}

/** What may be sent of a kind of file, where it goes, and how it is refused. */
interface Kind {
  readonly most: number;
  /** Where it goes when it comes alone. */
  readonly below: string;
  /** A name for what has none. */
  readonly otherwise: string;
  refuse(shown: string, reason: string, options?: ErrorOptions): Error;
}

const IMAGE: Kind = {
  below: IMAGES,
  most: MOST_UPLOAD_BYTES,
  otherwise: "image",
  refuse: (shown, reason, options) => new ImageDecodeError(shown, reason, options),
};
const CLIP: Kind = {
  below: "clips",
  most: MOST_CLIP_BYTES,
  otherwise: "clip",
  refuse: (shown, reason, options) => new VideoDecodeError(shown, reason, options),
};
const LIST: Kind = {
  below: ".",
  most: MOST_LIST_BYTES,
  otherwise: "list",
  refuse: (shown, reason) => new ConfigurationError(`Cannot read list as ${reason}: \`${shown}\``),
};

/** As `measure` reads it: what has one frame is a clip. */
async function readFirstFrame(path: string, signal?: AbortSignal): Promise<void> {
  const frames = openVideoReader().frames(path, { fps: 1, skip: 0, pixels: FRESH_PIXELS, signal });
  await frames.next();
  await frames.return(undefined);
}

/** A file's folder as it lay among others, such as `holiday/beach`. */
function safeFolder(group: string): string {
  const parts = group.split("/").filter((part) => part !== "");
  return join(...parts.slice(0, DEEPEST_FOLDER).map((part) => safeName(part, "dropped")), ".");
}

/** The same bytes under the same name are kept once; other bytes get a number. */
async function keepUnderFreeName(draft: string, folder: string, name: string): Promise<string> {
  await makeFolder(folder);
  const hash = await hashOfFileIfThere(draft);
  const ending = extname(name);
  for (let number = 1; ; number++) {
    const path = join(folder, number === 1 ? name : `${name.slice(0, name.length - ending.length)}-${number}${ending}`);
    const there = await hashOfFileIfThere(path);
    if (there === hash) return path;
    if (there === undefined && (await takeName(path))) {
      try {
        await rename(draft, path).catch(() => copyFile(draft, path)); // another file system may lie there
        return path;
      } catch (error) {
        await rm(path, { force: true });
        throw error;
      }
    }
  }
}

/** Makes the file, so that two uploads at once never get the same name. */
async function takeName(path: string): Promise<boolean> {
  try {
    await (await open(path, "wx")).close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}
