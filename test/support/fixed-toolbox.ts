import type { DecodedImage } from "../../src/domain/image.ts";
import type { FaceMeasurement } from "../../src/domain/measurement.ts";
import type { FerToolbox } from "../../src/ports/fer-toolbox.ts";
import { actionUnits } from "./builders.ts";

/** What one face measures: `{ AU12: 0.9 }`, with an expression distribution and whatever else. */
export interface FixedFace extends Partial<Omit<FaceMeasurement, "actionUnits" | "expressions">> {
  readonly actionUnits?: Readonly<Record<string, number>>;
  readonly expression?: Readonly<Record<string, number>>;
}

/** A toolbox that measures the same faces in every image, side by side, and supports these units. */
export function fixedToolbox(faces: readonly FixedFace[], supports?: readonly string[]): FerToolbox {
  const units = supports ?? [...new Set(faces.flatMap((face) => Object.keys(face.actionUnits ?? {})))];
  return {
    id: "fixed@1",
    supports: {
      actionUnits: units.map((au) => ({ au: au.replace(/:.*/, ""), scale: "probability", sides: true })),
      expressions: ["fixed-expression@1"],
    },
    networks: [{ id: "fixed", sha256: "0".repeat(64) }],
    async measure(_image: DecodedImage, signal) {
      signal?.throwIfAborted();
      return faces.map(measured);
    },
    async close() {},
  };
}

function measured({ actionUnits: units = {}, expression, ...rest }: FixedFace, index: number): FaceMeasurement {
  return {
    toolbox: "fixed@1",
    box: { leftPx: 20 + 60 * index, topPx: 20, widthPx: 40, heightPx: 50 },
    score: 0.95,
    landmarks: null,
    quality: null,
    headPose: { yawRad: 0.3, pitchRad: 0, rollRad: 0 },
    gaze: null,
    eyeOpenness: { left: 1, right: 0.9 },
    actionUnits: actionUnits(units, { toolbox: "fixed@1", weight: 0.9 }),
    expressions: expression === undefined ? [] : [reading(expression)],
    ...rest,
  };
}

function reading(expression: Readonly<Record<string, number>>) {
  return {
    source: "fixed-expression@1",
    distribution: Object.entries(expression).map(([label, probability]) => ({ label, probability })),
  };
}
