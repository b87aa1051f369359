import { capitalised } from "../../../domain/capitalised.ts";
import { nameWithCode } from "../../../facs/action-units.ts";
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
} from "./answer-words.ts";
import type { Target } from "./question-targets.ts";
import { levelOf, notRead, presenceOfUnit, scaleOf, unitItems } from "./target-levels.ts";

/** How strong something is, in the words of its scale. */
export function strengthAnswer(target: Target, scene: AnswerScene): string {
  const told = scene.faces.flatMap((face) => strengthClause(target, face, scene));
  return told.length === 0 ? notRead(target, scene) : `${capitalised(told.join("; "))}.`;
}

function strengthClause(target: Target, face: JudgedFace, scene: AnswerScene): string[] {
  if (target.type === "affect") return [affectClause(target, face)];
  if (target.type === "label") {
    const level = probabilityOf(face, target.label);
    if (level === undefined) return [];
    const cues = because(cuesAbout(target.label, "for", face, scene.view));
    const carried = cues === "" ? citing(readingIds(face)) : `, as ${cues}`;
    return [
      `${degree(level)}: ${face.faceId} is perceived as ${expressing(target.label)} with ${share(level)} of 1, which says how surely and not how intensely${carried}`,
    ];
  }
  const units = target.type === "smile" ? ["AU12"] : target.anyOf;
  const [item] = unitItems(units, face, scene.view);
  return item === undefined ? [] : [`${face.faceId}: ${measuredClause(item)}`];
}

/** The mean of something over the faces, and the lowest and highest of them. */
export function averageAnswer(target: Target, scene: AnswerScene): string {
  const levels = scene.faces
    .flatMap((face) => {
      const level = levelOf(target, face, scene.view);
      return level === undefined ? [] : [{ face, level }];
    })
    .sort((a, b) => a.level - b.level);
  const [lowest, highest] = [levels[0], levels.at(-1)];
  if (lowest === undefined || highest === undefined) return notRead(target, scene);
  const mean = levels.reduce((sum, { level }) => sum + level, 0) / levels.length;
  const ids = citing(levels.flatMap(({ face }) => readingIds(face).slice(0, 1)));
  const range =
    levels.length === 1
      ? ""
      : `, from ${share(lowest.level)} (${lowest.face.faceId}) to ${share(highest.level)} (${highest.face.faceId})`;
  const sureness = target.type === "label" ? ", which says how surely it is read and not how intense it is" : "";
  return `Over ${levels.length} ${levels.length === 1 ? "face" : "faces"}, ${scaleOf(target)} is ${share(mean)} on average${range}${sureness}${ids}.`;
}

function degree(level: number): string {
  if (level >= 0.8) return "Clearly";
  if (level >= 0.5) return "Fairly clearly";
  return level >= 0.2 ? "Somewhat" : "Hardly at all";
}

function measuredClause({ id, value, source }: AnswerScene["view"]["items"][number]): string {
  if (value.type !== "action-unit") throw new TypeError("Only action units have a scale");
  const side = value.side === "both" ? "" : ` on the person's own ${value.side}`;
  const scale =
    value.scale === "probability" ? "as the probability that it is shown, not an intensity," : `on ${value.scale}`;
  return `${source.name} measured ${value.au} (${share(value.value)})${side} ${scale} and calls it ${value.presence} [${id}]`;
}

/** Valence, arousal or both, with their intervals. */
export function affectAnswer(dimensions: readonly ("valence" | "arousal")[], { faces }: AnswerScene): string {
  const told = faces.flatMap((face) => {
    const read = dimensions.filter((dimension) => face.judgment.integrated[dimension] !== null);
    return read.length === 0 ? [readAs(face)] : read.map((dimension) => affectClause({ dimension }, face));
  });
  return `${capitalised(told.join("; "))}.`;
}

/** A valence nearer to the middle than this is neither positive nor negative. Set by hand, not fitted. */
const CLEAR_AFFECT = 0.1;

/** Positive or negative. */
export function signAnswer({ faces }: AnswerScene): string {
  const told = faces.map((face) => {
    const valence = face.judgment.integrated.valence?.value;
    if (valence === undefined) return readAs(face);
    const { low, high } = face.judgment.integrated.valence ?? { low: 0, high: 0 };
    const sign = valence > 0 ? "Positive" : "Negative";
    const told = low < 0 && high > 0 ? `It cannot be told, rather ${sign.toLowerCase()}` : sign;
    return `${Math.abs(valence) < CLEAR_AFFECT ? "Neither clearly" : told}: ${affectClause({ dimension: "valence" }, face)}`;
  });
  return `${told.join(". ")}.`;
}

/** Which action units each face shows, all or these, and of which it cannot be told. */
export function actionUnitsAnswer(units: readonly string[] | null, { faces, view }: AnswerScene): string {
  const told = faces.map((face) => {
    const all = [...new Set(unitItemsOf(face, view).map(({ value }) => value.au))];
    const measured = units === null ? all : all.filter((au) => units.includes(au));
    const shown = measured.filter((au) => presenceOfUnit(au, face, view) === "present");
    const unsure = measured.filter((au) => presenceOfUnit(au, face, view) === "uncertain");
    if (measured.length === 0) return `no such action unit of ${face.faceId} was measured`;
    const cited = (aus: readonly string[]) => citing(unitItems(aus, face, view).map(({ id }) => id));
    const first = (au: string) => citing([...unitItems([au], face, view).map(({ id }) => id)].slice(0, 1));
    const doubt = unsure.length === 0 ? "" : `; of ${listed(unsure)} it cannot be told`;
    if (shown.length > 0)
      return `${face.faceId} shows ${listed(shown.map((au) => nameWithCode(au) + first(au)))}${doubt}`;
    const absent = measured.filter((au) => !unsure.includes(au));
    if (absent.length > 0) return `${face.faceId} shows none of ${unitsIn(absent, units)}${cited(absent)}${doubt}`;
    const any = units !== null && measured.length === 1 ? "" : "any of ";
    return `Of ${face.faceId} it cannot be told whether ${any}${unitsIn(measured, units)} is shown${cited(measured)}`;
  });
  return `${capitalised(told.join(". "))}.`;
}

/** By their codes where they were asked for, else by how many they are. */
function unitsIn(aus: readonly string[], asked: readonly string[] | null): string {
  return asked === null ? `${aus.length} action units that were measured` : listed(aus);
}

/** So many action units are named where the strongest are asked for. */
const STRONGEST = 3;

/** The action units of each face by how surely they are shown, the first ones. */
export function strongestUnitAnswer({ faces, view }: AnswerScene): string {
  const told = faces.map((face) => {
    const levels = [...new Set(unitItemsOf(face, view).map(({ value }) => value.au))]
      .filter((au) => presenceOfUnit(au, face, view) === "present")
      .flatMap((au) => {
        const level = levelOf({ type: "action-unit", anyOf: [au], words: au }, face, view);
        return level === undefined ? [] : [{ au, level }];
      })
      .sort((a, b) => b.level - a.level)
      .slice(0, STRONGEST);
    if (levels.length === 0) return `no action unit was measured present on ${face.faceId}`;
    const [first, ...others] = levels.map(({ au, level }) => {
      return `${nameWithCode(au)} (${share(level)})${citing(
        unitItems([au], face, view)
          .map(({ id }) => id)
          .slice(0, 1),
      )}`;
    });
    const rest = others.length === 0 ? "" : `, then ${listed(others)}`;
    return `on ${face.faceId} it is ${first}${rest}`;
  });
  return `${capitalised(told.join("; "))}, by how surely each is shown and not by how strong it is.`;
}

function unitItemsOf(face: JudgedFace, view: AnswerScene["view"]) {
  return view.ofFace(face.faceId).flatMap(({ value }) => (value.type === "action-unit" ? [{ value }] : []));
}

/** `the valence perceived on F1 is -0.58 on a scale from -1 to 1 (-0.78 to -0.39)`. */
export function affectClause(
  { dimension }: Pick<Extract<Target, { type: "affect" }>, "dimension">,
  face: JudgedFace,
): string {
  const affect = face.judgment.integrated[dimension];
  if (affect === null) return readAs(face);
  const interval = `${affect.low.toFixed(2)} to ${affect.high.toFixed(2)}`;
  return `the ${dimension} perceived on ${face.faceId} is ${affect.value.toFixed(2)} on a scale from -1 to 1 (${interval})${citing(readingIds(face))}`;
}
