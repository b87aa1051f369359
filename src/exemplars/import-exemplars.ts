import { createHash } from "node:crypto";
import PQueue from "p-queue";
import { KuleshovError } from "../domain/errors.ts";
import { type ExemplarEntry, exemplarText } from "../domain/exemplar.ts";
import type { ExpressionSpace } from "../domain/expression-space.ts";
import type { FaceMeasurement } from "../domain/measurement.ts";
import { decodeImage } from "../measuring/decode-image.ts";
import { readBytes } from "../platform/read-file.ts";
import type { TextEmbedder } from "../ports/embedder.ts";
import type { ExemplarStore } from "../ports/exemplar-store.ts";
import { createDuplicateIndex, type DuplicateIndex } from "./duplicate-index.ts";
import type { ExemplarCandidate } from "./exemplar-candidate.ts";
import { exemplarId, type MeasureImage, makeExemplar } from "./make-exemplar.ts";

/** Candidates per write: one write is one version of the store. */
const BATCH = 64;

export interface ImportOptions {
  readonly space: ExpressionSpace;
  readonly measure: MeasureImage;
  /** What to do with nearly the same pixels under the same category: leave out, or keep with a link to the first. */
  readonly duplicates: "refuse" | "link";
  readonly keepViews: boolean;
  readonly textEmbedder: TextEmbedder | null;
  readonly concurrency: number;
  readonly now: () => Date;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** An entry that did not become an exemplar. */
export interface NotImported {
  readonly line: number | null;
  readonly path: string;
  readonly reason: string;
}

/** What became of an import. Every candidate is in exactly one of the lists. */
export interface ImportOutcome {
  readonly added: readonly string[];
  /** Added with a link to an exemplar of nearly the same pixels. */
  readonly linked: readonly { readonly id: string; readonly to: string }[];
  /** There already, or the same pixels under the same category. */
  readonly duplicates: readonly NotImported[];
  /** The image could not be read or measured. */
  readonly failures: readonly NotImported[];
  /** Added, but without a face that was measured; found by words alone. */
  readonly unmeasured: readonly NotImported[];
}

interface Tally {
  readonly added: string[];
  readonly linked: { id: string; to: string }[];
  readonly duplicates: NotImported[];
  readonly failures: NotImported[];
  readonly unmeasured: NotImported[];
}

/**
 * Opens, measures and stores candidates, in their order and in batches. What was stored stays when the import is
 * interrupted; run again, it passes over what is there by the hash of its file, without measuring it.
 */
export async function importExemplars(
  store: ExemplarStore,
  candidates: readonly ExemplarCandidate[],
  options: ImportOptions,
): Promise<ImportOutcome> {
  const tally: Tally = { added: [], linked: [], duplicates: [], failures: [], unmeasured: [] };
  const known = createDuplicateIndex(await store.identities());
  const queue = new PQueue({ concurrency: options.concurrency });
  for (let start = 0; start < candidates.length; start += BATCH) {
    options.signal?.throwIfAborted();
    const batch = candidates.slice(start, start + BATCH);
    const opened = await Promise.all(batch.map((candidate) => queue.add(() => open(candidate, { known, options }))));
    const fresh = opened.flatMap((result) => admit(result, { known, tally, options }));
    await store.add(await embedded(fresh, options), options.textEmbedder?.id);
    options.onProgress?.(Math.min(start + BATCH, candidates.length), candidates.length);
  }
  return tally;
}

type Opened =
  | { readonly candidate: ExemplarCandidate; readonly entry: ExemplarEntry }
  | { readonly candidate: ExemplarCandidate; readonly duplicate: string }
  | { readonly candidate: ExemplarCandidate; readonly failure: string };

interface Opening {
  readonly known: DuplicateIndex;
  readonly options: ImportOptions;
}

async function open(candidate: ExemplarCandidate, { known, options }: Opening): Promise<Opened> {
  try {
    const { label, region } = candidate;
    const sha256 = createHash("sha256")
      .update(await readBytes(candidate.path))
      .digest("hex");
    if (candidate.sha256 !== null && candidate.sha256 !== sha256) {
      return { candidate, failure: "its image is not the one that was labelled (the hash differs)" };
    }
    const id = exemplarId({ sha256, region, category: label.category, labeller: label.labeller });
    if (known.has(id)) return { candidate, duplicate: `it is there already as ${id}` };
    const measurements = reusable(candidate, options.space);
    const measured =
      measurements === undefined
        ? await options.measure(candidate.path, options.signal)
        : { image: await decodeImage(candidate.path, options.signal), faces: [] };
    const entry = await makeExemplar({
      label,
      measured,
      name: candidate.name,
      region,
      pack: candidate.pack,
      linkedTo: null,
      space: options.space,
      keepView: options.keepViews,
      addedAt: options.now().toISOString(),
      ...(measurements === undefined ? {} : { measurements }),
    });
    return { candidate, entry };
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof KuleshovError) return { candidate, failure: error.message };
    if (isMissing(error)) return { candidate, failure: "its image is gone" };
    throw error;
  }
}

/** What a pack brought along, if it is of this very image and of the toolbox in use. */
function reusable(candidate: ExemplarCandidate, space: ExpressionSpace): readonly FaceMeasurement[] | undefined {
  if (candidate.sha256 === null || candidate.measurements === null) return undefined;
  return candidate.measurements.some((one) => one.toolbox === space.toolbox) ? candidate.measurements : undefined;
}

/** Decides, in the order of the candidates, what is new; so the first of two copies is the one that is kept. */
function admit(opened: Opened, context: Opening & { readonly tally: Tally }): ExemplarEntry[] {
  const { tally, known, options } = context;
  const place = { line: opened.candidate.line, path: opened.candidate.path };
  if ("failure" in opened) {
    tally.failures.push({ ...place, reason: opened.failure });
    return [];
  }
  if ("duplicate" in opened) {
    tally.duplicates.push({ ...place, reason: opened.duplicate });
    return [];
  }
  const { exemplar } = opened.entry;
  if (known.has(exemplar.id)) {
    tally.duplicates.push({ ...place, reason: `it is there already as ${exemplar.id}` });
    return [];
  }
  const copies = known.find({ imageHash: exemplar.image.hash, regionHash: exemplar.regionHash });
  const same = copies.find((copy) => copy.category === exemplar.category);
  if (same !== undefined && options.duplicates === "refuse") {
    tally.duplicates.push({ ...place, reason: `${same.id} shows nearly the same pixels as "${exemplar.category}"` });
    return [];
  }
  const first = same ?? copies[0];
  const entry = first === undefined ? opened.entry : linked(opened.entry, first.id);
  tally.added.push(exemplar.id);
  if (first !== undefined) tally.linked.push({ id: exemplar.id, to: first.id });
  if (entry.expression === null) tally.unmeasured.push({ ...place, reason: whyUnmeasured(entry) });
  known.add({
    id: exemplar.id,
    category: exemplar.category,
    imageSha256: exemplar.image.sha256,
    imageHash: exemplar.image.hash,
    regionHash: exemplar.regionHash,
  });
  return [entry];
}

function linked(entry: ExemplarEntry, to: string): ExemplarEntry {
  return { ...entry, exemplar: { ...entry.exemplar, linkedTo: to } };
}

function whyUnmeasured({ exemplar }: ExemplarEntry): string {
  if (exemplar.measurements.length > 0) return "too little of its face could be measured";
  if (exemplar.region !== null) return "no face was found at its region";
  return "it has no face, or several and no region that says which one is meant";
}

async function embedded(entries: readonly ExemplarEntry[], { textEmbedder, signal }: ImportOptions) {
  if (textEmbedder === null || entries.length === 0) return entries;
  if (textEmbedder.embedImages !== undefined) {
    const kept = entries.filter(({ view }) => view !== null);
    const vectors = await textEmbedder.embedImages(
      kept.map(({ view }) => view as Uint8Array),
      signal,
    );
    return entries.map((entry) => ({ ...entry, textEmbedding: vectors[kept.indexOf(entry)] ?? null }));
  }
  const vectors = await textEmbedder.embedTexts(
    entries.map((entry) => exemplarText(entry.exemplar)),
    signal,
  );
  return entries.map((entry, index) => ({ ...entry, textEmbedding: vectors[index] ?? null }));
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT";
}
