import { capitalised } from "../../../domain/capitalised.ts";
import { groupBy } from "../../../domain/group-by.ts";
import { quantity } from "../evidence-view.ts";
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
import { notRead, presentOn } from "./target-levels.ts";

/** What speaks for a label, or for whatever is on top. */
export function whyAnswer(asked: { target: Target | null; byUnits: boolean }, scene: AnswerScene): string {
  const { target, byUnits } = asked;
  if (target !== null && target.type !== "label") return presenceAnswer(target, scene);
  const told = scene.faces.map((face) => {
    const label = target?.label ?? topOf(face)?.label;
    if (label === undefined) return readAs(face);
    if (target !== null && presentOn(target, face, scene.view) === false) {
      return `it is not: ${whyNotClauses(target.label, [face], scene).join("; ")}`;
    }
    const all = cuesAbout(label, "for", face, scene.view);
    const units = all.filter(({ actionUnits }) => actionUnits.length > 0);
    const cues = because(byUnits ? units : all, scene.faces.length > 2 ? 2 : 4);
    const level = probabilityOf(face, label);
    const read =
      level === undefined ? readAs(face) : `${face.faceId} is perceived as ${expressing(label)} (${share(level)})`;
    if (cues !== "") return `${read}, as ${cues}`;
    if (!byUnits || all.length === 0) return `on ${face.faceId} nothing speaks for ${label}${citing(readingIds(face))}`;
    return `no action unit that goes with ${label} was measured present on ${face.faceId}: ${read}, as ${because(all)}`;
  });
  return `${capitalised(told.join("; "))}.`;
}

/** What speaks against a label, and what is read instead. */
export function whyNotAnswer(target: Target, scene: AnswerScene): string {
  if (target.type !== "label") return presenceAnswer(target, scene);
  const told = whyNotClauses(target.label, scene.faces, scene);
  return told.length === 0 ? notRead(target, scene) : `${told.join("; ")}.`;
}

/** What speaks against a label, or against whatever is on top. */
export function againstAnswer(target: Target | null, scene: AnswerScene): string {
  const { faces, view } = scene;
  if (target !== null && (target.type !== "label" || faces.every((face) => topOf(face)?.label !== target.label))) {
    return whyNotAnswer(target, scene);
  }
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

/** Whether face and context go together, by the judgment's own comparison. */
export function fitAnswer(scene: AnswerScene): string {
  const all = scene.faces.map((face) => {
    const { verdict, kind, statement } = face.judgment.congruence;
    const heads = { congruent: "Yes", incongruent: "No", ambiguous: "Only in part" };
    const head = verdict === "not assessable" ? "It cannot be told" : heads[verdict];
    return { face, head, said: `${clause(statement)}${kind === null ? "" : ` (${kind})`}` };
  });
  const groups = [...groupBy(all, ({ head, said }) => JSON.stringify([head, said])).values()];
  const told = groups.flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const whom = scene.faces.length > 1 ? ` for ${listed(group.map(({ face }) => face.faceId))}` : "";
    const ids = group.flatMap(({ face }) => fitIds(face).slice(0, group.length > 1 ? 1 : undefined));
    return [`${first.head}${whom}: ${first.said}${citing(ids)}`];
  });
  return `${told.join(". ")}.`;
}

function fitIds(face: JudgedFace): readonly string[] {
  const { evidenceIds } = face.judgment.congruence;
  return evidenceIds.length > 0 ? evidenceIds : readingIds(face);
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

/** What each face is least likely to be read as. */
export function leastLikelyAnswer({ faces }: AnswerScene): string {
  const told = faces.map((face) => {
    const all = ranked(face.judgment.integrated.distribution).toReversed();
    if (all.length === 0) return readAs(face);
    const last = all.slice(0, 2).map(({ label, probability }) => `${label} (${share(probability)})`);
    return `${face.faceId} is least likely ${last.join(", then ")}; ${readAs(face)}${citing(readingIds(face))}`;
  });
  return `${capitalised(told.join("; "))}.`;
}

/** The whole distribution of each face. */
export function distributionAnswer({ faces }: AnswerScene): string {
  const told = faces.map((face) => {
    const all = ranked(face.judgment.integrated.distribution);
    if (all.length === 0) return readAs(face);
    return `${face.faceId} is at ${listed(all.map(({ label, probability }) => `${label} ${share(probability)}`))}${citing(readingIds(face))}`;
  });
  return `${told.join("; ")}.`;
}

/** What each expression network says of each face. */
export function networksAnswer({ faces }: AnswerScene): string {
  const told = faces.flatMap((face) => {
    const networks = face.face.sources.filter(({ type }) => type === "expression");
    const said = networks.flatMap(({ name, own, evidenceIds }) => {
      const [top] = ranked(own);
      return top === undefined ? [] : [`${name} gives ${top.label} ${share(top.probability)}${citing(evidenceIds)}`];
    });
    const labels = new Set(networks.map(({ own }) => ranked(own)[0]?.label));
    return said.length === 0
      ? []
      : [`${labels.size === 1 ? "They agree" : "They disagree"} on ${face.faceId}: ${listed(said)}`];
  });
  return told.length === 0 ? "No expression network read a face here." : `${told.join(". ")}.`;
}

/** How sure the reading is, and what makes it so. */
export function certaintyAnswer(scene: AnswerScene): string {
  return scene.faces.map((face) => `${certaintyClause(face, scene)}.`).join(" ");
}

/** The face that is read most, or least, surely: by how far its first label is ahead of its second. */
export function surestAnswer(most: boolean, scene: AnswerScene): string {
  const ahead = (face: JudgedFace) => {
    const [first, second] = ranked(face.judgment.integrated.distribution);
    return (first?.probability ?? 0) - (second?.probability ?? 0);
  };
  const [one, ...others] = scene.faces
    .filter((face) => topOf(face) !== undefined)
    .sort((a, b) => (most ? ahead(b) - ahead(a) : ahead(a) - ahead(b)));
  if (one === undefined) return certaintyAnswer(scene);
  const head = `${one.faceId} is read ${most ? "most" : "least"} surely${citing(readingIds(one))}. ${certaintyClause(one, scene)}.`;
  const rest = others.map((face) => `${readAs(face)}${citing(readingIds(face).slice(0, 1))}`);
  return rest.length === 0 ? head : `${head} Then come the others: ${rest.join("; ")}.`;
}

/** Disagreement of the parts of a reading, 0..1, from which on they are said to differ. Set by hand, not fitted. */
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
