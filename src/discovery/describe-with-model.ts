import { join } from "node:path";
import { StudyFace } from "../domain/discovery.ts";
import { ProviderError } from "../domain/errors.ts";
import { presenceOf } from "../domain/presence.ts";
import { fillIn, type PromptLibrary } from "../judging/prompt-library.ts";
import { portraitView } from "../measuring/cut-portraits.ts";
import { mapInOrder } from "../platform/map-in-order.ts";
import type { JudgeModel } from "../ports/chat-model.ts";
import type { TextEmbedder } from "../ports/embedder.ts";
import { openJournal, readJournal } from "../runs/journal.ts";
import type { RunFolder } from "../runs/run-folder.ts";
import { type CutPortraits, portraitsOf } from "./write-discovery.ts";

interface DescribeOptions {
  readonly model: JudgeModel;
  readonly prompts: PromptLibrary;
  readonly cut: CutPortraits;
  readonly concurrency: number;
  /** Told of each face that is described, so that it can be kept. */
  readonly onDescribed?: (face: StudyFace) => Promise<void>;
  readonly signal?: AbortSignal;
}

/** A model that describes faces and names groups of them, and what embeds its words. */
export interface Describer {
  readonly model: JudgeModel;
  readonly prompts: PromptLibrary;
  readonly embedder: TextEmbedder | null;
}

const DESCRIPTIONS_FILE = "measured/descriptions.jsonl";
const CALLS_AT_ONCE = 2;
const FAILURES_TOLD = 5;

/** What the model says of each face, kept in the run's folder as it comes, and its embeddings; nothing without a model. */
export async function describeInto(
  run: RunFolder,
  measured: readonly StudyFace[],
  given: {
    readonly describer: Describer | null;
    readonly notify: (notice: string) => void;
    readonly signal: AbortSignal | undefined;
  },
): Promise<{ readonly faces: readonly StudyFace[]; readonly textEmbeddings: (Float32Array | null)[] | null }> {
  const { describer, notify, signal } = given;
  if (describer === null) return { faces: measured, textEmbeddings: null };
  const { model, prompts, embedder } = describer;
  if (model.remote) notify(`Portraits and measurements of ${measured.length} faces are sent to ${model.id}.`);
  await run.claim(DESCRIPTIONS_FILE);
  const path = join(run.folder, DESCRIPTIONS_FILE);
  const journal = await openJournal(path);
  try {
    const earlier = await keptDescriptions(path);
    notify(`${measured.length - earlier.size} faces to be described by ${model.id}, one call each`);
    const { faces, failures } = await describeFaces(
      measured.map((face) => ({ ...face, description: earlier.get(face.id) ?? null })),
      {
        model,
        prompts,
        cut: portraitsOf({ faces: [...measured] }, signal),
        concurrency: CALLS_AT_ONCE,
        onDescribed: ({ id, description }) =>
          earlier.has(id) ? Promise.resolve() : journal.append({ id, description }),
        ...(signal === undefined ? {} : { signal }),
      },
    );
    for (const { face, reason } of failures.slice(0, FAILURES_TOLD)) notify(`${face} has no description: ${reason}`);
    return { faces, textEmbeddings: embedder === null ? null : await embedded(faces, embedder, signal) };
  } finally {
    await journal.close();
  }
}

async function keptDescriptions(path: string): Promise<ReadonlyMap<string, StudyFace["description"]>> {
  const kept = new Map<string, StudyFace["description"]>();
  for await (const line of readJournal(path)) {
    const { id, description } = KeptDescription.parse(line);
    kept.set(id, description);
  }
  return kept;
}

const KeptDescription = StudyFace.pick({ id: true, description: true });

async function embedded(faces: readonly StudyFace[], embedder: TextEmbedder, signal?: AbortSignal) {
  const described = faces.flatMap(({ id, description }) =>
    description === null ? [] : [{ id, text: description.text }],
  );
  const vectors = await embedder.embedTexts(
    described.map(({ text }) => text),
    signal,
  );
  const byId = new Map(described.map(({ id }, index) => [id, vectors[index] ?? null]));
  return faces.map(({ id }) => byId.get(id) ?? null);
}

/** Longest description that is kept. */
const LONGEST = 1000;

/**
 * Has a model describe each face in open vocabulary, with its image when the model sees, and with what was measured on
 * it. Faces that have a description keep it; a face that the model fails on has none.
 */
export async function describeFaces(
  faces: readonly StudyFace[],
  options: DescribeOptions,
): Promise<{
  readonly faces: StudyFace[];
  readonly failures: readonly { readonly face: string; readonly reason: string }[];
}> {
  const described: StudyFace[] = [];
  const failures: { face: string; reason: string }[] = [];
  const work = async (face: StudyFace) => (face.description === null ? await describe(face, options) : face);
  for await (const result of mapInOrder(faces, work, options)) {
    if ("reason" in result) {
      failures.push({ face: result.face.id, reason: result.reason });
      described.push(result.face);
    } else {
      if (result.description !== null) await options.onDescribed?.(result);
      described.push(result);
    }
  }
  return { faces: described, failures };
}

async function describe(
  face: StudyFace,
  { model, prompts, cut, signal }: DescribeOptions,
): Promise<StudyFace | { readonly face: StudyFace; readonly reason: string }> {
  signal?.throwIfAborted();
  const portrait = model.capabilities.vision ? (await cut([face.id])).get(face.id) : undefined;
  const text = fillIn(prompts.prompt("describe-face"), {
    measured: measuredWords(face),
    image: portrait === undefined ? "You are not shown the image." : "The image follows.",
  });
  const image =
    portrait === undefined ? [] : [{ type: "image" as const, view: await portraitView(portrait, "the face") }];
  try {
    const parts = [{ type: "text" as const, text }, ...image];
    const answer = await model.reply({ messages: [{ role: "user", parts }] }, signal);
    const words = answer.text.replace(/\s+/g, " ").trim().slice(0, LONGEST);
    if (words === "") return { face, reason: "the model answered with nothing" };
    return { ...face, description: { text: words, model: model.id } };
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof ProviderError) return { face, reason: error.message };
    throw error;
  }
}

/** `AU6 0.82, AU12 0.95; expression network: happiness 0.93`. */
function measuredWords({ measurement }: StudyFace): string {
  const units = measurement.actionUnits
    .filter((unit) => unit.side === "both" && presenceOf(unit) === "present")
    .map((unit) => `${unit.au} ${unit.value.toFixed(2)}`);
  const readings = measurement.expressions.map(({ source, distribution }) => {
    const top = [...distribution].sort((a, b) => b.probability - a.probability).slice(0, 3);
    return `${source}: ${top.map(({ label, probability }) => `${label} ${probability.toFixed(2)}`).join(", ")}`;
  });
  return [units.length === 0 ? "no action unit present" : units.join(", "), ...readings].join("; ");
}
