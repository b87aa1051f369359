import { plainValue } from "../../domain/statistics/weighted-statistic.ts";
import type { Answer } from "../answer.ts";
import {
  type ActionUnitClaims,
  actionUnitClaimStatistic,
  type VerdictCounts,
  verdictCounts,
  verdictShareStatistic,
} from "../metrics/faithfulness.ts";
import { defineScorer, type Metric, type ScoredRow, scored, unscored } from "../score.ts";

interface Faithful {
  readonly counts: VerdictCounts;
  readonly byToolbox: ReadonlyMap<string, ActionUnitClaims>;
}

const SHARES = [
  ["claims_supported", "supported", "higher"],
  ["claims_contradicted", "contradicted", "lower"],
  ["claims_disputed", "disputed", null],
  ["claims_not_measurable", "not-measurable", null],
  ["claims_uncited", "uncited", "lower"],
] as const;

/** Whether an explanation says what was measured: shares of verdicts, and action unit claims against each toolbox. */
export function createFaithfulnessScorer() {
  return defineScorer<Faithful>({
    name: "faithfulness",
    description:
      "Claims supported (they agree with measurements, or cite evidence that exists), contradicted, disputed, not measurable, uncited; precision and recall of claimed AUs",
    requires: [],
    score(answer) {
      if (answer.verdicts === null) return unscored("not measured", "The answer's claims were not checked");
      if (answer.verdicts.length === 0) return unscored("abstained", "The judgment makes no claims");
      const counts = verdictCounts(answer.verdicts.map((verdict) => ({ verdict })));
      const share = counts.supported / answer.verdicts.length;
      const explanation = `${counts.supported} of ${answer.verdicts.length} claims agree with measurements or cite evidence that exists, ${counts.contradicted} contradicted`;
      return scored(share, { counts, byToolbox: claimsByToolbox(answer) }, explanation);
    },
    metrics: () =>
      SHARES.map(
        ([name, verdict, better]): Metric<Faithful> => ({
          name,
          better,
          statistic: (rows) =>
            verdictShareStatistic(
              rows.map(({ metadata }) => metadata.counts),
              verdict,
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
  const claimedPresent = new Set(claimedActionUnits.filter(({ state }) => state === "present").map(({ au }) => au));
  const toolboxes = [...new Set(measuredActionUnits.map(({ toolbox }) => toolbox))];
  return new Map(
    toolboxes.map((toolbox) => {
      const decided = measuredActionUnits.filter((one) => one.toolbox === toolbox && one.presence !== "uncertain");
      const present = decided.filter(({ presence }) => presence === "present");
      return [
        toolbox,
        {
          claimedPresent,
          measuredPresent: new Set(present.map(({ au }) => au)),
          decided: new Set(decided.map(({ au }) => au)),
        },
      ];
    }),
  );
}

function toolboxesOf(rows: readonly ScoredRow<Faithful>[]): string[] {
  return [...new Set(rows.flatMap(({ metadata }) => [...metadata.byToolbox.keys()]))].sort();
}
