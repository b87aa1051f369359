import { z } from "zod";
import { patternOf } from "../../../domain/pattern-of.ts";
import { knowledgeFile } from "../../../facs/knowledge-file.ts";
import { findActionUnitMentions } from "../../../facs/prose/find-mentions.ts";

const Words = z.array(z.string().min(1)).min(1);
const questionWords = knowledgeFile(
  ["rules", "question-words.json"],
  z.strictObject({
    about: z.string(),
    labels: z.record(z.string(), Words),
    smiles: z.record(z.string(), Words),
    /** Those of them that ask whether it is felt, which its type does not tell. */
    felt: Words,
    parts: z.array(z.strictObject({ words: Words, units: Words })),
    affect: z.record(z.enum(["valence", "arousal"]), z.strictObject({ high: Words, low: Words })),
  }),
);

/** What a question is about. */
export type Target =
  | { readonly type: "label"; readonly label: string }
  /** `null`: a smile of any type. */
  | { readonly type: "smile"; readonly smile: string | null }
  | { readonly type: "action-unit"; readonly anyOf: readonly string[]; readonly words: string }
  | { readonly type: "affect"; readonly dimension: "valence" | "arousal"; readonly end: "high" | "low" };

/** A smile that takes in the eyes: "Does the smile reach the eyes?", "Is she smiling with her eyes?" */
const WITH_THE_EYES =
  /\b(?:reach(?:es|ed|ing)?|tak(?:es?|ing) in|involv(?:es?|ing)|includ(?:es?|ing)|with) (?:the|her|his|their|both) eyes\b|\beyes (?:\w+ )?(?:smil\w+|join)|\bcrow's feet\b/i;
const SMILE = /\b(?:([a-z-]+)\s+)?(?:smil(?:e|es|ed|ing)|grin(?:s|ning)?)\b/gi;

/** Everything that a question names: smiles, labels, action units, core affect, in this order and each once. */
export function findTargets(text: string, labels: readonly string[] | null): Target[] {
  const smiles = [...text.matchAll(SMILE)].map(([words, before = ""], at): Target => {
    const after =
      /^(?: (?:is|was|looks|seems|really|a|all|only|just|merely|very|rather))* (\w+)/.exec(
        text.slice(text.indexOf(words) + words.length),
      )?.[1] ?? "";
    const named = smileTypeOf(before.toLowerCase()) ?? (at === 0 ? smileTypeOf(after) : null);
    return { type: "smile", smile: named ?? (WITH_THE_EYES.test(text) ? "Duchenne" : null) };
  });
  // The words of a smile are no labels: an embarrassed smile is a type of smile.
  const rest = text.replace(SMILE, " ");
  const units = smiles.length > 0 ? [] : unitTargets(rest);
  const all = [...smiles, ...labelTargets(rest, labels), ...units, ...affectTargets(rest)];
  const told = all.map((target) => JSON.stringify(target));
  return all.filter((_target, at) => told.indexOf(told[at] ?? "") === at);
}

/** The label that a word means: "irritated" is irritation; `undefined` where none is known. */
export function labelMeantBy(word: string): string | undefined {
  const lower = word.trim().toLowerCase();
  return Object.entries(questionWords().labels).find(([, words]) => words.includes(lower))?.[0];
}

function smileTypeOf(word: string): string | null {
  return Object.entries(questionWords().smiles).find(([, words]) => words.includes(word))?.[0] ?? null;
}

/** Whether a question about a smile is also one about what is felt. */
export function asksWhetherFelt(question: string): boolean {
  const lower = question.toLowerCase();
  return questionWords().felt.some((word) => hasWord(lower, word));
}

/** The action units of the part of the face that is named; `null` when none is. */
export function unitsOfPart(lower: string): readonly string[] | null {
  return questionWords().parts.find(({ words }) => words.some((word) => hasWord(lower, word)))?.units ?? null;
}

function labelTargets(text: string, given: readonly string[] | null): Target[] {
  const lower = text.toLowerCase();
  const asGiven = (given ?? []).filter((label) => hasWord(lower, label.toLowerCase()));
  const known = Object.entries(questionWords().labels)
    // A given label is itself and no word for another: of "joy", happiness is not asked beside.
    .map(([label, words]) => ({
      label,
      words: words.filter((word) => !asGiven.some((name) => name.toLowerCase() === word)),
    }))
    .map(({ label, words }) => ({ label, at: Math.min(...words.map((word) => wordAt(lower, word))) }))
    .filter(({ label, at }) => Number.isFinite(at) && !asGiven.some((name) => name.toLowerCase() === label))
    .sort((a, b) => a.at - b.at);
  const named = known.map(({ label }) => given?.find((name) => name.toLowerCase() === label) ?? label);
  return [...asGiven, ...named].map((label) => ({ type: "label", label }));
}

function unitTargets(text: string): Target[] {
  // A question asks whether something is so: what it denies, affirms and supposes is asked about alike.
  return findActionUnitMentions(text.replace(/\?|\b(?:would|should|if|whether)\b/gi, "")).map(({ anyOf, words }) => ({
    type: "action-unit",
    anyOf,
    words,
  }));
}

function affectTargets(text: string): Target[] {
  const lower = text.toLowerCase();
  return Object.entries(questionWords().affect).flatMap(([dimension, ends]): Target[] => {
    const end = (["high", "low"] as const).find((name) => ends[name].some((word) => hasWord(lower, word)));
    return end === undefined ? [] : [{ type: "affect", dimension: dimension as "valence" | "arousal", end }];
  });
}

function hasWord(lower: string, word: string): boolean {
  return Number.isFinite(wordAt(lower, word));
}

function wordAt(lower: string, word: string): number {
  // Most words are not there at all, which is seen without making an expression of each.
  if (!lower.includes(word)) return Number.POSITIVE_INFINITY;
  const at = lower.search(new RegExp(`(?<![\\p{L}\\p{N}])${patternOf(word)}(?![\\p{L}\\p{N}])`, "u"));
  return at === -1 ? Number.POSITIVE_INFINITY : at;
}

/** Whom a question is about. */
export interface FacesMeant {
  readonly faceIds: readonly string[];
  /** Ids and places that are named and are no face of the image. */
  readonly unknown: readonly string[];
  /** The one that is named first. */
  readonly first: string | undefined;
}

const PERSON = "(?:person|face|one|man|woman|boy|girl|child|lady|guy|people)";
/** Places of people in an image, whose faces are numbered from left to right. */
const LEFT = new RegExp(
  `\\b(?:left(?:most)?|left-hand) ${PERSON}\\b|\\b${PERSON} (?:\\w+ )?(?:on|at|to) the (?:far )?left\\b`,
  "i",
);
const RIGHT = new RegExp(
  `\\b(?:right(?:most)?|right-hand) ${PERSON}\\b|\\b${PERSON} (?:\\w+ )?(?:on|at|to) the (?:far )?right\\b`,
  "i",
);
const MIDDLE = new RegExp(
  `\\b(?:middle|central) ${PERSON}\\b|\\b${PERSON} (?:\\w+ )?in the (?:middle|cent(?:re|er))\\b`,
  "i",
);

const ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth"];
/** "the second person from the left" */
const COUNTED = new RegExp(
  `\\b(${ORDINALS.join("|")}) (?:${PERSON} )?(?:from|on|at) the (left|right)\\b|\\b(${ORDINALS.join("|")}) ${PERSON}\\b`,
  "gi",
);

function countedPlaces(text: string, known: readonly string[]) {
  return [...text.matchAll(COUNTED)].map(({ index, 1: number, 2: side, 3: alone }) => {
    const ordinal = (number ?? alone ?? "").toLowerCase();
    const at = ORDINALS.indexOf(ordinal);
    return { ordinal, faceId: known.at(side?.toLowerCase() === "right" ? -1 - at : at), at: index };
  });
}

/** The faces that a question names by id or place, in the image's order; all when it names none. */
export function findFaces(text: string, known: readonly string[]): FacesMeant {
  const ids = [...new Set((text.match(/\bF\d+\b/gi) ?? []).map((id) => id.toUpperCase()))];
  const counted = countedPlaces(text, known);
  const middle = known.length % 2 === 1 ? known[(known.length - 1) / 2] : undefined;
  const places = [
    { faceId: known[0], at: text.search(LEFT) },
    { faceId: middle, at: text.search(MIDDLE) },
    { faceId: known.at(-1), at: text.search(RIGHT) },
    ...counted,
    ...ids.map((faceId) => ({ faceId, at: text.search(new RegExp(`\\b${faceId}\\b`, "i")) })),
  ].filter(({ at }) => at !== -1);
  const named = known.filter((faceId) => places.some((place) => place.faceId === faceId));
  const unknown = [
    ...ids.filter((id) => !known.includes(id)),
    ...counted.flatMap(({ ordinal, faceId }) => (faceId === undefined ? [`${ordinal} person`] : [])),
  ];
  const [first] = places.sort((a, b) => a.at - b.at);
  return { faceIds: named.length === 0 ? known : named, unknown, first: first?.faceId };
}
