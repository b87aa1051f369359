import type { ArmName } from "../../evaluation/file/eval-file.ts";
import { query } from "./address.ts";

/** What the form of an evaluation holds. It stands in the address. */
export interface Draft {
  readonly name: string;
  /** A table in the folder, or a folder with one folder for each label. */
  readonly source: string;
  /** What each column holds: `image`, `label`, ... or `AU12`; `""` for nothing. */
  readonly roles: Readonly<Record<string, string>>;
  /** The table's numbers for "not at all" and "fully", of valence and arousal. */
  readonly scale: readonly [number, number];
  readonly models: readonly string[];
  readonly arms: readonly string[];
  readonly repeats: number;
  readonly limit: number | null;
  readonly usd: number | null;
  readonly metric: string;
  readonly atLeast: number | null;
}

/** Ways of showing an image that need nothing but the image. */
export const ARMS = [
  "full",
  "face-only",
  "context-only",
  "hole-elsewhere",
  "blurred-background",
  "swapped-context",
  "grayscale",
  "re-encoded",
] as const satisfies readonly ArmName[];

/** What a column can hold, as people say it. */
export const ROLES: Readonly<Record<string, string>> = {
  "": "nothing",
  image: "image",
  label: "label",
  valence: "valence",
  arousal: "arousal",
  context: "situation, in words",
  subject: "who is shown",
  id: "name of the row",
  explanation: "explanation",
};

const EMPTY: Draft = {
  ...{ name: "", source: "", roles: {}, scale: [-1, 1], models: ["rules"], arms: ["full"], repeats: 1 },
  ...{ limit: null, usd: null, metric: "accuracy", atLeast: null },
};

/** The draft in the address; what is not understood is left out. */
export function draftInAddress(): Draft {
  try {
    return { ...EMPTY, ...JSON.parse(query.value.get("form") ?? "{}") };
  } catch {
    return EMPTY;
  }
}

const GUESSES: readonly (readonly [role: string, names: RegExp])[] = [
  ["image", /^(image|path|file|file_?name|img)s?$/i],
  ["label", /^(label|emotion|expression|class)$/i],
  ["valence", /^valence$/i],
  ["arousal", /^arousal$/i],
  ["context", /^(context|situation|scene)$/i],
  ["subject", /^(subject|person|participant)(_?id)?$/i],
  ["id", /^id$/i],
];

/** What columns most likely hold, by their names; each thing is in one column. */
export function guessedRoles(columns: readonly string[]): Record<string, string> {
  const units = columns.flatMap((column) => {
    const unit = unitOf(column);
    return unit === null ? [] : [[column, unit] as const];
  });
  const others = GUESSES.flatMap(([role, names]) => {
    const column = columns.find((each) => names.test(each));
    return column === undefined ? [] : [[column, role] as const];
  });
  return Object.fromEntries([...units, ...others]);
}

/** `AU12` for the column `au12`; `null` for other names. */
export function unitOf(column: string): string | null {
  const number = /^AU_?0*([1-9]\d?)$/i.exec(column)?.[1];
  return number === undefined ? null : `AU${number}`;
}

/** The evaluation file that the form stands for. */
export function fileOf(draft: Draft): string {
  const columns = Object.entries(draft.roles).filter(([, role]) => role !== "");
  const has = (role: string) => columns.some(([, each]) => each === role);
  const units = columns.filter(([, role]) => /^AU\d/.test(role)).map(([column, role]) => [role, column]);
  const isTable = /\.(csv|tsv)$/i.test(draft.source);
  const labelled = !isTable || has("label");
  const scaled = ["valence", "arousal"].filter(has).map((role) => [role, draft.scale]);
  const scorers = [
    ...(labelled ? ["accuracy", "calibration"] : []),
    ...["valence", "arousal"].filter(has),
    ...(units.length > 0 ? ["action-units"] : []),
    ...(has("explanation") ? ["rouge-l"] : []),
    ...(draft.repeats > 1 ? ["reproducibility"] : []),
    ...["faithfulness", "fixed-values"],
  ];
  const others = columns.filter(([, role]) => !/^AU\d/.test(role)).map(([column, role]) => [role, column]);
  const dataset = {
    format: isTable ? "csv" : "folder",
    path: draft.source,
    ...(isTable
      ? {
          columns: {
            ...Object.fromEntries(others),
            ...(units.length > 0 ? { actionUnits: Object.fromEntries(units) } : {}),
          },
        }
      : {}),
    ...(scaled.length > 0 ? { scales: Object.fromEntries(scaled) } : {}),
    ...(draft.limit === null ? {} : { limit: draft.limit }),
    badRows: "skip",
  };
  return yamlOf({
    name: draft.name,
    dataset,
    matrix: { models: draft.models, arms: draft.arms, ...(draft.repeats > 1 ? { repeats: draft.repeats } : {}) },
    scorers,
    ...(draft.usd === null ? {} : { budget: { usd: draft.usd } }),
    ...(draft.atLeast === null ? {} : { thresholds: [{ metric: draft.metric, atLeast: draft.atLeast }] }),
  });
}

/** As people write it: what is named on lines of its own, and lists and what is deeper on one. */
function yamlOf(file: Readonly<Record<string, unknown>>): string {
  const lines = Object.entries(file).flatMap(([name, value]) =>
    isObject(value)
      ? [`${name}:`, ...Object.entries(value).map(([key, one]) => `  ${key}: ${inline(one)}`)]
      : [`${name}: ${inline(value)}`],
  );
  return `${lines.join("\n")}\n`;
}

function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(", ")}]`;
  if (!isObject(value)) return scalar(value);
  return `{ ${Object.entries(value)
    .map(([key, one]) => `${scalar(key)}: ${inline(one)}`)
    .join(", ")} }`;
}

/** Words that YAML takes for themselves stand as they are, all others in quotes. */
function scalar(value: unknown): string {
  if (typeof value !== "string") return String(value);
  const isPlain = /^[a-z][\w./-]*$/i.test(value) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(value);
  return isPlain ? value : JSON.stringify(value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
