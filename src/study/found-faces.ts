import { z } from "zod";
import { PixelBox } from "../domain/geometry.ts";
import type { Face } from "../domain/measurement.ts";
import { type ImageIdentity, identifyImage, identityOf, leakReason } from "../exemplars/leakage.ts";
import { embedMeasured, type MeasureImage } from "../exemplars/make-exemplar.ts";
import { type SimilarityExamples, scoreSimilarity } from "../exemplars/score-similarity.ts";
import { faceRecords, type RecordedFaces } from "../runs/record-images.ts";

/** One face of the images searched, with how far it shows the same expression as the examples. */
export const FoundFace = z.strictObject({
  path: z.string(),
  faceId: z.string(),
  box: PixelBox,
  score: z.number(),
  similarity: z.number(),
  contrast: z.number().nullable(),
  nearest: z.string(),
  why: z.array(z.string()),
  /** Why it is no find: it is one of the examples, or nearly. */
  copyOf: z.string().nullable(),
  expression: z.string().nullable(),
});
export type FoundFace = z.infer<typeof FoundFace>;

/** Everything that was found, best first, and what could not be searched. */
export type FoundFaces = RecordedFaces<FoundFace>;

/** The faces that a search writes to its folder. */
export const SEARCHED = faceRecords("searched", FoundFace);

/** What a search has written to its folder so far, best first. */
export async function readFound(folder: string): Promise<FoundFaces> {
  const { faces, failures } = await SEARCHED.read(folder);
  return { faces: [...faces].sort((a, b) => b.score - a.score || (a.path < b.path ? -1 : 1)), failures };
}

interface SearchOptions {
  readonly examples: SimilarityExamples;
  readonly measure: MeasureImage;
  readonly signal?: AbortSignal | undefined;
}

/** Scores every face of one image against examples. */
export async function searchImage(path: string, { examples, measure, signal }: SearchOptions): Promise<FoundFace[]> {
  const { image, faces } = await measure(path, signal);
  const identity = identifyImage(
    image,
    faces.map(({ box }) => box),
  );
  return faces.flatMap((face) => scoreFace(path, face, { identity, examples }) ?? []);
}

/** `undefined` for a face of which too little was measured. */
function scoreFace(
  path: string,
  face: Face,
  { identity, examples }: { readonly identity: ImageIdentity; readonly examples: SimilarityExamples },
): FoundFace | undefined {
  const expression = embedMeasured(examples.space, face.measurements);
  const similarity = expression === null ? undefined : scoreSimilarity(expression, examples);
  if (similarity === undefined) return undefined;
  const copy = examples.positives.find(({ exemplar }) => leakReason(identity, identityOf(exemplar)) !== undefined);
  const [top] = [...(face.measurements[0]?.expressions[0]?.distribution ?? [])].sort(
    (a, b) => b.probability - a.probability,
  );
  return {
    path,
    faceId: face.faceId,
    box: face.box,
    ...similarity,
    why: [...similarity.why],
    copyOf: copy?.exemplar.id ?? null,
    expression: top === undefined ? null : `${top.label} ${top.probability.toFixed(2)}`,
  };
}
