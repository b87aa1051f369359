import { randomUUID } from "node:crypto";
import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import PQueue from "p-queue";
import { ConfigurationError, ImageDecodeError, VideoDecodeError } from "../domain/errors.ts";
import { endingOf } from "../measuring/folder-files.ts";
import { VIDEO_ENDINGS } from "../measuring/image-format.ts";
import { placeInside, realPath } from "../platform/root-folder.ts";
import { whyRefused } from "../platform/system-error.ts";
import { systemPath } from "../platform/system-path.ts";
import { keepClip, keepImage, keepList, UPLOADS, type Upload } from "./keep-upload.ts";

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

/** @throws {VideoDecodeError} of a clip, where `placeInside` knows no kind of file. */
async function placeOfFile(root: string, path: string): Promise<string> {
  return placeInside(root, path, OTHER_FOLDER).catch((error: unknown) => {
    const isClip = error instanceof ImageDecodeError && VIDEO_ENDINGS.includes(endingOf(path));
    throw isClip ? new VideoDecodeError(path, error.reason, { cause: error }) : error;
  });
}

const OTHER_FOLDER = "open the studio on another";

/** @throws {ConfigurationError} if there is no such folder. */
export async function createStudioFolder(named: string): Promise<StudioFolder> {
  const root = await openedFolder(named);
  await rm(join(root, UPLOADS), { recursive: true, force: true }); // what a killed studio was being sent
  const listeners = new Set<() => void>();
  const changes = new PQueue({ concurrency: 1 });
  const started = randomUUID();
  let version = 0;
  const changed = () => {
    version += 1;
    for (const listener of listeners) listener();
  };
  const told = (kept: string) => {
    changed();
    return kept;
  };
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
    keepImage: async (upload, signal) => told(await keepImage(root, upload, signal)),
    keepClip: async (upload, signal) => told(await keepClip(root, upload, signal)),
    keepList: async (upload) => told(await keepList(root, upload)),
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
