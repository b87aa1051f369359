import { capitalised } from "../../../domain/capitalised.ts";
import { PROTOTYPE_FROM } from "../../../domain/evidence.ts";
import { actionUnit, nameWithCode } from "../../../facs/action-units.ts";
import { basicLabelOf } from "../../../facs/basic-label.ts";
import { bestPrototype, prototypeText } from "../../../facs/prototypes.ts";
import { type SmileReading, smileRules } from "../../../facs/smile-types.ts";
import { describeFaces } from "./answer-description.ts";
import { smileClause, unitsClause } from "./answer-target.ts";
import {
  type AnswerScene,
  citing,
  clause,
  type JudgedFace,
  listed,
  perceivedAs,
  readingIds,
  share,
} from "./answer-words.ts";
import type { Target } from "./question-targets.ts";
import { smileOn, unitItems } from "./target-levels.ts";

/** Which types of smile each face shows. */
export function smileTypeAnswer(scene: AnswerScene): string {
  const told = scene.faces.map((face) => {
    const that = (verdict: SmileReading["verdict"]) =>
      smileRules().filter(({ type }) => smileOn(type, face, scene.view)?.verdict === verdict);
    const [shown, open] = [that("shown"), that("cannot be told").slice(0, 1)];
    const told = shown.length > 0 ? shown : open;
    if (told.length > 0) return told.map(({ type }) => smileClause(type, face, scene)).join("; ");
    return `${face.faceId} shows no type of smile that is told apart: ${unitsClause(["AU12"], face, scene)}`;
  });
  return `${told.join(". ")}.`;
}

/** What an action unit is, and whether it is shown. */
export function meaningAnswer(target: Target, scene: AnswerScene): string {
  const entry = target.type === "action-unit" ? actionUnit(target.anyOf[0] ?? "") : undefined;
  if (entry === undefined) return describeFaces(scene);
  const shown = scene.faces.map((face) => unitsClause([entry.au], face, scene));
  return `${nameWithCode(entry.au)} is the action of ${listed(entry.muscles)}: ${clause(entry.appearance).replace(/\.$/, "")}; ${shown.join("; ")}.`;
}

/** The FACS prototype that the action units of each face come closest to, beside what observers are expected to perceive. */
export function prototypeAnswer(target: Target | null, scene: AnswerScene): string {
  const wanted = target?.type === "label" ? target.label : null;
  return `${scene.faces.map((face) => capitalised(prototypeClause(wanted, face, scene))).join(". ")}.`;
}

function prototypeClause(wanted: string | null, face: JudgedFace, { view }: AnswerScene): string {
  const match = face.face.vectors.flatMap(({ vector }) => bestPrototype(vector) ?? [])[0];
  if (match === undefined) {
    const none = `no action unit of a prototype is present on ${face.faceId}${citing(readingIds(face))}`;
    return wanted === null ? none : `No: ${none}`;
  }
  const ids = unitItems(match.shown, face, view).map(({ id }) => id);
  const enough = match.agreement >= PROTOTYPE_FROM;
  const isWanted = (basicLabelOf(match.emotion) ?? match.emotion) === wanted;
  const answer = enough && isWanted ? "Yes: " : "No: ";
  const how = `${enough ? "shows" : "comes closest to"} that of ${prototypeText(match)}, agreement ${share(match.agreement)} of 1`;
  const perceived = perceivedAs(face);
  return `${wanted === null ? "" : answer}of the FACS prototypes ${face.faceId} ${how}${citing(ids.slice(0, match.shown.length))}${perceived === undefined ? "" : `; ${perceived}`}`;
}
