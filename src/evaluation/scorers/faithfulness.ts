import { groupBy } from "../../domain/group-by.ts";
import { plainValue } from "../../domain/statistics/weighted-statistic.ts";
import type { Answer } from "../answer.ts";
import {
  type ActionUnitClaims,
  actionUnitClaimStatistic,
  type ClaimCounts,
  claimCounts,
  claimShareStatistic,
  claimsAgainst,
} from "../metrics/faithfulness.ts";
import { defineScorer, type Metric, type ScoredRow, scored, unscored } from "../score.ts";

interface Faithful {
  readonly counts: ClaimCounts;
  readonly byToolbox: ReadonlyMap<string, ActionUnitClaims>;
}

const SHARES = [
  ["claims_agreeing", "agrees", "higher"],
  ["claims_citing", "cites", null],
  ["claims_contradicted", "contradicted", "lower"],
  ["claims_disputed", "disputed", null],
  ["claims_not_measurable", "not-measurable", null],
  ["claims_uncited", "uncited", "lower"],
] as const;

/** Whether an explanation says what was measured: shares of what became of its claims, and action unit claims against each toolbox. */
export function createFaithfulnessScorer() {
  return defineScorer<Faithful>({
    name: "faithfulness",
    description:
      "Claims that agree with measurements, that only cite evidence, that are contradicted, disputed, not measurable, uncited; precision and recall of claimed AUs",
    requires: [],
    score(answer) {
      if (answer.verdicts === null) return unscored("not measured", "The answer's claims were not checked");
      if (answer.verdicts.length === 0) return unscored("abstained", "The judgment makes no claims");
      const counts = claimCounts(answer.verdicts);
      if (counts.supported > 0) {
        return unscored("not measured", "The answer was kept before agreeing and citing claims were counted apart");
      }
      const explanation = `Of ${answer.verdicts.length} claims ${counts.agrees} agree with measurements, ${counts.cites} cite evidence, ${counts.contradicted} are contradicted`;
      return scored(
        counts.agrees / answer.verdicts.length,
        { counts, byToolbox: claimsByToolbox(answer) },
        explanation,
      );
    },
    metrics: () =>
      SHARES.map(
        ([name, outcome, better]): Metric<Faithful> => ({
          name,
          better,
          statistic: (rows) =>
            claimShareStatistic(
              rows.map(({ metadata }) => metadata.counts),
              outcome,
            ),
        }),
      ),
    tables: (rows) => [
      {
        type: "table",
        title: "Claimed action units against each toolbox",
        headers: ["toolbox", "answers", "precision", "recall"],
        rows: toolboxesOf(rows).map((toolbox) => {
          const claims = rows.flatMap(({ metadata }) => metadata.byToolbox.get(toolbox) ?? []);
          const value = (part: "precision" | "recall") =>
            plainValue(actionUnitClaimStatistic(claims, part), claims.length);
          return [toolbox, claims.length, value("precision"), value("recall")];
        }),
      },
    ],
  });
}

function claimsByToolbox({ claimedActionUnits, measuredActionUnits }: Answer): ReadonlyMap<string, ActionUnitClaims> {
  const claimed = new Set(claimedActionUnits.flatMap(({ au, state }) => (state === "present" ? [au] : [])));
  const byToolbox = groupBy(measuredActionUnits, ({ toolbox }) => toolbox);
  return new Map([...byToolbox].map(([toolbox, units]) => [toolbox, claimsAgainst(units, claimed)]));
}

function toolboxesOf(rows: readonly ScoredRow<Faithful>[]): string[] {
  return [...new Set(rows.flatMap(({ metadata }) => [...metadata.byToolbox.keys()]))].sort();
}
