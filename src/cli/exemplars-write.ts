import { openStore } from "../compose/exemplars.ts";
import { exportExemplars, remeasureExemplars } from "../compose/exemplars-in-bulk.ts";
import { ConfigurationError } from "../domain/errors.ts";
import { type FilterOptions, filterOf } from "./exemplars-read.ts";
import { EXIT, interruptSignal } from "./exit.ts";
import { note } from "./output.ts";

export async function exportPack(file: string, options: FilterOptions & { readonly force?: true }): Promise<void> {
  const { count, location } = await exportExemplars(file, { ...options, filter: filterOf(options) });
  if (count === 0) {
    note(`Nothing to export from ${location}`);
    process.exitCode = EXIT.nothingDone;
    return;
  }
  note(`${count} exemplars written to ${file}`);
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

export async function remeasure(options: {
  readonly store?: string;
  readonly to: string;
  readonly cache: boolean;
}): Promise<void> {
  const { outcome, total, space } = await remeasureExemplars(options, { signal: interruptSignal() });
  for (const { path, reason } of outcome.failures) note(`${path}: ${reason}`);
  note(`${outcome.added.length} of ${total} measured again into ${options.to} by ${space.id}`);
  if (outcome.failures.length > 0) process.exitCode = EXIT.doneWithFailures;
}
