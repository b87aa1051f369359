import { readdir } from "node:fs/promises";
import { basename, extname } from "node:path";
import { Taxonomy } from "../domain/category.ts";
import { issueInWords } from "../domain/complaint.ts";
import type { PublishedSignature } from "../domain/discovery.ts";
import { ConfigurationError } from "../domain/errors.ts";
import { didYouMean } from "../domain/nearest-name.ts";
import { ownPath } from "../platform/package-paths.ts";
import { readText } from "../platform/read-file.ts";
import { whyRefused } from "../platform/system-error.ts";

/** Ids of the taxonomies that ship with Kuleshov. */
export async function taxonomyIds(): Promise<string[]> {
  const files = await readdir(ownPath("fewshot", "taxonomies"));
  return files
    .filter((file) => file.endsWith(".json"))
    .map((file) => basename(file, ".json"))
    .sort();
}

/**
 * A taxonomy by the id of one that ships, or from a file of the user's own: JSON as in `fewshot/taxonomies`, or plain
 * text with one category per line, `name: definition` if wanted.
 * @throws {ConfigurationError} if there is no such taxonomy or file, or it is not a taxonomy.
 */
export async function loadTaxonomy(idOrPath: string): Promise<Taxonomy> {
  const ids = await taxonomyIds();
  if (ids.includes(idOrPath)) return await readTaxonomy(ownPath("fewshot", "taxonomies", `${idOrPath}.json`));
  if (isTaxonomyFile(idOrPath)) return await readTaxonomy(idOrPath);
  throw new ConfigurationError(`There is no taxonomy "${idOrPath}". ${didYouMean(idOrPath, ids)}`.trim());
}

/** Whether a name is a file's: ids of those that ship have no dot and no slash. */
export function isTaxonomyFile(idOrPath: string): boolean {
  return /[\\/.]/.test(idOrPath);
}

async function readTaxonomy(path: string): Promise<Taxonomy> {
  const text = await readText(path).catch((error: unknown) => {
    throw new ConfigurationError(`Cannot read taxonomy as ${whyRefused(error)}: \`${path}\``, { cause: error });
  });
  const content = extname(path) === ".json" ? parseJson(text, path) : fromLines(text, path);
  const parsed = Taxonomy.safeParse(content, { reportInput: true });
  if (parsed.success) return parsed.data;
  throw new ConfigurationError(`Cannot read taxonomy as it is not one (${issueInWords(parsed.error)}): \`${path}\``);
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ConfigurationError(`Cannot read taxonomy as it is not JSON: \`${path}\``, { cause: error });
  }
}

function fromLines(text: string, path: string): unknown {
  const name = basename(path, extname(path));
  const id = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "" && !line.startsWith("#"));
  const categories = lines.map((line) => {
    const [label = "", ...rest] = line.split(/:\s+/);
    const definition = rest.join(": ").trim();
    return { name: label.trim(), definition: definition === "" ? null : definition, contrast: null };
  });
  return { id: id === "" ? "own" : id, name, source: path, categories };
}

/** The categories that words mean: names of taxonomies and files of them become their categories, other words are names. */
export async function categoriesNamed(words: readonly string[]): Promise<string[]> {
  const named = await taxonomiesNamed(words);
  const lists = named.map((one) => (typeof one === "string" ? [one] : one.categories.map(({ name }) => name)));
  return [...new Set(lists.flat())];
}

/** The published signatures of the faces of those categories; a word that is a name alone has none. */
export async function signaturesNamed(words: readonly string[]): Promise<PublishedSignature[]> {
  const signatures = (await taxonomiesNamed(words)).flatMap((one) =>
    typeof one === "string" ? [] : signaturesOf(one),
  );
  return [...new Map(signatures.map((signature) => [signature.category, signature])).values()];
}

function signaturesOf({ categories, sources = {} }: Taxonomy): PublishedSignature[] {
  return categories.flatMap(({ name, face }) => {
    if (face === undefined || face.evidence === "none") return [];
    const { units, oneSided = false, evidence } = face;
    return [{ category: name, units, oneSided, evidence, sources: face.sources.map((key) => sources[key] as string) }];
  });
}

async function taxonomiesNamed(words: readonly string[]): Promise<(Taxonomy | string)[]> {
  const ids = await taxonomyIds();
  return Promise.all(words.map((word) => (ids.includes(word) || isTaxonomyFile(word) ? loadTaxonomy(word) : word)));
}
