import { z } from "zod";
import { JudgmentError, ProviderError } from "../domain/errors.ts";
import type { PixelBox } from "../domain/geometry.ts";
import type { DecodedImage } from "../domain/image.ts";
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
  /** What judges read in the face alone. */
  readings: z.array(
    z.strictObject({
      source: z.string(),
      /** Empty where the judge abstains, or failed. */
      distribution: z.array(LabelProbability),
      /** Why it failed. */
      failure: z.string().nullable(),
    }),
  ),
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
  readonly judges: readonly FaceJudge[];
}

/** Reads faces without their context. */
export interface FaceJudge {
  /** As its rows are called, e.g. `rules, face only`. */
  readonly source: string;
  /** What determines its answers, as plain JSON. */
  readonly identity: unknown;
  /**
   * What it reads in each face of an image, by the face's id; none where it abstains.
   *
   * @throws {JudgmentError} @throws {ProviderError} where it fails, which is unscored and never wrong.
   */
  read(
    image: DecodedImage,
    faces: readonly Face[],
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, readonly LabelProbability[]>>;
}

/** Measures the labelled faces of one image, as it is and changed, and has them read. */
export async function measureLabelled(
  path: string,
  truths: readonly Truth[],
  tools: ValidationTools,
  signal?: AbortSignal,
): Promise<MeasuredFace[]> {
  const image = await decodeImage(path, signal);
  const faces = await measureFaces(image, tools.toolboxes, signal);
  const meant = truths.map(({ line, faceId }) => ({ line, face: faceMeant(faces, faceId) }));
  const altered = await measureAltered(image, meant, tools, signal);
  const judged = meant.some(({ face }) => face !== undefined) ? await judgedBy(tools.judges, image, faces, signal) : [];
  return meant.map(({ line, face }) => ({
    line,
    measurements: kept(face?.measurements ?? []),
    readings: face === undefined ? [] : judged.map((readingOf) => readingOf(face.faceId)),
    altered: altered.get(line) ?? [],
  }));
}

interface MeantFace {
  readonly line: number;
  readonly face: Face | undefined;
}

/** The same faces in changed images, by the line that labels them. */
async function measureAltered(
  image: DecodedImage,
  meant: readonly MeantFace[],
  { toolboxes, measuring }: ValidationTools,
  signal?: AbortSignal,
): Promise<Map<number, MeasuredFace["altered"]>> {
  const altered = new Map<number, MeasuredFace["altered"]>(meant.map(({ line }) => [line, []]));
  const able = toolboxes.slice(0, measuring);
  const found = meant.flatMap(({ line, face }) => (face === undefined ? [] : [{ line, box: face.box }]));
  if (able.length === 0 || found.length === 0) return altered;
  for await (const form of alteredImages(image)) {
    const faces = await measureFaces(form.image, able, signal);
    for (const { line, box } of found) {
      const again = faceAt(faces, box, form);
      altered.get(line)?.push({ name: form.name, measurements: kept(again?.measurements ?? []) });
    }
  }
  return altered;
}

type ReadingOf = (faceId: string) => MeasuredFace["readings"][number];

async function judgedBy(
  judges: readonly FaceJudge[],
  image: DecodedImage,
  faces: readonly Face[],
  signal?: AbortSignal,
): Promise<ReadingOf[]> {
  const judged: ReadingOf[] = [];
  for (const { source, read } of judges) {
    try {
      const readings = await read(image, faces, signal);
      judged.push((faceId) => ({ source, distribution: [...(readings.get(faceId) ?? [])], failure: null }));
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof JudgmentError || error instanceof ProviderError)) throw error;
      judged.push(() => ({ source, distribution: [], failure: error.message }));
    }
  }
  return judged;
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
