import { openRunFolder, type RunFolder, type RunMode } from "../runs/run-folder.ts";
import type { RunCounts, RunRows } from "../runs/run-rows.ts";
import { namedSettings, type StudyDescription, type StudySettings } from "./study-description.ts";
import type { StudyTables } from "./study-tables.ts";

export interface StudyFolderOptions extends RunMode {
  readonly settings: StudySettings;
  readonly tables: StudyTables;
  readonly kuleshovVersion: string;
  /** What to beware of in the numbers, for study.json. */
  readonly warnings: readonly string[];
}

/** A study's folder, open for this process alone. */
export interface StudyFolder {
  readonly run: RunFolder;
  readonly rows: RunRows;
  /** Writes the last state down and lets go of the folder. */
  close(state: "interrupted" | "finished"): Promise<void>;
}

const DESCRIPTION = "study.json";
const DICTIONARY = "data-dictionary.csv";

/** Opens the folder of a study, new or to be gone on with. @throws {ConfigurationError} as `openRunFolder` does. */
export async function openStudyFolder(folder: string, options: StudyFolderOptions): Promise<StudyFolder> {
  const { settings, tables, kuleshovVersion, ...mode } = options;
  const run = await openRunFolder(folder, {
    ...mode,
    command: "measure",
    settings: namedSettings(settings),
    version: kuleshovVersion,
  });
  const describe = (state: StudyDescription["state"], counts: RunCounts) =>
    run.write(DESCRIPTION, descriptionText(options, { createdAt: run.createdAt, state, counts }));
  try {
    await run.write(DICTIONARY, tables.dictionary);
    const rows = await run.openRows(tables.headers);
    await describe("running", rows.counts());
    return {
      run,
      rows,
      async close(state) {
        try {
          await rows.close();
          await describe(state, rows.counts());
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
