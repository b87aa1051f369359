import { readdir } from "node:fs/promises";
import { sameCategory, Taxonomy } from "../../domain/category.ts";
import { BASIC_LABELS } from "../../domain/labels.ts";
import type { TextCoding } from "../../networks/manifest.ts";
import { ownPath } from "../../platform/package-paths.ts";
import { readText } from "../../platform/read-file.ts";

/** A label, and the text that images are compared with for it. */
export interface LabelText {
  readonly label: string;
  readonly text: string;
}

/**
 * Labels as texts, each with what it means: as the taxonomy that was named defines it, else as the one of those that ship which
 * defines most of them and has the fewest others. A label that neither defines stands alone. Without labels, the eight basic ones
 * are meant.
 */
export async function labelTexts(
  labels: readonly string[] = BASIC_LABELS,
  { label: alone, defined }: TextCoding,
  named?: Taxonomy,
): Promise<LabelText[]> {
  const shipped = fittingTaxonomy(labels, await shippedTaxonomies());
  return labels.map((label) => {
    const definition = definitionIn(named, label) ?? definitionIn(shipped, label);
    const text = definition === null ? alone : defined.replace("{definition}", () => definition.replace(/\.$/, ""));
    return { label, text: text.replace("{label}", () => label) };
  });
}

function definitionIn(taxonomy: Taxonomy | undefined, label: string): string | null {
  return taxonomy?.categories.find(({ name }) => sameCategory(name, label))?.definition ?? null;
}

function fittingTaxonomy(labels: readonly string[], taxonomies: readonly Taxonomy[]): Taxonomy | undefined {
  const defined = ({ categories }: Taxonomy) =>
    labels.filter((label) =>
      categories.some(({ name, definition }) => definition !== null && sameCategory(name, label)),
    ).length;
  const [best] = taxonomies.toSorted((a, b) => defined(b) - defined(a) || a.categories.length - b.categories.length);
  return best;
}

let shipped: Promise<readonly Taxonomy[]> | undefined;

function shippedTaxonomies(): Promise<readonly Taxonomy[]> {
  shipped ??= readTaxonomies();
  return shipped;
}

async function readTaxonomies(): Promise<readonly Taxonomy[]> {
  const folder = ownPath("fewshot", "taxonomies");
  const files = (await readdir(folder)).filter((file) => file.endsWith(".json")).sort();
  return Promise.all(files.map(async (file) => Taxonomy.parse(JSON.parse(await readText(`${folder}/${file}`)))));
}
