import { capitalised } from "../../../domain/capitalised.ts";
import { nameWithCode } from "../../../facs/action-units.ts";
import { basicLabelOf } from "../../../facs/basic-label.ts";
import { type EmotionRule, emotionRules } from "../../../facs/emotion-rules.ts";
import { smileRules } from "../../../facs/smile-types.ts";
import { presenceAnswer } from "./answer-target.ts";
import {
  type AnswerScene,
  citing,
  cuesAbout,
  type JudgedFace,
  listed,
  readAs,
  readingIds,
  topOf,
} from "./answer-words.ts";
import type { Target } from "./question-targets.ts";
import { notRead, presenceOfUnit, presentOn, stateIn, unitItems, unitsOf } from "./target-levels.ts";

/** Terms of a rule that count less than this decide nothing. Set by hand, not fitted. */
const DECIDING_WEIGHT = 1;

/** Which action units would have to be shown, and which not. */
export function whatWouldMakeAnswer(target: Target, scene: AnswerScene): string {
  if (target.type !== "label") return neededUnitsAnswer(target, scene);
  const rule = emotionRules().find(
    ({ emotion }) => basicLabelOf(emotion) === (basicLabelOf(target.label) ?? target.label),
  );
  if (rule === undefined) return notRead(target, scene);
  return scene.faces.map((face) => `${neededClause(target.label, rule, face, scene)}.`).join(" ");
}

function neededUnitsAnswer(target: Target, scene: AnswerScene): string {
  if (scene.faces.some((face) => presentOn(target, face, scene.view) !== false)) return presenceAnswer(target, scene);
  const rule = target.type === "smile" ? smileRules().find(({ type }) => type === target.smile) : undefined;
  const wanted = rule === undefined ? unitsOf(target) : rule.present.flatMap((term) => term.slice(0, 1));
  const told = scene.faces.flatMap((face) => {
    const missing = wanted.filter((au) => presenceOfUnit(au, face, scene.view) === "absent");
    const ids = missing.flatMap((au) => unitItems([au], face, scene.view).slice(0, 1)).map(({ id }) => id);
    const named = missing.map(nameWithCode).join(rule === undefined ? " or " : " and ");
    return missing.length === 0 ? [] : [`${face.faceId} would have to show ${named}${citing(ids)}`];
  });
  if (told.length < scene.faces.length) return presenceAnswer(target, scene);
  return `${told.join("; ")}.`;
}

function neededClause(label: string, rule: EmotionRule, face: JudgedFace, { view }: AnswerScene): string {
  const ids = (au: string) =>
    citing(
      unitItems([au], face, view)
        .map(({ id }) => id)
        .slice(0, 1),
    );
  const wanted = rule.supporting
    .filter(({ weight, anyOf }) => weight >= DECIDING_WEIGHT && !anyOf.some((au) => stateIn(au, face) === "present"))
    .sort((a, b) => b.weight - a.weight)
    .flatMap(({ anyOf: [au] }) => (au === undefined ? [] : [`${au}${ids(au)}`]));
  const unwanted = rule.opposing
    .filter(({ weight }) => weight >= DECIDING_WEIGHT)
    .flatMap(({ anyOf }) => anyOf.filter((au) => stateIn(au, face) === "present"))
    .map((au) => `${au}${ids(au)}`);
  const top = topOf(face);
  if (top?.label === label && wanted.length === 0) return `${readAs(face)} already${citing(readingIds(face))}`;
  const parts = [
    ...(wanted.length === 0 ? [] : [`would have to show ${wanted.slice(0, 3).join(" and ")}`]),
    ...(unwanted.length === 0 ? [] : [`would have to be without ${unwanted.slice(0, 2).join(" and ")}`]),
  ];
  if (parts.length === 0)
    return `${face.faceId} would be read as ${label} if the expression classifiers gave it more${citing(readingIds(face))}`;
  return `To be read as ${label}, ${face.faceId} ${parts.join(" and ")}`;
}

/** Which action units carry it and would have to go. */
export function whatWouldEndAnswer(target: Target, scene: AnswerScene): string {
  const told = scene.faces.map((face) => {
    const units =
      target.type === "label"
        ? cuesAbout(target.label, "for", face, scene.view).flatMap(({ actionUnits }) => actionUnits.map(({ au }) => au))
        : unitsOf(target).filter((au) => presenceOfUnit(au, face, scene.view) === "present");
    const named = [...new Set(units)].map(
      (au) =>
        `${nameWithCode(au)}${citing(
          unitItems([au], face, scene.view)
            .map(({ id }) => id)
            .slice(0, 1),
        )}`,
    );
    if (named.length > 0) return `to show less of it, ${face.faceId} would have to be without ${listed(named)}`;
    return `no action unit that was measured carries it on ${face.faceId}: ${readAs(face)}${citing(readingIds(face))}`;
  });
  return `${capitalised(told.join("; "))}.`;
}
