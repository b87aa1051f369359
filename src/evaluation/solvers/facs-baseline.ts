import type { EvidenceItem } from "../../domain/evidence.ts";
import { actionUnit } from "../../facs/action-units.ts";
import { facsAnswerText, lookUpFacs } from "../../facs/look-up.ts";
import { findActionUnitMentions } from "../../facs/prose/find-mentions.ts";
import { stemsOf } from "../../facs/prose/words.ts";

/** A choice made without any language model. */
export interface BaselineChoice {
  readonly choice: string | null;
  readonly confidence: number | null;
  readonly reason: string | null;
}

/** Words that questions and options share without meaning anything. */
const EMPTY_WORDS = new Set(
  stemsOf("which what is are of the a an in and or to by action unit units au face facial emotion"),
);

/**
 * The `rules` baseline on questions with options: looks question and options up in the FACS tables and chooses the
 * option whose entries have most in common with the question's. It reads no question in the sense a person does; ties
 * and questions the tables know nothing about are abstentions.
 */
export function chooseByFacs(question: string, options: readonly string[]): BaselineChoice {
  const asked = knownAbout(question);
  const scored = options.map((option) => ({ option, score: similarity(asked, knownAbout(option)) }));
  scored.sort((a, b) => b.score - a.score);
  const [best, next] = scored;
  if (best === undefined || best.score === 0) return abstain("The FACS tables say nothing to this question");
  if (next !== undefined && next.score === best.score) return abstain("Two options fit the FACS tables equally well");
  const total = scored.reduce((sum, { score }) => sum + score, 0);
  return { choice: best.option, confidence: best.score / total, reason: "Nearest entry of the FACS tables" };
}

interface Known {
  readonly units: ReadonlySet<string>;
  readonly words: ReadonlySet<string>;
  readonly entry: ReadonlySet<string>;
}

function knownAbout(text: string): Known {
  const found = lookUpFacs(text);
  const units = new Set(found.actionUnits.map(({ au }) => au));
  const words = meaningful(text);
  return { units, words, entry: new Set([...words, ...(units.size === 0 ? [] : meaningful(facsAnswerText(found)))]) };
}

function meaningful(text: string): Set<string> {
  return new Set(stemsOf(text).filter((stem) => stem.length > 1 && !EMPTY_WORDS.has(stem)));
}

/** Shared units (Jaccard) counted double, plus the share of each side's words found in the other's table entry. */
function similarity(question: Known, option: Known): number {
  const shared = [...option.units].filter((au) => question.units.has(au)).length;
  const all = new Set([...option.units, ...question.units]).size;
  return (
    2 * (all === 0 ? 0 : shared / all) + shareIn(question.words, option.entry) + shareIn(option.words, question.entry)
  );
}

function shareIn(words: ReadonlySet<string>, entry: ReadonlySet<string>): number {
  return words.size === 0 ? 0 : [...words].filter((word) => entry.has(word)).length / words.size;
}

/**
 * The `rules` baseline on statements: reads which action units the statement claims, and holds each against the
 * measurements. Any claim that a measurement contradicts makes it false; all supported, true; otherwise it cannot tell.
 */
export function verifyByMeasurement(statement: string, evidence: readonly EvidenceItem[]): BaselineChoice {
  const mentions = findActionUnitMentions(statement);
  if (mentions.length === 0) return abstain("The statement names no action unit that can be recognised");
  const verdicts = mentions.map(({ anyOf, state }) => {
    const presences = anyOf.flatMap((au) => presencesOf(au, evidence));
    if (presences.includes("present")) return state === "present";
    const decided = presences.length > 0 && presences.every((presence) => presence === "absent");
    return decided ? state === "absent" : null;
  });
  const names = mentions.map(({ anyOf }) => anyOf.map((au) => actionUnit(au)?.name ?? au).join(" or ")).join(", ");
  if (verdicts.includes(false)) return { choice: "false", confidence: null, reason: `Measured otherwise: ${names}` };
  if (verdicts.includes(null)) return { choice: "cannot tell", confidence: null, reason: `Not decided: ${names}` };
  return { choice: "true", confidence: null, reason: `Measured so: ${names}` };
}

function presencesOf(au: string, evidence: readonly EvidenceItem[]): string[] {
  return evidence.flatMap(({ value }) =>
    value.type === "action-unit" && value.au === au && value.side === "both" ? [value.presence] : [],
  );
}

function abstain(reason: string): BaselineChoice {
  return { choice: null, confidence: null, reason };
}
