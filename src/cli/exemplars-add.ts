import { resolve } from "node:path";
import { type ExemplarSession, openExemplarSession } from "../compose/exemplars.ts";
import { readExemplarSources, takeExemplars } from "../compose/exemplars-in-bulk.ts";
import type { ModelFlags } from "../compose/model-settings.ts";
import { issueInWords } from "../domain/complaint.ts";
import { ConfigurationError } from "../domain/errors.ts";
import { ExemplarLabel } from "../domain/exemplar.ts";
import { type ExemplarCandidate, RegionText } from "../exemplars/exemplar-candidate.ts";
import type { ImportOutcome, NotImported } from "../exemplars/import-exemplars.ts";
import { EXIT, interruptSignal } from "./exit.ts";
import { note, outputStyle, print } from "./output.ts";

interface AddingOptions extends ModelFlags {
  readonly store?: string;
  readonly labeller: string;
  readonly duplicates: "refuse" | "link";
  readonly images: boolean;
  readonly pictures: boolean;
  readonly embedder?: string;
  readonly cache: boolean;
  readonly mirrored?: true;
  readonly json?: true;
}

interface AddOptions extends AddingOptions {
  readonly category: string;
  readonly face?: string;
  readonly region?: string;
  readonly caption?: string;
  readonly definition?: string;
  readonly why?: string;
  readonly licence?: string;
  readonly source?: string;
  readonly counter?: true;
}

export async function add(image: string, options: AddOptions): Promise<void> {
  const label = labelOf(options);
  await withExemplarSession(options, async (toolContext, signal) => {
    const path = resolve(image);
    const region = await regionOf(path, options, { toolContext, signal });
    const candidate: ExemplarCandidate = {
      label,
      path,
      name: path,
      sha256: null,
      region,
      pack: null,
      line: null,
      measurements: null,
    };
    return await take(toolContext, [candidate], { options, signal });
  });
}

export async function importAll(
  sources: readonly string[],
  options: AddingOptions & { readonly partial?: true },
): Promise<void> {
  const { candidates, left } = await readExemplarSources(sources, { ...options, notify: note });
  await withExemplarSession(options, (toolContext, signal) => take(toolContext, candidates, { options, signal }));
  if (left > 0 && process.exitCode === EXIT.done) process.exitCode = EXIT.doneWithFailures;
}

function labelOf(options: AddOptions): ExemplarLabel {
  const parsed = ExemplarLabel.safeParse({
    category: options.category,
    role: options.counter === true ? "counter" : "instance",
    caption: options.caption ?? null,
    definition: options.definition ?? null,
    why: options.why ?? null,
    labeller: options.labeller,
    licence: options.licence ?? null,
    source: options.source ?? null,
  });
  if (!parsed.success) throw new ConfigurationError(`Cannot add exemplar as ${issueInWords(parsed.error)}`);
  return parsed.data;
}

interface Working {
  readonly toolContext: ExemplarSession;
  readonly signal: AbortSignal;
}

async function regionOf(path: string, options: AddOptions, { toolContext, signal }: Working) {
  if (options.region !== undefined) {
    if (options.face !== undefined) throw new ConfigurationError("Give either --face or --region, not both");
    const parsed = RegionText.safeParse(options.region);
    if (!parsed.success) throw new ConfigurationError("Cannot add exemplar as its region is not left,top,width,height");
    return parsed.data;
  }
  if (options.face === undefined) return null;
  const { faces } = await toolContext.measure(path, signal);
  const meant = faces.find((face) => face.faceId === options.face);
  if (meant !== undefined) return meant.box;
  const known = faces.length === 0 ? "none was found" : `there are ${faces.map((face) => face.faceId).join(", ")}`;
  throw new ConfigurationError(`Cannot add exemplar as there is no face ${options.face} (${known}): \`${path}\``);
}

async function withExemplarSession(
  options: AddingOptions,
  work: (toolContext: ExemplarSession, signal: AbortSignal) => Promise<ImportOutcome>,
): Promise<void> {
  const signal = interruptSignal();
  const toolContext = await openExemplarSession(options);
  try {
    const outcome = await work(toolContext, signal);
    if (options.json === true) await print(`${JSON.stringify(outcome, null, 2)}\n`);
    else await printOutcome(outcome);
    process.exitCode = exitCodeOf(outcome);
  } finally {
    await toolContext.close();
  }
}

function take(
  toolContext: ExemplarSession,
  candidates: readonly ExemplarCandidate[],
  { options, signal }: { readonly options: AddingOptions; readonly signal: AbortSignal },
): Promise<ImportOutcome> {
  const { images, pictures, ...others } = options;
  const onProgress = (done: number, total: number) => {
    if (total > 64) note(`${done} of ${total}`);
  };
  return takeExemplars(toolContext, candidates, { ...others, keepViews: images && pictures }, { onProgress, signal });
}

async function printOutcome(outcome: ImportOutcome): Promise<void> {
  const style = outputStyle();
  const lines = [`${style.bold(String(outcome.added.length))} added`];
  if (outcome.added.length === 1) lines.push(`  ${outcome.added[0]}`);
  if (outcome.linked.length > 0) lines.push(`${outcome.linked.length} of them linked to exemplars of the same pixels`);
  const section = (title: string, entries: readonly NotImported[]) => {
    if (entries.length === 0) return;
    lines.push(`${entries.length} ${title}`);
    for (const { line, path, reason } of entries)
      lines.push(`  ${line === null ? "" : `line ${line}, `}${path}: ${reason}`);
  };
  section("left out as duplicates", outcome.duplicates);
  section("without a measured face, not to be found by expression", outcome.unmeasured);
  section(style.bad("failed"), outcome.failures);
  await print(`${lines.join("\n")}\n`);
}

function exitCodeOf({ added, duplicates, failures }: ImportOutcome): number {
  if (failures.length === 0) return EXIT.done;
  return added.length + duplicates.length === 0 ? EXIT.nothingDone : EXIT.doneWithFailures;
}
