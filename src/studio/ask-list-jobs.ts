import { basename } from "node:path";
import { z } from "zod";
import { askListInto } from "../compose/ask-list.ts";
import type { Asked } from "../compose/asked.ts";
import { modelSettings } from "../compose/model-settings.ts";
import { BudgetError, KuleshovError } from "../domain/errors.ts";
import { SHOT_MODES } from "../exemplars/shot-modes.ts";
import { csvLines } from "../platform/tables/write-table.ts";
import { isTranscriptFile } from "../ports/transcript-reader.ts";
import type { RunHistory } from "../runs/run-history.ts";
import { type AskItem, namesMany, readAskList } from "../study/ask-list.ts";
import { withoutUndefined } from "./answers.ts";
import type { StudioFolder } from "./folder.ts";
import type { JobNews } from "./jobs.ts";
import { refuseOutside, timeInWords } from "./measure-study.ts";
import { placeOfRow, type StudyDesk } from "./opened-study.ts";
import { begunHere, seenFrom } from "./runs.ts";

/** The images that words name, all of which lie in the folder. @throws {ConfigurationError} in the command's sentence. */
export async function itemsNamed(studio: StudioFolder, words: string): Promise<readonly AskItem[]> {
  await studio.mayRead(words);
  refuseOutside(studio.root, words);
  if (!(await namesMany(words))) await studio.place(words);
  const items = await readAskList(words);
  await mayAskAbout(studio, items);
  return items;
}

async function mayAskAbout(studio: StudioFolder, items: readonly AskItem[]): Promise<void> {
  for (const { path, transcript } of items) {
    await studio.mayRead(path);
    if (transcript !== null && isTranscriptFile(transcript)) await studio.mayRead(transcript);
  }
}

/** A list of the images and clips of the faces of a study that a filter lets through, as the command reads one. */
export async function listOfStudy(
  studio: StudioFolder,
  desk: StudyDesk,
  { study: path, filter }: { readonly study: string; readonly filter: string },
) {
  const study = await desk.open(path);
  const rows = await desk.rows(study);
  const chosen = await desk.chosen(study, new URLSearchParams(filter));
  const seen = (image: string) => seenFrom(studio.root, study.history.began.workingFolder, image);
  const images = [...new Set(chosen.map((row) => seen(placeOfRow(rows, row).path)))];
  const nothing = { question: null, context: null, face: null, transcript: null };
  const items = images.map((image): AskItem => ({ id: image, path: image, ...nothing }));
  await mayAskAbout(studio, items);
  return {
    items,
    /** Writes it into the folder. @returns its path. */
    keep: () =>
      studio.keepList({
        ...{ name: `${basename(study.place)}-images.csv`, group: null, length: null },
        body: new Blob([csvLines([["path"], ...images.map((image) => [image])])]).stream(),
      }),
  };
}

interface AskedList {
  readonly asked: Asked;
  /** What is asked about where it is known already; what the list names otherwise. */
  readonly items?: readonly AskItem[];
}

/** Asks about many images as `kuleshov ask <list> --out <folder>` in the studio's folder does. */
export async function answersInto(
  folder: string,
  { asked, items }: AskedList,
  tell: (news: JobNews) => void,
  signal: AbortSignal,
): Promise<void> {
  const begin = (total: number) => {
    tell({ progress: { done: 0, total } });
    return ({ done, failed, usd, secondsLeft }: Progress) => {
      const failures = failed === 0 ? "" : `, ${failed} failed`;
      const cost = usd === 0 ? "" : `, ${usd.toFixed(4)} USD so far`;
      const time = secondsLeft === null || done === total ? "" : `, ${timeInWords(secondsLeft)} left`;
      tell({ step: `asking${failures}${cost}${time}`, progress: { done, total } });
    };
  };
  const listeners = { notify: (step: string) => tell({ step }), begin };
  const { answers, exhausted } = await askListInto(folder, asked, listeners, signal, items);
  signal.throwIfAborted();
  if (exhausted !== null) throw new BudgetError(`It stopped as ${exhausted}; what is done is kept`);
  const [first] = answers;
  if (first !== undefined && answers.every(({ failure }) => failure !== null))
    throw new KuleshovError(first.failure ?? "");
}

interface Progress {
  readonly done: number;
  readonly failed: number;
  readonly usd: number;
  readonly secondsLeft: number | null;
}

const Judge = z.object({ id: z.string(), temperature: z.number().nullable(), seed: z.number().nullable() });
const Names = z.array(z.string());

/** What the journal of a run about many images keeps of what it was begun with. */
const Begun = z.object({
  items: z.array(
    z.strictObject({
      ...{ id: z.string(), path: z.string(), question: z.string().nullable(), context: z.string().nullable() },
      ...{ face: z.string().nullable(), transcript: z.string().nullable() },
    }),
  ),
  question: z.string().nullable(),
  "--context": z.string().nullable(),
  "--labels": Names.nullable(),
  "--toolbox": Names,
  "--scene": z.boolean(),
  "--model": Judge.optional(),
  "--panel": z.array(Judge).optional(),
  "--chair": z.string().nullish(),
  "--samples": z.number().optional(),
  ...{ objects: z.literal(true).optional(), mirrored: z.literal(true).optional() },
  ...{ blurOthers: z.literal(true).optional(), evidence: Names.optional() },
  ...{ mode: z.enum(["agent", "single-pass"]).optional(), shots: z.number().optional() },
  ...{ shotMode: z.enum(SHOT_MODES).optional(), categories: Names.optional(), taxonomy: z.string().optional() },
  ...{ pack: Names.optional(), distilled: z.string().optional(), store: z.string().optional() },
  transcribe: z.string().optional(),
});

/** Whether a run is one of many questions. */
export function asksMany({ began: { command, settings } }: RunHistory): boolean {
  return command === "ask" && Array.isArray(settings.items);
}

/**
 * The questions that go on with a run, those of them that are answered left out by the run itself.
 *
 * @throws {ConfigurationError} if only the terminal can go on, or an image of it lies elsewhere now.
 */
export async function listToResume(
  studio: StudioFolder,
  path: string,
  { began }: RunHistory,
  budget: Pick<Asked, "budgetUsd" | "budgetTokens">,
): Promise<Required<AskedList>> {
  const begun = begunHere(studio.root, path, began, Begun);
  const {
    items,
    question,
    "--context": context,
    "--labels": labels,
    "--toolbox": toolbox,
    "--scene": scene,
    "--model": model,
    "--panel": panel,
    "--chair": chair,
    "--samples": samples,
    ...deciding
  } = begun;
  await mayAskAbout(studio, items);
  const judge = model ?? panel?.[0];
  const settings = await modelSettings(
    withoutUndefined({
      ...{ model: model?.id, panel: panel?.map(({ id }) => id).join(","), chair: chair ?? undefined },
      ...{ samples: samples?.toString(), temperature: judge?.temperature?.toString(), seed: judge?.seed?.toString() },
    }),
  );
  const given = { ...deciding, ...budget, question: question ?? undefined, context: context ?? undefined };
  return {
    items,
    asked: {
      ...settings,
      ...withoutUndefined({ ...given, labels: labels ?? undefined }),
      ...{ image: items[0]?.path ?? "", toolbox, scene, resume: true },
    },
  };
}
