import { randomUUID } from "node:crypto";
import { copyFile, open, rename, rm, stat } from "node:fs/promises";
import { basename, extname, join, relative, sep } from "node:path";
import PQueue from "p-queue";
import { ConfigurationError, ImageDecodeError } from "../domain/errors.ts";
import { decodeImage } from "../measuring/decode-image.ts";
import { hashOfFileIfThere } from "../platform/hash.ts";
import { makeFolder } from "../platform/make-folder.ts";
import { placeInside, realPath } from "../platform/root-folder.ts";
import { whyRefused } from "../platform/system-error.ts";
import { systemPath } from "../platform/system-path.ts";
import { visibleLine } from "../platform/visible-text.ts";
import { MOST_LIST_BYTES, MOST_UPLOAD_BYTES, tooLargeInWords } from "./limits.ts";

/** The folder that the studio was opened on. Nothing outside of it is read, and links that lead out are not followed. */
export interface StudioFolder {
  /** Its real place. */
  readonly root: string;
  /** The real place of a file in it. @throws {ToolInputError} if it lies outside. @throws {ImageDecodeError} if it is not there. */
  place(path: string): Promise<string>;
  /** Checks an uploaded image as `ask` would, and keeps it. @returns its path, seen from the folder. */
  keepImage(upload: Upload, signal?: AbortSignal): Promise<string>;
  /** Keeps an uploaded list of images beside them, so that its paths are seen from the folder. @returns its path. */
  keepList(upload: Upload): Promise<string>;
  /** @throws {ConfigurationError} if it was moved or removed since. */
  mustBeThere(): Promise<void>;
  /** Another whenever something in it was changed here, and after a restart: open pages then read again. */
  version(): string;
  /** To be called by whoever changes something in it. */
  changed(): void;
  /** Told after every change. @returns an end to it. */
  subscribe(listener: () => void): () => void;
}

/** A file as a page sends it. */
export interface Upload {
  /** As the sender calls it. */
  readonly name: string;
  /** A folder below `images/` for what was dropped together; `null` for a single image. */
  readonly group: string | null;
  /** What the sender says of its length, in bytes. */
  readonly length: number | null;
  readonly body: ReadableStream<Uint8Array> | null;
}

/** Where uploaded images go. */
export const IMAGES = "images";
const LONGEST_NAME = 120;
const OTHER_FOLDER = "open the studio on another";

/** @throws {ConfigurationError} if there is no such folder. */
export async function createStudioFolder(named: string): Promise<StudioFolder> {
  const root = await openedFolder(named);
  const uploads = join(root, ".kuleshov", "uploads");
  await rm(uploads, { recursive: true, force: true }); // what a killed studio was being sent
  const listeners = new Set<() => void>();
  const started = randomUUID();
  let version = 0;
  const changed = () => {
    version += 1;
    for (const listener of listeners) listener();
  };
  return {
    root,
    place: (path) => placeInside(root, path, OTHER_FOLDER),
    async keepImage({ name, group, length, body }, signal) {
      const safe = safeName(name, "image");
      const shown = visibleLine(basename(name));
      const limit: Limit = { most: MOST_UPLOAD_BYTES, refuse: (reason) => new ImageDecodeError(shown, reason) };
      if ((length ?? 0) > limit.most) throw tooLarge(limit);
      const draft = join(uploads, randomUUID(), safe);
      try {
        await receive(draft, body, limit);
        await checkImage(draft, shown, signal);
        const folder = group === null ? join(root, IMAGES) : join(root, IMAGES, safeName(group, "dropped"));
        const kept = await keepUnderFreeName(draft, folder, safe);
        changed();
        return relative(root, kept).split(sep).join("/");
      } finally {
        await rm(join(draft, ".."), { recursive: true, force: true });
      }
    },
    async keepList({ name, length, body }) {
      const safe = safeName(name, "list");
      const refuse = (reason: string) =>
        new ConfigurationError(`Cannot read list as ${reason}: \`${visibleLine(basename(name))}\``);
      const limit: Limit = { most: MOST_LIST_BYTES, refuse };
      if ((length ?? 0) > limit.most) throw tooLarge(limit);
      const draft = join(uploads, randomUUID(), safe);
      try {
        await receive(draft, body, limit);
        const kept = await keepUnderFreeName(draft, root, safe);
        changed();
        return relative(root, kept);
      } finally {
        await rm(join(draft, ".."), { recursive: true, force: true });
      }
    },
    async mustBeThere() {
      if ((await stat(systemPath(root)).catch(() => undefined))?.isDirectory()) return;
      throw new ConfigurationError(
        `Cannot go on as the folder is not there any more: put it back, or start the studio on its new place (\`${root}\`)`,
      );
    },
    version: () => `${started} ${version}`,
    changed,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** A way to change what is in the folder, one change after another, each of what the one before left; open pages are told. */
export function changesInTurn({ changed }: Pick<StudioFolder, "changed">) {
  const queue = new PQueue({ concurrency: 1 });
  return <T>(work: () => Promise<T>): Promise<T> => queue.add(work).finally(changed);
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

async function receive(path: string, body: Upload["body"], limit: Limit): Promise<void> {
  await makeFolder(join(path, ".."));
  const file = await open(path, "wx");
  try {
    let bytes = 0;
    for await (const part of body ?? []) {
      bytes += part.length;
      if (bytes > limit.most) throw tooLarge(limit);
      await file.writeFile(part);
    }
  } finally {
    await file.close();
  }
}

/** As `ask` reads it, named as its sender knows it. */
async function checkImage(path: string, shown: string, signal?: AbortSignal): Promise<void> {
  try {
    await decodeImage(path, signal);
  } catch (error) {
    if (error instanceof ImageDecodeError) throw new ImageDecodeError(shown, error.reason, { cause: error });
    throw error;
  }
}

interface Limit {
  readonly most: number;
  readonly refuse: (reason: string) => Error;
}

function tooLarge({ most, refuse }: Limit): Error {
  return refuse(tooLargeInWords(most));
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
      await rename(draft, path).catch(() => copyFile(draft, path));
      return path;
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
