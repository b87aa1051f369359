import protobuf from "protobufjs/minimal.js";
import { ModelFileError } from "../domain/errors.ts";
import { readNpmFile } from "./source.ts";

/**
 * MediaPipe's canonical face: a metric model of a neutral face whose vertices are the mesh's first 468 points, and how
 * much each of 33 of them counts when a measured mesh is fitted to it.
 */
export interface CanonicalFace {
  /** float32 [468, 3] in centimetres: x to the right as seen in an image, y up, z toward the viewer. */
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

/**
 * Reads the canonical face out of MediaPipe's npm package.
 *
 * @throws {ModelFileError} if the package is missing or its file is not the known one.
 */
export async function readCanonicalFace(): Promise<CanonicalFace> {
  const bytes = await readNpmFile(ID, PACKAGE, FILE);
  const { vertexBuffer, indexBuffer, landmarks } = decode(bytes);
  if (vertexBuffer.length !== POINTS * VERTEX_LENGTH) {
    throw new ModelFileError(ID, `it has ${vertexBuffer.length / VERTEX_LENGTH} points instead of ${POINTS}`);
  }
  return {
    vertices: Float32Array.from(vertexBuffer.filter((_, index) => index % VERTEX_LENGTH < 3)),
    triangles: Uint16Array.from(indexBuffer),
    landmarks,
  };
}

interface Decoded {
  readonly vertexBuffer: number[];
  readonly indexBuffer: number[];
  readonly landmarks: { readonly point: number; readonly weight: number }[];
}

/** What is wanted of MediaPipe's `GeometryPipelineMetadata`; numbers of fields are those of its schema. */
function decode(bytes: Uint8Array): Decoded {
  const decoded: Decoded = { vertexBuffer: [], indexBuffer: [], landmarks: [] };
  readFields(protobuf.Reader.create(bytes), {
    1: (reader) =>
      readFields(protobuf.Reader.create(reader.bytes()), {
        3: (mesh) => decoded.vertexBuffer.push(mesh.float()),
        4: (mesh) => decoded.indexBuffer.push(mesh.uint32()),
      }),
    2: (reader) => {
      const landmark = { point: 0, weight: 0 };
      readFields(protobuf.Reader.create(reader.bytes()), {
        1: (basis) => {
          landmark.point = basis.uint32();
        },
        2: (basis) => {
          landmark.weight = basis.float();
        },
      });
      decoded.landmarks.push(landmark);
    },
  });
  return decoded;
}

/** Calls the reader of each field by its number and skips the others. */
function readFields(
  reader: protobuf.Reader,
  fields: Readonly<Record<number, (reader: protobuf.Reader) => void>>,
): void {
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const read = fields[tag >>> 3];
    if (read === undefined) reader.skipType(tag & 7);
    else read(reader);
  }
}
