import { ImageDecodeError, NeutralFaceError } from "../domain/errors.ts";
import type { Face, FaceMeasurement, NeutralReference } from "../domain/measurement.ts";
import type { FaceIdentity, PersonDescriptor } from "../ports/face-identity.ts";
import type { FerToolbox } from "../ports/fer-toolbox.ts";
import { type MeasuredImage, measureImage } from "./measure-image.ts";

/** What measuring against a resting face takes. */
export interface NeutralTools {
  readonly toolboxes: readonly FerToolbox[];
  readonly identity: FaceIdentity;
}

/** Someone's resting face, measured. */
export interface NeutralFace {
  readonly reference: NeutralReference;
  /** One per toolbox that measured it. */
  readonly measurements: readonly FaceMeasurement[];
  readonly descriptor: PersonDescriptor;
}

/** Below this much trust in the face, differences from it would mostly show how badly it was measured. */
const LEAST_QUALITY = 0.3;

/** Action units that no resting face shows, however it is built. Parted lips (25, 26) and low brows (4) it may. */
const NEVER_AT_REST = ["AU5", "AU6", "AU9", "AU12", "AU27", "AU43"];

/**
 * An action unit this strong, while an expression network sees some emotion with this probability, is no resting face.
 * Both must agree: of 76 press images labelled neutral 2 are refused so, of 78 labelled happiness 47.
 */
const NOT_AT_REST = { actionUnit: 0.7, expression: 0.9 } as const;

/**
 * Measures a person's resting face, once for all the images that are compared with it.
 *
 * @throws {NeutralFaceError} if the image cannot be read, has no face or several, or the face is too small, badly
 * seen or not at rest.
 */
export async function readNeutral(path: string, tools: NeutralTools, signal?: AbortSignal): Promise<NeutralFace> {
  const { image, faces } = await measureReference(path, tools, signal);
  const [face, another] = faces;
  if (face === undefined) throw new NeutralFaceError(path, "no face is found in it");
  if (another !== undefined) {
    throw new NeutralFaceError(path, `it shows ${faces.length} faces: cut it down to the person meant`);
  }
  const reason = reasonAgainst(face);
  if (reason !== undefined) throw new NeutralFaceError(path, reason);
  const descriptor = await tools.identity.describe(image, face, signal);
  if (descriptor === null) throw new NeutralFaceError(path, "its face is too small to tell who it is");
  return { reference: { path, sha256: image.sha256 }, measurements: face.measurements, descriptor };
}

async function measureReference(
  path: string,
  { toolboxes }: NeutralTools,
  signal?: AbortSignal,
): Promise<MeasuredImage> {
  try {
    return await measureImage(path, toolboxes, signal);
  } catch (error) {
    if (!(error instanceof ImageDecodeError)) throw error;
    throw new NeutralFaceError(path, `it cannot be read (${error.message})`, { cause: error });
  }
}

function reasonAgainst({ measurements }: Face): string | undefined {
  for (const { quality, actionUnits, expressions } of measurements) {
    if (quality !== null && quality.overall < LEAST_QUALITY) {
      return `its face is measured too badly (quality ${quality.overall.toFixed(2)}: ${quality.warnings.join(", ")})`;
    }
    const shown = actionUnits.find(
      ({ au, side, scale, value }) =>
        side === "both" && scale === "probability" && NEVER_AT_REST.includes(au) && value >= NOT_AT_REST.actionUnit,
    );
    const [seen] = expressions
      .flatMap(({ distribution }) => distribution)
      .filter(({ label, probability }) => label !== "neutral" && probability >= NOT_AT_REST.expression);
    if (shown !== undefined && seen !== undefined) {
      const [unit, label] = [`${shown.au} ${shown.value.toFixed(2)}`, `${seen.label} ${seen.probability.toFixed(2)}`];
      return `its face is not at rest (${unit}, read as ${label})`;
    }
  }
  return undefined;
}
