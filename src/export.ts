import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { ConfigurationError } from "./domain/errors.ts";
import { exportCsv } from "./evaluation/report/export-csv.ts";
import { methodsParagraph } from "./evaluation/report/methods-paragraph.ts";
import { type ScoredRun, scoreRun } from "./evaluation/report/write-report.ts";
import { packageVersion } from "./platform/package-paths.ts";
import { readText } from "./platform/read-file.ts";
import { systemPath } from "./platform/system-path.ts";
import { isMissing, readTable, type TableRow } from "./platform/tables/table-rows.ts";
import { csvLines, csvTable } from "./platform/tables/write-table.ts";
import { writeNewFile } from "./platform/write-file-atomic.ts";
import { bidsEvents } from "./sharing/bids-events.ts";
import { preregistration } from "./sharing/preregistration.ts";
import { citationFile, type DatasetWords, dataFile, datasetDescription, type SharedTable } from "./sharing/psych-ds.ts";
import { reportingChecklist } from "./sharing/reporting-checklist.ts";
import { studyMethods } from "./sharing/study-methods.ts";
import { readExclusions } from "./study/exclusions.ts";
import { starterScripts } from "./study/starter-scripts.ts";
import { DICTIONARY, readStudyDescription, type StudyDescription } from "./study/study-folder.ts";
import { participantNotice, readPurpose } from "./study/study-purpose.ts";

/** A study, and evaluations of it, that are to be shared. */
interface ExportQuery extends Omit<DatasetWords, "description"> {
  readonly study: string;
  /** Folders of evaluation runs. */
  readonly runs: readonly string[];
  /** Where the dataset is written. */
  readonly folder: string;
}

/** Tables of a study that are shared where it has them. */
const TABLES = ["faces", "images", "failures", "episodes", "synchrony", "exclusions", "people", "markers"];
const RUN_TABLES = ["answers", "metrics", "comparisons"];

/**
 * Writes a study as a dataset that can be put on OSF as it is: Psych-DS, with BIDS events of clips, codebook, methods,
 * checklist, preregistration and starter scripts. No image is in it, and no path shows where images lay.
 *
 * @returns what was written, and what was left out, one sentence each.
 * @throws {ConfigurationError} if the folder holds no study.
 */
export async function exportStudy(
  query: ExportQuery,
): Promise<{ readonly files: number; readonly notes: readonly string[] }> {
  const study = await readStudyDescription(query.study);
  await refuseUnlessEmpty(query.folder);
  const runs = await Promise.all(query.runs.map((folder) => scoreRun(folder)));
  const { files, notes } = await datasetFiles(query, study, runs);
  for (const [name, text] of files) await writeNewFile(join(query.folder, name), text);
  return { files: files.size, notes };
}

/** A dataset is written at once and anew: nothing of an earlier one may stay in it. */
async function refuseUnlessEmpty(folder: string): Promise<void> {
  const there = await readdir(systemPath(folder)).catch(() => []);
  if (there.length === 0) return;
  throw new ConfigurationError(`Cannot export into a folder that holds something: name a new one (\`${folder}\`)`);
}

async function datasetFiles(
  { title, authors, licence, study: folder }: ExportQuery,
  study: StudyDescription,
  runs: readonly ScoredRun[],
): Promise<{ readonly files: ReadonlyMap<string, string>; readonly notes: readonly string[] }> {
  const rows = await studyTables(folder);
  const root = commonFolder([...rows.values()].flat().flatMap(({ cells }) => cells.path ?? []));
  const tables = [...sharedTables(rows, root), ...(await Promise.all(runs.map(runTables))).flat()];
  const meanings = await meaningsOf(folder);
  const description = `${study.counts.faces} faces measured in ${study.counts.images} images or frames${runs.length === 0 ? "" : `, and ${runs.map(({ run: { header } }) => `the evaluation ${header.name}`).join(", ")}`}. Expressions as they are perceived; no felt state was inferred.`;
  const words = { title, authors, licence, description };
  const fileOf = (table: string) => dataFile(title, table.replace(/\.csv$/, ""));
  const scripts = starterScripts(fileOf, "analysis/");
  const bids = bidsEvents(words, rows.get("episodes") ?? []);
  const purpose = await readPurpose(folder);
  const files = new Map<string, string>([
    ["dataset_description.json", datasetDescription(words, tables, (column) => meanings.get(column))],
    ["CITATION.cff", citationFile(words)],
    ["README.md", readme(words, tables)],
    [
      "CHANGES.md",
      `# Changes\n\n- ${new Date().toISOString().slice(0, 10)}: first version, exported by Kuleshov ${packageVersion()}.\n`,
    ],
    [".psychdsignore", "bids/**\nCITATION.cff\n"],
    ...tables.map(({ part, text }) => [fileOf(part), text] as const),
    ["documentation/codebook.csv", codebook(title, tables, meanings)],
    ["documentation/methods.md", await methodsText(folder, study, rows, runs)],
    ...(purpose === undefined
      ? []
      : [["documentation/participant-notice.md", participantNotice(study, purpose)] as const]),
    ["documentation/study.json", `${JSON.stringify(withoutPlaces(study), null, 2)}\n`],
    ["analysis/starter.R", scripts.r],
    ["analysis/starter.py", scripts.python],
    ...runs.flatMap((scored) => runDocuments(scored)),
    ...bids.texts,
  ]);
  const left = `${bids.leftOut} episodes whose onset was not seen are in the table of episodes only: BIDS has no event without one`;
  const places = [root, process.cwd(), ...runs.map(({ run }) => dirname(run.header.evalFilePath))];
  return {
    files: new Map([...files].map(([name, text]) => [name, withoutFolders(text, places)])),
    notes: bids.leftOut === 0 ? [] : [left],
  };
}

/** Texts of failures name files, and where these lie on the authors' machine is nobody else's business. */
function withoutFolders(text: string, folders: readonly string[]): string {
  return folders.filter((folder) => folder !== "/").reduce((left, folder) => left.replaceAll(`${folder}/`, ""), text);
}

async function methodsText(
  folder: string,
  study: StudyDescription,
  rows: ReadonlyMap<string, readonly TableRow[]>,
  runs: readonly ScoredRun[],
): Promise<string> {
  const images = rows.get("images") ?? [];
  const counts = {
    imagesWithoutFace: images.filter(({ cells }) => cells.faces === "0").length,
    exclusions: await readExclusions(folder),
    hasClips: images.some(({ cells }) => !isMissing(cells.frame ?? "")),
  };
  return `# Methods\n\n${[studyMethods(study, counts), ...runs.map(methodsParagraph)].join("\n\n")}\n`;
}

async function studyTables(folder: string): Promise<Map<string, readonly TableRow[]>> {
  const tables = new Map<string, readonly TableRow[]>();
  for (const name of TABLES) {
    const path = join(folder, `${name}.csv`);
    const refuse = (reason: string) => new ConfigurationError(`Cannot export a table as ${reason}: \`${path}\``);
    if (existsSync(path)) tables.set(name, await readTable(path, { refuse }));
  }
  return tables;
}

/** Tables with rows; of where images lay only what tells them apart. */
function sharedTables(tables: ReadonlyMap<string, readonly TableRow[]>, root: string): SharedTable[] {
  return [...tables].flatMap(([part, rows]) => {
    const [first] = rows;
    if (first === undefined) return [];
    const columns = Object.keys(first.cells);
    const lines = rows.map(({ cells }) =>
      columns.map((column) => (column === "path" && cells.path ? relative(root, resolve(cells.path)) : cells[column])),
    );
    return [{ part, columns, text: csvLines([columns, ...lines]) }];
  });
}

function commonFolder(paths: readonly string[]): string {
  const [first, ...others] = paths.map((path) => dirname(resolve(path)));
  let folder = first ?? process.cwd();
  while (others.some((other) => relative(folder, other).startsWith(".."))) folder = dirname(folder);
  return folder;
}

async function runTables(scored: ScoredRun): Promise<SharedTable[]> {
  await exportCsv(scored);
  const tables = await Promise.all(
    RUN_TABLES.map(async (name) => {
      const path = join(scored.run.folder, `${name}.csv`);
      const refuse = (reason: string) => new ConfigurationError(`Cannot export a table as ${reason}: \`${path}\``);
      const [first] = await readTable(path, { refuse }).catch(() => []);
      if (first === undefined) return [];
      return [
        { part: `${scored.run.header.name} ${name}`, columns: Object.keys(first.cells), text: await readText(path) },
      ];
    }),
  );
  return tables.flat();
}

function runDocuments(scored: ScoredRun): (readonly [string, string])[] {
  const { name, evalFileText, prompts } = scored.run.header;
  return [
    [`documentation/${name}-checklist.md`, reportingChecklist(scored)],
    [`documentation/${name}-preregistration.md`, preregistration(scored.file, evalFileText)],
    [`materials/${name}.eval.yaml`, evalFileText],
    [
      `materials/${name}-prompts.md`,
      Object.entries(prompts)
        .map(([hash, text]) => `<!-- SHA-256 ${hash} -->\n\n${text.trimEnd()}\n`)
        .join("\n"),
    ],
  ];
}

/** What columns mean: of a table under its name and the column's, else by the column's. */
async function meaningsOf(folder: string): Promise<Map<string, string>> {
  const path = join(folder, DICTIONARY);
  const refuse = (reason: string) =>
    new ConfigurationError(`Cannot read the data dictionary as ${reason}: \`${path}\``);
  const rows = existsSync(path) ? await readTable(path, { refuse }) : [];
  const named = rows.map(({ cells }) => [cells.column ?? "", cells.meaning ?? ""] as const);
  const inFile = rows.map(({ cells }) => [`${cells.file} ${cells.column}`, cells.meaning ?? ""] as const);
  return new Map([...named.reverse(), ...inFile]);
}

function codebook(title: string, tables: readonly SharedTable[], meanings: ReadonlyMap<string, string>): string {
  return csvTable(
    tables.flatMap(({ part, columns }) =>
      columns.map((column) => ({
        file: dataFile(title, part),
        column,
        meaning: meanings.get(`${part}.csv ${column}`) ?? meanings.get(column) ?? null,
      })),
    ),
  );
}

/** Settings name inputs by their folders too. Where inputs lay on the authors' machine is nobody else's business. */
function withoutPlaces({ settings, ...study }: StudyDescription) {
  const inputs = "inputs" in settings ? { inputs: settings.inputs.map((path) => basename(path)) } : {};
  const files = "files" in settings ? { files: settings.files.map((path) => basename(path)) } : {};
  const neutral =
    "neutral" in settings && settings.neutral !== null
      ? { neutral: { ...settings.neutral, path: basename(settings.neutral.path) } }
      : {};
  return { ...study, settings: { ...settings, ...inputs, ...files, ...neutral } };
}

function readme({ title, description, licence }: DatasetWords, tables: readonly SharedTable[]): string {
  return [
    `# ${title}\n`,
    `${description}\n`,
    ...tables.map(({ part }) => `- \`${dataFile(title, part)}\`: ${part}`),
    "- `documentation/`: codebook, methods, and of each evaluation a reporting checklist and a preregistration to complete",
    "- `analysis/`: starter scripts for R and Python, to be run in this folder",
    "\nThe dataset follows Psych-DS; `bids/`, where there is one, has the events of clips as BIDS. The images are not in it: their",
    "file names and SHA-256 are, by which whoever may see them can tell which they were. File names, and names in `person`, are as the",
    "authors gave them: see that they name nobody before you share this.",
    ...(licence === undefined ? ["\nThe authors have chosen no licence yet."] : [`\nLicence: ${licence}`]),
    "",
  ].join("\n");
}
