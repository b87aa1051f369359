import { z } from "zod";
import { Scale } from "./measurement.ts";

/** How two toolboxes agree whether an action unit is shown. */
export const PairAgreement = z.strictObject({
  toolboxes: z.tuple([z.string(), z.string()]).readonly(),
  /** Faces on which both decided. */
  n: z.number(),
  /** Share of these on which they said the same; `null` without any. */
  share: z.number().nullable(),
  kappa: z.number().nullable(),
});
export type PairAgreement = Readonly<z.infer<typeof PairAgreement>>;

/** How toolboxes on one scale agree in numbers. Toolboxes on different scales are never compared in numbers. */
export const IntensityAgreement = z.strictObject({
  scale: Scale,
  toolboxes: z.array(z.string()).readonly(),
  /** Faces that all of them measured. */
  n: z.number(),
  /** Absolute agreement and consistency of single measurements; `null` when undefined. */
  icc21: z.number().nullable(),
  icc31: z.number().nullable(),
});
export type IntensityAgreement = Readonly<z.infer<typeof IntensityAgreement>>;

/** What toolboxes agree on about one action unit over a study. */
export const UnitAgreement = z.strictObject({
  au: z.string(),
  toolboxes: z
    .array(
      z
        .strictObject({
          toolbox: z.string(),
          scales: z.array(Scale).readonly(),
          measured: z.number(),
          present: z.number(),
          absent: z.number(),
          uncertain: z.number(),
        })
        .readonly(),
    )
    .readonly(),
  presence: z
    .strictObject({
      /** Faces on which at least two toolboxes decided. */
      n: z.number(),
      /** Share of these on which all said the same; `null` without any. */
      unanimousShare: z.number().nullable(),
      /** Faces on which one says present and another absent. */
      contradictions: z.number(),
      /** Over all toolboxes that decided; `null` when undefined, such as when everybody always says absent. */
      fleissKappa: z.number().nullable(),
      pairs: z.array(PairAgreement.readonly()).readonly(),
    })
    .readonly(),
  intensity: z.array(IntensityAgreement.readonly()).readonly(),
});
export type UnitAgreement = Readonly<z.infer<typeof UnitAgreement>>;

/** What toolboxes agree on over a study. */
export const StudyAgreement = z.strictObject({
  /** Faces that at least one toolbox measured. */
  faces: z.number(),
  /** What the studies exclude, in a sentence each; left out where nothing is. */
  leftOut: z.array(z.string()).readonly().optional(),
  toolboxes: z.array(z.string()).readonly(),
  units: z.array(UnitAgreement.readonly()).readonly(),
});
export type StudyAgreement = Readonly<z.infer<typeof StudyAgreement>>;
