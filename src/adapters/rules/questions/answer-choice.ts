import { capitalised } from "../../../domain/capitalised.ts";
import {
  type AnswerScene,
  because,
  citing,
  cuesAbout,
  expressing,
  type JudgedFace,
  listed,
  probabilityOf,
  readAs,
  readingIds,
  share,
  topOf,
} from "./answer-words.ts";
import { levelOf, notRead, presentOn } from "./target-levels.ts";

/** Which of the named labels it is, for each face, and which of them are not told apart at all. */
export function choiceAnswer(labels: readonly string[], scene: AnswerScene): string {
  const isKnown = (label: string) => scene.faces.some((face) => probabilityOf(face, label) !== undefined);
  const known = labels.filter(isKnown);
  if (known.length === 0) return notRead({ type: "label", label: labels.join(" or ") }, scene);
  const unknown = labels.filter((label) => !isKnown(label));
  const isNone = (face: JudgedFace) =>
    known.every((label) => presentOn({ type: "label", label }, face, scene.view) === false);
  const none = scene.faces.every(isNone);
  const said = scene.faces.map((face) => choiceClause(known, face, { scene, none: isNone(face), saidOfAll: none }));
  const head = none ? `${known.length === 1 ? "No" : "Neither"}${said.length === 1 ? "" : " on any face"}: ` : "";
  const beside = unknown.length === 1 ? "is no label that is" : "are no labels that are";
  const ids = scene.faces.flatMap((face) => readingIds(face).slice(0, 1));
  const rest = unknown.length === 0 ? "" : ` ${capitalised(listed(unknown))} ${beside} told apart here${citing(ids)}.`;
  return `${capitalised(`${head}${said.join("; ")}`)}.${rest}`;
}

function choiceClause(
  labels: readonly string[],
  face: JudgedFace,
  { scene, none, saidOfAll }: { scene: AnswerScene; none: boolean; saidOfAll: boolean },
): string {
  const levels = labels
    .flatMap((label) => {
      const level = levelOf({ type: "label", label }, face, scene.view);
      return level === undefined ? [] : [{ label, level }];
    })
    .sort((a, b) => b.level - a.level);
  const [first, ...others] = levels;
  const top = topOf(face);
  if (first === undefined || top === undefined) return readAs(face);
  const named = levels.map(({ label, level }) => `${label} (${share(level)})`);
  if (none) {
    return `${saidOfAll ? "" : "neither: "}${readAs(face)} rather than ${listed(named)}${citing(readingIds(face))}`;
  }
  const cues = because(cuesAbout(first.label, "for", face, scene.view), 1);
  const rest = others.length === 0 ? "" : ` rather than ${listed(named.slice(1))}`;
  const though =
    top.label === first.label ? "" : `, though most of all ${expressing(top.label)} (${share(top.probability)})`;
  return `${face.faceId} is perceived as ${expressing(first.label)} (${share(first.level)})${rest}${though}${cues === "" ? citing(readingIds(face)) : `, as ${cues}`}`;
}
