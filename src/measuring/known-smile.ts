import { InferenceError } from "../domain/errors.ts";
import { boxOverlap, type PixelBox } from "../domain/geometry.ts";
import type { DecodedImage } from "../domain/image.ts";
import type { ActionUnitMeasurement, FaceMeasurement } from "../domain/measurement.ts";
import { presenceOf } from "../domain/presence.ts";
import type { FerToolbox } from "../ports/fer-toolbox.ts";

/**
 * What a toolbox made of a face that anybody sees smile. A release of LibreFace once gave 0.015 of 5 to a smile of
 * intensity 4: such a toolbox gives numbers, and no error.
 */
export interface SmileCheck {
  /** `unsupported`: it does not measure AU12, so that the check says nothing. `failed`: it could not measure at all. */
  readonly state: "passed" | "suspect" | "unsupported" | "failed";
  /** One phrase: `AU12 = 3.4 (intensity-0-5)`. */
  readonly detail: string;
}

/** Has a toolbox measure an image in which the face in `box` smiles clearly. */
export async function checkKnownSmile(
  toolbox: FerToolbox,
  smile: { readonly image: DecodedImage; readonly box: PixelBox },
  signal?: AbortSignal,
): Promise<SmileCheck> {
  if (!toolbox.supports.actionUnits.some(({ au }) => au === "AU12")) {
    return { state: "unsupported", detail: "it does not measure AU12" };
  }
  try {
    return judge(await toolbox.measure(smile.image, signal), smile.box);
  } catch (error) {
    if (error instanceof InferenceError) return { state: "failed", detail: error.message };
    throw error;
  }
}

function judge(faces: readonly FaceMeasurement[], box: PixelBox): SmileCheck {
  const overlaps = faces.map((face) => ({ face, overlap: boxOverlap(face.box, box) }));
  const best = overlaps.filter(({ overlap }) => overlap > 0).sort((a, b) => b.overlap - a.overlap)[0];
  if (best === undefined) return { state: "suspect", detail: "it found no face in an image of a clear smile" };
  const units = best.face.actionUnits.filter(({ au, side }) => au === "AU12" && side === "both");
  if (units.length === 0) return { state: "suspect", detail: "it gave no AU12 for a clear smile" };
  const said = units.map(saying).join(", ");
  return units.some((unit) => presenceOf(unit) === "present")
    ? { state: "passed", detail: said }
    : { state: "suspect", detail: `${said} for a clear smile` };
}

function saying({ value, scale }: ActionUnitMeasurement): string {
  return `AU12 = ${Math.round(value * 1000) / 1000} (${scale})`;
}

/** The sentence for every report in which a toolbox was used that did not pass; `undefined` when there is nothing to say. */
export function smileWarning(toolbox: string, check: SmileCheck): string | undefined {
  if (check.state === "suspect") return `${toolbox} is suspect, as ${check.detail}: do not rely on it`;
  if (check.state === "failed") return `${toolbox} could not be checked on a known smile: ${check.detail}`;
  return undefined;
}
