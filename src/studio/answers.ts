import { z } from "zod";
import { type AskListeners, askInto } from "../compose/ask-one.ts";
import type { Asked } from "../compose/asked.ts";
import { evidencePath, openEvidenceFile } from "../compose/evidence.ts";
import { modelSettings } from "../compose/model-settings.ts";
import type { Step } from "../platform/stopwatch.ts";
import { spelledBack } from "../platform/visible-text.ts";
import { isTranscriptFile } from "../ports/transcript-reader.ts";
import type { StudioFolder } from "./folder.ts";
import type { JobNews } from "./jobs.ts";

const Text = z.string().trim().max(20_000);
const Name = z.string().trim().min(1).max(1_000);
const MOST_NAMES = 50;

/** How a page wants one image or many judged; what is left out is as the settings of the folder say. */
export const JudgingMessage = z.strictObject({
  question: Text.optional(),
  context: Text.optional(),
  model: Name.optional(),
  /** As they were typed: the settings say in their own words what is none. */
  samples: Name.optional(),
  panel: z.array(Name).min(1).max(MOST_NAMES).optional(),
  chair: Name.optional(),
  /** What toolboxes wrote, as in `openface:results.csv`. */
  evidence: z.array(Name).min(1).max(MOST_NAMES).optional(),
  labels: z.array(Name).min(1).max(200).optional(),
  categories: z.array(Name).min(1).optional(),
  /** Whether objects are looked for. */
  objects: z.literal(true).optional(),
  /** Whether the model's server, which is elsewhere, may be used in this folder from now on. */
  allowRemote: z.literal(true).optional(),
});
type Judging = z.infer<typeof JudgingMessage>;

/** What of one image or clip alone can be said. */
type OfOne = Pick<Asked, "face" | "transcript" | "sound" | "without">;

/**
 * A question as the command asks it. Files that it names are in the folder, and toolboxes' files are such.
 *
 * @throws {ConfigurationError} in the command's sentence.
 */
export async function askedOf(
  studio: StudioFolder,
  image: string,
  { model, allowRemote, samples, panel, chair, ...wanted }: Judging & OfOne,
): Promise<Asked> {
  const flags = { model, allowRemote, samples, chair, panel: panel?.join(",") };
  const settings = await modelSettings(withoutUndefined(flags));
  const evidence = wanted.evidence?.map(spelledBack);
  for (const file of evidence ?? []) {
    await studio.mayRead(evidencePath(file));
    await (await openEvidenceFile(file)).close();
  }
  const { transcript, sound } = wanted;
  for (const file of [transcript !== undefined && isTranscriptFile(transcript) ? transcript : undefined, sound]) {
    if (file !== undefined) await studio.mayRead(file);
  }
  return { ...settings, ...withoutUndefined({ ...wanted, evidence }), image, toolbox: ["mesh"], scene: true };
}

/** Asks as `kuleshov ask <image> --out <folder>` in the studio's folder does. */
export async function answerInto(
  folder: string,
  asked: Asked,
  tell: (news: JobNews) => void,
  signal: AbortSignal,
): Promise<void> {
  const listeners: AskListeners = {
    notify: (notice) => tell({ step: notice }),
    onProgress: ({ step, state }) => (state === "started" ? tell({ step: STEPS[step] }) : undefined),
    onTool: ({ tool, faceId }) => tell({ step: `judging: ${tool.replaceAll("_", " ")} ${faceId ?? ""}`.trim() }),
  };
  await askInto(folder, asked, listeners, signal);
}

const STEPS: Readonly<Record<Step, string>> = {
  decode: "reading the image",
  measure: "measuring faces",
  observe: "looking at bodies and gaze",
  judge: "judging",
};

export function withoutUndefined<T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}
