import type { ToolboxId } from "../../domain/measurement.ts";
import { measuredColumn, type RowColumn } from "./toolbox-columns.ts";

/**
 * Which of MediaPipe's mesh points stand for the 68 landmarks of iBUG 300-W that OpenFace, dlib and Py-Feat number from 0
 * at the right temple. Read off the mesh's contours; the jaw's points lie on the face oval, so that they are near, not
 * at, what those programs find.
 */
export const MESH_POINT_OF_LANDMARK: readonly number[] = [
  ...[127, 234, 93, 58, 172, 136, 149, 148, 152, 377, 378, 365, 397, 288, 323, 454, 356], // jaw, right to left
  ...[70, 63, 105, 66, 107], // right brow
  ...[336, 296, 334, 293, 300], // left brow
  ...[168, 197, 5, 4], // bridge of the nose
  ...[98, 97, 2, 326, 327], // under the nose
  ...[33, 160, 158, 133, 153, 144], // right eye
  ...[362, 385, 387, 263, 373, 380], // left eye
  ...[61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181], // outer lip
  ...[78, 82, 13, 312, 308, 317, 14, 87], // inner lip
];

const LEAST_MESH_POINTS = 468;

/** Columns `x_0 ... x_67, y_0 ... y_67`, in source pixels; empty where the toolbox has no mesh. */
export function landmarkColumns(toolbox: ToolboxId): RowColumn[] {
  return (["x", "y"] as const).flatMap((axis, dimension) =>
    MESH_POINT_OF_LANDMARK.map((point, index) => {
      const description = `Landmark ${index} of 68, ${axis} in source pixels: point ${point} of the face mesh`;
      return measuredColumn(toolbox, { name: `${axis}_${index}`, description }, ({ landmarks }) =>
        landmarks !== null && landmarks.length >= LEAST_MESH_POINTS ? landmarks[point]?.[dimension] : null,
      );
    }),
  );
}
