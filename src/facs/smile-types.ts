import { z } from "zod";
import { ActionUnitName, type Gaze, type HeadPose } from "../domain/measurement.ts";
import { type ActivationVector, PRESENT_FROM } from "./activation.ts";
import { knowledgeFile } from "./knowledge-file.ts";

const SmileRule = z.strictObject({
  type: z.string().min(1),
  /** Each term is shown by any of its action units. */
  present: z.array(z.array(ActionUnitName).min(1)).min(1),
  absent: z.array(ActionUnitName),
  lookingDown: z.boolean(),
  meaning: z.string().min(1),
  source: z.string().min(1),
});
export type SmileRule = z.infer<typeof SmileRule>;

const SmileFile = z.strictObject({ about: z.string(), types: z.array(SmileRule).min(1) });
const smileFile = knowledgeFile(["facs", "smile-types.json"], SmileFile);

/** The smile types (`models/facs/smile-types.json`). */
export function smileRules(): readonly SmileRule[] {
  return smileFile().types;
}

export interface SmileReading {
  readonly type: string;
  /** `cannot be told` when something that decides was not measured or lies between absent and present. */
  readonly verdict: "shown" | "not shown" | "cannot be told";
  /** What was not measured, e.g. `AU13`, `head pose`. */
  readonly unseen: readonly string[];
  /** Share of the type's action units that the toolbox measured, 0..1. */
  readonly seenShare: number;
  readonly meaning: string;
}

/** Head or gaze counts as lowered from this many radians (about 9 degrees). */
const LOWERED_RAD = 0.15;

/** Which smile types a face shows; several may hold at once. */
export function readSmiles(
  vector: ActivationVector,
  direction: { readonly headPose: HeadPose | null; readonly gaze: Gaze | null },
  rules: readonly SmileRule[] = smileRules(),
): SmileReading[] {
  return rules.map((rule) => {
    const named = [...new Set([...rule.present.flat(), ...rule.absent])];
    const unseen = named.filter((au) => !vector.activations.has(au));
    const conditions = [
      ...rule.present.map((term) => either(term.map((au) => isShown(au, vector)))),
      ...rule.absent.map((au) => not(isShown(au, vector))),
      ...(rule.lookingDown ? [isLookingDown(direction)] : []),
    ];
    const undirected = rule.lookingDown && isLookingDown(direction) === undefined;
    return {
      type: rule.type,
      verdict: verdictOf(conditions),
      unseen: undirected ? [...unseen, "head pose", "gaze"] : unseen,
      seenShare: 1 - unseen.length / named.length,
      meaning: rule.meaning,
    };
  });
}

/** True, false, or `undefined` when it cannot be told. */
type Truth = boolean | undefined;

function isShown(au: string, vector: ActivationVector): Truth {
  const level = vector.activations.get(au)?.level;
  if (level === undefined) return undefined;
  if (level >= PRESENT_FROM) return true;
  return level === 0 ? false : undefined;
}

function isLookingDown({ headPose, gaze }: { headPose: HeadPose | null; gaze: Gaze | null }): Truth {
  if (headPose === null && gaze === null) return undefined;
  return (headPose?.pitchRad ?? 0) <= -LOWERED_RAD || (gaze?.pitchRad ?? 0) <= -LOWERED_RAD;
}

function either(truths: readonly Truth[]): Truth {
  if (truths.includes(true)) return true;
  return truths.includes(undefined) ? undefined : false;
}

function not(truth: Truth): Truth {
  return truth === undefined ? undefined : !truth;
}

function verdictOf(conditions: readonly Truth[]): SmileReading["verdict"] {
  if (conditions.includes(false)) return "not shown";
  return conditions.includes(undefined) ? "cannot be told" : "shown";
}
