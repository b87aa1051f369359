import { groupBy } from "../../../domain/group-by.ts";
import type { JudgedSubject } from "../judge-evidence.ts";
import {
  type AnswerScene,
  citing,
  clause,
  cuesAbout,
  expressing,
  type JudgedFace,
  listed,
  NAMED_FACES,
  ranked,
  readingIds,
  share,
  topOf,
} from "./answer-words.ts";

/** A first label with less than this is not called clear. Set by hand, not fitted. */
const CLEAR_FROM = 0.5;
/** The next label is named when it has at least this share of the first one. Set by hand, not fitted. */
const NEAR = 0.5;

/** What each face expresses, with the cues that carry it, and what the context adds. */
export function describeFaces(scene: AnswerScene): string {
  const { faces } = scene;
  const [only] = faces;
  const sentences = faces.length === 1 && only !== undefined ? [faceSentence(only, scene)] : crowdSentences(scene);
  return [...sentences, ...contextSentences(faces), ...unreadContext(scene)].join(" ");
}

/** That a text which was given as context is not weighed in, and why. */
function unreadContext({ faces, view }: AnswerScene): string[] {
  const [given] = view.items.filter(({ kind, value }) => kind === "context-text" && value.type === "text");
  const why = faces[0]?.judgment.contextOnly.abstention ?? null;
  return given === undefined || why === null
    ? []
    : [`It is read without the context: ${clause(why)}${citing([given.id])}.`];
}

/** An image without a face: the situation alone. */
export function describeScene(subject: JudgedSubject | undefined): string {
  const reading = subject?.judgment.integrated;
  if (subject === undefined || reading === undefined || reading.abstention !== null) {
    const why = subject?.context.abstention ?? "no context was given";
    return `No face was found, and nothing is known of the situation: ${clause(why)}.`;
  }
  const [top] = ranked(reading.distribution);
  const expected = top === undefined ? "nothing" : `${top.label} (${share(top.probability)})`;
  const { says, ids } = situationOf(subject);
  return `No face was found, so only the context speaks: ${says} leads one to expect ${expected}${citing(ids)}.`;
}

function faceSentence(face: JudgedFace, scene: AnswerScene): string {
  const { faceOnly, integrated } = face.judgment;
  if (faceOnly.abstention !== null)
    return `${face.faceId} alone says nothing: ${clause(faceOnly.abstention)}${citing(whyUnread([face], scene))}.`;
  const [top] = ranked(integrated.distribution);
  if (top === undefined) return `${face.faceId} is not read.`;
  return `${face.faceId} is perceived as ${nearest(integrated.distribution)}${asCues(top.label, [face], scene)}.`;
}

/** "mainly expressing anger (0.48), with sadness (0.31) next". */
function nearest(distribution: JudgedFace["judgment"]["integrated"]["distribution"]): string {
  const [first, second] = ranked(distribution);
  if (first === undefined) return "nothing";
  const told = `${expressing(first.label)} (${share(first.probability)})`;
  if (first.probability >= CLEAR_FROM) return told;
  const isNear = second !== undefined && second.probability >= NEAR * first.probability;
  return isNear
    ? `between ${first.label} (${share(first.probability)}) and ${second.label} (${share(second.probability)})`
    : `mainly ${told}`;
}

/** The cues of a label, or else the items that the reading rests on. */
function asCues(label: string, faces: readonly JudgedFace[], { view }: AnswerScene): string {
  const [first, ...others] = faces.map((face) => cuesAbout(label, "for", face, view));
  const shared = (first ?? []).filter(({ actionUnits, statement }) => {
    return actionUnits.length > 0 && others.every((cues) => cues.some((cue) => cue.statement === statement));
  });
  const told = shared.slice(0, 2).map(({ statement }) => {
    const ids = [first ?? [], ...others].flatMap((cues) => cues.filter((cue) => cue.statement === statement));
    return `${clause(statement)}${citing(ids.flatMap(({ evidenceIds }) => evidenceIds))}`;
  });
  if (told.length > 0) return `, as ${listed(told)}${faces.length > 1 ? " on each" : ""}`;
  return citing(faces.flatMap((face) => readingIds(face).slice(0, 2)));
}

/** The items that say why a face is not read: its quality, or else whatever is known of it. */
function whyUnread(faces: readonly JudgedFace[], { view }: AnswerScene): string[] {
  return faces.flatMap(({ faceId }) => {
    const items = view.ofFace(faceId);
    const quality = items.filter(({ kind }) => kind === "quality");
    return (quality.length > 0 ? quality : items).slice(0, 1).map(({ id }) => id);
  });
}

function crowdSentences(scene: AnswerScene): string[] {
  const { faces } = scene;
  const read = faces.filter((face) => topOf(face) !== undefined);
  const unread = faces.filter((face) => topOf(face) === undefined);
  const why = [...new Set(unread.map(({ judgment }) => clause(judgment.integrated.abstention ?? "")))].filter(Boolean);
  const reason = why.length === 0 ? "" : `: ${why.join("; ")}`;
  if (read.length === 0)
    return [`None of ${faces.length} faces could be read${reason}${citing(whyUnread(faces, scene))}.`];
  const how = unread.length === 1 ? "one is" : `${unread.length} are`;
  const rest = unread.length === 0 ? "" : `; ${how} not read${reason}${citing(whyUnread(unread, scene))}`;
  const groups = [...groupBy(read, (face) => topOf(face)?.label ?? "").values()].sort((a, b) => b.length - a.length);
  const named = faces.length <= NAMED_FACES;
  const said = groups.map((group) => (named ? namedGroup(group, scene) : countedGroup(group)));
  return [`Of ${faces.length} faces, ${said.join("; ")}${rest}.`];
}

/** "F1 (0.98) and F3 (0.99) are perceived as expressing happiness, as ... on each". */
function namedGroup(group: readonly JudgedFace[], scene: AnswerScene): string {
  const label = topOf(group[0] as JudgedFace)?.label ?? "";
  const faces = group.map((face) => `${face.faceId} (${share(topOf(face)?.probability ?? 0)})`);
  return `${listed(faces)} ${group.length === 1 ? "is" : "are"} perceived as ${expressing(label)}${asCues(label, group, scene)}`;
}

/** So many faces of a crowd are named although the others are counted. */
const NAMED_IN_CROWD = 2;

function countedGroup(group: readonly JudgedFace[]): string {
  const label = topOf(group[0] as JudgedFace)?.label ?? "";
  const verb = group.length === 1 ? "is" : "are";
  const who = group.length <= NAMED_IN_CROWD ? listed(group.map(({ faceId }) => faceId)) : `${group.length}`;
  return `${who} ${verb} perceived as ${expressing(label)}${citing(group.flatMap((face) => readingIds(face).slice(0, 1)))}`;
}

/** Most situations that are told one by one, as where people say different things. */
const MOST_SITUATIONS = 3;

/** What the context leads one to expect: of all faces, or of those apart of whom it tells something else. */
function contextSentences(faces: readonly JudgedFace[]): string[] {
  const situated = faces.filter(({ judgment }) => judgment.contextOnly.abstention === null);
  const groups = [...groupBy(situated, situationKey).values()].sort((a, b) => b.length - a.length);
  return groups.slice(0, MOST_SITUATIONS).flatMap((group) => {
    const [first] = group;
    const [top] = ranked(first?.judgment.contextOnly.distribution ?? []);
    if (first === undefined || top === undefined) return [];
    const { says, ids } = situationOf(first);
    const whom = groups.length === 1 ? "The" : `For ${whomIn(group)}, the`;
    const each = groups.length === 1 && faces.length > 1 ? " and is weighed in for each face" : "";
    return [
      `${whom} context, ${says}, leads one to expect ${top.label} (${share(top.probability)})${citing(ids)}${each}.`,
    ];
  });
}

function situationKey(face: JudgedFace): string {
  const [top] = ranked(face.judgment.contextOnly.distribution);
  return JSON.stringify([situationOf(face).says, top?.label]);
}

function whomIn(group: readonly JudgedFace[]): string {
  return group.length <= NAMED_FACES ? listed(group.map(({ faceId }) => faceId)) : `${group.length} faces`;
}

/**
 * What the context tells of, with the items that tell it: "winning and a celebration" where the table's names speak for what
 * is expected, else in its own words.
 */
export function situationOf({ context, judgment }: JudgedSubject): { says: string; ids: string[] } {
  const cues = context.cues.slice(0, 3);
  const texts = context.texts.slice(0, 3);
  const expected = ranked(judgment.contextOnly.distribution)[0]?.label ?? "";
  const speaking = cues.filter(({ cue }) => (new Map(Object.entries(cue.likelihood)).get(expected) ?? 0) > 1);
  const named = [...new Set(speaking.map(({ cue }) => cue.says))];
  const says = listed(named.length > 0 ? named : texts.map(({ reading }) => `"${reading.read}"`));
  return { says, ids: [...new Set([...texts, ...cues].map(({ evidenceId }) => evidenceId))] };
}
