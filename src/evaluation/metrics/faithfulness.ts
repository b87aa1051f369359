import { shareStatistic, type WeightedStatistic } from "../../domain/statistics/weighted-statistic.ts";
import { type Answer, ClaimOutcome } from "../answer.ts";

/** Number of one answer's claims by what became of them. */
export type ClaimCounts = Readonly<Record<ClaimOutcome, number>>;

const NONE = Object.fromEntries(ClaimOutcome.options.map((outcome) => [outcome, 0])) as ClaimCounts;

/** Counts the claims of one answer. */
export function claimCounts(claims: readonly ClaimOutcome[]): ClaimCounts {
  const counts: Record<ClaimOutcome, number> = { ...NONE };
  for (const outcome of claims) counts[outcome]++;
  return counts;
}

function claimsIn(counts: ClaimCounts): number {
  let claims = 0;
  for (const outcome of ClaimOutcome.options) claims += counts[outcome];
  return claims;
}

/** Share of all claims of all answers of which one thing became; `null` when nothing was claimed. */
export function claimShareStatistic(answers: readonly ClaimCounts[], outcome: ClaimOutcome): WeightedStatistic {
  return shareStatistic(
    answers.map((counts) => counts[outcome]),
    answers.map(claimsIn),
  );
}

/** Action units that one answer claims present, against one toolbox: each counts once, whatever is said of its sides. */
export interface ActionUnitClaims {
  /** Claimed, of those about which the toolbox decided. */
  readonly claimed: number;
  /** Found present by the toolbox. */
  readonly present: number;
  /** Both. */
  readonly hits: number;
}

/** What one answer claims present against what one toolbox measured. */
export function claimsAgainst(units: Answer["measuredActionUnits"], claimed: ReadonlySet<string>): ActionUnitClaims {
  const decided = new Set<string>();
  const present = new Set<string>();
  for (const { au, presence } of units) {
    if (presence !== "uncertain") decided.add(au);
    if (presence === "present") present.add(au);
  }
  const among = (known: ReadonlySet<string>) => [...claimed].filter((au) => known.has(au)).length;
  return { claimed: among(decided), present: present.size, hits: among(present) };
}

/** Precision of claimed action units against a toolbox, over those it decided; or recall of those it found present. */
export function actionUnitClaimStatistic(
  answers: readonly ActionUnitClaims[],
  part: "precision" | "recall",
): WeightedStatistic {
  return shareStatistic(
    answers.map(({ hits }) => hits),
    answers.map(({ claimed, present }) => (part === "precision" ? claimed : present)),
  );
}
