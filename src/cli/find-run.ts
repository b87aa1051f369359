import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type ExemplarSession, openExemplarSession, openPacks, storeNames } from "../compose/exemplars.ts";
import { sameCategory } from "../domain/category.ts";
import { ConfigurationError } from "../domain/errors.ts";
import { didYouMean } from "../domain/nearest-name.ts";
import type { SimilarityExamples } from "../exemplars/score-similarity.ts";
import { type FoundFace, findAlike } from "../study/find-alike.ts";
import { type FoundVerdict, judgeFound } from "../study/judge-found.ts";
import { studyInputs } from "../study/study-inputs.ts";
import { writeFound } from "../study/write-found.ts";
import { EXIT } from "./exit-codes.ts";
import { interruptSignal } from "./interrupt.ts";
import { note, outputStyle, print } from "./output.ts";
import { progressNotes } from "./progress-notes.ts";

export interface FindOptions {
  readonly pack?: readonly string[];
  readonly store?: string;
  readonly out: string;
  readonly top: number;
  readonly model: string;
  readonly force?: true;
  readonly json?: true;
}

export async function run(category: string, images: readonly string[], options: FindOptions): Promise<void> {
  const signal = interruptSignal();
  if (options.force === true) await rm(options.out, { recursive: true, force: true });
  else if (existsSync(join(options.out, "ranking.csv"))) {
    throw new ConfigurationError(
      `Results are there already; pass --force to replace them or --out for another place: \`${options.out}\``,
    );
  }
  const inputs = [];
  for await (const input of studyInputs(images)) inputs.push(input);
  const toolContext = await openExemplarSession(options);
  try {
    const { examples, name } = await examplesOf(category, toolContext, { options, signal });
    const found = await findAlike(inputs, join(options.out, "searched"), {
      examples,
      measure: toolContext.measure,
      concurrency: toolContext.concurrency,
      onProgress: progressNotes("images searched"),
      signal,
    });
    for (const { path, reason } of found.failures) note(`${path}: ${reason}`);
    const candidates = found.faces.filter(({ copyOf }) => copyOf === null).slice(0, options.top);
    const rivals = [...new Set(examples.unlike.map(({ exemplar }) => exemplar.category))].filter(
      (other) => !sameCategory(other, name),
    );
    const verdicts = await verdictsOn(candidates, { name, rivals }, { options, signal });
    await writeFound(options.out, found, { verdicts, candidates }, signal);
    await report(found.faces, verdicts, options);
    process.exitCode =
      found.faces.length === 0 ? EXIT.nothingDone : found.failures.length > 0 ? EXIT.doneWithFailures : EXIT.done;
  } finally {
    await toolContext.close();
  }
}

interface Running {
  readonly options: FindOptions;
  readonly signal: AbortSignal;
}

/** Examples of the category, and everything else in the store (or packs) as contrast. */
async function examplesOf(
  category: string,
  toolContext: ExemplarSession,
  { options, signal }: Running,
): Promise<{ readonly examples: SimilarityExamples; readonly name: string }> {
  const packs = options.pack === undefined ? undefined : await openPacks(options.pack, toolContext, signal);
  const placed = await toolContext.store.placed({ measured: true, ...(packs === undefined ? {} : { packs }) });
  const alike = placed.filter(
    ({ exemplar }) => sameCategory(exemplar.category, category) && exemplar.role === "instance",
  );
  const [first] = alike;
  if (first === undefined) {
    const known = [...new Set(placed.map(({ exemplar }) => exemplar.category))].sort();
    const where = packs === undefined ? toolContext.store.location : packs.join(", ");
    throw new ConfigurationError(
      `There is no measured example of "${category}" in ${where}. ${didYouMean(category, known)}`.trim(),
    );
  }
  const chosen = new Set(alike.map(({ exemplar }) => exemplar.id));
  const unlike = placed.filter(({ exemplar }) => !chosen.has(exemplar.id));
  return { examples: { space: toolContext.space, alike, unlike }, name: first.exemplar.category };
}

async function verdictsOn(
  candidates: readonly FoundFace[],
  { name, rivals }: { readonly name: string; readonly rivals: readonly string[] },
  { options, signal }: Running,
): Promise<FoundVerdict[]> {
  if (options.model === "none" || candidates.length === 0) return [];
  const { openDependencies } = await import("../compose/ask.ts");
  const opened = await openDependencies(
    {
      model: options.model,
      toolboxes: ["mesh"],
      shots: { shots: 8, ...storeNames(options), ...(options.pack === undefined ? {} : { packs: options.pack }) },
      notify: note,
    },
    signal,
  );
  try {
    return await judgeFound(candidates, name, {
      dependencies: opened.dependencies,
      rivals,
      onProgress: (done) => {
        if (done % 8 === 0 || done === candidates.length)
          note(`${done} of ${candidates.length} judged by ${options.model}`);
      },
      signal,
    });
  } finally {
    await opened.close();
  }
}

async function report(
  faces: readonly FoundFace[],
  verdicts: readonly FoundVerdict[],
  options: FindOptions,
): Promise<void> {
  const said = new Map(verdicts.map((verdict) => [`${verdict.path}#${verdict.faceId}`, verdict]));
  if (options.json === true) {
    const rows = faces.map((face) => ({ ...face, verdict: said.get(`${face.path}#${face.faceId}`) ?? null }));
    await print(`${JSON.stringify(rows, null, 2)}\n`);
    return;
  }
  const style = outputStyle();
  for (const [index, face] of faces
    .filter(({ copyOf }) => copyOf === null)
    .slice(0, 10)
    .entries()) {
    const verdict = said.get(`${face.path}#${face.faceId}`);
    const word =
      verdict === undefined
        ? ""
        : verdict.same === null
          ? style.dim(" no verdict")
          : verdict.same
            ? style.good(" same")
            : style.doubtful(" other");
    await print(
      `${String(index + 1).padStart(3)}  ${style.bold(face.score.toFixed(2))}${word}  ${face.path} ${face.faceId}\n     ${face.why.join("; ")}\n`,
    );
  }
  note(`Everything is in ${options.out}: ranking.csv, verdicts.jsonl, contact-sheet.jpg`);
}
