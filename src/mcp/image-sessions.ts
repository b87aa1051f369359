import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { ToolContext } from "../agent/agent-tool.ts";
import { type InputDependencies, openInput } from "../ask-input.ts";
import { ImageDecodeError } from "../domain/errors.ts";
import { fillLedger, observeScene } from "../evidence/fill-ledger.ts";
import { startStopwatch } from "../platform/stopwatch.ts";
import { systemPath } from "../platform/system-path.ts";

/** Images and clips that clients have opened, each with its own ledger, kept for the next calls. */
export interface ImageSessions {
  /**
   * The tool context of an image or clip, measured on the first call. A file that changed is opened anew.
   *
   * @param transcript what is said in a clip; where none is named, that of the call before.
   * @throws {ImageDecodeError} if it cannot be read as an image. @throws {InferenceError} if a toolbox fails.
   */
  open(path: string, transcript?: string, signal?: AbortSignal): Promise<ToolContext>;
}

/** A decoded image takes up to 150 MB, so only the latest few are kept. */
const KEPT = 4;

export function createImageSessions(dependencies: InputDependencies): ImageSessions {
  const sessions = new Map<
    string,
    { readonly transcript: string | null; readonly toolContext: Promise<ToolContext> }
  >();
  return {
    async open(path, named, signal) {
      const key = `${resolve(path)} ${await changedAt(path)}`;
      const known = sessions.get(key);
      const transcript = named ?? known?.transcript ?? null;
      // An abort of one caller must not fail another that waits for the same image.
      const toolContext = known?.transcript === transcript ? known.toolContext : opened(path, transcript, dependencies);
      sessions.delete(key);
      sessions.set(key, { transcript, toolContext });
      // What was noted before a transcript that cannot be read stays.
      toolContext.catch(() => (known === undefined ? sessions.delete(key) : sessions.set(key, known)));
      for (const oldest of [...sessions.keys()].slice(0, -KEPT)) sessions.delete(oldest);
      const ready = await toolContext;
      signal?.throwIfAborted();
      return ready;
    },
  };
}

async function changedAt(path: string): Promise<number> {
  try {
    return (await stat(systemPath(path))).mtimeMs;
  } catch (cause) {
    throw new ImageDecodeError(path, "there is no such file, or this user may not read it", { cause });
  }
}

async function opened(path: string, transcript: string | null, dependencies: InputDependencies): Promise<ToolContext> {
  const setting = { watch: startStopwatch(), models: [], signal: undefined };
  const input = await openInput({ image: path, transcript }, dependencies, setting);
  const { image, clip, faces, present, said, sound, atHand } = input;
  const ledger = fillLedger({ faces, toolboxes: dependencies.toolboxes, context: null, clip, said, sound });
  await observeScene({ image, faces: present, ledger }, dependencies.observers);
  const asked = { question: null, labels: null, observer: { type: "model" as const, name: "mcp-client" } };
  return { image, ...(atHand && { clip: atHand }), ledger, ...asked };
}
