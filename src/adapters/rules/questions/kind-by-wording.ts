import type { QuestionKind } from "./asked-question.ts";
import { type Target, unitsOfPart } from "./question-targets.ts";
import {
  AGAINST,
  ALTERNATIVES,
  APPROPRIATE,
  ASKS_WHO,
  CERTAINTY,
  CLOSEST_PAIR,
  CONTEXT_EFFECT,
  CONTEXT_ON,
  DISTRIBUTION,
  EXPECTED,
  FACE_ALONE,
  FITS_SITUATION,
  GO_TOGETHER,
  LEAST,
  LEAST_LIKELY,
  NETWORKS,
  ODD,
  PROTOTYPE,
  SAME,
  SITUATION,
  SMILE_TYPE,
  STRONGEST_UNIT,
  SUREST,
  UNSURE,
  WORDS,
  YES_NO,
} from "./question-wording.ts";

/** Kinds that a wording tells by itself; the first that it has. */
const BY_WORDING = [
  [NETWORKS, { kind: "networks" }],
  [CERTAINTY, { kind: "certainty" }],
  [SMILE_TYPE, { kind: "smile-type" }],
  [ODD, { kind: "odd-one-out" }],
  [LEAST_LIKELY, { kind: "least-likely" }],
  [STRONGEST_UNIT, { kind: "strongest-unit" }],
  [DISTRIBUTION, { kind: "distribution" }],
] as const satisfies readonly (readonly [RegExp, QuestionKind])[];

/** What is asked of a context, or of what is said. */
function ofContext(lower: string, [target]: readonly Target[]): QuestionKind | undefined {
  if (EXPECTED.test(lower)) return { kind: "expected" };
  const namesSituation = SITUATION.test(lower) && GO_TOGETHER.test(lower);
  const meansSituation = target === undefined && unitsOfPart(lower) === null && FITS_SITUATION.test(lower);
  if (APPROPRIATE.test(lower) || namesSituation || meansSituation) return { kind: "fit" };
  if (WORDS.test(lower) && GO_TOGETHER.test(lower)) return { kind: "words" };
  if (target?.type === "label" && CONTEXT_ON.test(lower))
    return { kind: "context-on", target, more: !LEAST.test(lower) };
  const asksEffect = CONTEXT_EFFECT.test(lower) && !/\bwhich\b.*\bcues\b/.test(lower);
  return asksEffect ? { kind: "context-effect" } : undefined;
}

function aloneIn(lower: string) {
  if (!YES_NO.test(lower) && !/^(?:and |so |but )?(?:would|will)\b/.test(lower)) return "what";
  return /\bsame\b/.test(lower) ? "if same" : "if other";
}

/** What is asked whatever is named beside, as by its wording alone. */
export function kindByWording(lower: string, targets: readonly Target[]): QuestionKind | undefined {
  if (FACE_ALONE.test(lower) && !/\bchange|\bcontext (?:alone|only)\b/.test(lower))
    return { kind: "face-alone", target: targets[0] ?? null, asks: aloneIn(lower) };
  const asked = ofContext(lower, targets);
  if (asked !== undefined) return asked;
  if (ASKS_WHO.test(lower) && SUREST.test(lower)) return { kind: "surest", most: !UNSURE.test(lower) };
  const told = BY_WORDING.find(([wording]) => wording.test(lower))?.[1];
  if (told !== undefined) return told;
  if (PROTOTYPE.test(lower)) return { kind: "prototype", target: targets[0] ?? null };
  if (CLOSEST_PAIR.test(lower)) return { kind: "closest-pair" };
  if (SAME.test(lower))
    return {
      kind: "same-expression",
      asksWho: ASKS_WHO.test(lower) || /\bdifferences?\b|^(?:how|in what)\b/.test(lower),
    };
  if (/^compare\b/.test(lower)) return { kind: "same-expression", asksWho: true };
  if (ALTERNATIVES.test(lower)) return { kind: "alternatives" };
  return AGAINST.test(lower) ? { kind: "against", target: null } : undefined;
}
