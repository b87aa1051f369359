import { existsSync } from "node:fs";
import { openExemplarSession, openStore } from "../compose/exemplars.ts";
import { ConfigurationError } from "../domain/errors.ts";
import { locateImage } from "../exemplars/image-reference.ts";
import { importExemplars } from "../exemplars/import-exemplars.ts";
import { writePack } from "../exemplars/pack.ts";
import { systemPath } from "../platform/system-path.ts";
import { type FilterOptions, filterOf } from "./exemplars-read.ts";
import { EXIT, interruptSignal } from "./exit.ts";
import { note } from "./output.ts";

export async function exportPack(file: string, options: FilterOptions & { readonly force?: true }): Promise<void> {
  if (!file.endsWith(".jsonl")) throw new ConfigurationError(`A pack's name ends in .jsonl, unlike \`${file}\``);
  if (existsSync(systemPath(file)) && options.force !== true) {
    throw new ConfigurationError(
      `Cannot write as the file exists (name another, or add --force to replace it): \`${file}\``,
    );
  }
  const store = openStore(options.store);
  const exemplars = await store.list({ filter: filterOf(options) });
  if (exemplars.length === 0) {
    note(`Nothing to export from ${store.location}`);
    process.exitCode = EXIT.nothingDone;
    return;
  }
  await writePack(file, exemplars);
  note(`${exemplars.length} exemplars written to ${file}`);
}

export async function remove(ids: readonly string[], options: FilterOptions & { readonly yes?: true }): Promise<void> {
  const filter = { ...filterOf(options), ...(ids.length === 0 ? {} : { ids }) };
  if (Object.keys(filter).length === 0) {
    throw new ConfigurationError("Say what to remove: ids, or a filter such as --pack or --category");
  }
  const store = openStore(options.store);
  const count = await store.count(filter);
  if (count === 0) {
    note(`Nothing in ${store.location} fits`);
    process.exitCode = EXIT.nothingDone;
  } else if (options.yes !== true && count > 1) {
    note(`${count} exemplars would be removed from ${store.location}; pass --yes to do it`);
    process.exitCode = EXIT.wrongUse;
  } else {
    note(`${await store.remove(filter)} removed`);
  }
}

export async function optimize(options: { readonly store?: string }): Promise<void> {
  const store = openStore(options.store);
  await store.optimize();
  note(`${store.location} is up to date`);
}

/** Vectors of two toolbox versions are never mixed, so the new ones go into a store of their own. */
export async function remeasure(options: {
  readonly store?: string;
  readonly to: string;
  readonly cache: boolean;
}): Promise<void> {
  const signal = interruptSignal();
  const old = openStore(options.store);
  const exemplars = await old.list();
  const toolContext = await openExemplarSession({ store: options.to, cache: options.cache });
  try {
    const outcome = await importExemplars(
      toolContext.store,
      exemplars.map((exemplar) => {
        const { category, role, caption, definition, why, labeller, licence, source, image, region, pack } = exemplar;
        return {
          label: { category, role, caption, definition, why, labeller, licence, source },
          path: locateImage(image.path, "") ?? image.path,
          name: image.path,
          sha256: image.sha256,
          region,
          pack,
          line: null,
          measurements: null,
        };
      }),
      {
        space: toolContext.space,
        measure: toolContext.measure,
        duplicates: "link",
        keepViews: true,
        textEmbedder: null,
        concurrency: toolContext.concurrency,
        now: () => new Date(),
        signal,
      },
    );
    for (const { path, reason } of outcome.failures) note(`${path}: ${reason}`);
    note(`${outcome.added.length} of ${exemplars.length} measured again into ${options.to} by ${toolContext.space.id}`);
    if (outcome.failures.length > 0) process.exitCode = EXIT.doneWithFailures;
  } finally {
    await toolContext.close();
  }
}
