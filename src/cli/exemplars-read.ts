import { openStore } from "../compose/exemplars.ts";
import type { ModelFlags } from "../compose/model-settings.ts";
import { searchExemplars } from "../compose/search-exemplars.ts";
import { ConfigurationError } from "../domain/errors.ts";
import { writeNewFile } from "../platform/write-file-atomic.ts";
import type { ExemplarFilter } from "../ports/exemplar-store.ts";
import { renderExemplar, renderExemplarList } from "../render/terminal-exemplars.ts";
import { EXIT, interruptSignal } from "./exit.ts";
import { note, outputStyle, print } from "./output.ts";

export interface FilterOptions {
  readonly store?: string;
  readonly category?: readonly string[];
  readonly labelledBy?: readonly string[];
  readonly licence?: readonly string[];
  readonly pack?: readonly string[];
  readonly toolbox?: readonly string[];
  readonly json?: true;
}

/** What the options let through. */
export function filterOf({ category, labelledBy, licence, pack, toolbox }: FilterOptions): ExemplarFilter {
  return {
    ...(category === undefined ? {} : { categories: category }),
    ...(labelledBy === undefined ? {} : { labellers: labelledBy }),
    ...(licence === undefined ? {} : { licences: licence }),
    ...(pack === undefined ? {} : { packs: pack }),
    ...(toolbox === undefined ? {} : { toolboxes: toolbox }),
  };
}

export async function list(
  options: FilterOptions & { readonly limit: number; readonly offset: number },
): Promise<void> {
  const store = openStore(options.store);
  const filter = filterOf(options);
  const found = await store.list({ filter, limit: options.limit, offset: options.offset });
  if (options.json === true) return await print(`${JSON.stringify(found, null, 2)}\n`);
  await print(
    renderExemplarList(
      found.map((exemplar) => ({ exemplar, similarity: null, why: [] })),
      outputStyle(),
    ),
  );
  const total = await store.count(filter);
  note(
    found.length < total
      ? `${found.length} of ${total}; see --limit and --offset`
      : `${total} exemplars in ${store.location}`,
  );
}

export async function show(
  id: string,
  options: { readonly store?: string; readonly image?: string; readonly picture?: string; readonly json?: true },
): Promise<void> {
  const store = openStore(options.store);
  const entry = await store.get(id);
  if (entry === undefined) throw new ConfigurationError(`There is no exemplar "${id}" in ${store.location}`);
  const file = options.image ?? options.picture;
  if (file !== undefined) {
    if (entry.view === null)
      throw new ConfigurationError(`The store keeps no image of ${id}; the original is ${entry.exemplar.image.path}`);
    await writeNewFile(file, entry.view);
  }
  if (options.json === true) await print(`${JSON.stringify(entry.exemplar, null, 2)}\n`);
  else await print(renderExemplar(entry.exemplar, outputStyle()));
}

interface SearchOptions extends FilterOptions, ModelFlags {
  readonly like?: string;
  readonly face?: string;
  readonly count: number;
  readonly embedder?: string;
  readonly cache: boolean;
  readonly mirrored?: true;
}

export async function search(words: readonly string[], options: SearchOptions): Promise<void> {
  const text = words.length === 0 ? null : words.join(" ");
  const search = { ...options, text, filter: filterOf(options) };
  const { retrieval, location } = await searchExemplars(search, interruptSignal());
  if (options.json === true) {
    const hits = retrieval.hits.map(({ expression: _, ...hit }) => hit);
    await print(`${JSON.stringify({ ...retrieval, hits }, null, 2)}\n`);
  } else {
    const listed = retrieval.hits.map((hit) => ({ ...hit, similarity: hit.face?.similarity ?? null }));
    await print(renderExemplarList(listed, outputStyle()));
    for (const { id, reason } of retrieval.excluded) note(`${id} was left out: ${reason}`);
  }
  if (retrieval.hits.length === 0) {
    note(`Nothing found in ${location}`);
    process.exitCode = EXIT.nothingDone;
  }
}

export async function stats(options: { readonly store?: string; readonly json?: true }): Promise<void> {
  const store = openStore(options.store);
  const [statistics, space, embedder] = [await store.statistics(), await store.space(), await store.textEmbedder()];
  const embedders = { "text-embedding": embedder };
  if (options.json === true) {
    await print(`${JSON.stringify({ location: store.location, ...statistics, space, embedders }, null, 2)}\n`);
    return;
  }
  const style = outputStyle();
  const section = (title: string, rows: readonly { readonly name: string | null; readonly exemplars: number }[]) =>
    `${style.dim(title)}\n${rows.map(({ name, exemplars }) => `  ${String(exemplars).padStart(6)}  ${name ?? "unknown"}\n`).join("")}`;
  await print(
    [
      `${style.bold(String(statistics.exemplars))} exemplars in ${store.location}, ${statistics.measured} with a measured face\n`,
      ...(space === null
        ? []
        : [`${style.dim("measured by")} ${space.id}, ${space.dimensions.length} named dimensions\n`]),
      ...(embedder === null ? [] : [`${style.dim("embedded by")} ${embedder}\n`]),
      section("categories", statistics.categories),
      section("labellers", statistics.labellers),
      section("licences", statistics.licences),
      section(
        "packs",
        statistics.packs.filter(({ name }) => name !== null),
      ),
      ...statistics.indexes.map(
        ({ column, kind, unindexedRows }) =>
          `${style.dim("index")} ${column}: ${kind}${unindexedRows ? `, ${unindexedRows} rows not in it yet` : ""}\n`,
      ),
    ].join(""),
  );
}
