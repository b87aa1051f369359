import { randomUUID } from "node:crypto";
import { copyFile, open, rename, rm, stat } from "node:fs/promises";
import { basename, extname, join, relative, sep } from "node:path";
import PQueue from "p-queue";
import { openVideoReader } from "../compose/study.ts";
import { ConfigurationError, ImageDecodeError, VideoDecodeError } from "../domain/errors.ts";
import { FRESH_PIXELS } from "../domain/pixel-pool.ts";
import { decodeImage } from "../measuring/decode-image.ts";
import { endingOf } from "../measuring/folder-files.ts";
import { VIDEO_ENDINGS } from "../measuring/image-format.ts";
import { hashOfFileIfThere } from "../platform/hash.ts";
import { makeFolder } from "../platform/make-folder.ts";
import { placeInside, realPath } from "../platform/root-folder.ts";
import { whyRefused } from "../platform/system-error.ts";
import { systemPath } from "../platform/system-path.ts";
import { visibleLine } from "../platform/visible-text.ts";
import { MOST_CLIP_BYTES, MOST_LIST_BYTES, MOST_UPLOAD_BYTES, tooLargeInWords } from "./limits.ts";

/** The folder that the studio was opened on. Nothing outside of it is read, and links that lead out are not followed. */
export interface StudioFolder {
  /** Its real place. */
  readonly root: string;
  /** The real place of a file in it. @throws {ToolInputError} if it lies outside. @throws {ImageDecodeError} or {VideoDecodeError} if it is not there. */
  place(path: string): Promise<string>;
  /** The same of a run's folder, or a file that is no image. @throws {ConfigurationError} if it is not there. */
  placeOfRun(path: string): Promise<string>;
  /** Of what lies inside and is not there nothing is said: it fails by itself when it is read. @throws {ToolInputError} if it lies outside. */
  mayRead(path: string): Promise<void>;
  /** Checks an uploaded image as `ask` would, and keeps it. @returns its path, seen from the folder. */
  keepImage(upload: Upload, signal?: AbortSignal): Promise<string>;
  /** Checks that an uploaded clip is one, and keeps it. @returns its path, seen from the folder. */
  keepClip(upload: Upload, signal?: AbortSignal): Promise<string>;
  /** Keeps an uploaded list; its paths are seen from where it lies. @returns its path. */
  keepList(upload: Upload): Promise<string>;
  /** @throws {ConfigurationError} if it was moved or removed since. */
  mustBeThere(): Promise<void>;
  /** Another whenever something in it was changed here, and after a restart: open pages then read again. */
  version(): string;
  /** To be called by whoever changes something in it. */
  changed(): void;
  /** Changes what is read and written again, one change after another, each of what the one before left; open pages are told. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
  /** Told after every change. @returns an end to it. */
  subscribe(listener: () => void): () => void;
}

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

/** @throws {VideoDecodeError} of a clip, where `placeInside` knows no kind of file. */
async function placeOfFile(root: string, path: string): Promise<string> {
  return placeInside(root, path, OTHER_FOLDER).catch((error: unknown) => {
    const isClip = error instanceof ImageDecodeError && VIDEO_ENDINGS.includes(endingOf(path));
    throw isClip ? new VideoDecodeError(path, error.reason, { cause: error }) : error;
  });
}

/** Where uploaded images and clips go; what was dropped together goes below the first, as it lay together. */
const IMAGES = "images";
const CLIPS = "clips";
/** What is on its way; emptied at every start. */
export const UPLOADS = join(".kuleshov", "uploads");
const LONGEST_NAME = 120;
const DEEPEST_FOLDER = 20;
const OTHER_FOLDER = "open the studio on another";

/** @throws {ConfigurationError} if there is no such folder. */
export async function createStudioFolder(named: string): Promise<StudioFolder> {
  const root = await openedFolder(named);
  const uploads = join(root, UPLOADS);
  await rm(uploads, { recursive: true, force: true }); // what a killed studio was being sent
  const listeners = new Set<() => void>();
  const changes = new PQueue({ concurrency: 1 });
  const started = randomUUID();
  let version = 0;
  const changed = () => {
    version += 1;
    for (const listener of listeners) listener();
  };
  /** Takes a file in beside the folder's own, checks it, and only then gives it its name. */
  async function keep(upload: Upload, { otherwise, below, check, most, refuse }: Kept): Promise<string> {
    const { name, group, length, body } = upload;
    const safe = safeName(name, otherwise);
    const shown = visibleLine(basename(name));
    const tooLarge = () => refuse(shown, tooLargeInWords(most));
    if ((length ?? 0) > most) throw tooLarge();
    const draft = join(uploads, randomUUID(), safe);
    try {
      await receive(draft, body, { most, tooLarge });
      await check(draft).catch((error: unknown) => {
        const isOfTheFile = error instanceof ImageDecodeError || error instanceof VideoDecodeError;
        throw isOfTheFile ? refuse(shown, error.reason, { cause: error }) : error; // named as its sender knows it
      });
      const folder = group === null ? join(root, below) : join(root, IMAGES, safeFolder(group));
      const kept = await keepUnderFreeName(draft, folder, safe);
      changed();
      return relative(root, kept).split(sep).join("/");
    } finally {
      await rm(join(draft, ".."), { recursive: true, force: true });
    }
  }
  return {
    root,
    place: (path) => placeOfFile(root, path),
    async placeOfRun(path) {
      return placeInside(root, path, OTHER_FOLDER).catch((cause: unknown) => {
        if (!(cause instanceof ImageDecodeError)) throw cause;
        throw new ConfigurationError(
          `Cannot show it as it is not there any more: put it back, or choose another: \`${path}\``,
          { cause },
        );
      });
    },
    async mayRead(path) {
      await placeInside(root, path, OTHER_FOLDER).catch((error: unknown) => {
        if (!(error instanceof ImageDecodeError)) throw error;
      });
    },
    keepImage: (upload, signal) =>
      keep(upload, { ...IMAGE, below: IMAGES, check: (path) => decodeImage(path, signal) }),
    keepClip: (upload, signal) =>
      keep(upload, { ...CLIP, below: CLIPS, check: (path) => readFirstFrame(path, signal) }),
    keepList: (upload) => keep(upload, { ...LIST, below: ".", check: async () => {} }),
    async mustBeThere() {
      if ((await stat(systemPath(root)).catch(() => undefined))?.isDirectory()) return;
      throw new ConfigurationError(
        `Cannot go on as the folder is not there any more: put it back, or start the studio on its new place (\`${root}\`)`,
      );
    },
    version: () => `${started} ${version}`,
    changed,
    inTurn: (work) => changes.add(work).finally(changed),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

async function openedFolder(named: string): Promise<string> {
  const refuse = (reason: string, cause?: unknown) =>
    new ConfigurationError(`Cannot open the studio as ${reason}: \`${named}\``, { cause });
  const root = await realPath(named).catch((cause: unknown) => {
    throw refuse(whyRefused(cause).replace("no such file", "no such folder"), cause);
  });
  if (!(await stat(systemPath(root))).isDirectory()) throw refuse("it is a file, not a folder");
  return root;
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

/** What may be sent of a kind of file, and how it is refused. */
interface Limit {
  readonly most: number;
  /** A name for what has none. */
  readonly otherwise: string;
  refuse(shown: string, reason: string, options?: ErrorOptions): Error;
}

interface Kept extends Limit {
  /** Where it goes when it comes alone. */
  readonly below: string;
  readonly check: (path: string) => Promise<unknown>;
}

const IMAGE: Limit = {
  most: MOST_UPLOAD_BYTES,
  otherwise: "image",
  refuse: (shown, reason, options) => new ImageDecodeError(shown, reason, options),
};
const CLIP: Limit = {
  most: MOST_CLIP_BYTES,
  otherwise: "clip",
  refuse: (shown, reason, options) => new VideoDecodeError(shown, reason, options),
};
const LIST: Limit = {
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
