import type { ActionUnitMeasurement, FaceMeasurement, Scale } from "../domain/measurement.ts";
import { activationVectors } from "./activation.ts";
import { type CompoundMatch, matchCompounds } from "./compound-emotions.ts";
import { type RuleScore, scoreRules } from "./emotion-rules.ts";
import { type PainScore, painScore } from "./pain.ts";
import { bestPrototype, type PrototypeMatch } from "./prototypes.ts";
import { readSmiles, type SmileReading } from "./smile-types.ts";

/** What every rule makes of one toolbox's action units on one scale. */
export interface FacsReading {
  readonly toolbox: string;
  readonly scale: Scale;
  readonly emotions: readonly RuleScore[];
  /** The prototype that the units present come closest to; `undefined` when none of any is present. */
  readonly prototype: PrototypeMatch | undefined;
  readonly compounds: CompoundMatch;
  readonly smiles: readonly SmileReading[];
  readonly pain: PainScore;
}

/**
 * Applies all FACS rules to what one toolbox measured on a face, each of its scales apart. Every reading says which of a
 * rule's action units the toolbox cannot see.
 */
export function readFacs(measurement: Pick<FaceMeasurement, "actionUnits" | "headPose" | "gaze">): FacsReading[] {
  return activationVectors(measurement.actionUnits).map((vector) => ({
    toolbox: vector.toolbox,
    scale: vector.scale,
    emotions: scoreRules(vector),
    prototype: bestPrototype(vector),
    compounds: matchCompounds(vector),
    smiles: readSmiles(vector, measurement),
    pain: painScore(painUnits(measurement.actionUnits, vector.scale)),
  }));
}

/** Pain adds one scale's numbers; only the closing of the eyes may come from a presence model. */
function painUnits(measured: readonly ActionUnitMeasurement[], scale: Scale): ActionUnitMeasurement[] {
  return measured.filter((one) => one.scale === scale || (one.au === "AU43" && one.scale === "binary"));
}
