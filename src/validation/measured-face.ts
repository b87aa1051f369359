import { z } from "zod";
import type { PixelBox } from "../domain/geometry.ts";
import { LabelProbability } from "../domain/labels.ts";
import { type Face, FaceMeasurement, withoutGeometry } from "../domain/measurement.ts";
import { decodeImage } from "../measuring/decode-image.ts";
import { measureFaces } from "../measuring/measure-image.ts";
import type { FerToolbox } from "../ports/fer-toolbox.ts";
import { faceRecords } from "../runs/record-images.ts";
import { type AlteredImage, alteredImages } from "./altered-images.ts";
import type { Truth } from "./read-truth.ts";

const Measurements = z.array(FaceMeasurement);

/** What was measured on one labelled face, and on the same face in changed images. */
export const MeasuredFace = z.strictObject({
  /** Line of the table of labels. */
  line: z.number().int(),
  /** Empty where no face was found. */
  measurements: Measurements,
  /** The judge's reading of the face alone; `null` where it abstains. */
  reading: z.array(LabelProbability).nullable(),
  /** By toolboxes that can measure a changed image; empty where the face was not found again. */
  altered: z.array(z.strictObject({ name: z.string(), measurements: Measurements })),
});
export type MeasuredFace = z.infer<typeof MeasuredFace>;

/** The faces that a validation keeps in its folder. */
export const MEASURED = faceRecords("measured", MeasuredFace);

/** What measuring labelled faces takes. */
export interface ValidationTools {
  readonly toolboxes: readonly FerToolbox[];
  /** How many of them, from the first on, measure images themselves: files of others say nothing of changed ones. */
  readonly measuring: number;
  /** Reads a face without its context. */
  readonly read: (face: Face) => readonly LabelProbability[] | null;
}

/** Measures the labelled faces of one image, as it is and changed. */
export async function measureLabelled(
  path: string,
  truths: readonly Truth[],
  { toolboxes, measuring, read }: ValidationTools,
  signal?: AbortSignal,
): Promise<MeasuredFace[]> {
  const image = await decodeImage(path, signal);
  const faces = await measureFaces(image, toolboxes, signal);
  const meant = truths.map((truth) => ({ truth, face: faceMeant(faces, truth.faceId) }));
  const altered = new Map<number, MeasuredFace["altered"]>(truths.map(({ line }) => [line, []]));
  const able = toolboxes.slice(0, measuring);
  if (able.length > 0 && meant.some(({ face }) => face !== undefined)) {
    for await (const form of alteredImages(image)) {
      const found = await measureFaces(form.image, able, signal);
      for (const { truth, face } of meant) {
        if (face === undefined) continue;
        const again = faceAt(found, face.box, form);
        altered.get(truth.line)?.push({ name: form.name, measurements: kept(again?.measurements ?? []) });
      }
    }
  }
  return meant.map(({ truth: { line }, face }) => ({
    line,
    measurements: kept(face?.measurements ?? []),
    reading: face === undefined ? null : copied(read(face)),
    altered: altered.get(line) ?? [],
  }));
}

function faceMeant(faces: readonly Face[], faceId: string | null): Face | undefined {
  if (faceId !== null) return faces.find((face) => face.faceId === faceId);
  return [...faces].sort((a, b) => b.box.widthPx * b.box.heightPx - a.box.widthPx * a.box.heightPx)[0];
}

/** The face of a changed image whose middle is nearest to where a face went, if that is within its box. */
function faceAt(faces: readonly Face[], box: PixelBox, { place }: AlteredImage): Face | undefined {
  const [x, y] = place(box.leftPx + box.widthPx / 2, box.topPx + box.heightPx / 2);
  return faces
    .map((face) => ({ face, away: farthest(face.box, x, y) }))
    .filter(({ away }) => away < 0.5)
    .sort((a, b) => a.away - b.away)[0]?.face;
}

/** How far a point is from the middle of a box, in its width or height. */
function farthest({ leftPx, topPx, widthPx, heightPx }: PixelBox, x: number, y: number): number {
  return Math.max(Math.abs(x - leftPx - widthPx / 2) / widthPx, Math.abs(y - topPx - heightPx / 2) / heightPx);
}

function kept(measurements: readonly FaceMeasurement[]): FaceMeasurement[] {
  return measurements.map((measurement) => withoutGeometry(measurement));
}

function copied(distribution: readonly LabelProbability[] | null): LabelProbability[] | null {
  return distribution === null ? null : distribution.map((entry) => ({ ...entry }));
}
