import { z } from "zod";
import { openEvidenceFile } from "../compose/evidence.ts";
import { openExemplarSession, openPacks } from "../compose/exemplars.ts";
import { openFindJudge } from "../compose/find-judge.ts";
import { modelOptionsOf, modelSettings } from "../compose/model-settings.ts";
import { validationTools } from "../compose/validate.ts";
import { KuleshovError } from "../domain/errors.ts";
import { find } from "../find.ts";
import { importFiles } from "../import.ts";
import type { RunMode } from "../runs/run-folder.ts";
import type { RunHistory } from "../runs/run-history.ts";
import { listImages } from "../study/study-inputs.ts";
import { validate } from "../validate.ts";
import { withoutUndefined } from "./answers.ts";
import type { StudioFolder } from "./folder.ts";
import type { JobNews } from "./jobs.ts";
import { inputsInside, timeInWords } from "./measure-study.ts";
import { begunHere } from "./runs.ts";

type Tell = (news: JobNews) => void;

/** Who judges, and whether its server, which is elsewhere, may be used in this folder from now on. */
interface Judging extends Pick<RunMode, "resume"> {
  readonly model?: string | undefined;
  readonly allowRemote?: true | undefined;
}

/** What a search is told: as the flags of `kuleshov find`. */
export interface SearchOrder extends Judging {
  readonly category: string;
  /** Starter packs that the examples are taken from; those of the folder when left out. */
  readonly packs?: readonly string[] | undefined;
  readonly words: readonly string[];
  readonly top: number;
}

/** Searches as `kuleshov find <category> <words> --out <run>` does in the studio's folder. */
export async function searchInto(
  studio: StudioFolder,
  run: string,
  { category, packs: named, words, top, resume, ...judge }: SearchOrder,
  tell: Tell,
  signal: AbortSignal,
): Promise<void> {
  const notify = (step: string) => tell({ step });
  const settings = await modelSettings(withoutUndefined(judge));
  const inputs = await inputsInside(studio, words, listImages, notify);
  const session = await openExemplarSession({});
  try {
    const packs = named === undefined ? undefined : await openPacks(named, session, signal);
    const judging = { ...settings, model: settings.model ?? "rules", pack: named, notify };
    const found = await find(
      {
        ...{ folder: run, category, words, inputs, packs, top, resume, onProgress: telling(tell, "searching faces") },
        onJudged: (done, total) => tell({ step: `asking ${judging.model} about the best`, progress: { done, total } }),
      },
      { ...session, openJudge: (stop) => openFindJudge(judging, stop) },
      signal,
    );
    if (found.faces.length === 0 && found.failures[0] !== undefined) throw new KuleshovError(found.failures[0].reason);
  } finally {
    await session.close();
    studio.changed();
  }
  signal.throwIfAborted();
}

/** What a validation is told: as the flags of `kuleshov validate`. */
export interface PassportOrder extends Omit<Judging, "model"> {
  readonly images: string;
  readonly labels: string;
  readonly toolboxes: readonly string[];
  readonly models: readonly string[];
}

/** Validates as `kuleshov validate <images> <labels> --out <run>` does in the studio's folder. */
export async function validateInto(
  studio: StudioFolder,
  run: string,
  { images, labels, toolboxes, models, resume, allowRemote }: PassportOrder,
  tell: Tell,
  signal: AbortSignal,
): Promise<void> {
  const settings = await modelSettings(withoutUndefined({ allowRemote }), { named: true });
  const tools = { ...modelOptionsOf(settings), toolboxes, models, evidence: [] };
  const { open } = validationTools({ ...tools, notify: (step) => tell({ step }) }, signal);
  const seed = settings.seed ?? 1;
  const query = { folder: run, images, labels, seed, resume, onProgress: telling(tell, "measuring faces") };
  const openInside: typeof open = async (paths) => {
    for (const path of paths) await studio.mayRead(path);
    return open(paths);
  };
  await validate(query, { open: openInside }, signal).finally(() => studio.changed());
}

/** Imports as `kuleshov import <files> --out <folder>` does in the studio's folder. */
export async function importInto(
  studio: StudioFolder,
  folder: string,
  { files, resume }: { readonly files: readonly string[] } & Pick<RunMode, "resume">,
  tell: Tell,
  signal: AbortSignal,
): Promise<void> {
  const onProgress = telling(tell, "reading faces");
  await importFiles({ folder, files, resume, onProgress }, { open: openEvidenceFile }, signal).finally(() =>
    studio.changed(),
  );
  signal.throwIfAborted();
}

type Progress = NonNullable<Parameters<typeof find>[0]["onProgress"]>;

function telling(tell: Tell, doing: string): Progress {
  return ({ done, total, failed, secondsLeft }) => {
    const time = secondsLeft === null ? "" : `, ${timeInWords(secondsLeft)} left`;
    tell({ step: `${doing}${failed === 0 ? "" : `, ${failed} failed`}${time}`, progress: { done, total } });
  };
}

const Searched = z.object({
  query: z.string(),
  inputs: z.array(z.string()),
  "--pack": z.array(z.string()).optional(),
});

/** The search that goes on with one. @throws {ConfigurationError} if only the terminal can. */
export function searchToResume(studio: StudioFolder, path: string, { began }: RunHistory) {
  const { query, inputs, "--pack": packs } = begunHere(studio.root, path, began, Searched);
  return { category: query, words: inputs, packs, resume: true };
}

const Asked = z.object({ judges: z.array(z.object({ model: z.object({ id: z.string() }) })).min(1) });
const Validated = z.object({
  images: z.string(),
  labels: z.object({ id: z.string() }),
  toolboxes: z.array(z.object({ id: z.string() })),
  judges: z.array(z.object({ identity: Asked.nullable() })),
});

/** The validation that goes on with one. @throws {ConfigurationError} as `searchToResume`. */
export function passportToResume(studio: StudioFolder, path: string, { began }: RunHistory): PassportOrder {
  const { images, labels, toolboxes, judges } = begunHere(studio.root, path, began, Validated);
  return {
    ...{ images, labels: labels.id, toolboxes: toolboxes.map(({ id }) => id.replace(/@.*/, "")) },
    resume: true,
    models: judges.flatMap(({ identity }) => identity?.judges.map(({ model }) => model.id) ?? []),
  };
}
