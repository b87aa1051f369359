import { availableParallelism } from "node:os";
import { InferenceError } from "../../domain/errors.ts";
import type { DecodedImage } from "../../domain/image.ts";
import {
  type ActionUnitMeasurement,
  type ExpressionReading,
  type Face,
  type FaceMeasurement,
  NOT_MEASURED,
  type ToolboxScore,
  type ToolboxSupport,
} from "../../domain/measurement.ts";
import { BLENDSHAPE_UNITS, unitsOfBlendshapes } from "../../facs/blendshape-map.ts";
import type { NetworkManifest, NetworkReading } from "../../networks/manifest.ts";
import { loadManifest } from "../../networks/manifest-store.ts";
import { networkProvenance } from "../../networks/network.ts";
import type { Reading } from "../../networks/readings.ts";
import { createWorkerPool } from "../../networks/worker-pool.ts";
import { builtFile } from "../../platform/package-paths.ts";
import type { FerToolbox } from "../../ports/fer-toolbox.ts";
import { boxOfMesh } from "./face-mesh.ts";
import { faceInput } from "./face-network.ts";
import { MESH_NETWORKS, type MeasuredMesh } from "./mesh-parts.ts";
import type { MeshToolboxOptions } from "./mesh-toolbox.ts";
import type { NetworkAnswer, NetworkRequest, NetworkWorkerData } from "./network-worker.ts";
import { expressionSource } from "./read-expression.ts";

/** Every face mesh with irises has so many points. */
const MESH_POINTS = 478;

interface NetworkToolboxOptions extends MeshToolboxOptions {
  /** Name that reports give it, without a version, where that is not the network's id. */
  readonly name?: string;
}

/**
 * One network of faces as a toolbox, by its manifest alone: pulled, shipped or the user's own. Faces come from the mesh
 * that another toolbox found on the image; where none did, it looks for them itself with the mesh toolbox's detectors,
 * and passes their mesh, quality and head pose on.
 *
 * @throws {ModelFileError} if the manifest is missing, or is not one of a network that reads faces.
 */
export async function createNetworkToolbox(
  networkId: string,
  options: NetworkToolboxOptions = {},
): Promise<FerToolbox> {
  const { manifest } = await loadManifest(networkId);
  faceInput(manifest);
  const id = expressionSource({ ...manifest, id: options.name ?? manifest.id });
  const workerData: NetworkWorkerData = { id: manifest.id, cacheDir: options.cacheDir };
  const pool = createWorkerPool<NetworkRequest, NetworkAnswer>(
    builtFile("adapters/mesh/network-worker.ts"),
    options.workers ?? availableParallelism(),
    { workerData },
  );
  async function measureGiven(image: DecodedImage, faces: readonly Face[], signal?: AbortSignal) {
    const { rgb, widthPx, heightPx } = image;
    const known = faces.flatMap(meshOf);
    const meshes = known.length > 0 ? known : null;
    const answer = await pool.run({ source: { rgb, widthPx, heightPx }, meshes }, [], signal);
    return answer.readings.map((readings, index): FaceMeasurement => {
      return { toolbox: id, ...whereabouts(answer, meshes, index), ...measurementsOf(readings, id) };
    });
  }
  const { detectors, mesh } = MESH_NETWORKS;
  return {
    id,
    supports: supportOf(manifest, id),
    networks: await Promise.all([manifest.id, detectors.wide, detectors.near, mesh].map(networkProvenance)),
    measure: (image, signal) => measureGiven(image, [], signal),
    measureGiven,
    close: () => pool.close(),
  };
}

/** The first full mesh of a face, as numbers in a row. */
function meshOf({ measurements }: Face): Float64Array[] {
  const landmarks = measurements.find((one) => one.landmarks?.length === MESH_POINTS)?.landmarks;
  return landmarks == null ? [] : [Float64Array.from(landmarks.flat())];
}

/** Where a face is, and what else is known of it; that of others is not said again. */
function whereabouts({ found }: NetworkAnswer, meshes: readonly Float64Array[] | null, index: number) {
  const mesh = meshes?.[index];
  if (mesh !== undefined) return { ...NOT_MEASURED, box: boxOfMesh(mesh) };
  const face = found?.[index];
  if (face === undefined) throw new InferenceError("A network read more faces than were found");
  const { box, score, quality, headPose } = face;
  return { ...NOT_MEASURED, box, score, quality, headPose, landmarks: pointsOf(face) };
}

function pointsOf({ landmarks }: MeasuredMesh): [number, number, number][] {
  return Array.from(
    { length: landmarks.length / 3 },
    (_, point) => [...landmarks.subarray(point * 3, point * 3 + 3)] as [number, number, number],
  );
}

/** What a network can measure by its manifest. `toolbox` is also the source of its expressions. */
function supportOf({ readings }: NetworkManifest, toolbox: string): ToolboxSupport {
  const expressions = readings.flatMap((one) =>
    one.kind === "expression" ? one.labels.map(({ label }) => label) : [],
  );
  return {
    actionUnits: readings.flatMap(supportedUnits),
    expressions: [...new Set(expressions)].sort(),
    ...(expressions.length === 0 ? {} : { expressionSources: [toolbox] }),
  };
}

function supportedUnits(reading: NetworkReading): ToolboxSupport["actionUnits"] {
  if (reading.kind === "blendshapes") {
    return BLENDSHAPE_UNITS.map(({ au, sides }) => ({ au, sides, scale: "percent-0-100" as const }));
  }
  if (reading.kind !== "action-units") return [];
  const { scale, units } = reading;
  const isSided = (au: string) => units.some((unit) => unit.au === au && unit.side !== "both");
  return [...new Set(units.map(({ au }) => au))].map((au) => ({ au, scale, sides: isSided(au) }));
}

/**
 * A network's readings as measurements. Valence, arousal and blendshapes are scores in their own ranges. Action units
 * that blendshapes suggest are estimates in percent of a full blendshape; those that the network itself answers are not.
 */
function measurementsOf(
  readings: readonly Reading[],
  toolbox: string,
): Pick<FaceMeasurement, "actionUnits" | "expressions" | "scores"> {
  const scores = readings.flatMap(scoresOf);
  return {
    actionUnits: readings.flatMap((reading) => unitsOf(reading, toolbox)),
    expressions: readings.flatMap((reading): ExpressionReading[] =>
      reading.kind === "expression" ? [{ source: toolbox, distribution: [...reading.distribution] }] : [],
    ),
    ...(scores.length === 0 ? {} : { scores }),
  };
}

function scoresOf(reading: Reading): ToolboxScore[] {
  if (reading.kind === "valence-arousal") {
    return (["valence", "arousal"] as const).map((name) => ({ name, value: reading[name], range: "-1..1" }));
  }
  return reading.kind === "blendshapes" ? reading.values.map((one) => ({ ...one, range: "0..1" })) : [];
}

function unitsOf(reading: Reading, toolbox: string): ActionUnitMeasurement[] {
  if (reading.kind === "action-units") {
    const { scale } = reading;
    return reading.units.map((unit) => ({ ...unit, scale, estimated: false, weight: null, toolbox }));
  }
  if (reading.kind !== "blendshapes") return [];
  const coefficients = new Map(reading.values.map(({ name, value }) => [name, value]));
  return unitsOfBlendshapes(coefficients).map(({ au, side, share }) => {
    const value = Math.min(1, Math.max(0, share)) * 100;
    return { au, side, value, scale: "percent-0-100", estimated: true, weight: null, toolbox };
  });
}
