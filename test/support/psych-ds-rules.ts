import { parse } from "csv-parse/sync";

/**
 * What psychds-validator would find in a dataset: every rule of schema 1.5.1 (`rules/errors.yaml`, `rules/files`,
 * `rules/compiled_metadata`, `rules/csv_data`) that can be an error, and the warnings about schema.org, by the rule's code. Ours, since
 * the validator is in no registry that tests may use. Metadata is taken to stand in `dataset_description.json` alone, under the
 * context of schema.org.
 *
 * @param files texts by their path in the dataset.
 */
export function psychDsIssues(files: ReadonlyMap<string, Uint8Array>): string[] {
  const seen = [...files].filter(([path]) => !isIgnored(path, ignoredBy(files)));
  const data = seen.filter(([path]) => path.startsWith("data/") && /_?data\.(csv|tsv)$/.test(path));
  const issues = [
    ...seen.flatMap(([path, bytes]) => (path.endsWith(".json") ? jsonIssues(bytes) : [])),
    ...seen.flatMap(([path, bytes]) => (bytes.length === 0 ? ["FILE_EMPTY"] : nameIssues(path))),
    ...(seen.some(([path]) => path.startsWith("data/")) ? [] : ["MISSING_DATA_DIRECTORY"]),
    ...(data.length === 0 ? ["MISSING_DATAFILE"] : []),
  ];
  const description = jsonOf(files.get("dataset_description.json"));
  if (description === undefined) return [...issues, "MISSING_DATASET_DESCRIPTION"];
  const tables = data.map(([, bytes]) => tableOf(textOf(bytes) ?? ""));
  issues.push(...tables.flatMap((table) => table.issues));
  return [...new Set([...issues, ...metadataIssues(description), ...columnIssues(description, tables)])].sort();
}

/** The validator leaves these out whatever a dataset says. */
const ALWAYS_IGNORED = [
  "analysis/",
  "materials/",
  "documentation/",
  "results/",
  "products/",
  "code/",
  "log/",
  "stimuli/",
];

function ignoredBy(files: ReadonlyMap<string, Uint8Array>): string[] {
  const own = textOf(files.get(".psychdsignore") ?? new Uint8Array()) ?? "";
  return [...ALWAYS_IGNORED, ...own.split("\n").filter((line) => line !== "")];
}

function isIgnored(path: string, rules: readonly string[]): boolean {
  return rules.some((rule) => path === rule || (path.startsWith(rule.replace(/\*+$/, "")) && /[/*]$/.test(rule)));
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function jsonOf(bytes: Uint8Array | undefined): Readonly<Record<string, unknown>> | undefined {
  try {
    return bytes === undefined ? undefined : JSON.parse(textOf(bytes) ?? "");
  } catch {
    return undefined;
  }
}

function jsonIssues(bytes: Uint8Array): string[] {
  if (textOf(bytes) === undefined) return ["JSON_ENCODING_ERROR"];
  return jsonOf(bytes) === undefined ? ["INVALID_JSON_FORMATTING"] : [];
}

const ROOT_FILES = /^(dataset_description\.json|(README|CHANGES)\.(md|txt)|\.psychdsignore)$/;
const DATA_FILE = /^([a-z]+-[a-zA-Z0-9]+)(_[a-z]+-[a-zA-Z0-9]+)*_data\.(csv|tsv)$/;
const KEYWORDS = ["study", "site", "subject", "session", "task", "condition", "trial", "stimulus", "description"];

function nameIssues(path: string): string[] {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (name === "dataset_description.json" && path !== name) return ["WRONG_METADATA_LOCATION"];
  if (!path.startsWith("data/")) return ROOT_FILES.test(path) ? [] : ["FILE_NOT_CHECKED"];
  if (!DATA_FILE.test(name)) return ["FILENAME_KEYWORD_FORMATTING_ERROR"];
  const keys = name
    .split("_")
    .slice(0, -1)
    .map((pair) => pair.split("-")[0] ?? "");
  return keys.every((key) => KEYWORDS.includes(key)) ? [] : ["FILENAME_UNOFFICIAL_KEYWORD_WARNING"];
}

interface Table {
  readonly header: readonly string[];
  readonly issues: readonly string[];
}

function tableOf(text: string): Table {
  let rows: string[][];
  try {
    rows = parse(text, { skip_empty_lines: false, relax_column_count: true });
  } catch {
    return { header: [], issues: ["CSV_FORMATTING_ERROR"] };
  }
  const [header = [], ...records] = rows;
  const ids = records.map((row) => row[header.indexOf("row_id")]);
  return {
    header,
    issues: [
      ...(header.length === 0 ? ["CSV_HEADER_MISSING"] : []),
      ...(new Set(header).size < header.length ? ["CSV_HEADER_REPEATED"] : []),
      ...(records.some((row) => row.length !== header.length) ? ["CSV_HEADER_LENGTH_MISMATCH"] : []),
      ...(header.includes("row_id") && new Set(ids).size < ids.length ? ["ROWID_VALUES_NOT_UNIQUE"] : []),
    ],
  };
}

const NAMESPACE = /^https?:\/\/(www\.)?schema\.org\/?$/;

/** Of schema.org's Dataset and what it may hold here: types of values that may stand beside texts and addresses. */
const DATASET: Readonly<Record<string, readonly string[]>> = {
  ...{
    name: [],
    description: [],
    url: [],
    identifier: ["PropertyValue"],
    keywords: ["DefinedTerm"],
    schemaVersion: [],
  },
  ...{ author: ["Person", "Organization"], creator: ["Person", "Organization"], funder: ["Person", "Organization"] },
  ...{
    license: ["CreativeWork"],
    citation: ["CreativeWork"],
    variableMeasured: ["PropertyValue", "StatisticalVariable"],
  },
  measurementTechnique: ["DefinedTerm", "MeasurementMethodEnum"],
};
const PROPERTIES: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  Dataset: DATASET,
  Person: { familyName: [], givenName: [], name: [], identifier: ["PropertyValue"], affiliation: ["Organization"] },
  PropertyValue: { name: [], description: [], unitText: [], minValue: [], maxValue: [], value: [] },
};

function metadataIssues(description: Readonly<Record<string, unknown>>): string[] {
  const missing = ["name", "description", "variableMeasured"].filter((key) => description[key] === undefined);
  const type = description["@type"];
  return [
    ...(NAMESPACE.test(String(description["@context"])) ? [] : ["INVALID_JSONLD_FORMATTING"]),
    ...(missing.length > 0 ? ["JSON_KEY_REQUIRED"] : []),
    ...(type === undefined ? ["MISSING_DATASET_TYPE"] : type === "Dataset" ? [] : ["INCORRECT_DATASET_TYPE"]),
    ...schemaOrgIssues(description, "Dataset"),
  ];
}

function schemaOrgIssues(node: Readonly<Record<string, unknown>>, type: string): string[] {
  return Object.entries(node).flatMap(([property, value]) => {
    if (property.startsWith("@")) return [];
    const allowed = PROPERTIES[type]?.[property];
    if (allowed === undefined) return ["INVALID_SCHEMAORG_PROPERTY"];
    return [value].flat().flatMap((one) => {
      if (typeof one !== "object" || one === null) return [];
      const own = (one as Readonly<Record<string, unknown>>)["@type"];
      if (own === undefined) return ["OBJECT_TYPE_MISSING"];
      return [
        ...(allowed.includes(String(own)) ? [] : ["INVALID_OBJECT_TYPE"]),
        ...schemaOrgIssues(one as Readonly<Record<string, unknown>>, String(own)),
      ];
    });
  });
}

function columnIssues({ variableMeasured }: Readonly<Record<string, unknown>>, tables: readonly Table[]): string[] {
  const named = new Set(
    [variableMeasured ?? []]
      .flat()
      .map((one) => (typeof one === "string" ? one : String((one as { name?: unknown }).name))),
  );
  const columns = new Set(tables.flatMap(({ header }) => header));
  return [
    ...([...columns].every((column) => named.has(column)) ? [] : ["CSV_COLUMN_MISSING_FROM_METADATA"]),
    ...([...named].every((name) => columns.has(name)) ? [] : ["VARIABLE_MISSING_FROM_CSV_COLUMNS"]),
  ];
}
