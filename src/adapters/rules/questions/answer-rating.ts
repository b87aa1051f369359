import { describeFaces } from "./answer-description.ts";
import { type AnswerScene, citing, type JudgedFace, listed, readingIds, share } from "./answer-words.ts";
import type { Target } from "./question-targets.ts";
import { levelOf, notRead, scaleOf, TIED_WITHIN, unitItems, unitsOf } from "./target-levels.ts";

/** Whether the first is shown more surely than the second, on each face. */
export function moreThanAnswer([first, second]: readonly Target[], scene: AnswerScene): string {
  if (first === undefined || second === undefined) return describeFaces(scene);
  const told = scene.faces.flatMap((face) => {
    const levels = [first, second].map((target) => levelOf(target, face, scene.view));
    const [one, other] = levels;
    if (one === undefined || other === undefined) return [];
    const ids = citing([first, second].flatMap((target) => ratingIds(target, face, scene)));
    const head = Math.abs(one - other) < TIED_WITHIN ? "Neither more than the other" : one > other ? "Yes" : "No";
    const sureness = first.type === "affect" ? "" : ", which says how surely it is shown and not how intensely";
    return [
      `${head}: ${scaleOf(first)} stands at ${share(one)} on ${face.faceId}, ${scaleOf(second)} at ${share(other)}${sureness}${ids}`,
    ];
  });
  return told.length === 0 ? notRead(second, scene) : `${told.join(". ")}.`;
}

/** A number on the scale that was asked for, of each target or else of every label, and what the number is. */
export function ratingAnswer(
  asked: { targets: readonly Target[]; from: number; to: number },
  scene: AnswerScene,
): string {
  const labels = scene.faces.flatMap(({ judgment }) => judgment.integrated.distribution.map(({ label }) => label));
  const every = [...new Set(labels)].map((label): Target => ({ type: "label", label }));
  const targets = asked.targets.length > 0 ? asked.targets : every;
  const [only] = targets;
  const told = targets.flatMap((target) => ratedClauses(target, asked, scene));
  const [first] = told;
  if (only === undefined) return describeFaces(scene);
  if (first === undefined) return notRead(only, scene);
  const scale = `On a scale from ${asked.from} to ${asked.to}`;
  if (targets.length > 1) {
    const kinds = [...new Set(told.map(({ kind }) => kind))].join("; ");
    return `${scale}, ${told.map((each) => `${each.name}: ${each.levels}${citing(each.ids)}`).join("; ")} (${kinds}).`;
  }
  return `${scale} for ${first.name}, ${first.levels}: ${first.kind}${citing(first.ids)}.`;
}

function ratedClauses(target: Target, { from, to }: { from: number; to: number }, scene: AnswerScene) {
  const rated = scene.faces.flatMap((face) => {
    const level = levelOf(target, face, scene.view);
    if (level === undefined) return [];
    const unit = target.type === "affect" ? (level + 1) / 2 : level;
    const number = from + unit * (to - from);
    return [{ face, told: `${face.faceId} is at ${to - from > 10 ? Math.round(number) : number.toFixed(1)}` }];
  });
  if (rated.length === 0) return [];
  const ids = rated.flatMap(({ face }) => ratingIds(target, face, scene));
  return [{ name: scaleOf(target), levels: listed(rated.map(({ told }) => told)), kind: ratedAs(target), ids }];
}

function ratedAs(target: Target): string {
  if (target.type === "label") return "a probability, not an intensity";
  if (target.type === "affect") return "derived from the expression reading";
  return "how clearly the action unit is measured, not a coder's intensity";
}

function ratingIds(target: Target, face: JudgedFace, { view }: AnswerScene): string[] {
  if (target.type === "smile" || target.type === "action-unit") {
    return unitItems(unitsOf(target), face, view)
      .map(({ id }) => id)
      .slice(0, 1);
  }
  return readingIds(face).slice(0, 2);
}
