import { capitalised } from "../../../domain/capitalised.ts";
import type { EvidenceItem } from "../../../domain/evidence.ts";
import { nameWithCode } from "../../../facs/action-units.ts";
import { unitsClause } from "./answer-target.ts";
import { type AnswerScene, citing, type JudgedFace, listed, share } from "./answer-words.ts";
import type { AskedSide } from "./asked-question.ts";
import type { Target } from "./question-targets.ts";
import { presenceOfUnit, unitItems, unitsOf } from "./target-levels.ts";

/** On which side of the face something is shown. */
export function sideAnswer(target: Target, scene: AnswerScene): string {
  const units = target.type === "smile" || target.type === "label" ? ["AU12"] : unitsOf(target);
  const told = scene.faces.map((face) => sideClause(units, face, scene));
  return `${told.join("; ")}.`;
}

function sideClause(units: readonly string[], face: JudgedFace, { view }: AnswerScene): string {
  if (units.every((au) => presenceOfUnit(au, face, view) === "absent")) {
    return capitalised(unitsClause(units, face, { view }));
  }
  const au = units.find((each) => presenceOfUnit(each, face, view) === "present") ?? units[0] ?? "";
  const { left, right, both } = sidesOf(au, face, view);
  if (left === undefined || right === undefined) {
    const why = both === undefined ? "was not measured" : "was measured for the whole face only";
    return `It cannot be told: on ${face.faceId} ${au} ${why}${citing(both === undefined ? [] : [both.id])}`;
  }
  const [onLeft, onRight] = [levelOn(left), levelOn(right)];
  const sides = `whether ${au} is shown stands at ${share(onLeft)} on the person's own left and ${share(onRight)} on the right`;
  if (strongerSide(left, right) === null) {
    return `On both sides alike: on ${face.faceId}, ${sides}${citing([left.id, right.id])}`;
  }
  return `More on the ${onLeft > onRight ? "left" : "right"}: on ${face.faceId}, ${sides}${citing([left.id, right.id])}`;
}

/** Sides that are nearer than this share of the scale are not told apart. Set by hand, not fitted. */
const SIDES_DIFFER_FROM = 0.25;

function scaleSpan({ value }: EvidenceItem): number {
  return value.type === "action-unit" && value.scale === "intensity-0-5" ? 5 : 1;
}

function strongerSide(left: EvidenceItem, right: EvidenceItem): "left" | "right" | null {
  const apart = levelOn(left) - levelOn(right);
  if (Math.abs(apart) < SIDES_DIFFER_FROM * scaleSpan(left)) return null;
  return apart > 0 ? "left" : "right";
}

function levelOn({ value }: EvidenceItem): number {
  return value.type === "action-unit" ? value.value : Number.NaN;
}

function sidesOf(au: string, face: JudgedFace, view: AnswerScene["view"]) {
  const items = unitItems([au], face, view);
  const of = (side: "left" | "right" | "both") =>
    items.find(({ value }) => value.type === "action-unit" && value.side === side);
  return { left: of("left"), right: of("right"), both: of("both") };
}

/** Which action units are stronger on a side of the face, and of how many that can be told. */
export function sidedUnitsAnswer(side: AskedSide, { faces, view }: AnswerScene): string {
  return faces.map((face) => capitalised(`${sidedClause(side, face, view)}.`)).join(" ");
}

function sidedClause(side: AskedSide, face: JudgedFace, view: AnswerScene["view"]): string {
  const measured = new Set(
    view.ofFace(face.faceId).flatMap(({ value }) => (value.type === "action-unit" ? [value.au] : [])),
  );
  const bySide = [...measured].flatMap((au) => {
    const { left, right } = sidesOf(au, face, view);
    return left === undefined || right === undefined ? [] : [{ au, left, right }];
  });
  const rest = measured.size - bySide.length;
  const unknown = rest === 0 ? "" : `; of ${rest} others only the whole face was measured`;
  const where = side === "one" ? "one side than on the other" : `the person's own ${side}`;
  const ids = citing(bySide.map(({ left }) => left.id));
  if (bySide.length === 0) return `it cannot be told: on ${face.faceId} no action unit was measured by side`;
  const stronger = bySide.filter(({ au, left, right }) => {
    const on = strongerSide(left, right);
    return on !== null && (side === "one" || on === side) && presenceOfUnit(au, face, view) !== "absent";
  });
  if (stronger.length === 0) {
    return `on ${face.faceId} none of the ${bySide.length} action units that are told by side is stronger on ${where}${ids}${unknown}`;
  }
  const told = stronger.map(
    ({ au, left, right }) =>
      `${nameWithCode(au)} (left ${share(levelOn(left))}, right ${share(levelOn(right))})${citing([left.id, right.id])}`,
  );
  return `on ${face.faceId} ${listed(told)} ${stronger.length === 1 ? "is" : "are"} stronger on ${where}${unknown}`;
}
