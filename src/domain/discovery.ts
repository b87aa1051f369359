import { z } from "zod";
import { CategoryName, SignatureEvidence } from "./category.ts";
import { ExpressionSpace } from "./expression-space.ts";
import { PixelBox } from "./geometry.ts";
import { Appraisal } from "./judgment.ts";
import { LabelProbability } from "./labels.ts";
import { ActionUnitName, FaceMeasurement } from "./measurement.ts";
import { Estimate } from "./statistics/estimate.ts";

/** One face that took part in a discovery. */
export const StudyFace = z.strictObject({
  /** `path#F1`, unique within the discovery. */
  id: z.string().min(1),
  path: z.string().min(1),
  /** `null` where it was imported from a toolbox's file without its image. */
  sha256: z.string().nullable(),
  faceId: z.string(),
  box: PixelBox.nullable(),
  measurement: FaceMeasurement.extend({ box: PixelBox.nullable() }),
  /** Which known categories it may be, as far as the toolbox's expression classifiers and rules say. */
  known: z.array(LabelProbability),
  /** What a model says it shows, with the model's id; `null` when none was asked. */
  description: z.strictObject({ text: z.string().min(1), model: z.string().min(1) }).nullable(),
});
export type StudyFace = z.infer<typeof StudyFace>;

/** How one named coordinate of a proposal's faces differs from other faces. */
export const SignatureEntry = z.strictObject({
  dimension: z.string(),
  /** Mean over the members, and over all other faces, in the units of the dimension. */
  mean: z.number(),
  elsewhere: z.number(),
  /** Cohen's d against all other faces, with the pooled standard deviation, and its 95 % interval. */
  effect: z.number(),
  low: z.number(),
  high: z.number(),
  /** Mean over the faces of the nearest known category; `null` when there are none. */
  nearestKnown: z.number().nullable(),
});
export type SignatureEntry = z.infer<typeof SignatureEntry>;

/** How the literature says that faces show a category. */
export const PublishedSignature = z.strictObject({
  category: CategoryName,
  units: z.array(ActionUnitName).min(1),
  /** Whether they are shown on one side of the face only. */
  oneSided: z.boolean(),
  evidence: SignatureEvidence.exclude(["none"]),
  /** Publications. */
  sources: z.array(z.string().min(1)),
});
export type PublishedSignature = z.infer<typeof PublishedSignature>;

/**
 * A group held against a published signature.
 * - `full`: it shows every unit, and no other that any of the signatures names
 * - `partial`, `weak`: it agrees from where a face counts as showing a prototype, or less
 * - `not held`: a unit was not measured, which is no mismatch
 */
export const SignatureMatch = PublishedSignature.omit({ units: true, oneSided: true }).extend({
  match: z.enum(["full", "partial", "weak", "not held"]),
  /** The agreement index of FACS prototypes, 0..1; `null` where it is not held. */
  agreement: z.number().nullable(),
  /** The signature's units, `AU14 one-sided` where one side is meant. */
  present: z.array(z.string()),
  absent: z.array(z.string()),
  unmeasured: z.array(z.string()),
  /** Units beyond the signature that the group shows and another signature names. */
  besides: z.array(z.string()),
});
export type SignatureMatch = z.infer<typeof SignatureMatch>;

export const TestName = z.enum(["separation", "stability", "recognition", "discrimination"]);
export type TestName = z.infer<typeof TestName>;

/** One test of a proposal. `passed` is null when it could not be made; an unmade test is not a passed one. */
export const ProposalTest = z.strictObject({
  name: TestName,
  /** What the number is: `prominence`, `adjusted Rand index`, `balanced accuracy`. */
  statistic: z.string(),
  estimate: Estimate,
  /** What the lower bound must exceed. */
  threshold: z.number(),
  passed: z.boolean().nullable(),
  /** One sentence. */
  explanation: z.string().min(1),
});
export type ProposalTest = z.infer<typeof ProposalTest>;

/**
 * - `set aside`: a known category explains it
 * - `failed`: at least one test failed or could not be made
 * - `survived`: all tests passed; nobody has looked yet
 * - `confirmed`, `rejected`: raters have looked
 * - `accepted`: it is a category in a store
 */
const ProposalStatus = z.enum(["set aside", "failed", "survived", "confirmed", "rejected", "accepted"]);

/** A category that nobody has named, or that turned out to be known. */
export const Proposal = z.strictObject({
  /** `P1`, `P2`, ... by falling size. */
  id: z.string().regex(/^P[1-9][0-9]*$/),
  name: CategoryName,
  /** `signature`: put together by rule from what was measured; otherwise the id of the model that named it. */
  namedBy: z.string().min(1),
  definition: z.string().min(1),
  contrast: z.string().min(1),
  nearestKnown: z.string().nullable(),
  size: z.number().int().positive(),
  signature: z.array(SignatureEntry),
  /** Published signatures that it shows anything of, the best first, then those it could not be held against. */
  published: z.array(SignatureMatch).default([]),
  /** The category whose published signature sets it aside; `null` where none does. */
  knownBySignature: z.string().nullable().default(null),
  /** As a model infers them from its faces; empty when no model was asked. */
  appraisals: z.array(Appraisal),
  members: z.array(z.string()),
  medoid: z.string(),
  /** Members that hardly belong, and faces that nearly do. */
  boundary: z.array(z.string()),
  counter: z.array(z.string()),
  tests: z.array(ProposalTest),
  status: ProposalStatus,
  /** One sentence: why it has this status. */
  verdict: z.string().min(1),
});
export type Proposal = z.infer<typeof Proposal>;

/** A face that no group took: near one, or an outlier. */
export const FaceOutside = z.strictObject({
  id: z.string(),
  /** The group whose middle is nearest; `null` when no group was found. */
  nearest: z.string().nullable(),
  /** Whether it is no further from that middle than nearly all of the group's own faces. */
  near: z.boolean(),
  /** One sentence. */
  why: z.string().min(1),
});
export type FaceOutside = z.infer<typeof FaceOutside>;

/** What must be known to repeat a discovery. */
const DiscoveryProvenance = z.strictObject({
  kuleshovVersion: z.string(),
  createdAt: z.string(),
  space: ExpressionSpace,
  /** Known categories that were asked for: taxonomy ids or names. */
  known: z.array(z.string()),
  /** What groups were held against: of the known categories those with a facial signature. */
  signatures: z.array(PublishedSignature).default([]),
  describedBy: z.string().nullable(),
  textEmbedder: z.string().nullable(),
  seed: z.number(),
  minClusterSize: z.number().int(),
  resamples: z.number().int(),
  components: z.number().int(),
  faces: z.number().int(),
  /** Of these, drawn at random, those in which dense groups were looked for; `null` when all were, as before there were samples. */
  sampled: z.number().int().nullable().default(null),
  /** Faces that no cluster took. */
  outliers: z.number().int(),
  /** Faces that could not take part, by reason. */
  leftOut: z.array(z.strictObject({ reason: z.string(), faces: z.number().int() })),
});

/** A whole discovery: everything that `discover` writes as JSON. */
export const Discovery = z.strictObject({
  proposals: z.array(Proposal),
  faces: z.array(StudyFace),
  /** Every face that is in no group. */
  outside: z.array(FaceOutside),
  /** Place of each face on a two-dimensional map, in the order of `faces`. Axes are named by what drives them. */
  map: z.strictObject({
    axes: z.tuple([z.string(), z.string()]),
    points: z.array(z.strictObject({ id: z.string(), x: z.number(), y: z.number(), proposal: z.string().nullable() })),
  }),
  notes: z.array(z.string()),
  provenance: DiscoveryProvenance,
});
export type Discovery = z.infer<typeof Discovery>;
