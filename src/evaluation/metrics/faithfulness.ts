import type { CheckedClaim, GroundingVerdict } from "../../domain/grounding.ts";
import { shareStatistic, type WeightedStatistic } from "../../domain/statistics/weighted-statistic.ts";

/** Number of one answer's claims by what became of them. */
export type VerdictCounts = Readonly<Record<GroundingVerdict, number>>;

/** Counts the claims of one answer by verdict. */
export function verdictCounts(claims: readonly Pick<CheckedClaim, "verdict">[]): VerdictCounts {
  const counts = { supported: 0, contradicted: 0, disputed: 0, "not-measurable": 0, uncited: 0 };
  for (const { verdict } of claims) counts[verdict]++;
  return counts;
}

/** Share of all claims of all answers with one verdict; `null` when nothing was claimed. */
export function verdictShareStatistic(answers: readonly VerdictCounts[], verdict: GroundingVerdict): WeightedStatistic {
  return shareStatistic(
    answers.map((counts) => counts[verdict]),
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
