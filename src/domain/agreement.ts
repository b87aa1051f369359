import type { Scale } from "./measurement.ts";

/** How two toolboxes agree whether an action unit is shown. */
export interface PairAgreement {
  readonly toolboxes: readonly [string, string];
  /** Faces on which both decided. */
  readonly n: number;
  /** Share of these on which they said the same; `null` without any. */
  readonly share: number | null;
  readonly kappa: number | null;
}

/** How toolboxes on one scale agree in numbers. Toolboxes on different scales are never compared in numbers. */
export interface IntensityAgreement {
  readonly scale: Scale;
  readonly toolboxes: readonly string[];
  /** Faces that all of them measured. */
  readonly n: number;
  /** Absolute agreement and consistency of single measurements; `null` when undefined. */
  readonly icc21: number | null;
  readonly icc31: number | null;
}

/** What toolboxes agree on about one action unit over a study. */
export interface UnitAgreement {
  readonly au: string;
  readonly toolboxes: readonly {
    readonly toolbox: string;
    readonly scales: readonly Scale[];
    readonly measured: number;
    readonly present: number;
    readonly absent: number;
    readonly uncertain: number;
  }[];
  readonly presence: {
    /** Faces on which at least two toolboxes decided. */
    readonly n: number;
    /** Share of these on which all said the same; `null` without any. */
    readonly unanimousShare: number | null;
    /** Faces on which one says present and another absent. */
    readonly contradictions: number;
    /** Over all toolboxes that decided; `null` when undefined, such as when everybody always says absent. */
    readonly fleissKappa: number | null;
    readonly pairs: readonly PairAgreement[];
  };
  readonly intensity: readonly IntensityAgreement[];
}

/** What toolboxes agree on over a study. */
export interface StudyAgreement {
  /** Faces that at least one toolbox measured. */
  readonly faces: number;
  /** What the studies exclude, in a sentence each; left out where nothing is. */
  readonly leftOut?: readonly string[];
  readonly toolboxes: readonly string[];
  readonly units: readonly UnitAgreement[];
}
