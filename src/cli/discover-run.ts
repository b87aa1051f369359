import { existsSync } from "node:fs";
import { appendFile, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openExemplarSession, openTextEmbedder } from "../compose/exemplars.ts";
import { openModel } from "../compose/models.ts";
import { describeFaces } from "../discovery/describe-with-model.ts";
import { discoverCategories } from "../discovery/discover-categories.ts";
import { gatherFaces } from "../discovery/gather-faces.ts";
import { nameWithModel } from "../discovery/name-with-model.ts";
import { type CutPortraits, writeCheck, writeDiscovery } from "../discovery/write-discovery.ts";
import type { Discovery, StudyFace } from "../domain/discovery.ts";
import { ConfigurationError } from "../domain/errors.ts";
import { loadTaxonomy, taxonomyIds } from "../exemplars/load-taxonomy.ts";
import { loadPromptLibrary } from "../judging/prompt-library.ts";
import { cutPortraits } from "../measuring/cut-portraits.ts";
import { ownPath, packageVersion } from "../platform/package-paths.ts";
import type { JudgeModel } from "../ports/chat-model.ts";
import { studyInputs } from "../study/study-inputs.ts";
import { EXIT } from "./exit-codes.ts";
import { interruptSignal } from "./interrupt.ts";
import { note, outputStyle, print } from "./output.ts";
import { progressNotes } from "./progress-notes.ts";

export interface DiscoverOptions {
  readonly known: readonly string[];
  readonly out: string;
  readonly store?: string;
  readonly seed: number;
  readonly minSize?: number;
  readonly resamples: number;
  readonly model: string;
  readonly embedder?: string;
  readonly force?: true;
  readonly json?: true;
}

export async function run(images: readonly string[], options: DiscoverOptions): Promise<void> {
  const signal = interruptSignal();
  if (options.resamples < 2) throw new ConfigurationError("--resamples must be at least 2");
  const known = await knownNames(options.known);
  if (options.force === true) await rm(options.out, { recursive: true, force: true });
  else if (existsSync(join(options.out, "discovery.json"))) {
    throw new ConfigurationError(
      `Results are there already; pass --force to replace them or --out for another place: \`${options.out}\``,
    );
  }
  const inputs = [];
  for await (const input of studyInputs(images)) inputs.push(input);
  const toolContext = await openExemplarSession(options);
  try {
    const exemplars = await toolContext.store.placed({ categories: known, measured: true, roles: ["instance"] });
    const gathered = await gatherFaces(inputs, join(options.out, "measured"), {
      space: toolContext.space,
      measure: toolContext.measure,
      known,
      exemplars,
      concurrency: toolContext.concurrency,
      onProgress: progressNotes("images measured"),
      signal,
    });
    for (const { path, reason } of gathered.failures) note(`${path}: ${reason}`);
    const helped = await withWords(gathered.faces, options, signal);
    const { faces, textEmbeddings, model } = helped;
    const found = await discoverCategories(
      { faces, space: toolContext.space, textEmbeddings },
      {
        known: options.known,
        seed: options.seed,
        resamples: options.resamples,
        ...(options.minSize === undefined ? {} : { minClusterSize: options.minSize }),
        describedBy: model?.id ?? null,
        textEmbedder: textEmbeddings === null ? null : (options.embedder ?? null),
        kuleshovVersion: packageVersion(),
        now: () => new Date(),
        onProgress: note,
        signal,
      },
    );
    const discovery = model === null ? found : await named(found, model, signal);
    const cut = portraitsOf(discovery, signal);
    await writeDiscovery(options.out, discovery, cut);
    const items = await writeCheck(options.out, discovery, cut);
    await report(discovery, options, items);
    process.exitCode = exitCodeOf(gathered.faces.length, gathered.failures.length);
  } finally {
    await toolContext.close();
  }
}

/** What a model says of each face, kept as it comes, and its embeddings; nothing when the baseline is to do without. */
async function withWords(measured: readonly StudyFace[], options: DiscoverOptions, signal: AbortSignal) {
  if (options.model === "rules") {
    if (options.embedder !== undefined)
      note("--embedder embeds what a --model says; without one there is nothing to embed");
    return { faces: measured, textEmbeddings: null, model: null };
  }
  const model = await openModel(options.model, {}, signal);
  const prompts = await loadPromptLibrary(ownPath("prompts"));
  if (model.remote) note(`Portraits and measurements of ${measured.length} faces are sent to ${model.id}.`);
  const kept = join(options.out, "measured", "descriptions.jsonl");
  const earlier = await keptDescriptions(kept);
  note(`${measured.length - earlier.size} faces to be described by ${model.id}, one call each`);
  const { faces, failures } = await describeFaces(
    measured.map((face) => ({ ...face, description: earlier.get(face.id) ?? null })),
    {
      model,
      prompts,
      cut: portraitsOf({ faces: [...measured] }, signal),
      concurrency: 2,
      onDescribed: (face) => appendFile(kept, `${JSON.stringify({ id: face.id, description: face.description })}\n`),
      signal,
    },
  );
  for (const { face, reason } of failures.slice(0, 5)) note(`${face} has no description: ${reason}`);
  const embedder = openTextEmbedder(options.embedder);
  if (embedder === null) return { faces, textEmbeddings: null, model };
  const described = faces.filter(({ description }) => description !== null);
  const vectors = await embedder.embedTexts(
    described.map(({ description }) => description?.text ?? ""),
    signal,
  );
  const byId = new Map(described.map((face, index) => [face.id, vectors[index] ?? null]));
  return { faces, textEmbeddings: faces.map((face) => byId.get(face.id) ?? null), model };
}

/** Descriptions of an earlier run; a half-written last line is none. */
async function keptDescriptions(path: string): Promise<Map<string, StudyFace["description"]>> {
  const text = await readFile(path, "utf8").catch(() => "");
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  await writeFile(path, whole);
  return new Map(
    whole.split("\n").flatMap((line) => {
      if (line === "") return [];
      const { id, description } = JSON.parse(line) as Pick<StudyFace, "id" | "description">;
      return [[id, description] as const];
    }),
  );
}

async function named(found: Discovery, model: JudgeModel, signal: AbortSignal): Promise<Discovery> {
  const prompts = await loadPromptLibrary(ownPath("prompts"));
  const { proposals, notes } = await nameWithModel(found.proposals, found.faces, { model, prompts, signal });
  return { ...found, proposals, notes: [...found.notes, ...notes] };
}

/** Names of taxonomies become their categories; other words are category names. */
async function knownNames(words: readonly string[]): Promise<string[]> {
  const ids = await taxonomyIds();
  const lists = await Promise.all(
    words.map(async (word) =>
      ids.includes(word) || /[\\/.]/.test(word)
        ? (await loadTaxonomy(word)).categories.map(({ name }) => name)
        : [word],
    ),
  );
  return [...new Set(lists.flat())];
}

/** Cuts portraits out of the images that a discovery was made of. */
export function portraitsOf({ faces }: Pick<Discovery, "faces">, signal: AbortSignal): CutPortraits {
  const byId = new Map(faces.map((face) => [face.id, face]));
  return (ids) =>
    cutPortraits(
      ids.flatMap((id) => {
        const face = byId.get(id);
        return face === undefined ? [] : [{ id, path: face.path, box: face.box }];
      }),
      { sidePx: 200 },
      signal,
    );
}

async function report(discovery: Discovery, options: DiscoverOptions, items: number): Promise<void> {
  if (options.json === true) {
    await print(`${JSON.stringify(discovery.proposals, null, 2)}\n`);
  } else {
    const style = outputStyle();
    for (const { id, name, size, status, verdict } of discovery.proposals) {
      const word = { "set aside": style.dim, failed: style.bad, rejected: style.bad }[status as string] ?? style.good;
      await print(`${style.bold(id)}  ${name}  (${size} faces)  ${word(status)}\n    ${verdict}\n`);
    }
  }
  for (const text of discovery.notes) note(text);
  note(`Everything is in ${options.out}: discovery.json, discovery.html`);
  if (items > 0) {
    note(
      `For raters: ${join(options.out, "check")} (${items} faces). Then: kuleshov discover score ${join(options.out, "check", "sheet.csv")} --in ${options.out}`,
    );
  }
}

function exitCodeOf(faces: number, failures: number): number {
  if (faces === 0) return EXIT.nothingDone;
  return failures === 0 ? EXIT.done : EXIT.doneWithFailures;
}
