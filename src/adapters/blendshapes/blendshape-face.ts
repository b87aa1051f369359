import type { PixelBox } from "../../domain/geometry.ts";
import type { ToolboxSupport } from "../../domain/measurement.ts";
import { BLENDSHAPE_UNITS, unitsOfBlendshapes } from "../../facs/blendshape-map.ts";
import type { ImportedFace } from "../../ports/evidence-file.ts";

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
      score: null,
      landmarks: null,
      quality: null,
      headPose: null,
      gaze: null,
      eyeOpenness: null,
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
