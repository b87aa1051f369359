import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { ConfigurationError, KuleshovError } from "../domain/errors.ts";
import { writeFileAtomic } from "../platform/write-file-atomic.ts";
import {
  type StudyDescription,
  StudyDescription as StudyDescriptionSchema,
  type StudySettings,
  settingsThatDiffer,
} from "./study-description.ts";
import { openStudyFiles, type StudyFiles } from "./study-files.ts";
import { NO_COUNTS, type StudyCounts } from "./study-journal.ts";
import { lockStudy } from "./study-lock.ts";
import type { StudyTables } from "./study-tables.ts";

/** What to do when the folder is not empty: refuse, go on with the study in it, or start it anew. */
export type OutputMode = "new" | "resume" | "force";

export interface StudyFolderOptions {
  readonly mode: OutputMode;
  readonly settings: StudySettings;
  readonly tables: StudyTables;
  readonly kuleshovVersion: string;
  /** What to beware of in the numbers, for study.json. */
  readonly warnings: readonly string[];
}

/** A study's folder, open for this process alone. */
export interface StudyFolder {
  readonly files: StudyFiles;
  /** Writes the last state down and lets go of the folder. */
  close(state: "interrupted" | "finished"): Promise<void>;
}

const DESCRIPTION = "study.json";
const DICTIONARY = "data-dictionary.csv";
/** What may lie in a folder that counts as empty. */
const NOT_CONTENT = [/^study\.lock$/, /\.new$/];
const CONTACT_SHEET = /^contact-sheet-\d+\.jpg$/;

/**
 * Opens the folder of a study, new or to be gone on with.
 *
 * @throws {ConfigurationError} if the folder holds something and `mode` is `new`, holds a study of other settings, holds
 * something else than a study, or another process is at work in it.
 */
export async function openStudyFolder(folder: string, options: StudyFolderOptions): Promise<StudyFolder> {
  await makeFolder(folder);
  const unlock = await lockStudy(folder);
  try {
    const earlier = await prepare(folder, options);
    const createdAt = earlier?.createdAt ?? new Date().toISOString();
    const describe = (state: StudyDescription["state"], counts: StudyCounts) =>
      writeFileAtomic(join(folder, DESCRIPTION), descriptionText(options, { createdAt, state, counts }));
    // Before the first row, so that what a crash leaves behind is known to be a study.
    await describe("running", earlier?.counts ?? NO_COUNTS);
    await writeFileAtomic(join(folder, DICTIONARY), options.tables.dictionary);
    const files = await openStudyFiles(folder, options.tables.headers);
    return {
      files,
      async close(state) {
        try {
          await files.close({ finished: state === "finished" });
          await describe(state, files.counts());
        } finally {
          await unlock();
        }
      },
    };
  } catch (error) {
    await unlock();
    throw error;
  }
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    const taken = (cause as NodeJS.ErrnoException).code === "EEXIST";
    const reason = taken ? "there is a file of that name" : "the folder cannot be made";
    throw new ConfigurationError(`Cannot write study as ${reason}: \`${folder}\``, { cause });
  }
}

/** Clears the way as `mode` says. @returns the description of the study that is gone on with. */
async function prepare(
  folder: string,
  { mode, settings, tables }: StudyFolderOptions,
): Promise<StudyDescription | undefined> {
  const names = (await readdir(folder)).filter((name) => !NOT_CONTENT.some((pattern) => pattern.test(name)));
  if (names.length === 0) return undefined;
  if (mode === "new") {
    const remedy = names.includes(DESCRIPTION)
      ? "it holds a study: --resume goes on with it, --force starts it anew"
      : "it is not empty: name another folder";
    throw new ConfigurationError(`Cannot write study into folder as ${remedy}: \`${folder}\``);
  }
  if (!names.includes(DESCRIPTION)) {
    throw new ConfigurationError(`Cannot --${mode} as the folder holds other files and no study: \`${folder}\``);
  }
  if (mode === "force") {
    await removeStudy(folder, names, tables);
    return undefined;
  }
  const earlier = await readDescription(folder);
  const differences = settingsThatDiffer(earlier.settings, settings);
  if (differences.length === 0) return earlier;
  throw new ConfigurationError(
    `Cannot resume study as it was started with other settings: ${differences.join(", ")}; use the same, another folder, or --force to start anew: \`${folder}\``,
  );
}

/** Removes what a study writes, and leaves whatever else lies there. The description goes last: it marks the rest as ours. */
async function removeStudy(folder: string, names: readonly string[], { headers }: StudyTables): Promise<void> {
  const ours = names.filter((name) => headers.has(name) || STUDY_FILES.includes(name) || CONTACT_SHEET.test(name));
  for (const name of ours) await rm(join(folder, name));
  await rm(join(folder, DESCRIPTION));
}

const STUDY_FILES = [
  "faces.csv",
  "images.csv",
  "failures.csv",
  "measurements.jsonl",
  "contact-tiles.jsonl",
  "journal.jsonl",
  DICTIONARY,
];

async function readDescription(folder: string): Promise<StudyDescription> {
  const path = join(folder, DESCRIPTION);
  try {
    return StudyDescriptionSchema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (cause) {
    throw new KuleshovError(
      `Cannot resume study as its description is damaged; start it again with --force: \`${path}\``,
      {
        cause,
      },
    );
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
      "journal.jsonl": "what is done, for --resume",
    },
    warnings: [...warnings],
  };
  return `${JSON.stringify(description, null, 2)}\n`;
}
