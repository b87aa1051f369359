import protobuf from "protobufjs";
import { ModelFileError } from "../domain/errors.ts";
import { readNpmFile } from "./source.ts";

/**
 * MediaPipe's canonical face: a metric model of a neutral face whose vertices are the mesh's first 468 points, and how
 * much each of 33 of them counts when a measured mesh is fitted to it.
 */
export interface CanonicalFace {
  /** float32 [468, 3] in centimetres: x to the right as seen in a picture, y up, z toward the viewer. */
  readonly vertices: Float32Array;
  /** uint16 [898, 3]: the mesh points at the corners of each triangle. */
  readonly triangles: Uint16Array;
  /** Mesh points of the weighted Procrustes fit. */
  readonly landmarks: readonly { readonly point: number; readonly weight: number }[];
}

const ID = "canonical-face";
const PACKAGE = "@mediapipe/face_mesh";
const FILE = {
  path: "face_mesh_solution_packed_assets.data",
  bytes: { start: 3_737_848, end: 3_757_224 },
  sha256: "bdbcda96dfcb7da883da124aaa2c55dee49770d934f0fcc71747f8c21bdc75b4",
};
const POINTS = 468;
/** A vertex is kept as x, y, z and two texture coordinates. */
const VERTEX_LENGTH = 5;

/** The fields read of MediaPipe's `GeometryPipelineMetadata`, with the numbers of its schema. */
const SCHEMA = {
  Metadata: { fields: { mesh: { type: "Mesh", id: 1 }, basis: { rule: "repeated", type: "Landmark", id: 2 } } },
  Landmark: { fields: { point: { type: "uint32", id: 1 }, weight: { type: "float", id: 2 } } },
  Mesh: {
    fields: {
      vertexBuffer: { rule: "repeated", type: "float", id: 3 },
      indexBuffer: { rule: "repeated", type: "uint32", id: 4 },
    },
  },
};

interface Metadata {
  readonly mesh: { readonly vertexBuffer: readonly number[]; readonly indexBuffer: readonly number[] };
  readonly basis: readonly { readonly point: number; readonly weight: number }[];
}

/**
 * Reads the canonical face out of MediaPipe's npm package.
 *
 * @throws {ModelFileError} if the package is missing or its file is not the known one.
 */
export async function readCanonicalFace(): Promise<CanonicalFace> {
  const bytes = await readNpmFile(ID, PACKAGE, FILE);
  const type = protobuf.Root.fromJSON({ nested: SCHEMA }).lookupType("Metadata");
  const { mesh, basis } = type.toObject(type.decode(bytes), { arrays: true, defaults: true }) as Metadata;
  if (mesh.vertexBuffer.length !== POINTS * VERTEX_LENGTH) {
    throw new ModelFileError(ID, `it has ${mesh.vertexBuffer.length / VERTEX_LENGTH} points instead of ${POINTS}`);
  }
  return {
    vertices: Float32Array.from(mesh.vertexBuffer.filter((_, index) => index % VERTEX_LENGTH < 3)),
    triangles: Uint16Array.from(mesh.indexBuffer),
    landmarks: basis.map(({ point, weight }) => ({ point, weight })),
  };
}
