import { ConfigurationError } from "../domain/errors.ts";
import { distilCategories } from "../exemplars/distil-category.ts";
import { type DistilledDefinitions, defineWithModel } from "../exemplars/distilled-definitions.ts";
import { loadPromptLibrary } from "../judging/prompt-library.ts";
import { ownPath } from "../platform/package-paths.ts";
import { writeFileAtomic } from "../platform/write-file-atomic.ts";
import type { ExemplarFilter } from "../ports/exemplar-store.ts";
import { openStore } from "./exemplars.ts";
import { refuseExisting } from "./exemplars-in-bulk.ts";
import { type ModelFlags, modelOptionsOf, modelSettings } from "./model-settings.ts";
import { openModel } from "./models.ts";

interface Distilling extends ModelFlags {
  readonly store?: string | undefined;
  readonly filter: ExemplarFilter;
  readonly force?: boolean | undefined;
}

interface Listening {
  /** Told what is sent, before it is. */
  readonly notify: (notice: string) => void;
  readonly signal?: AbortSignal;
}

/** @throws {ConfigurationError} if the file cannot be one of definitions, or is there. */
export function mayHoldDefinitions(file: string, force = false): void {
  if (!file.endsWith(".json")) throw new ConfigurationError(`A file of definitions ends in .json, unlike \`${file}\``);
  refuseExisting(file, force);
}

/**
 * Writes definitions of a store's categories, by rule or in a model's words, to be read and changed.
 *
 * @returns in one sentence what was written, and what the model did not define; `count` 0 where nothing was written.
 */
export async function distilExemplars(file: string, given: Distilling, { notify, signal }: Listening) {
  mayHoldDefinitions(file, given.force);
  const store = openStore(given.store);
  try {
    const space = await store.space();
    const placed = await store.placed({ ...given.filter, measured: true });
    const byRule = space === null ? [] : distilCategories(placed, space);
    if (space === null || byRule.length === 0) {
      return { count: 0, told: `${store.location} has no measured exemplar to distil from`, notes: [] };
    }
    const settings = await modelSettings(given);
    const { model: name = "rules" } = settings;
    const model = name === "rules" ? null : await openModel(name, modelOptionsOf(settings), signal);
    if (model?.remote)
      notify(`What was measured and written of ${placed.length} exemplars is sent to ${model.id}, no image.`);
    const exemplars = new Map(placed.map(({ exemplar }) => [exemplar.id, exemplar]));
    const prompts = await loadPromptLibrary(ownPath("prompts"));
    const { looks, notes } =
      model === null
        ? { looks: byRule, notes: [] }
        : await defineWithModel(byRule, exemplars, { model, prompts }, signal);
    const content: DistilledDefinitions = {
      toolbox: space.toolbox,
      writtenBy: model?.id ?? null,
      definitions: looks.map((look) => ({ ...look, centroid: [...look.centroid], exemplars: [...look.exemplars] })),
    };
    await writeFileAtomic(file, `${JSON.stringify(content, null, 2)}\n`);
    const categories = new Set(looks.map(({ category }) => category)).size;
    return { count: looks.length, told: `${looks.length} definitions of ${categories} categories: ${file}`, notes };
  } finally {
    await store.close();
  }
}
