import { type Document, isMap, isSeq, parseDocument } from "yaml";
import { ARM_NAMES } from "../../evaluation/file/arm-names.ts";

/** What the form shows of an evaluation file. The file is what counts: what the form cannot show stays as it is written. */
export interface Draft {
  readonly name: string;
  /** Where its data set lies, and how it is read; `""` before one is chosen. */
  readonly source: string;
  readonly format: string;
  /** What each column holds: `image`, `label`, ... or `AU12`. */
  readonly roles: Readonly<Record<string, string>>;
  /** The table's numbers for "not at all" and "fully", of valence and arousal. */
  readonly scale: readonly [number, number];
  readonly models: readonly string[];
  /** Whether a judge that it names anywhere is asked over a server, which may be elsewhere. */
  readonly hasServer: boolean;
  readonly prompts: readonly string[];
  /** Numbers of exemplars that are shown before the query. */
  readonly shots: readonly number[];
  readonly store: string;
  readonly packs: readonly string[];
  readonly mode: string;
  /** `none`, or toolboxes with commas between. */
  readonly evidence: readonly string[];
  readonly arms: readonly string[];
  readonly repeats: number;
  readonly limit: number | null;
  readonly usd: number | null;
  readonly thresholds: readonly Threshold[];
}

export interface Threshold {
  readonly metric: string;
  readonly atLeast: number | null;
  readonly atMost: number | null;
  /** What else the file says of it. */
  readonly more: Readonly<Record<string, unknown>>;
}

/** Ways of showing an image that need nothing but the image. */
export const ARMS = ARM_NAMES.filter((arm) => !arm.startsWith("neutral-"));

const isTable = (source: string) => /\.(csv|tsv|parquet)$/i.test(source);

/** What is left out of the file where it is so. */
const USUAL = {
  ...{ prompts: ["judge"], shots: [0], evidence: ["mesh"], repeats: 1, limit: null, usd: null, thresholds: [] },
  ...{ store: "", packs: [], mode: "images" },
} as const;

/** Where in the file each thing of the form stands. */
const PLACES = {
  name: ["name"],
  models: ["matrix", "models"],
  prompts: ["matrix", "prompts"],
  shots: ["matrix", "shots"],
  evidence: ["matrix", "evidence"],
  arms: ["matrix", "arms"],
  repeats: ["matrix", "repeats"],
  limit: ["dataset", "limit"],
  store: ["fewShot", "store"],
  packs: ["fewShot", "packs"],
  mode: ["fewShot", "mode"],
  usd: ["budget", "usd"],
  thresholds: ["thresholds"],
} as const satisfies Partial<Record<keyof Draft, readonly string[]>>;

/** What the form shows of a file; `null` where the text is no YAML, and only its text can be changed. */
export function draftOf(text: string): Draft | null {
  const document = parseDocument(text);
  if (document.errors.length > 0 || !(document.contents === null || isMap(document.contents))) return null;
  const file = (document.toJS() ?? {}) as Record<string, unknown>;
  const at = (path: readonly string[]) =>
    path.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], file);
  const word = (...path: string[]) => (typeof at(path) === "string" ? (at(path) as string) : "");
  const number = (...path: string[]) => (typeof at(path) === "number" ? (at(path) as number) : null);
  const list = (place: keyof typeof PLACES, usual: readonly unknown[]): readonly unknown[] => {
    const value = at(PLACES[place]);
    return Array.isArray(value) ? value : usual;
  };
  const columns = (at(["dataset", "columns"]) ?? {}) as Record<string, unknown>;
  const units = Object.entries((columns.actionUnits ?? {}) as Record<string, unknown>);
  const roles = [...Object.entries(columns), ...units].flatMap(([role, column]) =>
    typeof column === "string" ? [[column, role]] : [],
  );
  const own = Object.values((at(["models"]) ?? {}) as Record<string, { readonly model?: unknown } | null>);
  const judges = [...list("models", []), at(["judge", "model"]), ...own.map((entry) => entry?.model)];
  const scale = at(["dataset", "scales", "valence"]) ?? at(["dataset", "scales", "arousal"]);
  return {
    ...{ name: word("name"), source: word("dataset", "path"), format: word("dataset", "format") },
    roles: Object.fromEntries(roles),
    scale: Array.isArray(scale) && scale.length === 2 ? (scale as [number, number]) : [-1, 1],
    models: list("models", ["rules"]).map(String),
    hasServer: judges.some((judge) => /^(?!replay:|gguf:|clip:)[^:]+:/.test(String(judge))),
    prompts: list("prompts", USUAL.prompts).map(String),
    shots: list("shots", USUAL.shots).map(Number),
    ...{ store: word(...PLACES.store), packs: list("packs", []).map(String), mode: word(...PLACES.mode) || USUAL.mode },
    evidence: list("evidence", USUAL.evidence).map((each) => (Array.isArray(each) ? each.join(", ") : String(each))),
    arms: list("arms", ["full"]).map(String),
    repeats: number(...PLACES.repeats) ?? USUAL.repeats,
    ...{ limit: number(...PLACES.limit), usd: number(...PLACES.usd) },
    thresholds: list("thresholds", []).map((each) => {
      const { metric, atLeast, atMost, ...more } = (each ?? {}) as Record<string, unknown>;
      const end = (value: unknown) => (typeof value === "number" ? value : null);
      return { metric: String(metric ?? ""), atLeast: end(atLeast), atMost: end(atMost), more };
    }),
  };
}

/** The file with what was changed in the form; all other lines, and what they say beside, stay. */
export function edited(text: string, before: Draft, news: Partial<Draft>): string {
  const document = parseDocument(text);
  if (document.contents === null) begin(document);
  const after = { ...before, ...news };
  if (news.source !== undefined) {
    const format = isTable(news.source) ? "csv" : "folder";
    const more = { ...(isTable(news.source) ? { columns: {} } : {}), badRows: "skip" };
    document.setIn(["dataset"], document.createNode({ format, path: news.source, ...more }));
  }
  if (news.roles !== undefined) mapColumns(document, before.roles, news.roles);
  if (news.roles !== undefined || news.scale !== undefined) setScales(document, after, news.scale);
  for (const [name, path] of Object.entries(PLACES)) {
    const value = news[name as keyof typeof PLACES];
    if (value !== undefined) put(document, path, inFile(name, value), isUsual(name, value));
  }
  setScorers(document, impliedScorers(before), impliedScorers(after));
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

function begin(document: Document): void {
  document.contents = document.createNode({ name: "", dataset: {} }) as never;
  put(document, PLACES.models, ["rules"], false);
  put(document, PLACES.arms, ["full"], false);
}

function isUsual(name: string, value: unknown): boolean {
  return name in USUAL && JSON.stringify(value) === JSON.stringify(USUAL[name as keyof typeof USUAL]);
}

function inFile(name: string, value: unknown): unknown {
  if (name === "evidence") {
    return (value as readonly string[]).map((each) => (each === "none" ? each : each.split(/\s*,\s*/)));
  }
  if (name !== "thresholds") return value;
  return (value as readonly Threshold[]).map(({ metric, atLeast, atMost, more }) => ({
    metric,
    ...(atLeast === null ? {} : { atLeast }),
    ...(atMost === null ? {} : { atMost }),
    ...more,
  }));
}

/** Sets a value, or takes it out with the heading under which nothing else stands. What is said beside it stays. */
function put(document: Document, path: readonly string[], value: unknown, isLeftOut: boolean): void {
  const there = document.getIn(path, true);
  if (!isLeftOut && Array.isArray(value)) {
    const node = document.createNode(value);
    if (isSeq(node)) node.flow = isSeq(there) ? there.flow === true : path.at(-1) !== "thresholds";
    if (isSeq(node) && isSeq(there)) {
      const same = (item: unknown) => there.items.find((old) => JSON.stringify(old) === JSON.stringify(item));
      node.items = node.items.map((item) => (same(item) as typeof item) ?? item);
      Object.assign(node, { comment: there.comment, commentBefore: there.commentBefore });
    }
    document.setIn(path, node);
  } else if (!isLeftOut) document.setIn(path, value);
  else if (there !== undefined) {
    document.deleteIn(path);
    const heading = document.getIn(path.slice(0, -1), true);
    if (path.length > 1 && isMap(heading) && heading.items.length === 0) document.deleteIn(path.slice(0, -1));
  }
}

type Roles = Draft["roles"];

function mapColumns(document: Document, before: Roles, after: Roles): void {
  const place = (role: string) => ["dataset", "columns", ...(/^AU\d/.test(role) ? ["actionUnits"] : []), role];
  for (const [column, role] of Object.entries(before)) {
    if (after[column] !== role && document.getIn(place(role)) === column) put(document, place(role), null, true);
  }
  for (const [column, role] of Object.entries(after)) {
    if (role !== "" && before[column] !== role) document.setIn(place(role), column);
  }
}

/** Scales that the file has already, one for each, stay until the form's is changed. */
function setScales(document: Document, { roles, scale }: Draft, changed: Draft["scale"] | undefined): void {
  for (const role of ["valence", "arousal"]) {
    const path = ["dataset", "scales", role];
    const isHeld = Object.values(roles).includes(role);
    if (!isHeld || changed !== undefined || !document.hasIn(path)) put(document, path, scale, !isHeld);
  }
}

/** What can be scored by what the columns hold, in this order. */
function impliedScorers({ source, format, roles, repeats }: Draft): readonly string[] {
  if (source === "" || !["csv", "folder"].includes(format || "csv")) return [];
  const held = Object.values(roles);
  return [
    ...(!isTable(source) || held.includes("label") ? ["accuracy", "calibration"] : []),
    ...["valence", "arousal"].filter((each) => held.includes(each)),
    ...(held.some((role) => /^AU\d/.test(role)) ? ["action-units"] : []),
    ...(held.includes("explanation") ? ["rouge-l"] : []),
    ...(repeats > 1 ? ["reproducibility"] : []),
    ...["faithfulness", "fixed-values"],
  ];
}

/** Takes out what nothing is there for any more, and puts in what can be scored now; others were chosen by hand. */
function setScorers(document: Document, before: readonly string[], after: readonly string[]): void {
  if (String(before) === String(after)) return;
  const now = document.getIn(["scorers"], true);
  const there = isSeq(now) ? (now.toJSON() as string[]) : [];
  const chosen = there.filter((each) => !before.includes(each) && !after.includes(each));
  const kept = after.filter((each) => there.includes(each) || !before.includes(each));
  put(document, ["scorers"], [...kept, ...chosen], false);
}
