import { join } from "node:path";
import { z } from "zod";
import { ConfigurationError } from "../domain/errors.ts";
import { ActionUnitName, Scale, ToolboxId } from "../domain/measurement.ts";
import { NetworkReference } from "../domain/report.ts";
import { readText } from "../platform/read-file.ts";
import { openRunFolder, type RunFolder, type RunMode } from "../runs/run-folder.ts";
import { RunCounts, type RunRows } from "../runs/run-rows.ts";
import type { ShardPart } from "../runs/shard.ts";
import type { StudyTables } from "./study-tables.ts";

/** What decides the numbers of a study. A study only goes on under the very same. */
export const StudySettings = z.strictObject({
  /** Images, folders, globs and lists, as they were named. */
  inputs: z.array(z.string()),
  /** Those whose files are imported too, with the hash of the file. */
  toolboxes: z.array(z.strictObject({ id: z.string(), networks: z.array(NetworkReference) })),
  /** The resting face of all inputs that name none themselves. */
  neutral: z.strictObject({ path: z.string(), sha256: z.string() }).nullable(),
  /** Compares people with their neutral faces, and follows them through videos. */
  identity: NetworkReference,
  /** Frames per second that are measured of videos. */
  fps: z.number(),
  columns: z.string(),
  landmarks: z.boolean(),
  contactSheet: z.boolean(),
  /** Present when clips are heard too. */
  voices: z.literal(true).optional(),
  /** Present when the images were declared mirrored. */
  mirrored: z.literal(true).optional(),
  /** Present in a shard: which inputs it measured, as in `3/200`. */
  shard: z.string().optional(),
});
export type StudySettings = z.infer<typeof StudySettings>;

/** What decides the numbers of a study that was imported from toolboxes' files. */
export const ImportSettings = z.strictObject({
  /** As they were named. */
  files: z.array(z.string()),
  /** What wrote each, the hash of the file, and what it has columns for. */
  toolboxes: z.array(
    z.strictObject({
      id: ToolboxId,
      networks: z.array(NetworkReference),
      supports: z.strictObject({
        actionUnits: z.array(z.strictObject({ au: ActionUnitName, scale: Scale, sides: z.boolean() })),
        expressions: z.array(z.string()),
      }),
    }),
  ),
});
export type ImportSettings = z.infer<typeof ImportSettings>;

/** What `study.json` says of a study. */
export const StudyDescription = z.strictObject({
  kuleshovVersion: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
  state: z.enum(["running", "interrupted", "finished"]),
  settings: z.union([StudySettings, ImportSettings]),
  counts: RunCounts,
  /** The files of the study, and what each holds. */
  files: z.record(z.string(), z.string()),
  /** What to beware of in the numbers, one sentence each. */
  warnings: z.array(z.string()),
});
export type StudyDescription = z.infer<typeof StudyDescription>;

/** The settings by the names that a user knows them by. */
function namedSettings(settings: StudySettings | ImportSettings): Record<string, unknown> {
  if ("files" in settings) return { files: settings.files, toolboxes: settings.toolboxes };
  const { inputs, toolboxes, neutral, identity, fps, columns, landmarks, contactSheet, voices, mirrored } = settings;
  return {
    inputs,
    "--toolbox and --evidence": toolboxes,
    "--neutral": neutral,
    "identity network": identity,
    "--fps": fps,
    "--columns": columns,
    "--landmarks": landmarks,
    "--contact-sheet": contactSheet,
    ...(voices && { "--voices": true }),
    ...(mirrored && { "--mirrored": true }),
  };
}

interface StudyFolderOptions extends RunMode {
  /** Whether its faces are measured, or imported from toolboxes' files. */
  readonly command: "measure" | "import";
  readonly settings: StudySettings | ImportSettings;
  readonly tables: Pick<StudyTables, "headers" | "about" | "dictionary">;
  readonly kuleshovVersion: string;
  /** What to beware of in the numbers, for study.json. */
  readonly warnings: readonly string[];
  /** Which inputs it is about, where the others are those of other studies. */
  readonly shard?: ShardPart | undefined;
}

/** A study's folder, open for this process alone. */
export interface StudyFolder {
  readonly run: RunFolder;
  readonly rows: RunRows;
  /** Writes the last state down and lets go of the folder. @param warnings all of them, where some came meanwhile. */
  close(state: "interrupted" | "finished", warnings?: readonly string[]): Promise<void>;
}

export const DESCRIPTION = "study.json";
export const DICTIONARY = "data-dictionary.csv";

/** Opens the folder of a study, new or to be gone on with. @throws {ConfigurationError} as `openRunFolder` does. */
export async function openStudyFolder(folder: string, options: StudyFolderOptions): Promise<StudyFolder> {
  const { settings, tables, kuleshovVersion, ...mode } = options;
  const run = await openRunFolder(folder, {
    ...mode,
    settings: namedSettings(settings),
    version: kuleshovVersion,
  });
  const describe = (state: StudyDescription["state"], counts: RunCounts, warnings = options.warnings) =>
    run.write(DESCRIPTION, descriptionText({ ...options, warnings }, { createdAt: run.createdAt, state, counts }));
  try {
    await run.write(DICTIONARY, tables.dictionary);
    const rows = await run.openRows(tables.headers);
    await describe("running", rows.counts());
    return {
      run,
      rows,
      async close(state, warnings) {
        try {
          await rows.close();
          await describe(state, rows.counts(), warnings);
        } catch (error) {
          await run.close("interrupted");
          throw error;
        }
        await run.close(state);
      },
    };
  } catch (error) {
    await run.close("interrupted");
    throw error;
  }
}

function descriptionText(
  { settings, tables, kuleshovVersion, warnings }: StudyFolderOptions,
  { createdAt, state, counts }: Pick<StudyDescription, "createdAt" | "state" | "counts">,
): string {
  const description: StudyDescription = {
    kuleshovVersion,
    createdAt,
    updatedAt: new Date().toISOString(),
    state,
    settings,
    counts,
    files: {
      ...tables.about,
      [DICTIONARY]: "what every column means",
      [DESCRIPTION]: "settings, versions, counts",
      "journal.jsonl": "what is done and which files are Kuleshov's, for --resume and --force",
    },
    warnings: [...warnings],
  };
  return `${JSON.stringify(description, null, 2)}\n`;
}

/** What a study says of itself. @throws {ConfigurationError} if the folder holds none. */
export async function readStudyDescription(folder: string): Promise<StudyDescription> {
  const text = await readText(join(folder, DESCRIPTION)).catch(() => undefined);
  const study = text === undefined ? undefined : StudyDescription.safeParse(JSON.parse(text)).data;
  if (study !== undefined) return study;
  throw new ConfigurationError(
    `Cannot go on as the folder holds no study: make one by \`kuleshov measure images/ --out study\` (\`${folder}\`)`,
  );
}
