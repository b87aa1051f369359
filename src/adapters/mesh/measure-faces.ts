import { boxOverlap } from "../../domain/geometry.ts";
import type { ExpressionReading, EyeOpenness, FaceFeature, Gaze } from "../../domain/measurement.ts";
import { hidesExpression, isHidden } from "../../facs/covered-parts.ts";
import { poolExpressions } from "../../facs/expression-pool.ts";
import type { ActionUnitModel, RecalibratedFormula } from "./action-unit-model.ts";
import {
  actionUnitLogits,
  poseEffect,
  recalibrated,
  restEffect,
  sideEffect,
  skinEffect,
  toMeasurements,
  withSkin,
} from "./action-units.ts";
import { fitToCanonical, headPoseOf } from "./canonical-fit.ts";
import type { PixelSource } from "./crop.ts";
import { appearanceFeatures } from "./face-appearance.ts";
import { checkFace, type FaceCheck, isFace } from "./face-check.ts";
import type { FaceCandidate } from "./face-detector.ts";
import { type FaceFeatures, type Features, meanPoint } from "./face-features.ts";
import { boxOfMesh, type FaceMesh, readMesh, readMirroredMesh, regionOfMesh } from "./face-mesh.ts";
import { qualityOf, trustOf } from "./face-quality.ts";
import { type LumaImage, lumaAround } from "./luma-image.ts";
import { MESH_TOOLBOX_ID, type MeasuredMesh, type MeshParts } from "./mesh-parts.ts";
import { readExpression } from "./read-expression.ts";
import { type RotatedRegion, uprightBox } from "./rotated-region.ts";

/** Room for the blur that precedes the look of the skin. */
const LUMA_MARGIN_PX = 6;

/** Two meshes that overlap more than this lie on one face, found by two candidates. */
const SAME_FACE_OVERLAP = 0.5;

/** A face that was outlined and looked at a second time. */
interface OutlinedFace {
  readonly candidate: FaceCandidate;
  readonly mesh: FaceMesh;
  readonly luma: LumaImage;
  readonly check: FaceCheck;
}

/**
 * Measures the faces at candidates, best first; where there is none, or a second look shows that it is none, nothing is. Each
 * network reads all faces before the next one does, so that its weights are loaded into the processor once.
 */
export async function measureFaces(
  parts: MeshParts,
  source: PixelSource,
  candidates: readonly FaceCandidate[],
): Promise<MeasuredMesh[]> {
  const outlined: Omit<OutlinedFace, "check">[] = [];
  for (const candidate of candidates) {
    const mesh = await settleMesh(parts, source, candidate.region);
    if (mesh === undefined) continue;
    outlined.push({ candidate, mesh, luma: lumaAround(mesh.crop, mesh.cropLandmarks, LUMA_MARGIN_PX) });
  }
  const faces: OutlinedFace[] = [];
  for (const face of outlined) {
    const check = await checkFace(parts.check, source, face.mesh.landmarks);
    if (isFace(check, face.candidate.score) && !faces.some((other) => isSame(face, other)))
      faces.push({ ...face, check });
  }
  const seen = await readExpressions(parts, source, faces);
  return faces.map((face, index) => describe(parts, source, face, seen[index] as SeenFace));
}

function isSame({ mesh }: Pick<OutlinedFace, "mesh">, other: Pick<OutlinedFace, "mesh">): boolean {
  return boxOverlap(boxOfMesh(mesh.landmarks), boxOfMesh(other.mesh.landmarks)) > SAME_FACE_OVERLAP;
}

/** What the expression networks make of a face. */
interface SeenFace {
  readonly readings: readonly ExpressionReading[];
  /** Features of the skin; `undefined` where their network did not read the face. */
  readonly skin: Float32Array | undefined;
}

function describe(
  { model, canonical, readFeatures }: MeshParts,
  source: PixelSource,
  { mesh, candidate, check, luma }: OutlinedFace,
  { readings, skin }: SeenFace,
): MeasuredMesh {
  const fit = fitToCanonical(mesh.landmarks, canonical);
  const features = readFeatures(fit.points);
  const headPose = headPoseOf(fit.rotation);
  const box = boxOfMesh(mesh.landmarks);
  const covered = new Set(check.covered);
  const quality = qualityOf({ box, frame: source, presence: mesh.presence, headPose, luma, covered: check.covered });
  const appearance = appearanceFeatures(model, luma, mesh.cropLandmarks);
  const formulas = skin === undefined ? model.ausAppearance : model.ausAppearance.map(withSkin);
  const raw = actionUnitLogits(formulas, features, appearance);
  const expressions = withPool(readings, quality.overall);
  const effectOf = (formula: RecalibratedFormula) => {
    const rest = restEffect(formula, model, expressions);
    return poseEffect(formula, model, headPose) + rest + skinEffect(formula, model, skin);
  };
  const logits = recalibrated(raw, effectOf, (formula) => sideEffect(formula, model, headPose));
  const eyeOpenness = eyeOpennessOf(model, features);
  return {
    toolbox: MESH_TOOLBOX_ID,
    box,
    score: candidate.score,
    landmarks: mesh.landmarks,
    quality,
    headPose,
    gaze: gazeOf(model, fit.points, eyeOpenness),
    eyeOpenness,
    actionUnits: toMeasurements(logits, model, {
      toolbox: MESH_TOOLBOX_ID,
      factors: { headPose, facePx: quality.facePx, trust: trustOf(quality) },
    }).filter((unit) => !isHidden(unit, covered)),
    expressions,
    features: toFaceFeatures(features, appearance),
  };
}

/** What each network reads of each face; nothing of one that hides its expression. */
async function readExpressions(
  { expressions, model }: Pick<MeshParts, "expressions" | "model">,
  source: PixelSource,
  faces: readonly OutlinedFace[],
): Promise<SeenFace[]> {
  const seen = faces.map((): { readings: ExpressionReading[]; skin: Float32Array | undefined } => {
    return { readings: [], skin: undefined };
  });
  for (const network of expressions) {
    for (const [index, { mesh, check }] of faces.entries()) {
      if (hidesExpression(new Set(check.covered))) continue;
      const face = seen[index] as (typeof seen)[number]; // one for each face
      const { reading, output } = await readExpression(network, source, regionOfMesh(mesh.landmarks));
      face.readings.push(reading);
      if (network.manifest.id === model.skin.network) face.skin = output(model.skin.output);
    }
  }
  return seen;
}

/** What the networks read together, then what each of them reads. */
function withPool(readings: readonly ExpressionReading[], quality: number): ExpressionReading[] {
  const pooled = poolExpressions(readings, quality);
  return pooled === undefined ? [...readings] : [pooled, ...readings];
}

/** Derived from the other features, so it is computed again rather than kept. */
const DERIVED = "smile";

/** Features as a measurement carries them. What belongs to no side stands on both. */
function toFaceFeatures({ left, right }: FaceFeatures, appearance: Features): Record<string, FaceFeature> {
  const record: Record<string, FaceFeature> = {};
  for (const [name, value] of left) {
    if (name !== DERIVED) record[name] = { left: value, right: right.get(name) as number };
  }
  for (const [name, value] of appearance) record[name] = { left: value, right: value };
  return record;
}

/** Beyond this share of the eyeball's radius an iris cannot be; a mesh that says so is wrong. */
const FARTHEST_IRIS = 0.9;

/** How open each eye is: lid aperture over iris diameter, scaled so that 0 is closed and 1 an ordinary open eye. */
export function eyeOpennessOf(model: ActionUnitModel, features: FaceFeatures): EyeOpenness {
  const { closed, open } = model.openness;
  const openness = (side: Features) => Math.max(0, ((side.get("ap_iris") ?? Number.NaN) - closed) / (open - closed));
  return { left: openness(features.left), right: openness(features.right) };
}

/**
 * Where both eyes look relative to the head, from the irises' distance to the middle between the eye corners on an
 * eyeball of average size; `null` when an eye is too closed to tell. Not a calibrated eye tracker: expect 5-10 degrees.
 *
 * @param points float64 [478, 3] on the canonical face, centimetres.
 */
export function gazeOf(model: ActionUnitModel, points: Float64Array, openness: EyeOpenness): Gaze | null {
  if (Math.min(openness.left, openness.right) < model.gaze.minOpenness) return null;
  const right = eyeAngles(model, points, 0);
  const left = eyeAngles(model, points, 1);
  return { yawRad: (right.yawRad + left.yawRad) / 2, pitchRad: (right.pitchRad + left.pitchRad) / 2 };
}

function eyeAngles({ gaze, points: groups }: ActionUnitModel, points: Float64Array, side: 0 | 1): Gaze {
  const place = (group: string) => meanPoint(points, groups[group]?.[side] ?? []);
  const [inner, outer, iris] = [place("inner"), place("outer"), place("iris")];
  const lateral = (side === 0 ? -1 : 1) * gaze.lateralOffset;
  const dx = iris[0] - (inner[0] + outer[0]) / 2 - lateral;
  const dy = iris[1] - (inner[1] + outer[1]) / 2 - gaze.verticalOffset;
  return { yawRad: angleOf(dx / gaze.radius), pitchRad: angleOf(dy / gaze.radius) };
}

function angleOf(sine: number): number {
  return Math.asin(Math.min(FARTHEST_IRIS, Math.max(-FARTHEST_IRIS, sine)));
}

/** Below this the mesh network does not see a face. */
const MIN_PRESENCE = 0.5;

/** Two readings whose points lie closer than this share of the face's size on average agree. */
const AGREEMENT = 0.025;

/** Readings after which a face that never agrees with itself is taken as it is. */
const MAX_READINGS = 4;

/** A mesh that has left its candidate further than this has wandered off to something else. */
const MIN_OVERLAP = 0.15;

/**
 * Reads a face until two readings agree: each starts from where the one before found the face, every second one looks
 * at the mirror image. The points of the last two are averaged, which ranks action units better than either alone (see
 * models/cards/mesh.md). Most faces take two readings; one that the detector placed badly, or a profile, takes more.
 *
 * @returns `undefined` when the network finds no face, or finds it somewhere else.
 */
export async function settleMesh(
  { mesh: network, twins }: Pick<MeshParts, "mesh" | "twins">,
  source: PixelSource,
  candidate: RotatedRegion,
): Promise<FaceMesh | undefined> {
  let last = await readMesh(network, source, candidate);
  let mean = last;
  for (let reading = 2; reading <= MAX_READINGS; reading++) {
    const region = regionOfMesh(last.landmarks);
    const next =
      reading % 2 === 0
        ? await readMirroredMesh(network, source, region, twins)
        : await readMesh(network, source, region);
    mean = { ...next, landmarks: meanOf(last.landmarks, next.landmarks) };
    if (disagreement(last.landmarks, next.landmarks) < AGREEMENT) break;
    last = next;
  }
  const strayed = boxOverlap(boxOfMesh(mean.landmarks), uprightBox(candidate)) < MIN_OVERLAP;
  return mean.presence < MIN_PRESENCE || strayed ? undefined : mean;
}

function meanOf(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, index) => (value + (b[index] as number)) / 2); // both have 478 points
}

/** Mean distance of the points in the image, as a share of the face's size. */
function disagreement(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index += 3) {
    const dx = (a[index] as number) - (b[index] as number);
    const dy = (a[index + 1] as number) - (b[index + 1] as number);
    sum += Math.hypot(dx, dy);
  }
  const { widthPx, heightPx } = regionOfMesh(b);
  return sum / (a.length / 3) / Math.max(widthPx, heightPx);
}
