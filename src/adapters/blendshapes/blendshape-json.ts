import type { PixelBox } from "../../domain/geometry.ts";
import { NOT_MEASURED, type ToolboxSupport } from "../../domain/measurement.ts";
import { BLENDSHAPE_UNITS, unitsOfBlendshapes } from "../../facs/blendshape-map.ts";
import type { ImportedFace, ImportedRow } from "../../ports/evidence-file.ts";
import { isObject, type ListedEvidence, recordPosition } from "../toolbox-table/json-evidence.ts";
import { tableError } from "../toolbox-table/table-format.ts";

const IMAGE_KEYS = ["image", "image_path", "file", "filename", "input", "path"] as const;

/** The result of MediaPipe's face landmarker for one image. */
interface LandmarkerResult {
  readonly image: string | null;
  readonly timeSec: number | null;
  readonly faces: readonly { readonly coefficients: ReadonlyMap<string, number>; readonly box: PixelBox | null }[];
}

/**
 * Reads results of MediaPipe's face landmarker as saved by its JavaScript (`faceBlendshapes`, `categoryName`) or Python
 * (`face_blendshapes`, `category_name`) API: one result, its bare list of faces, a list of results that name their image or their timestamp, or an object from
 * image name or timestamp to result. Timestamps are milliseconds. `undefined` when it is something else.
 *
 * @throws {ConfigurationError} if a coefficient is no number of 0..1.
 */
export function readBlendshapeJson(
  json: unknown,
  { path, version }: { path: string; version: string | undefined },
): ListedEvidence | undefined {
  const results = resultsIn(json, path);
  if (results === undefined) return undefined;
  const toolbox = `blendshapes@${version ?? "unknown"}`;
  const rows: ImportedRow[] = [];
  for (const { image, timeSec, faces } of results) {
    const where = { file: path, image, frame: null, timeSec };
    if (faces.length === 0) rows.push({ ...where, at: recordPosition(rows.length), faceKey: null, face: null });
    faces.forEach(({ coefficients, box }, index) => {
      const face = faceOfBlendshapes(coefficients, { toolbox, box });
      rows.push({ ...where, at: recordPosition(rows.length), faceKey: String(index), face });
    });
  }
  return {
    path,
    title: "MediaPipe blendshapes",
    toolbox,
    supports: BLENDSHAPE_SUPPORT,
    warnings: [],
    rows,
  };
}

function resultsIn(json: unknown, path: string): readonly LandmarkerResult[] | undefined {
  if (Array.isArray(json)) return resultsInList(json, path);
  const single = resultOf(json, { path, key: null });
  if (single !== undefined) return [single];
  if (!isObject(json)) return undefined;
  const named = Object.entries(json).map(([key, entry]) => resultOf(ofFaces(entry), { path, key }));
  return named.length > 0 && named.every((result) => result !== undefined) ? named : undefined;
}

function resultsInList(list: readonly unknown[], path: string): readonly LandmarkerResult[] | undefined {
  const results = list.map((entry) => resultOf(entry, { path, key: null }));
  if (results.length > 0 && results.every((result) => result !== undefined)) return results;
  if (list.length > 0 && list.every((entry) => isObject(entry) && Array.isArray(entry.categories))) {
    return [{ image: null, timeSec: null, faces: facesOf(list, undefined, path) }];
  }
  if (isCategoryList(list)) return [{ image: null, timeSec: null, faces: facesOf([list], undefined, path) }];
  if (list.length === 0 || !list.every(isCategoryList)) return undefined;
  if (list.length === 1) return [{ image: null, timeSec: null, faces: facesOf(list, undefined, path) }];
  throw tableError(
    path,
    'it is a list of lists of blendshapes, and these may be faces of one image or frames of a video: write each frame as {"timestamp": ..., "faceBlendshapes": [...]}',
  );
}

/** Faces that stand bare under the name or time of their image, as a result. */
function ofFaces(entry: unknown): unknown {
  if (isCategoryList(entry)) return { faceBlendshapes: [entry] };
  const hasFaces =
    Array.isArray(entry) && entry.every((one) => isCategoryList(one) || (isObject(one) && one.categories));
  return hasFaces ? { faceBlendshapes: entry } : entry;
}

function isCategoryList(entry: unknown): boolean {
  return Array.isArray(entry) && entry.length > 0 && entry.every((one) => categoryOf(one).name !== undefined);
}

function resultOf(given: unknown, from: { path: string; key: string | null }): LandmarkerResult | undefined {
  if (!isObject(given)) return undefined;
  const wrapped = given.faceLandmarkerResult ?? given.face_landmarker_result;
  const entry = isObject(wrapped) ? { ...given, ...wrapped } : given;
  const shapes = entry.faceBlendshapes ?? entry.face_blendshapes ?? entry.blendshapes;
  const list = isObject(shapes) ? [shapes] : shapes;
  if (!Array.isArray(list)) return undefined;
  const landmarks = entry.faceLandmarks ?? entry.face_landmarks;
  const named = IMAGE_KEYS.map((key) => entry[key]).find((value) => typeof value === "string");
  const keyMs = from.key !== null && /^\d+(\.\d+)?$/.test(from.key) ? Number(from.key) : null;
  const stampMs = ["timestamp", "timestampMs", "timestamp_ms"].map((key) => entry[key]).find(Number.isFinite) ?? keyMs;
  return {
    image: typeof named === "string" ? named : keyMs === null ? from.key : null,
    timeSec: typeof stampMs === "number" ? stampMs / 1000 : null,
    faces: facesOf(list, landmarks, from.path),
  };
}

function facesOf(shapes: readonly unknown[], landmarks: unknown, path: string): LandmarkerResult["faces"] {
  return shapes.map((face, index) => ({
    coefficients: coefficientsOf(face, path),
    box: boxOfLandmarks(Array.isArray(landmarks) ? landmarks[index] : undefined),
  }));
}

function coefficientsOf(face: unknown, path: string): ReadonlyMap<string, number> {
  const categories = isObject(face) ? (Array.isArray(face.categories) ? face.categories : categoriesOf(face)) : face;
  if (!Array.isArray(categories)) throw tableError(path, "a face's blendshapes are no list of categories");
  return new Map(
    categories.map((category: unknown) => {
      const { name, score } = categoryOf(category);
      if (typeof name !== "string") throw tableError(path, "a blendshape has no categoryName");
      if (score === undefined) throw tableError(path, `blendshape ${name} has no score`);
      if (typeof score !== "number" || !(score >= 0 && score <= 1)) {
        throw tableError(
          path,
          `blendshape ${name} has the score ${JSON.stringify(score)}, which is no number from 0 to 1`,
        );
      }
      return [name, score];
    }),
  );
}

/** A plain object from name to score. */
function categoriesOf(scores: Record<string, unknown>) {
  return Object.entries(scores).map(([categoryName, score]) => ({ categoryName, score }));
}

function categoryOf(category: unknown): { name: unknown; score: unknown } {
  if (!isObject(category)) return { name: undefined, score: undefined };
  return { name: category.categoryName ?? category.category_name, score: category.score };
}

/** In shares of the image's width and height, as the landmarker gives its points. */
function boxOfLandmarks(points: unknown): PixelBox | null {
  if (!Array.isArray(points) || points.length === 0) return null;
  const x = points.map((point) => (isObject(point) ? Number(point.x) : Number.NaN));
  const y = points.map((point) => (isObject(point) ? Number(point.y) : Number.NaN));
  const leftPx = Math.min(...x);
  const topPx = Math.min(...y);
  const widthPx = Math.max(...x) - leftPx;
  const heightPx = Math.max(...y) - topPx;
  return widthPx > 0 && heightPx > 0 ? { leftPx, topPx, widthPx, heightPx } : null;
}

export const BLENDSHAPE_SUPPORT: ToolboxSupport = {
  actionUnits: BLENDSHAPE_UNITS.map(({ au, sides }) => ({ au, sides, scale: "percent-0-100" })),
  expressions: [],
};

/**
 * A face known by its blendshapes. A coefficient says how far a blendshape is activated, so that it becomes a percentage
 * of full activation: neither a probability nor a FACS intensity.
 */
export function faceOfBlendshapes(
  coefficients: ReadonlyMap<string, number>,
  { toolbox, box }: { toolbox: string; box: PixelBox | null },
): ImportedFace {
  return {
    box,
    boxUnit: "frame",
    clippedValues: 0,
    measurement: {
      toolbox,
      ...NOT_MEASURED,
      actionUnits: unitsOfBlendshapes(coefficients).map(({ au, side, share }) => ({
        au,
        side,
        value: share * 100,
        scale: "percent-0-100",
        estimated: true,
        weight: null,
        toolbox,
      })),
      expressions: [],
    },
  };
}
