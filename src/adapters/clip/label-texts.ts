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
 * Labels as texts, each with what the taxonomy says that it means: the one of those that ship which defines most of them and has
 * the fewest others. A label that it does not define stands alone. Without labels, the eight basic ones are meant.
 */
export async function labelTexts(
  labels: readonly string[] = BASIC_LABELS,
  { label: alone, defined }: TextCoding,
): Promise<LabelText[]> {
  const { categories } = fittingTaxonomy(labels, await shippedTaxonomies());
  return labels.map((label) => {
    const definition = categories.find(({ name }) => sameCategory(name, label))?.definition ?? null;
    const text = definition === null ? alone : defined.replace("{definition}", () => definition.replace(/\.$/, ""));
    return { label, text: text.replace("{label}", () => label) };
  });
}

function fittingTaxonomy(labels: readonly string[], taxonomies: readonly Taxonomy[]): Pick<Taxonomy, "categories"> {
  const defined = ({ categories }: Taxonomy) =>
    labels.filter((label) =>
      categories.some(({ name, definition }) => definition !== null && sameCategory(name, label)),
    ).length;
  const [best] = taxonomies.toSorted((a, b) => defined(b) - defined(a) || a.categories.length - b.categories.length);
  return best ?? { categories: [] };
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
