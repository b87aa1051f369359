import { shareStatistic, type WeightedStatistic } from "../../domain/statistics/weighted-statistic.ts";
import { ClaimOutcome } from "../answer.ts";

/** Number of one answer's claims by what became of them. */
export type ClaimCounts = Readonly<Record<ClaimOutcome, number>>;

/** Counts the claims of one answer. */
export function claimCounts(claims: readonly ClaimOutcome[]): ClaimCounts {
  const counts = Object.fromEntries(ClaimOutcome.options.map((outcome) => [outcome, 0])) as Record<
    ClaimOutcome,
    number
  >;
  for (const outcome of claims) counts[outcome]++;
  return counts;
}

/** Share of all claims of all answers of which one thing became; `null` when nothing was claimed. */
export function claimShareStatistic(answers: readonly ClaimCounts[], outcome: ClaimOutcome): WeightedStatistic {
  return shareStatistic(
    answers.map((counts) => counts[outcome]),
    answers.map((counts) => Object.values(counts).reduce((sum, n) => sum + n, 0)),
  );
}

/** An action unit's state as claimed, and as one toolbox measured it. */
export interface ActionUnitClaims {
  readonly claimedPresent: ReadonlySet<string>;
  readonly measuredPresent: ReadonlySet<string>;
  /** Everything the toolbox measured with a decision, present or absent. */
  readonly decided: ReadonlySet<string>;
}

/** Precision of claimed action units against a toolbox, over those it decided; or recall of those it found present. */
export function actionUnitClaimStatistic(
  answers: readonly ActionUnitClaims[],
  part: "precision" | "recall",
): WeightedStatistic {
  const hits = answers.map(
    ({ claimedPresent, measuredPresent }) => [...claimedPresent].filter((au) => measuredPresent.has(au)).length,
  );
  const bases = answers.map(({ claimedPresent, measuredPresent, decided }) =>
    part === "precision" ? [...claimedPresent].filter((au) => decided.has(au)).length : measuredPresent.size,
  );
  return shareStatistic(hits, bases);
}
