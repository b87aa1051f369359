import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { ConfigurationError } from "../domain/errors.ts";
import { systemPath } from "../platform/system-path.ts";
import { tableRows } from "../platform/tables/table-rows.ts";
import { writeParquet } from "../platform/tables/write-parquet.ts";
import type { RunFolder } from "../runs/run-folder.ts";
import { DICTIONARY } from "./study-folder.ts";

function parquetName(table: string): string {
  return table.replace(/\.csv$/, ".parquet");
}

/** What the files of a study hold, with the Parquet tables beside its CSV tables. */
export function withParquet(about: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(about).flatMap(([name, holds]) => {
    const own = [[name, holds]] as const;
    const isTable = name.endsWith(".csv") && name !== DICTIONARY;
    return isTable ? [...own, [parquetName(name), `${name} as a Parquet table`] as const] : own;
  });
  return Object.fromEntries(entries);
}

/** Writes each CSV table of a run as Parquet too, with what its columns mean where the run has a data dictionary. */
export async function writeParquetTables(run: RunFolder, signal?: AbortSignal): Promise<void> {
  const refuse = (name: string) => (reason: string, options?: ErrorOptions) =>
    new ConfigurationError(`Cannot write ${name} as Parquet as ${reason}: \`${run.folder}\``, options);
  const files = run.files().filter((path) => path.endsWith(".csv") && existsSync(systemPath(path)));
  const dictionary = files.find((path) => basename(path) === DICTIONARY);
  const meanings = new Map<string, Map<string, string>>();
  for await (const { cells } of dictionary === undefined ? [] : tableRows(dictionary, { refuse: refuse(DICTIONARY) })) {
    const { file = "", column = "", meaning = "" } = cells;
    meanings.set(file, (meanings.get(file) ?? new Map()).set(column, meaning));
  }
  for (const path of files.filter((each) => each !== dictionary)) {
    const name = basename(path);
    await run.claim(parquetName(name));
    await writeParquet(path, join(run.folder, parquetName(name)), {
      meanings: meanings.get(name) ?? new Map(),
      refuse: refuse(name),
      signal,
    });
  }
}
