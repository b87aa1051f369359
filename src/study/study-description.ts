import { z } from "zod";
import { RunCounts } from "../runs/run-rows.ts";

const NetworkUsed = z.strictObject({ id: z.string(), sha256: z.string() });

/** What decides the numbers of a study. A study only goes on under the very same. */
export const StudySettings = z.strictObject({
  /** Images, folders, globs and lists, as they were named. */
  inputs: z.array(z.string()),
  /** Those whose files are imported too, with the hash of the file. */
  toolboxes: z.array(z.strictObject({ id: z.string(), networks: z.array(NetworkUsed) })),
  /** The resting face of all inputs that name none themselves. */
  neutral: z.strictObject({ path: z.string(), sha256: z.string() }).nullable(),
  /** Compares people with their neutral faces, and follows them through videos. */
  identity: NetworkUsed,
  /** Frames per second that are measured of videos. */
  fps: z.number(),
  columns: z.string(),
  landmarks: z.boolean(),
  contactSheet: z.boolean(),
});
export type StudySettings = z.infer<typeof StudySettings>;

/** What `study.json` says of a study. */
export const StudyDescription = z.strictObject({
  kuleshovVersion: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
  state: z.enum(["running", "interrupted", "finished"]),
  settings: StudySettings,
  counts: RunCounts,
  /** The files of the study, and what each holds. */
  files: z.record(z.string(), z.string()),
  /** What to beware of in the numbers, one sentence each. */
  warnings: z.array(z.string()),
});
export type StudyDescription = z.infer<typeof StudyDescription>;

/** The settings by the names that a user knows them by. */
export function namedSettings(settings: StudySettings): Record<string, unknown> {
  const { inputs, toolboxes, neutral, identity, fps, columns, landmarks, contactSheet } = settings;
  return {
    inputs,
    "--toolbox and --evidence": toolboxes,
    "--neutral": neutral,
    "identity network": identity,
    "--fps": fps,
    "--columns": columns,
    "--landmarks": landmarks,
    "--contact-sheet": contactSheet,
  };
}
