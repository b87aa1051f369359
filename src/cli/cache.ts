import type { Command } from "commander";
import type { CacheSize } from "../compose/caches.ts";
import { ConfigurationError } from "../domain/errors.ts";
import { makeFolder } from "../platform/make-folder.ts";
import { whyRefused } from "../platform/system-error.ts";
import { note, print } from "./output.ts";

export function register(program: Command): void {
  const cache = program.command("cache").description("what was measured and answered before, and is not done again");
  cache
    .command("stats")
    .description(
      "how many measurements, answers, checks of toolboxes and probes of models are kept, and how much room they take",
    )
    .option("--json", "print JSON")
    .action((options: { readonly json?: true }) => stats(options));
  cache
    .command("clear")
    .description("remove them, or one kind; images are then measured again, and models asked again")
    .argument("[kind]", "only these, as `cache stats` names them, e.g. answers")
    .action(clear);
}

/** The same for answers alone, beside the evaluations that they are of. */
export function registerAnswers(evaluation: Command): void {
  const cache = evaluation.command("cache").description("answers that were kept, and are not asked for again");
  cache
    .command("list")
    .description("how many answers are kept, how much room they take, and where")
    .option("--json", "print JSON")
    .action((options: { readonly json?: true }) => stats({ ...options, kind: "answers" }));
  cache
    .command("clear")
    .description("remove them; models are then asked again")
    .action(() => clear("answers"));
}

async function stats({ json, kind }: { readonly json?: true; readonly kind?: string }): Promise<void> {
  const { cacheSizes } = await import("../compose/caches.ts");
  const { cacheFolder } = await import("../platform/cache-folder.ts");
  const caches = (await cacheSizes()).filter(({ name }) => kind === undefined || name === kind);
  if (json) return print(`${JSON.stringify({ folder: cacheFolder(), ...totalsOf(caches), caches }, null, 2)}\n`);
  for (const { name, entries, bytes, maxBytes } of caches) {
    await print(`${entries} ${name}, ${megabytes(bytes)} of at most ${megabytes(maxBytes)}\n`);
  }
  note(cacheFolder());
}

async function clear(kind: string | undefined): Promise<void> {
  const { clearCaches } = await import("../compose/caches.ts");
  const caches = await clearCaches(kind);
  const removed = caches.map(({ name, entries }) => `${entries} ${name}`).join(", ");
  await print(`${removed} removed, ${megabytes(totalsOf(caches).bytes)} freed\n`);
}

function totalsOf(caches: readonly CacheSize[]) {
  const sum = (of: (cache: CacheSize) => number) => caches.reduce((total, cache) => total + of(cache), 0);
  return { entries: sum((c) => c.entries), bytes: sum((c) => c.bytes), maxBytes: sum((c) => c.maxBytes) };
}

/**
 * Makes the folder that the user chose for the cache, so that a wrong choice is said at once: in use, a cache that cannot
 * be written only costs time. Without a choice there is nothing to check.
 *
 * @throws {ConfigurationError} if it cannot be one.
 */
export async function checkCacheFolder(): Promise<void> {
  const folder = process.env.KULESHOV_CACHE;
  if (folder === undefined || folder === "") return;
  await makeFolder(folder).catch((cause: NodeJS.ErrnoException) => {
    const reason = cause.code === "EEXIST" ? "it is no folder" : whyRefused(cause);
    throw new ConfigurationError(`Cannot keep a cache where KULESHOV_CACHE says as ${reason}: \`${folder}\``, {
      cause,
    });
  });
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
