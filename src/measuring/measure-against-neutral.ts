import { NeutralFaceError } from "../domain/errors.ts";
import type { DecodedImage } from "../domain/image.ts";
import type { Face, FaceMeasurement } from "../domain/measurement.ts";
import { personDistance } from "../ports/face-identity.ts";
import type { FerToolbox } from "../ports/fer-toolbox.ts";
import type { NeutralFace, NeutralTools } from "./read-neutral.ts";

/**
 * Measures a person's action units against their own resting face, wherever that person is among the faces. Everybody
 * else keeps what was measured. No face at all is no mismatch.
 *
 * @throws {NeutralFaceError} if the person is not among the faces, or nobody is large enough to tell.
 */
export async function measureAgainstNeutral(
  measured: { readonly image: DecodedImage; readonly faces: readonly Face[] },
  neutral: NeutralFace,
  tools: NeutralTools,
  signal?: AbortSignal,
): Promise<readonly Face[]> {
  const { image, faces } = measured;
  if (faces.length === 0) return faces;
  const person = await findPerson(measured, neutral, { tools, signal });
  if (person === undefined) {
    throw new NeutralFaceError(neutral.reference.path, `no face in ${image.path} is large enough to compare with it`);
  }
  const limit = tools.identity.samePersonUpTo;
  if (person.distance > limit) {
    throw new NeutralFaceError(
      neutral.reference.path,
      `it shows another person than ${image.path} (distance ${person.distance.toFixed(2)}, limit ${limit})`,
    );
  }
  return faces.map((face) => (face === person.face ? measureRelative(face, neutral, tools.toolboxes) : face));
}

interface FoundPerson {
  readonly face: Face;
  readonly distance: number;
}

/** The face most like the neutral one; `undefined` when no face can be compared. */
async function findPerson(
  { image, faces }: { readonly image: DecodedImage; readonly faces: readonly Face[] },
  neutral: NeutralFace,
  { tools, signal }: { readonly tools: NeutralTools; readonly signal: AbortSignal | undefined },
): Promise<FoundPerson | undefined> {
  let best: FoundPerson | undefined;
  for (const face of faces) {
    const descriptor = await tools.identity.describe(image, face, signal);
    if (descriptor === null) continue;
    const distance = personDistance(descriptor, neutral.descriptor);
    if (best === undefined || distance < best.distance) best = { face, distance };
  }
  return best;
}

/** The face with its action units against the neutral one, by every toolbox that can; the caller knows it is one person. */
export function measureRelative(
  face: Face,
  { reference, measurements }: NeutralFace,
  toolboxes: readonly FerToolbox[],
): Face {
  const relative = (measured: FaceMeasurement): FaceMeasurement => {
    const toolbox = toolboxes.find(({ id }) => id === measured.toolbox);
    const atRest = measurements.find((found) => found.toolbox === measured.toolbox);
    if (toolbox?.againstNeutral === undefined || atRest === undefined) return measured;
    return { ...toolbox.againstNeutral(measured, atRest), neutral: reference };
  };
  return { ...face, measurements: face.measurements.map(relative) };
}
