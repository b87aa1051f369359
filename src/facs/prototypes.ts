import { type ActivationVector, PRESENT_FROM } from "./activation.ts";
import { type EmotionRule, emotionRules } from "./emotion-rules.ts";

/** The prototype that a face's action units come closest to. It names what is shown, not what observers perceive. */
export interface PrototypeMatch {
  readonly emotion: string;
  /** The prototype's action units. */
  readonly units: readonly string[];
  /** Those of them that are present. */
  readonly shown: readonly string[];
  /** 2|A∩B| / (|A| + |B|) of the prototype and of the present units that any prototype names, 0..1. */
  readonly agreement: number;
}

/**
 * The FACS prototype (`prototypes` in models/facs/emotion-rules.json) that agrees best with the units present, by the FACS
 * agreement index; of equals the longer. `undefined` when no unit of any is present. Contempt has none: its prototype is
 * one of sides.
 */
export function bestPrototype(
  { activations }: ActivationVector,
  rules: readonly EmotionRule[] = emotionRules(),
): PrototypeMatch | undefined {
  const all = rules.flatMap(({ emotion, kind, prototypes }) =>
    kind === "emotion" ? prototypes.map((units) => ({ emotion, units })) : [],
  );
  const present = new Set(
    all.flatMap(({ units }) => units).filter((au) => (activations.get(au)?.level ?? 0) >= PRESENT_FROM),
  );
  const matches = all.map(({ emotion, units }): PrototypeMatch => {
    const shown = units.filter((au) => present.has(au));
    return { emotion, units, shown, agreement: agreementIndex(shown.length, units.length, present.size) };
  });
  const [best] = matches.sort((a, b) => b.agreement - a.agreement || b.units.length - a.units.length);
  return best === undefined || best.agreement === 0 ? undefined : best;
}

/** The FACS agreement index of two sets of units, 2|A∩B| / (|A| + |B|), 0..1. */
export function agreementIndex(shared: number, a: number, b: number): number {
  return (2 * shared) / (a + b);
}

/** `anger (3 of 3 units: AU4, AU7, AU23)`: no number after a unit, which would read as its measurement. */
export function prototypeText({ emotion, units, shown }: PrototypeMatch): string {
  return `${emotion} (${shown.length} of ${units.length} units: ${shown.join(", ")})`;
}
