import type { StudyAgreement } from "../domain/agreement.ts";
import { ConfigurationError } from "../domain/errors.ts";
import { createAgreementCounter } from "../evidence/agreement.ts";
import { readMeasuredFaces } from "./read-measured-faces.ts";

/**
 * How far the toolboxes of a study agree.
 *
 * @throws {ConfigurationError} if nothing was measured, or by one toolbox alone.
 */
export async function studyAgreement(paths: readonly string[], signal?: AbortSignal): Promise<StudyAgreement> {
  const counter = createAgreementCounter();
  const toolboxes = new Set<string>();
  for (const path of paths) {
    for await (const measured of readMeasuredFaces(path)) {
      signal?.throwIfAborted();
      counter.addFace(measured);
      for (const { toolbox } of measured) toolboxes.add(toolbox);
    }
  }
  if (toolboxes.size < 2) {
    const who = toolboxes.size === 0 ? "no toolbox measured a face" : `only ${[...toolboxes].join()} measured`;
    throw new ConfigurationError(
      `There is nothing to compare as ${who}: measure with two, as in --toolbox mesh openface or --evidence pyfeat:faces.csv`,
    );
  }
  return { faces: counter.faces, toolboxes: [...toolboxes].sort(), units: counter.table() };
}
