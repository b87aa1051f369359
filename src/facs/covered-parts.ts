import type { ActionUnitMeasurement, CoveredPart, Side } from "../domain/measurement.ts";

type Half = Exclude<Side, "both">;

const BROW: Readonly<Record<Half, CoveredPart>> = { left: "left brow", right: "right brow" };
const EYE: Readonly<Record<Half, CoveredPart>> = { left: "left eye", right: "right eye" };
const CHEEK: Readonly<Record<Half, CoveredPart>> = { left: "left cheek", right: "right cheek" };
const MOUTH: Readonly<Record<Half, CoveredPart>> = { left: "left mouth", right: "right mouth" };
const middle = (part: CoveredPart): Readonly<Record<Half, CoveredPart>> => ({ left: part, right: part });

/** Where each action unit shows itself (Facial Action Coding System, appearance changes). Others show in the mouth. */
const SHOWN_IN: ReadonlyMap<string, readonly Readonly<Record<Half, CoveredPart>>[]> = new Map([
  ["AU1", [BROW]],
  ["AU2", [BROW]],
  ["AU4", [BROW]],
  ["AU5", [EYE]],
  ["AU6", [EYE, CHEEK]],
  ["AU7", [EYE]],
  ["AU9", [middle("nose")]],
  ["AU17", [MOUTH, middle("chin")]],
  ["AU43", [EYE]],
]);

/** Whether a covered part hides the place where an action unit would show itself, on one side or in the whole face. */
export function isHidden({ au, side }: Pick<ActionUnitMeasurement, "au" | "side">, covered: ReadonlySet<CoveredPart>) {
  const places = SHOWN_IN.get(au) ?? [MOUTH];
  const sides: readonly Half[] = side === "both" ? ["left", "right"] : [side];
  return places.some((place) => sides.some((half) => covered.has(place[half])));
}

/** Whether enough is hidden that networks trained on whole faces do not tell the expression: both eyes, or the mouth. */
export function hidesExpression(covered: ReadonlySet<CoveredPart>): boolean {
  const both = (place: Readonly<Record<Half, CoveredPart>>) => covered.has(place.left) && covered.has(place.right);
  return both(MOUTH) || both(EYE);
}
