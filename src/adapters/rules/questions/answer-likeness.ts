import { capitalised } from "../../../domain/capitalised.ts";
import { groupBy } from "../../../domain/group-by.ts";
import {
  type AnswerScene,
  citing,
  expressing,
  type JudgedFace,
  listed,
  probabilityOf,
  readAs,
  readingIds,
  share,
  topOf,
} from "./answer-words.ts";

/** Whether the faces are read alike, by their first labels; one that is asked about is compared with all others. */
export function sameAnswer(asksWho: boolean, { subjects, faces: asked }: AnswerScene): string {
  const all = subjects.filter((subject): subject is JudgedFace => subject.face !== null);
  const read = (asked.length > 1 ? asked : all).filter((face) => topOf(face) !== undefined);
  if (read.length < 2) {
    const [only] = read;
    const told = only === undefined ? "no face could be read" : readAs(only);
    return `There is nothing to compare with, as ${told}${only === undefined ? "" : citing(readingIds(only))}.`;
  }
  const groups = [...groupBy(read, (face) => topOf(face)?.label ?? "").values()];
  const told = groups.map(groupClause);
  return asksWho ? `${capitalised(told.join("; "))}.` : `${groups.length === 1 ? "Yes" : "No"}: ${told.join("; ")}.`;
}

/** The faces that are read as something else than most are. */
export function oddAnswer({ faces }: AnswerScene): string {
  const read = faces.filter((face) => topOf(face) !== undefined);
  const groups = [...groupBy(read, (face) => topOf(face)?.label ?? "").values()].sort((a, b) => b.length - a.length);
  const [most, ...others] = groups;
  const told = groups.map(groupClause).join("; ");
  if (most === undefined || read.length < 3) return `Nobody can stand out among ${read.length} faces that are read.`;
  if (others.length === 0) return `Nobody stands out: ${told}.`;
  if (others.some((group) => group.length === most.length)) return `Nobody stands out from most: ${told}.`;
  const odd = others.flat().map(({ faceId }) => faceId);
  return `${listed(odd)} ${odd.length === 1 ? "stands" : "stand"} out: ${[...others, most].map(groupClause).join("; ")}.`;
}

/** The two faces whose readings are nearest to each other, and how much of them they share. */
export function closestPairAnswer(scene: AnswerScene): string {
  const read = scene.faces.filter((face) => topOf(face) !== undefined);
  const pairs = read.flatMap((one, at) =>
    read.slice(at + 1).map((other) => ({ one, other, shared: sharedBy(one, other) })),
  );
  const [closest] = pairs.sort((a, b) => b.shared - a.shared);
  if (closest === undefined || pairs.length === 1) return sameAnswer(true, scene);
  const { one, other, shared } = closest;
  const ids = citing([one, other].flatMap((face) => readingIds(face).slice(0, 1)));
  return `${one.faceId} and ${other.faceId} are read most alike, as their readings share ${share(shared)} of 1: ${readAs(one)}, and ${readAs(other)}${ids}.`;
}

/** What two readings have in common, 0 to 1: one less half of what they differ by over all labels. */
function sharedBy(one: JudgedFace, other: JudgedFace): number {
  return one.judgment.integrated.distribution.reduce(
    (sum, { label, probability }) => sum + Math.min(probability, probabilityOf(other, label) ?? 0),
    0,
  );
}

function groupClause(group: readonly JudgedFace[]): string {
  const faces = group.map((face) => `${face.faceId} (${share(topOf(face)?.probability ?? 0)})`);
  const ids = group.flatMap((face) => readingIds(face).slice(0, 1));
  const label = topOf(group[0] as JudgedFace)?.label ?? "";
  return `${listed(faces)} ${group.length === 1 ? "is" : "are"} perceived as ${expressing(label)}${citing(ids)}`;
}
