import { existsSync } from "node:fs";
import { openStore } from "../compose/exemplars.ts";
import { type ModelFlags, modelSettings, withSettings } from "../compose/model-settings.ts";
import { openModel } from "../compose/models.ts";
import { ConfigurationError } from "../domain/errors.ts";
import { distilCategories } from "../exemplars/distil-category.ts";
import { type DistilledDefinitions, defineWithModel } from "../exemplars/distilled-definitions.ts";
import { loadPromptLibrary } from "../judging/prompt-library.ts";
import { ownPath } from "../platform/package-paths.ts";
import { systemPath } from "../platform/system-path.ts";
import { writeFileAtomic } from "../platform/write-file-atomic.ts";
import { type FilterOptions, filterOf } from "./exemplars-read.ts";
import { EXIT, interruptSignal } from "./exit.ts";
import { note } from "./output.ts";

interface DistilOptions extends FilterOptions, ModelFlags {
  readonly force?: true;
}

/** `kuleshov exemplars distil <file>`: definitions of the store's categories, by rule or in a model's words, to be read and changed. */
export async function distil(file: string, given: DistilOptions): Promise<void> {
  if (!file.endsWith(".json")) throw new ConfigurationError(`A file of definitions ends in .json, unlike \`${file}\``);
  if (existsSync(systemPath(file)) && given.force !== true) {
    throw new ConfigurationError(
      `Cannot write as the file exists (name another, or add --force to replace it): \`${file}\``,
    );
  }
  const signal = interruptSignal();
  const store = openStore(given.store);
  const space = await store.space();
  const placed = await store.placed({ ...filterOf(given), measured: true });
  const byRule = space === null ? [] : distilCategories(placed, space);
  if (space === null || byRule.length === 0) {
    note(`${store.location} has no measured exemplar to distil from`);
    process.exitCode = EXIT.nothingDone;
    return;
  }
  const { model: name = "rules", ...settings } = withSettings(given, await modelSettings(given));
  const model = name === "rules" ? null : await openModel(name, settings, signal);
  if (model?.remote)
    note(`What was measured and written of ${placed.length} exemplars is sent to ${model.id}, no image.`);
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
  note(
    ...notes,
    `${looks.length} definitions of ${new Set(looks.map(({ category }) => category)).size} categories: ${file}`,
  );
  if (notes.length > 0) process.exitCode = EXIT.doneWithFailures;
}
