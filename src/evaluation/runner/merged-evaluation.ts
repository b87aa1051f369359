import { join } from "node:path";
import { ConfigurationError } from "../../domain/errors.ts";
import { canonicalJson } from "../../platform/content-store.ts";
import { readBytes } from "../../platform/read-file.ts";
import type { RunFolder } from "../../runs/run-folder.ts";
import { readRunHistory } from "../../runs/run-history.ts";
import { type AnswerCache, takeAnswers } from "./answer-cache.ts";
import { KEPT_ANSWERS } from "./evaluation-shard.ts";
import { openRun, type RunHeader, readRunHeader, type StoredRun } from "./stored-run.ts";

/**
 * The evaluation that shards are of, as one machine would have begun it.
 *
 * @param cacheFolder where whole answers are kept on this machine.
 * @throws {ConfigurationError} if models, prompts or toolboxes were others on another machine.
 */
export async function evaluationOf(
  folders: readonly string[],
  cacheFolder: string,
): Promise<Pick<StoredRun, "samples"> & { readonly header: Omit<RunHeader, "format"> }> {
  const [first = "", ...others] = folders;
  const { header, samples } = await openRun(first);
  for (const folder of others) {
    if (sameEverywhere(await readRunHeader(folder)) === sameEverywhere(header)) continue;
    throw new ConfigurationError(
      `Cannot merge as model, prompt, toolboxes or place of the evaluation differ between two shards: \`${first}\` and \`${folder}\``,
    );
  }
  const { format: _format, ...rest } = header;
  return { samples, header: { ...rest, cacheFolder } };
}

/** What a run is, whenever and on whichever machine it was made. */
function sameEverywhere(header: RunHeader): string {
  return canonicalJson({ ...header, createdAt: null, nodeVersion: null, platform: null, cacheFolder: null });
}

/** Folder of a run in which the lab writes what was shown. */
const STIMULUS = /^stimuli[\\/]/;

/** Takes from shards what lies beside their results: the stimuli that were shown, and whole answers. */
export async function takeAlong(
  folders: readonly string[],
  { run, cache }: { readonly run: RunFolder; readonly cache: AnswerCache },
): Promise<void> {
  for (const folder of folders) {
    await takeAnswers(join(folder, KEPT_ANSWERS), cache);
    const names = [...((await readRunHistory(folder))?.written.keys() ?? [])].filter((name) => STIMULUS.test(name));
    for (const name of names) await run.write(name, await readBytes(join(folder, name)));
  }
}
