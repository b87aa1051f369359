import { join } from "node:path";
import { z } from "zod";
import { ConfigurationError, InferenceError } from "../domain/errors.ts";
import { boxOverlap, type PixelBox } from "../domain/geometry.ts";
import { cropImage } from "../domain/image.ts";
import type { ActionUnitMeasurement, FaceMeasurement } from "../domain/measurement.ts";
import { presenceOf } from "../domain/presence.ts";
import { decodeImage } from "../measuring/decode-image.ts";
import { contentKey } from "../platform/content-store.ts";
import { findInstalledPackage } from "../platform/package-paths.ts";
import type { FerToolbox } from "../ports/fer-toolbox.ts";
import { openCache } from "./caches.ts";

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

/** A woman who smiles at the camera, in an image that ships with face-api. */
const SMILE = {
  package: "@vladmandic/face-api",
  file: "demo/sample3.jpg",
  part: { leftPx: 1380, topPx: 220, widthPx: 460, heightPx: 460 },
  faceInPart: { leftPx: 115, topPx: 60, widthPx: 190, heightPx: 290 },
} as const;

const KnownCheck = z.object({ state: z.enum(["passed", "suspect", "unsupported", "failed"]), detail: z.string() });

/**
 * Checks a toolbox on the known smile, or remembers what came of it for this version. Failures are not remembered, and a
 * suspicion can be looked into again, as weights can be replaced under the same version.
 */
export async function smileCheckOf(
  toolbox: FerToolbox,
  options: { readonly recheckSuspect?: boolean } = {},
  signal?: AbortSignal,
): Promise<SmileCheck> {
  const installed = findInstalledPackage(SMILE.package);
  if (installed === undefined) throw new ConfigurationError(`${SMILE.package} is not installed: run npm ci again`);
  const checks = openCache("checks");
  const key = contentKey({ toolbox: toolbox.id, image: `${SMILE.file}@${installed.version}` });
  const { data: earlier } = KnownCheck.safeParse(await checks.get(key));
  if (earlier !== undefined && !(earlier.state === "suspect" && options.recheckSuspect === true)) return earlier;
  const check = await checkSmile(toolbox, join(installed.folder, SMILE.file), signal);
  // Where nothing can be kept, it is checked again next time.
  if (check.state !== "failed") await checks.put(key, check).catch(() => undefined);
  return check;
}

/** Has a toolbox measure the smile. */
async function checkSmile(toolbox: FerToolbox, path: string, signal?: AbortSignal): Promise<SmileCheck> {
  if (!toolbox.supports.actionUnits.some(({ au }) => au === "AU12")) {
    return { state: "unsupported", detail: "it does not measure AU12" };
  }
  try {
    const image = cropImage(await decodeImage(path, signal), SMILE.part);
    return judge(await toolbox.measure(image, signal), SMILE.faceInPart);
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
