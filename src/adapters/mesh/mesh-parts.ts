import type { FaceMeasurement } from "../../domain/measurement.ts";
import type { CanonicalFace } from "../../networks/canonical-face.ts";
import type { ActionUnitModel } from "./action-unit-model.ts";
import type { FeatureReader } from "./face-features.ts";
import type { FaceDetectors } from "./find-faces.ts";
import type { ImageNetwork } from "./image-network.ts";

/** Id of the toolbox: the version changes with every change of what it answers. */
export const MESH_TOOLBOX_ID = "mesh@5";

/** The networks that the toolbox runs. */
export const MESH_NETWORKS = {
  detectors: { wide: "human-blazeface", near: "blazeface-short" },
  mesh: "face-mesh-attention",
  check: "face-check",
  expressions: ["face-api-expression", "human-emotion", "crowd-face"],
} as const;

/** Everything that measuring one face needs, opened once per thread. */
export interface MeshParts {
  readonly detectors: FaceDetectors;
  readonly mesh: ImageNetwork;
  /** Tells faces from what is none, and what of a face is covered. */
  readonly check: ImageNetwork;
  readonly expressions: readonly ImageNetwork[];
  readonly canonical: CanonicalFace;
  /** For each mesh point the one on the other side of the face. */
  readonly twins: Uint16Array;
  readonly model: ActionUnitModel;
  readonly readFeatures: FeatureReader;
}

/** A measured face as a worker hands it over: its landmarks are one flat array, which moves without being copied. */
export type MeasuredMesh = Omit<FaceMeasurement, "landmarks"> & {
  /** float64 [478, 3], source pixels. */
  readonly landmarks: Float64Array;
};
