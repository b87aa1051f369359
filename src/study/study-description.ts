import { z } from "zod";
import { StudyCounts } from "./study-journal.ts";

const NetworkUsed = z.strictObject({ id: z.string(), sha256: z.string() });

/** What decides the numbers of a study. A study is only resumed under the very same. */
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
  counts: StudyCounts,
  /** The files of the study, and what each holds. */
  files: z.record(z.string(), z.string()),
  /** What to beware of in the numbers, one sentence each. */
  warnings: z.array(z.string()),
});
export type StudyDescription = z.infer<typeof StudyDescription>;

/** In the words of the command line, where it has some. */
const NAMES: Readonly<Record<keyof StudySettings, string>> = {
  inputs: "the inputs",
  toolboxes: "--toolbox and --evidence",
  neutral: "--neutral",
  identity: "the identity network",
  fps: "--fps",
  columns: "--columns",
  landmarks: "--landmarks",
  contactSheet: "--contact-sheet",
};

/** In which settings a study differs from what is asked for now, one phrase each. */
export function settingsThatDiffer(study: StudySettings, now: StudySettings): string[] {
  return (Object.keys(NAMES) as (keyof StudySettings)[])
    .filter((key) => JSON.stringify(study[key]) !== JSON.stringify(now[key]))
    .map((key) => {
      const [then, today] = [inWords(study[key]), inWords(now[key])];
      return then === today ? `${NAMES[key]} (other contents)` : `${NAMES[key]} (${then} then, ${today} now)`;
    });
}

/** Longer lists, as a shell makes of a pattern, are only counted. */
const MOST_NAMED = 4;

function inWords(value: StudySettings[keyof StudySettings]): string {
  if (value === null) return "none";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.length > MOST_NAMED ? `${value.length} of them` : value.map(wordFor).join(" ");
  return typeof value === "object" ? wordFor(value) : String(value);
}

function wordFor(value: string | { readonly id: string } | { readonly path: string }): string {
  if (typeof value === "string") return value;
  return "id" in value ? value.id : value.path;
}
