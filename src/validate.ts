import { ConfigurationError } from "./domain/errors.ts";
import { groupBy } from "./domain/group-by.ts";
import type { Passport } from "./domain/passport.ts";
import { passportPage } from "./pages/result-pages.tsx";
import { hashOfFile } from "./platform/hash.ts";
import { packageVersion } from "./platform/package-paths.ts";
import { csvTable } from "./platform/tables/write-table.ts";
import { recordImages } from "./runs/record-images.ts";
import type { StepProgress } from "./runs/record-steps.ts";
import { openRunFolder, type RunMode } from "./runs/run-folder.ts";
import { makePassport } from "./validation/make-passport.ts";
import { MEASURED, measureLabelled, type ValidationTools } from "./validation/measured-face.ts";
import { readTruth, type TruthTable } from "./validation/read-truth.ts";

/** A folder of images and a table of what people say of them, to hold measurements against. */
export interface ValidateQuery extends RunMode {
  /** Where the passport goes. */
  readonly folder: string;
  readonly images: string;
  /** Table of labels, one row per face. */
  readonly labels: string;
  readonly seed: number;
  readonly onProgress?: ((progress: StepProgress) => void) | undefined;
}

/** What validating takes. @param paths all images that will be measured. */
export interface ValidateDependencies {
  open(paths: readonly string[]): Promise<ValidationTools & { readonly concurrency: number; close(): Promise<void> }>;
}

/** A passport, and what could not be used. */
export interface Validated {
  readonly passport: Passport;
  readonly problems: TruthTable["problems"];
  readonly failures: readonly { readonly path: string; readonly reason: string }[];
}

/** What a validation ends with. */
export const PASSPORT_FILES = ["passport.html", "passport.csv", "passport.json", "paragraph.txt"] as const;

/**
 * A measurement passport: every labelled face measured, as it is and in changed images, and held against what people
 * said. What is measured stays in the folder, so a killed validation goes on with the same query.
 *
 * @throws {ConfigurationError} if the table or the folder cannot be used, or no image could be measured.
 */
export async function validate(
  query: ValidateQuery,
  dependencies: ValidateDependencies,
  signal?: AbortSignal,
): Promise<Validated> {
  const table = await readTruth(query.labels, query.images);
  const truths = groupBy(table.truths, ({ path }) => path);
  const tools = await dependencies.open([...truths.keys()]);
  try {
    const settings = {
      images: query.images,
      labels: { id: query.labels, sha256: await hashOfFile(query.labels) },
      toolboxes: tools.toolboxes.map(({ id, networks }) => ({ id, networks })),
      judges: tools.judges.map(({ source, identity }) => ({ source, identity })),
    };
    const run = await openRunFolder(query.folder, {
      ...query,
      command: "validate",
      settings,
      version: packageVersion(),
    });
    let state: "interrupted" | "finished" = "interrupted";
    try {
      await run.claim(...PASSPORT_FILES);
      const rows = await run.openRows(MEASURED.headers);
      const work = (path: string) =>
        MEASURED.rowsOf(path, () => measureLabelled(path, truths.get(path) ?? [], tools, signal), signal);
      const inputs = [...truths.keys()].map((path) => ({ path }));
      const { onProgress } = query;
      const { concurrency } = tools;
      await recordImages(inputs, work, { rows, concurrency, onProgress, signal }).finally(() => rows.close());
      signal?.throwIfAborted();
      const { faces, failures } = await MEASURED.read(query.folder);
      if (faces.length === 0) throw nothingMeasured(failures);
      const byLine = new Map(table.truths.map((truth) => [truth.line, truth]));
      const labelled = faces.flatMap((measured) => {
        const truth = byLine.get(measured.line);
        return truth === undefined ? [] : [{ truth, measured }];
      });
      const { toolboxes } = tools;
      const options = { toolboxes, kuleshovVersion: packageVersion(), seed: query.seed };
      const passport = makePassport(labelled, table, options);
      await run.write("passport.html", passportPage(passport));
      await run.write("passport.csv", csvTable(passport.rows.map(cellsOf)));
      await run.write("passport.json", `${JSON.stringify(passport, null, 1)}\n`);
      await run.write("paragraph.txt", `${passport.paragraph}\n`);
      state = "finished";
      return { passport, problems: table.problems, failures };
    } finally {
      await run.close(state);
    }
  } finally {
    await tools.close();
  }
}

function nothingMeasured([first]: Validated["failures"]): ConfigurationError {
  const reason = first === undefined ? "there is none" : `the first failed (${first.reason})`;
  return new ConfigurationError(`No image of the table could be measured: ${reason}`);
}

function cellsOf({ section, source, of, measure, estimate }: Passport["rows"][number]) {
  const { value, low, high, n, unscored } = estimate;
  const rounded = (number: number | null) => (number === null ? null : Math.round(number * 1e6) / 1e6);
  return { section, source, of, measure, value: rounded(value), low: rounded(low), high: rounded(high), n, unscored };
}
