import { capitalised } from "../../../domain/capitalised.ts";
import { nameWithCode } from "../../../facs/action-units.ts";
import { basicLabelOf } from "../../../facs/basic-label.ts";
import { type EmotionRule, emotionRules } from "../../../facs/emotion-rules.ts";
import { smileRules } from "../../../facs/smile-types.ts";
import { quantity } from "../evidence-view.ts";
import { situationOf } from "./answer-description.ts";
import { presenceAnswer } from "./answer-target.ts";
import {
  type AnswerScene,
  because,
  citing,
  clause,
  cuesAbout,
  expressing,
  type JudgedFace,
  listed,
  probabilityOf,
  ranked,
  readAs,
  readingIds,
  share,
  topOf,
} from "./answer-words.ts";
import type { Target } from "./question-targets.ts";
import { notRead, presenceOfUnit, presentOn, stateIn, unitItems, unitsOf } from "./target-levels.ts";

/** What speaks for a label, or for whatever is on top. */
export function whyAnswer(target: Target | null, scene: AnswerScene): string {
  if (target !== null && target.type !== "label") return presenceAnswer(target, scene);
  const told = scene.faces.map((face) => {
    const label = target?.label ?? topOf(face)?.label;
    if (label === undefined) return readAs(face);
    if (target !== null && presentOn(target, face, scene.view) === false) {
      return `it is not: ${whyNotClauses(target.label, [face], scene).join("; ")}`;
    }
    const cues = because(cuesAbout(label, "for", face, scene.view), 4);
    const level = probabilityOf(face, label);
    const read =
      level === undefined ? readAs(face) : `${face.faceId} is perceived as ${expressing(label)} (${share(level)})`;
    return cues === ""
      ? `on ${face.faceId} nothing speaks for ${label}${citing(readingIds(face))}`
      : `${read}, as ${cues}`;
  });
  return `${capitalised(told.join("; "))}.`;
}

/** What speaks against a label, and what is read instead. */
export function whyNotAnswer(target: Target, scene: AnswerScene): string {
  if (target.type !== "label") return presenceAnswer(target, scene);
  const told = whyNotClauses(target.label, scene.faces, scene);
  return told.length === 0 ? notRead(target, scene) : `${told.join("; ")}.`;
}

/** What speaks against whatever is on top. */
export function againstAnswer({ faces, view }: AnswerScene): string {
  const told = faces.map((face) => {
    const top = topOf(face);
    if (top === undefined) return readAs(face);
    const against = because(cuesAbout(top.label, "against", face, view), 4);
    const found =
      against === ""
        ? `nothing that was measured on the face speaks against it${citing(readingIds(face))}`
        : `against it speaks that ${against}`;
    return `${readAs(face)}; ${found}${partsApart(face)}`;
  });
  return `${told.join(". ")}.`;
}

function whyNotClauses(label: string, faces: readonly JudgedFace[], { view }: AnswerScene): string[] {
  return faces.flatMap((face) => {
    const [level, top] = [probabilityOf(face, label), topOf(face)];
    if (level === undefined || top === undefined) return [];
    if (top.label === label) {
      const cues = because(cuesAbout(label, "for", face, view));
      return [`${readAs(face)} after all${cues === "" ? citing(readingIds(face)) : `, as ${cues}`}`];
    }
    const against = because(cuesAbout(label, "against", face, view));
    const why = against === "" ? because(cuesAbout(top.label, "for", face, view)) : against;
    const read = `${readAs(face)} rather than ${label} (${share(level)})`;
    return [why === "" ? `${read}${citing(readingIds(face))}` : `${read}, as ${why}`];
  });
}

/** Terms of a rule that count less than this decide nothing. */
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

/** What each face may be, most likely first. */
export function alternativesAnswer({ faces }: AnswerScene): string {
  const told = faces.map((face) => {
    const [first, ...others] = ranked(face.judgment.integrated.distribution);
    if (first === undefined || others.length === 0) return readAs(face);
    const next = others.slice(0, 2).map(({ label, probability }) => `${label} (${share(probability)})`);
    return `after ${first.label} (${share(first.probability)}), ${face.faceId} is most likely ${next.join(", then ")}${citing(readingIds(face))}`;
  });
  return `${capitalised(told.join("; "))}.`;
}

/** How sure the reading is, and what makes it so. */
export function certaintyAnswer(scene: AnswerScene): string {
  return scene.faces.map((face) => `${certaintyClause(face, scene)}.`).join(" ");
}

/** Disagreement of the parts of a reading, 0..1, from which on they are said to differ. */
const APART_FROM = 0.3;

function certaintyClause(face: JudgedFace, { view }: AnswerScene): string {
  const [first, second] = ranked(face.judgment.integrated.distribution);
  if (first === undefined) return readAs(face);
  const next = second === undefined ? "" : `, next is ${second.label} (${share(second.probability)})`;
  const disagree = face.face.disagreement >= APART_FROM;
  const apart = `the networks and action units behind it ${disagree ? "disagree" : "agree"}`;
  const between = partsApart(face);
  const quality = quantity(view.ofFace(face.faceId), "quality", "overall");
  const rated = quality === undefined ? "" : `; the quality of the face is ${share(quality)} of 1`;
  const ids = [
    ...readingIds(face).slice(0, 3),
    ...view
      .ofFace(face.faceId)
      .filter(({ kind }) => kind === "quality")
      .map(({ id }) => id),
  ];
  return `${sureness(first.probability, disagree)}: ${readAs(face)}${next}, and ${apart}${between}${rated}${citing(ids)}`;
}

/** That face and context lead to different labels; empty where they do not, or one of them says nothing. */
function partsApart({ judgment }: JudgedFace): string {
  const [face, context] = [judgment.faceOnly, judgment.contextOnly].map(({ distribution }) => ranked(distribution)[0]);
  if (face === undefined || context === undefined || face.label === context.label) return "";
  return `; the face alone is ${expressing(face.label)} (${share(face.probability)}), which speaks against ${context.label}, to which the context alone points (${share(context.probability)})`;
}

function sureness(probability: number, disagree: boolean): string {
  if (probability >= 0.8 && !disagree) return "Quite sure";
  if (probability >= 0.6) return "Fairly sure";
  return probability >= 0.4 ? "Not very sure" : "Unsure";
}

/** A shift of the first label by less than this is no change. */
const SHIFTED_FROM = 0.02;

/** What the context does to each face's reading. */
export function contextAnswer({ faces }: AnswerScene): string {
  const [first] = faces;
  if (first === undefined || first.judgment.contextOnly.abstention !== null) {
    const why = first?.judgment.contextOnly.abstention ?? "no context was given";
    const rests = first === undefined ? "" : citing(readingIds(first));
    return `Nothing, as the context alone says nothing (${clause(why)}): ${listed(faces.map(readAs))}, on the face alone${rests}.`;
  }
  const { says, ids } = situationOf(first);
  const told = faces.map(shiftClause);
  return `The context, ${says}${citing(ids)}, ${told.join("; it ")}.`;
}

/** What the context alone leads one to expect, and what the faces show. */
export function expectedAnswer({ faces }: AnswerScene): string {
  const [first] = faces;
  const [top, next] = ranked(first?.judgment.contextOnly.distribution ?? []);
  if (first === undefined || top === undefined) {
    const why = first?.judgment.contextOnly.abstention ?? "no context was given";
    const rests = first === undefined ? "" : citing(readingIds(first));
    return `Nothing in particular, as the context alone says nothing (${clause(why)}): ${listed(faces.map(readAs))}, on the face alone${rests}.`;
  }
  const { says, ids } = situationOf(first);
  const second = next === undefined || next.probability < 0.2 ? "" : `, or ${next.label} (${share(next.probability)})`;
  const told = faces.map((face) => {
    const alone = ranked(face.judgment.faceOnly.distribution)[0];
    if (alone === undefined) return `${face.faceId} alone is not read`;
    return `${face.faceId} alone is perceived as ${expressing(alone.label)} (${share(alone.probability)})${citing(readingIds(face))}`;
  });
  const expected = `The context, ${says}, leads one to expect ${top.label} (${share(top.probability)})${second}${citing(ids)}`;
  return `${expected}; ${told.join("; ")}.`;
}

function shiftClause(face: JudgedFace): string {
  const [alone, both] = [ranked(face.judgment.faceOnly.distribution)[0], topOf(face)];
  const ids = citing(readingIds(face));
  if (both === undefined) return `changes nothing on ${face.faceId}, which is not read${ids}`;
  if (alone === undefined)
    return `alone makes ${face.faceId} ${expressing(both.label)} (${share(both.probability)})${ids}`;
  if (alone.label !== both.label) {
    return `turns ${face.faceId} from ${alone.label} (${share(alone.probability)}) into ${both.label} (${share(both.probability)})${ids}`;
  }
  const shift = both.probability - alone.probability;
  if (Math.abs(shift) < SHIFTED_FROM)
    return `leaves ${face.faceId} as it is, ${both.label} (${share(both.probability)})${ids}`;
  return `${shift > 0 ? "raises" : "lowers"} ${both.label} on ${face.faceId} from ${share(alone.probability)} to ${share(both.probability)}${ids}`;
}
