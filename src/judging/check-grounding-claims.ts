import type { TimeWindow } from "../domain/evidence.ts";
import type { CheckedClaim } from "../domain/grounding.ts";
import type { Cue, Judgment, SubjectJudgment } from "../domain/judgment.ts";
import type { Side } from "../domain/measurement.ts";
import { statedWindow } from "../domain/stated-times.ts";
import { type ActionUnitMention, findActionUnitMentions } from "../facs/prose/find-mentions.ts";

/** An assertion about action units, structured or read out of the prose. */
export interface Assertion {
  /** At least one when present, none when absent. */
  readonly anyOf: readonly string[];
  readonly side: Side;
  readonly state: "present" | "absent";
  /** Prose: its left may be the viewer's. */
  readonly fromProse: boolean;
  readonly statedValue: number | null;
  /** Whom it is about. */
  readonly faceIds: readonly string[];
  /** Whether it must hold for each of these faces or for any, as where the text does not say whom it means. */
  readonly of: "each" | "any";
  /** When in a clip; `null` where no time is named: at any. */
  readonly window: TimeWindow | null;
}

/** One sentence of a judgment that can be held against the ledger. */
export interface Claim extends Pick<CheckedClaim, "path" | "part" | "faceId" | "statement" | "evidenceIds"> {
  /** The statement without what it quotes of what is said. */
  readonly prose: string;
  readonly assertions: readonly Assertion[];
  /** Whom it may be about. */
  readonly faceIds: readonly string[];
  /** The label a cue speaks for or against. */
  readonly label: Pick<Cue, "label" | "direction"> | null;
  /** A sentence of the answer has no place for citations, so it is held against the whole ledger. */
  readonly mustCite: boolean;
}

/**
 * Every claim of a judgment: cues, appraisals with a value, congruence that was assessed, and every sentence of
 * the answer.
 *
 * @param plain takes what a text quotes of what is said out of it.
 */
export function claimsIn(
  judgment: Judgment,
  faceIds: readonly string[],
  plain: (text: string) => string = (text) => text,
): Claim[] {
  return [
    ...judgment.subjects.flatMap((subject, index) => subjectClaims(subject, `subjects[${index}]`, { faceIds, plain })),
    ...answerClaims(judgment.answer, { faceIds, plain }),
  ];
}

interface ReadClaims {
  readonly faceIds: readonly string[];
  plain(text: string): string;
}

function subjectClaims(subject: SubjectJudgment, path: string, { faceIds: known, plain }: ReadClaims): Claim[] {
  const { faceId, congruence } = subject;
  const faceIds = faceId === null ? [] : [faceId];
  const claims = subject.cues.map(
    (cue, index): Claim => ({
      path: `${path}.cues[${index}]`,
      part: "cue",
      faceId,
      statement: cue.statement,
      prose: plain(cue.statement),
      evidenceIds: cue.evidenceIds,
      assertions: [
        ...structured({ ...cue, statement: plain(cue.statement) }, faceIds),
        ...inProse(plain(cue.statement), { known, otherwise: faceIds }),
      ],
      faceIds,
      label: cue,
      mustCite: true,
    }),
  );
  subject.appraisals.forEach((appraisal, index) => {
    if (appraisal.value === "not inferable") return;
    claims.push({
      path: `${path}.appraisals[${index}]`,
      part: "appraisal",
      faceId,
      statement: `${appraisal.dimension}: ${appraisal.value}`,
      prose: appraisal.dimension,
      evidenceIds: appraisal.evidenceIds,
      assertions: [],
      faceIds,
      label: null,
      mustCite: true,
    });
  });
  if (congruence.verdict === "not assessable") return claims;
  const { statement, evidenceIds } = congruence;
  const prose = plain(statement);
  const assertions = inProse(prose, { known, otherwise: faceIds });
  const base = { path: `${path}.congruence`, part: "congruence" as const, faceId, statement, prose, evidenceIds };
  return [...claims, { ...base, assertions, faceIds, label: null, mustCite: true }];
}

function structured(cue: Cue, faceIds: readonly string[]): Assertion[] {
  return cue.actionUnits.map(({ au, side, state }) => ({
    anyOf: [au],
    side,
    state,
    fromProse: false,
    statedValue: null,
    faceIds,
    of: "each",
    window: statedWindow(cue.statement),
  }));
}

const EVIDENCE_ID = /\bE[1-9]\d*\b/g;

function answerClaims(answer: string, { faceIds: known, plain }: ReadClaims): Claim[] {
  let before: readonly string[] = known.length === 1 ? known : [];
  return sentencesOf(answer).flatMap((statement) => {
    const prose = plain(statement);
    const assertions = inProse(prose, { known, otherwise: before.length > 0 ? before : known });
    const named = facesNamed(statement, known).map(({ faceId }) => faceId);
    if (named.length > 0) before = [...new Set(named)];
    const evidenceIds = [...new Set(statement.match(EVIDENCE_ID) ?? [])];
    const meant = named.length > 0 ? [...new Set(named)] : before.length > 0 ? before : known;
    const about = [...new Set(assertions.flatMap(({ faceIds }) => faceIds))];
    const faceId = about.length === 1 ? (about[0] ?? null) : null;
    const claim = { path: "answer", part: "answer" as const, faceId, statement, prose, evidenceIds };
    return [{ ...claim, assertions, faceIds: meant, label: null, mustCite: false }];
  });
}

/** A sentence that quotes several is one, with the citation behind it: `Ann says "I won! Look." [E3]`. */
function sentencesOf(text: string): string[] {
  const sentences: string[] = [];
  for (const { segment, index } of new Intl.Segmenter("en", { granularity: "sentence" }).segment(text)) {
    const last = sentences.at(-1);
    const isQuoted = last !== undefined && last.split('"').length % 2 === 0 && text.slice(index).includes('"');
    const goesOn = last !== undefined && /[.!?]"\s*$/.test(last) && /^(?:\[E\d|\p{Ll})/u.test(segment);
    if (isQuoted || goesOn) sentences[sentences.length - 1] = `${last}${segment}`;
    else sentences.push(segment);
  }
  return sentences.map((sentence) => sentence.trim()).filter((sentence) => sentence !== "");
}

function inProse(text: string, faces: { known: readonly string[]; otherwise: readonly string[] }): Assertion[] {
  const named = facesNamed(text, faces.known);
  const window = statedWindow(text);
  return findActionUnitMentions(text).map((mention) => {
    const { anyOf, side, state, statedValue } = mention;
    const base = { anyOf, side, state, statedValue, fromProse: true, window };
    const meant = facesMeant(mention, text, named);
    if (meant.length > 0) return { ...base, faceIds: meant, of: "each" };
    return { ...base, faceIds: faces.otherwise, of: isOfEach(text, state) ? "each" : "any" };
  });
}

const EVERYONE =
  /\b(?:all|both|each|every)\s+(?:of\s+)?(?:the\s+)?(?:\w+\s+)?(?:faces?|people|persons?|women|men|children|girls|boys|them|subjects?|individuals)\b|\b(?:everyone|everybody|they all)\b/i;
const SOMEONE = /\b(?:someone|somebody|one of|one person|another|at least one|not all|not everyone)\b/i;

/** Of nobody in particular: "a smile" is shown by someone, "no smile" by no one. */
function isOfEach(text: string, state: Assertion["state"]): boolean {
  return EVERYONE.test(text) ? !SOMEONE.test(text) : state === "absent" && !SOMEONE.test(text);
}

/** What may stand between the faces of one list: "F1 (0.98), F2 and F3". */
const LIST_LINK = /^[\s,;&+]*(?:\([^()]*\))?[\s,;&+]*(?:and|as well as|or)?\s*$/;

/** The face or the list of faces named last before the mention, or else first in the sentence. */
function facesMeant(mention: ActionUnitMention, text: string, named: readonly NamedFace[]): string[] {
  const last = named.findLastIndex(({ index }) => index <= mention.index);
  if (last === -1) return named[0] === undefined ? [] : [named[0].faceId];
  let first = last;
  while (first > 0 && isListed(text, named[first - 1], named[first])) first -= 1;
  return [...new Set(named.slice(first, last + 1).map(({ faceId }) => faceId))];
}

function isListed(text: string, before: NamedFace | undefined, face: NamedFace | undefined): boolean {
  return before !== undefined && face !== undefined && LIST_LINK.test(text.slice(before.end, face.index));
}

interface NamedFace {
  readonly faceId: string;
  readonly index: number;
  readonly end: number;
}

const PLACES: readonly [RegExp, (known: readonly string[]) => string | undefined][] = [
  [/\b(?:on|at|to) the (?:far |very )?left\b(?! (?:side|half|corner))/gi, (known) => known[0]],
  [/\b(?:on|at|to) the (?:far |very )?right\b(?! (?:side|half|corner))/gi, (known) => known.at(-1)],
  [
    /\bin the (?:middle|cent(?:re|er))\b/gi,
    (known) => (known.length % 2 === 1 ? known[(known.length - 1) / 2] : undefined),
  ],
];

/** Faces by id, and by place where there are several: faces are numbered from left to right. */
function facesNamed(text: string, known: readonly string[]): NamedFace[] {
  const placed = (match: RegExpExecArray, faceId: string) => ({
    faceId,
    index: match.index,
    end: match.index + match[0].length,
  });
  const byId = [...text.matchAll(/\bF\d+\b/g)]
    .filter((match) => known.includes(match[0]))
    .map((match) => placed(match, match[0]));
  if (known.length < 2) return byId;
  const byPlace = PLACES.flatMap(([pattern, pick]) => {
    const faceId = pick(known);
    return faceId === undefined ? [] : [...text.matchAll(pattern)].map((match) => placed(match, faceId));
  });
  return [...byId, ...byPlace].sort((a, b) => a.index - b.index);
}
