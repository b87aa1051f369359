import { z } from "zod";
import { CategoryName } from "./category.ts";
import { PixelBox } from "./geometry.ts";
import { FaceMeasurement } from "./measurement.ts";
import { PerceptualHash } from "./perceptual-hash.ts";

const Text = z.string().trim().min(1).max(4000);

/** `x` and 24 hex digits of a hash over image, region, category and labeller: the same label twice has one id. */
const ExemplarId = z.string().regex(/^x[0-9a-f]{24}$/, "an exemplar id is x and 24 hex digits");

/** What a person says of an image or a part of it. Nothing in it was measured. */
export const ExemplarLabel = z.strictObject({
  category: CategoryName,
  /** `counter`: looks like it and is not. Shown as contrast, never as an instance. */
  role: z.enum(["instance", "counter"]),
  /** What is to be seen. */
  caption: Text.nullable(),
  /** What the category means to whoever labelled it. */
  definition: Text.nullable(),
  /** Why this is an instance of it (or, for a counter exemplar, why not). */
  why: Text.nullable(),
  /** Who says so: a person, a panel, a dataset, `discovery:<id>`. */
  labeller: z.string().trim().min(1).max(200),
  /** Licence of the image, e.g. an SPDX id; `null` when unknown. */
  licence: z.string().trim().min(1).max(200).nullable(),
  /** Where the image comes from. */
  source: Text.nullable(),
});
export type ExemplarLabel = z.infer<typeof ExemplarLabel>;

/** The image an exemplar points at. It may vanish: the exemplar then lives on with its view and measurements. */
export const ExemplarImage = z.strictObject({
  path: z.string().min(1),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  widthPx: z.number().int().positive(),
  heightPx: z.number().int().positive(),
  /** Of the whole image; `null` when it is too plain to have one. */
  hash: PerceptualHash.nullable(),
});
export type ExemplarImage = z.infer<typeof ExemplarImage>;

/** Something seen in the scene. */
const SceneObject = z.strictObject({
  label: z.string().min(1),
  score: z.number().min(0).max(1),
  box: PixelBox,
});

/** An image-text pair with a category, and everything measured from it. */
export const Exemplar = z.strictObject({
  id: ExemplarId,
  ...ExemplarLabel.shape,
  image: ExemplarImage,
  /** The face or part that is meant, in source pixels; `null` for the whole image. */
  region: PixelBox.nullable(),
  /** Perceptual hash of the region, `null` without a region or when it is too plain. */
  regionHash: PerceptualHash.nullable(),
  /** What each toolbox measured on the face meant, without landmarks. Empty: no face was found there. */
  measurements: z.array(FaceMeasurement),
  /** `null`: nobody looked for objects. */
  objects: z.array(SceneObject).nullable(),
  /** The pack it came with, `null` when added alone. */
  pack: z.string().min(1).max(200).nullable(),
  /** The earlier exemplar that shows nearly the same pixels, when the user asked to link rather than refuse. */
  linkedTo: ExemplarId.nullable(),
  addedAt: z.string(),
});
export type Exemplar = z.infer<typeof Exemplar>;

/** An exemplar with the vectors by which it is found. Absent vectors are null; it is then not found that way. */
export interface ExemplarEntry {
  readonly exemplar: Exemplar;
  /** In the store's expression space. */
  readonly expression: Float32Array | null;
  /** Embedding by the store's embedder: of its words, or of its image where that embeds images too. */
  readonly textEmbedding: Float32Array | null;
  /** JPEG of the region with some margin, or of the image, without metadata; `null` when images are not kept. */
  readonly view: Uint8Array | null;
}

/** The words by which an exemplar is found. */
export function exemplarText(exemplar: Exemplar): string {
  const objects = exemplar.objects?.map((object) => object.label) ?? [];
  return [exemplar.category, exemplar.caption, exemplar.why, exemplar.definition, ...objects]
    .filter((part) => part !== null)
    .join(". ");
}
