import type { GroundingVerdict } from "../domain/grounding.ts";

/** What the ledger says of one part of a claim, and which items say it. */
export interface Finding {
  readonly verdict: Exclude<GroundingVerdict, "uncited">;
  /** One clause, e.g. `AU12 is present: mesh@5 measured 0.93 (present, E4)`. */
  readonly reason: string;
  readonly itemIds: readonly string[];
}

/** The worst first. */
export const SEVERITY = ["contradicted", "disputed", "not-measurable", "supported"] as const;

/** A claim is as good as the worst of its parts. */
export function worst(findings: readonly Finding[]): Finding | undefined {
  const verdict = SEVERITY.find((candidate) => findings.some((finding) => finding.verdict === candidate));
  if (verdict === undefined) return undefined;
  return merged(
    verdict,
    findings.filter((finding) => finding.verdict === verdict),
  );
}

/** Where either of several will do, it is as good as the best. */
export function best(findings: readonly Finding[]): Finding {
  const verdict = SEVERITY.findLast((candidate) => findings.some((finding) => finding.verdict === candidate));
  return merged(
    verdict ?? "not-measurable",
    findings.filter((finding) => finding.verdict === verdict),
  );
}

export function merged(verdict: Finding["verdict"], findings: readonly Finding[]): Finding {
  const reasons = [...new Set(findings.map(({ reason }) => reason))];
  return { verdict, reason: reasons.join("; "), itemIds: findings.flatMap(({ itemIds }) => itemIds) };
}
