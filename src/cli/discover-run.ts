import { join } from "node:path";
import { openExemplarSession } from "../compose/exemplars.ts";
import type { ModelFlags } from "../compose/model-settings.ts";
import { type ModelSettings, modelOptionsOf, modelSettings } from "../compose/model-settings.ts";
import { openModel, openTextEmbedder } from "../compose/models.ts";
import { type Discovered, type DiscoverQuery, discover, gatherShard } from "../discover.ts";
import type { Describer } from "../discovery/describe-with-model.ts";
import { ConfigurationError } from "../domain/errors.ts";
import { groupBy } from "../domain/group-by.ts";
import { categoriesNamed, signaturesNamed } from "../exemplars/load-taxonomy.ts";
import { loadPromptLibrary } from "../judging/prompt-library.ts";
import { ownPath } from "../platform/package-paths.ts";
import { signatureLines } from "../render/signature-lines.ts";
import type { Shard } from "../runs/shard.ts";
import { openImportedStudy } from "../study/imported-study.ts";
import { listImages } from "../study/study-inputs.ts";
import { EXIT, interruptSignal } from "./exit.ts";
import { note, outputStyle, print } from "./output.ts";
import { progressNotes } from "./progress.ts";
import { noteExcluded, shardOutOf } from "./run-options.ts";

interface DiscoverOptions {
  readonly cache?: boolean;
  readonly mirrored?: true;
  readonly known: readonly string[];
  readonly out: string;
  readonly resume?: true;
  readonly force?: true;
  readonly shard?: Shard;
  readonly store?: string;
  readonly minSize?: number;
  readonly resamples: number;
  readonly embedder?: string;
  readonly json?: true;
}

export async function run(images: readonly string[], options: DiscoverOptions & ModelFlags): Promise<void> {
  const signal = interruptSignal();
  const settings = { model: "rules", seed: 1, ...(await modelSettings(options)) };
  const { seed } = settings;
  const { known, resume, force, resamples, minSize: minClusterSize, shard } = options;
  const folder = shardOutOf(options.out, shard);
  if (resamples < 2) throw new ConfigurationError("--resamples must be at least 2");
  const knownCategories = await categoriesNamed(known);
  const imported = await openImported(images);
  const inputs = imported?.inputs ?? (await listImages(images, note));
  noteExcluded(inputs);
  const describer = await openDescriber({ ...settings, embedder: options.embedder }, signal);
  const session = imported ?? (await openExemplarSession(options));
  const query: DiscoverQuery = {
    ...{ folder, resume, force, words: images, inputs, known, knownCategories, seed, resamples, minClusterSize },
    signatures: await signaturesNamed(known),
    onProgress: progressNotes("images measured"),
    notify: note,
  };
  try {
    if (shard !== undefined) {
      const { done, failed } = await gatherShard(query, shard, { ...session, describer }, signal);
      await print(`Measured ${done} ${done === 1 ? "image" : "images"}, of which ${failed} failed. \`${folder}\`\n`);
      return;
    }
    const found = await discover(query, { ...session, describer }, signal);
    await report(found, options);
    if (imported !== undefined) note(NO_IMAGES);
    const { discovery, failures } = found;
    process.exitCode =
      discovery.faces.length === 0 ? EXIT.nothingDone : failures.length === 0 ? EXIT.done : EXIT.doneWithFailures;
  } finally {
    await session.close();
  }
}

const NO_IMAGES =
  "The faces were imported without images: there are no portraits, no blind check, nothing can be accepted into a store, and only what the toolbox itself reads counts as known";

/** The study that was imported without images, when that is what the only word names. */
async function openImported(words: readonly string[]) {
  const [folder, ...more] = words;
  return folder === undefined || more.length > 0 ? undefined : await openImportedStudy(folder);
}

async function openDescriber(
  { embedder, ...settings }: ModelSettings & { readonly model: string; readonly embedder: string | undefined },
  signal: AbortSignal,
): Promise<Describer | null> {
  if (settings.model === "rules") {
    if (embedder !== undefined) note("--embedder embeds what a --model says; without one there is nothing to embed");
    return null;
  }
  const prompts = await loadPromptLibrary(ownPath("prompts"));
  const { temperature } = prompts.prompt("describe-face");
  const model = await openModel(settings.model, { temperature, ...modelOptionsOf(settings) }, signal);
  return { model, prompts, embedder: await openTextEmbedder(embedder, settings) };
}

/** What is in no group, and what could not take part: said here too, not only in the files. */
function leftOutNotes({ outside, faces, provenance }: Discovered["discovery"]): string[] {
  const near = groupBy(
    outside.filter((face) => face.near),
    ({ nearest }) => nearest ?? "",
  );
  const outliers = outside.filter((face) => !face.near).length;
  const places = [...near].sort(([a], [b]) => a.localeCompare(b)).map(([id, some]) => `${some.length} near ${id}`);
  const where = [...places, ...(outliers === 0 ? [] : [`${outliers} like none`])].join(", ");
  return [
    ...(outside.length === 0 ? [] : [`${outside.length} of ${faces.length} faces are in no group: ${where}`]),
    ...provenance.leftOut.map(
      ({ faces: some, reason }) => `${some} ${some === 1 ? "face" : "faces"} took no part: ${reason}`,
    ),
  ];
}

async function report({ discovery, failures, checkItems }: Discovered, options: DiscoverOptions): Promise<void> {
  for (const { path, reason } of failures) note(`${path}: ${reason}`);
  if (options.json === true) {
    await print(`${JSON.stringify(discovery.proposals, null, 2)}\n`);
  } else {
    const style = outputStyle();
    for (const { id, name, size, status, verdict, published, knownBySignature } of discovery.proposals) {
      const word = { "set aside": style.dim, failed: style.bad, rejected: style.bad }[status as string] ?? style.good;
      await print(`${style.bold(id)}  ${name}  (${size} faces)  ${word(status)}\n    ${verdict}\n`);
      for (const { text, sources } of signatureLines(published)) {
        // Of others the page has them.
        const cited = knownBySignature !== null && sources.length > 0 ? ` ${sources.join(" ")}` : "";
        await print(`    ${style.dim(`${text}${cited}`)}\n`);
      }
    }
  }
  for (const text of [...leftOutNotes(discovery), ...discovery.notes]) note(text);
  note(`Everything is in ${options.out}: discovery.json, discovery.html`);
  if (checkItems > 0) {
    note(
      `For raters: ${join(options.out, "check")} (${checkItems} faces). Then: kuleshov discover score ${join(options.out, "check", "sheet.csv")} --in ${options.out}`,
    );
  }
}
