import { z } from "zod";
import type { JudgedLabel } from "../../domain/judgment.ts";
import { BASIC_LABELS, type LabelProbability } from "../../domain/labels.ts";
import { basicLabelOf } from "../../facs/basic-label.ts";
import { knowledgeFile } from "../../facs/knowledge-file.ts";
import { labelMeantBy } from "./questions/question-targets.ts";

const RelatedLabels = z.strictObject({
  about: z.string(),
  /** Labels that take whatever no other given label takes. */
  rest: z.array(z.string().min(1)),
  kin: z.record(z.string(), z.partialRecord(z.enum(BASIC_LABELS), z.number().min(0).max(1))),
});
const relatedLabels = knowledgeFile(["rules", "label-kin.json"], RelatedLabels);

/** The basic labels that a label is a shade of, and how much; `undefined` when nothing is known of it. */
function relatedTo(label: string): Readonly<Record<string, number>> | undefined {
  const noun = labelMeantBy(label) ?? label;
  const basic = basicLabelOf(label) ?? basicLabelOf(noun);
  if (basic !== undefined) return { [basic]: 1 };
  const { kin } = relatedLabels();
  return kin[label.trim().toLowerCase()] ?? kin[noun.trim().toLowerCase()];
}

/**
 * A distribution over basic labels in the labels that the question gave. A label takes of each basic label the square of
 * how much it is a shade of it, so that one which is mostly something else takes little. Then it is a choice among the
 * labels that were given: what none of them takes goes to a label such as "other" or is left out. `null` where they take
 * less than `LEAST_COVERED`: that is no choice. Where all are categories of the user's own, one that no example was shown of keeps what it was
 * taken to be beforehand, and when examples make none as likely as that, none is chosen. Without given labels everything stays as it is.
 */
export function inGivenLabels(
  distribution: readonly LabelProbability[],
  given: readonly string[] | null,
): JudgedLabel[] | null {
  const known = new Set((given ?? BASIC_LABELS).map((label) => label.toLowerCase()));
  if (given === null) return distribution.map((entry) => ({ ...entry, novel: !known.has(entry.label.toLowerCase()) }));
  const masses = new Map<string, number>();
  const add = (label: string, mass: number) => masses.set(label, (masses.get(label) ?? 0) + mass);
  for (const { label, probability } of distribution) {
    for (const { name, share } of sharesOf(label, given)) add(name, share * probability);
  }
  const taken = [...masses].filter(([label, mass]) => mass > 0 && known.has(label.toLowerCase()));
  const covered = totalOf(taken);
  if (!isOutside(given)) return covered < LEAST_COVERED ? null : asShares(taken);
  const beforehand = (1 - covered) / (BASIC_LABELS.length - 1);
  if (Math.max(0, ...taken.map(([, mass]) => mass)) < Math.max(beforehand, Number.MIN_VALUE)) return null;
  const unshown = given.filter((name) => !masses.has(name)).map((name) => [name, beforehand] as const);
  return asShares([...taken, ...unshown]);
}

type Mass = readonly [label: string, mass: number];

function asShares(masses: readonly Mass[]): JudgedLabel[] {
  const total = totalOf(masses);
  return masses.map(([label, mass]) => ({ label, probability: mass / total, novel: false }));
}

function totalOf(masses: readonly Mass[]): number {
  return masses.reduce((sum, [, mass]) => sum + mass, 0);
}

/** Labels that take less than half of what a face is read as are no choice of words for it. Set by hand, not fitted. */
const LEAST_COVERED = 0.5;

/** Whether no given label is a shade of what networks read: then what they read speaks against none of them. */
function isOutside(given: readonly string[]): boolean {
  return given.every(
    (name) => relatedTo(name) === undefined && !relatedLabels().rest.includes(name.trim().toLowerCase()),
  );
}

/** To which given labels a label's mass goes, in shares that sum to 1. */
function sharesOf(label: string, given: readonly string[]): { name: string; share: number }[] {
  const same = given.find((name) => name.toLowerCase() === label.toLowerCase());
  if (same !== undefined && basicLabelOf(label) === undefined) return [{ name: same, share: 1 }];
  const claims = given.flatMap((name) => {
    const kin = relatedTo(name)?.[label];
    return kin === undefined || kin === 0 ? [] : [{ name, share: kin ** 2 }];
  });
  const total = claims.reduce((sum, { share }) => sum + share, 0);
  if (total >= 1) return claims.map(({ name, share }) => ({ name, share: share / total }));
  const { rest } = relatedLabels();
  const other = given.find((name) => rest.includes(name.trim().toLowerCase()));
  return [...claims, { name: other ?? label, share: 1 - total }];
}

/** The given label that a basic label mostly becomes, for cues about it. */
export function mainLabelFor(label: string, given: readonly string[] | null): string {
  if (given === null) return label;
  const shares = sharesOf(label, given);
  return shares.sort((a, b) => b.share - a.share)[0]?.name ?? label;
}
