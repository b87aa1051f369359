import { join } from "node:path";
import { z } from "zod";
import { KuleshovError } from "../domain/errors.ts";
import { PixelBox } from "../domain/geometry.ts";
import type { Face } from "../domain/measurement.ts";
import { type ImageIdentity, identifyImage, identityOf, leakReason } from "../exemplars/leakage.ts";
import { embedMeasured, type MeasureImage } from "../exemplars/make-exemplar.ts";
import { type SimilarityExamples, scoreSimilarity } from "../exemplars/score-similarity.ts";
import { readRunLines } from "../runs/journal.ts";
import type { ImageRows } from "../runs/record-steps.ts";

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

const FailedImage = z.strictObject({ path: z.string(), reason: z.string() });

/** Everything that was found, best first, and what could not be searched. */
export interface FoundFaces {
  readonly faces: readonly FoundFace[];
  readonly failures: readonly z.infer<typeof FailedImage>[];
}

const FACES_FILE = "searched/faces.jsonl";
const FAILURES_FILE = "searched/failures.jsonl";

interface SearchOptions {
  readonly examples: SimilarityExamples;
  readonly measure: MeasureImage;
  readonly signal?: AbortSignal | undefined;
}

/** The tables that a search writes, each without a first line. */
export function foundHeaders(): ReadonlyMap<string, string> {
  return new Map([
    [FACES_FILE, ""],
    [FAILURES_FILE, ""],
  ]);
}

/** What a search has written to its folder so far. */
export async function readFound(folder: string): Promise<FoundFaces> {
  const faces = await readRunLines(join(folder, FACES_FILE), FoundFace);
  const failures = await readRunLines(join(folder, FAILURES_FILE), FailedImage);
  return { faces: [...faces].sort((a, b) => b.score - a.score || (a.path < b.path ? -1 : 1)), failures };
}

/** Scores every face of one image against examples. What cannot be read or measured is a row of its own. */
export async function searchImage(path: string, options: SearchOptions): Promise<ImageRows> {
  try {
    const { image, faces } = await options.measure(path, options.signal);
    const identity = identifyImage(
      image,
      faces.map(({ box }) => box),
    );
    const lines = faces.flatMap((face) => {
      const found = scoreFace(path, face, { identity, ...options });
      return found === undefined ? [] : [`${JSON.stringify(found)}\n`];
    });
    return { failed: false, faces: lines.length, text: new Map([[FACES_FILE, lines.join("")]]) };
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!(error instanceof KuleshovError)) throw error;
    const line = `${JSON.stringify({ path, reason: error.message })}\n`;
    return { failed: true, faces: 0, text: new Map([[FAILURES_FILE, line]]) };
  }
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
  const copy = examples.alike.find(({ exemplar }) => leakReason(identity, identityOf(exemplar)) !== undefined);
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
