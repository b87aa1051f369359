import type { PixelBox } from "../../domain/geometry.ts";
import { NOT_MEASURED, type ToolboxScore } from "../../domain/measurement.ts";
import type { ImportedFace, ImportedRow } from "../../ports/evidence-file.ts";
import type { ToolboxDefinition } from "../toolbox-definition.ts";
import { isObject, type ListedEvidence, recordPosition } from "../toolbox-table/json-evidence.ts";
import { tableError } from "../toolbox-table/table-format.ts";

/** What is scored, by the name of its list. Each score stands for itself: they are no distribution. */
const LISTS = ["emotions", "facs", "expressions", "descriptions"] as const;

/**
 * Reads exports of Hume's expression measurement: of the batch API that ended in June 2026
 * (`results.predictions[].models.face.grouped_predictions[].predictions[]` with `emotions` and, if asked for, `facs` and
 * `descriptions`), and results with lists of `expressions` and `descriptions`. All scores are 0..1 and keep Hume's names:
 * they are neither action units nor probabilities. `undefined` when it is something else.
 *
 * @throws {ConfigurationError} if a score is no number of 0..1.
 */
function readHumeJson(
  json: unknown,
  { path, version }: { readonly path: string; readonly version: string | undefined },
): ListedEvidence | undefined {
  const entries = (Array.isArray(json) ? json : [json]).flatMap((one) => [...batchEntries(one), ...plainEntries(one)]);
  if (entries.length === 0) return undefined;
  const toolbox = `hume@${version ?? "unknown"}`;
  const rows = entries.map(({ entry, image, faceKey }, n): ImportedRow => {
    const scores = LISTS.flatMap((name) => scoresIn(entry[name], path));
    return {
      at: recordPosition(n),
      file: path,
      image,
      faceKey,
      frame: numberOrNull(entry.frame),
      timeSec: numberOrNull(entry.time),
      face: scores.length === 0 ? null : faceOf(toolbox, { scores, entry }),
    };
  });
  const supports = { actionUnits: [], expressions: [] };
  return { path, title: "Hume", toolbox, supports, warnings: [], rows };
}

/** One face at one moment, as Hume wrote it. */
interface FaceEntry {
  readonly entry: Readonly<Record<string, unknown>>;
  readonly image: string | null;
  readonly faceKey: string | null;
}

function batchEntries(one: unknown): FaceEntry[] {
  return listAt(one, "results", "predictions").flatMap((prediction) =>
    listAt(prediction, "models", "face", "grouped_predictions").flatMap((group) =>
      listAt(group, "predictions")
        .filter(isObject)
        .map((entry) => ({ entry, image: textAt(prediction, "file"), faceKey: textAt(group, "id") })),
    ),
  );
}

function plainEntries(one: unknown): FaceEntry[] {
  if (!isObject(one) || !isScoreList(one.expressions)) return [];
  return [{ entry: one, image: textAt(one, "file"), faceKey: null }];
}

function textAt(value: unknown, key: string): string | null {
  const text = isObject(value) ? value[key] : undefined;
  return typeof text === "string" ? text : null;
}

function listAt(value: unknown, ...keys: readonly string[]): readonly unknown[] {
  let found = value;
  for (const key of keys) found = isObject(found) ? found[key] : undefined;
  return Array.isArray(found) ? found : [];
}

function isScoreList(value: unknown): boolean {
  return (
    Array.isArray(value) && value.every((one) => isObject(one) && typeof one.name === "string" && scoreOf(one) !== null)
  );
}

function scoreOf(one: Readonly<Record<string, unknown>>): unknown {
  return one.score ?? one.probability ?? null;
}

function scoresIn(list: unknown, path: string): ToolboxScore[] {
  if (!Array.isArray(list)) return [];
  return list.filter(isObject).map((one) => {
    const value = scoreOf(one);
    const { name } = one;
    if (name === undefined) throw tableError(path, "a score has no name");
    if (typeof name !== "string")
      throw tableError(path, `a score has the name ${JSON.stringify(name)}, which is no text`);
    if (typeof value === "number" && value >= 0 && value <= 1) return { name, value, range: "0..1" };
    throw tableError(path, `${name} has the score ${JSON.stringify(value)}, which is no number from 0 to 1`);
  });
}

function faceOf(
  toolbox: string,
  { scores, entry }: { readonly scores: ToolboxScore[]; readonly entry: Readonly<Record<string, unknown>> },
): ImportedFace {
  const probability = numberOrNull(entry.prob);
  const measurement = {
    toolbox,
    ...NOT_MEASURED,
    score: probability !== null && probability >= 0 && probability <= 1 ? probability : null,
    actionUnits: [],
    expressions: [],
    scores,
  };
  return { box: boxOf(entry.box), boxUnit: "pixel", measurement, clippedValues: 0 };
}

function boxOf(box: unknown): PixelBox | null {
  if (!isObject(box)) return null;
  const [leftPx, topPx, widthPx, heightPx] = [box.x, box.y, box.w, box.h].map(numberOrNull);
  if (leftPx == null || topPx == null || widthPx == null || heightPx == null) return null;
  return widthPx > 0 && heightPx > 0 ? { leftPx, topPx, widthPx, heightPx } : null;
}

function numberOrNull(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** Hume measured on its own servers; what they answered can be imported. */
export const humeToolbox: ToolboxDefinition = {
  name: "hume",
  title: "Hume expression measurement",
  install: ["save the predictions of a Hume job as JSON, then: --evidence predictions.json"],
  licence: "Commercial, by subscription",
  readJson: readHumeJson,
};
