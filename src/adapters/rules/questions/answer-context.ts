import { capitalised } from "../../../domain/capitalised.ts";
import { situationOf } from "./answer-description.ts";
import {
  type AnswerScene,
  citing,
  clause,
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
import type { AskedQuestion } from "./asked-question.ts";
import type { Target } from "./question-targets.ts";
import { notRead } from "./target-levels.ts";

/** A shift of the first label by less than this is no change. Set by hand, not fitted. */
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

/** What each face is read as without the context: whether as something else, or as what was asked about. */
export function faceAloneAnswer({ target, asks }: AskedFaceAlone, { faces }: AnswerScene): string {
  const why = faces[0]?.judgment.contextOnly.abstention ?? null;
  const clauses = faces.map(faceAloneClause).join("; ");
  if (asks === "what") return `${capitalised(clauses)}.`;
  const so = faces.filter(({ judgment: { faceOnly, integrated } }) => {
    const [alone, both] = [faceOnly, integrated].map(({ distribution }) => ranked(distribution)[0]?.label);
    return target?.type === "label" ? alone === target.label : (alone === both) === (asks === "if same");
  });
  const nothing = why === null ? "" : `, as the context says nothing (${clause(why)})`;
  const yes = so.length === faces.length ? "Yes" : `Yes for ${listed(so.map(({ faceId }) => faceId))}`;
  return `${so.length === 0 ? "No" : yes}${nothing}: ${clauses}.`;
}

type AskedFaceAlone = Extract<AskedQuestion, { kind: "face-alone" }>;

function faceAloneClause(face: JudgedFace): string {
  const { faceOnly, contextOnly, integrated } = face.judgment;
  const [alone, both] = [faceOnly, integrated].map(({ distribution }) => ranked(distribution)[0]);
  const ids = citing(readingIds(face));
  if (alone === undefined) return `${face.faceId} alone is not read${ids}`;
  const added =
    contextOnly.abstention !== null || both === undefined
      ? ""
      : `, with the context as ${expressing(both.label)} (${share(both.probability)})`;
  return `by the face alone ${face.faceId} is perceived as ${expressing(alone.label)} (${share(alone.probability)})${added}${ids}`;
}

/** Whether a context makes one expression more, or less, likely than the face alone does. */
export function contextOnAnswer(
  asked: { readonly target: Target; readonly more: boolean },
  scene: AnswerScene,
): string {
  const { target, more } = asked;
  const [first] = scene.faces;
  if (target.type !== "label" || first?.judgment.contextOnly.abstention !== null) return contextAnswer(scene);
  const shifts = scene.faces.flatMap((face) => {
    const alone = face.judgment.faceOnly.distribution.find(({ label }) => label === target.label)?.probability;
    const both = probabilityOf(face, target.label);
    return alone === undefined || both === undefined ? [] : [{ face, alone, both }];
  });
  if (shifts.length === 0) return notRead(target, scene);
  const yes = shifts.every(
    ({ alone, both }) => (more ? both > alone : both < alone) && Math.abs(both - alone) >= SHIFTED_FROM,
  );
  const told = shifts.map(({ face, alone, both }) => {
    const ids = citing(readingIds(face));
    return `${face.faceId} is at ${target.label} ${share(alone)} by the face alone and at ${share(both)} with the context${ids}`;
  });
  const { says, ids } = situationOf(first);
  return `${yes ? "Yes" : "No"}: ${told.join("; ")}; the context tells of ${says}${citing(ids)}.`;
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
