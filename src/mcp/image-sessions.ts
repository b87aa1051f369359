import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { Desk } from "../agent/agent-tool.ts";
import { ImageDecodeError } from "../domain/errors.ts";
import { decodeImage } from "../measuring/decode-image.ts";
import { fillLedger } from "../evidence/fill-ledger.ts";
import { measureFaces } from "../measuring/measure-image.ts";
import { observeScene } from "../evidence/observe-scene.ts";
import type { FerToolbox } from "../ports/fer-toolbox.ts";
import type { SceneObserver } from "../ports/scene-observer.ts";

/** Pictures that clients have opened, each with its own ledger, kept for the next calls. */
export interface PictureDesks {
  /**
   * The desk of a picture file, measured on the first call. A file that changed is opened anew.
   *
   * @throws {ImageDecodeError} if it cannot be read as a picture. @throws {InferenceError} if a toolbox fails.
   */
  open(path: string, signal?: AbortSignal): Promise<Desk>;
}

export interface DeskParts {
  readonly toolboxes: readonly FerToolbox[];
  readonly observers: readonly SceneObserver[];
}

/** A decoded picture takes up to 150 MB, so only the latest few are kept. */
const KEPT = 4;

export function createPictureDesks(parts: DeskParts): PictureDesks {
  const desks = new Map<string, Promise<Desk>>();
  return {
    async open(path, signal) {
      const key = `${resolve(path)} ${await changedAt(path)}`;
      // An abort of one caller must not fail another that waits for the same picture.
      const desk = desks.get(key) ?? opened(path, parts);
      desks.delete(key);
      desks.set(key, desk);
      desk.catch(() => desks.delete(key));
      for (const oldest of [...desks.keys()].slice(0, -KEPT)) desks.delete(oldest);
      const ready = await desk;
      signal?.throwIfAborted();
      return ready;
    },
  };
}

async function changedAt(path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (cause) {
    throw new ImageDecodeError(path, "there is no such file, or this user may not read it", { cause });
  }
}

async function opened(path: string, { toolboxes, observers }: DeskParts): Promise<Desk> {
  const image = await decodeImage(path);
  const faces = await measureFaces(image, toolboxes);
  const ledger = fillLedger({ faces, toolboxes, context: null });
  await observeScene({ image, faces, ledger }, observers);
  return { image, ledger, labels: null, observer: { type: "model", name: "mcp-client" } };
}
