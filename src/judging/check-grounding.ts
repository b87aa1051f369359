import { capitalised } from "../domain/capitalised.ts";
import { type Complaint, complaintAt } from "../domain/complaint.ts";
import type { EvidenceItem, EvidenceLedger } from "../domain/evidence.ts";
import type { CheckedClaim, Grounding, GroundingBasis, GroundingVerdict } from "../domain/grounding.ts";
import type { Judgment } from "../domain/judgment.ts";
import type { Scale } from "../domain/measurement.ts";
import { measuredItems } from "../domain/presence.ts";
import { momentsWithin } from "../domain/timeline.ts";
import { basicLabelOf } from "../facs/basic-label.ts";
import { type Assertion, type Claim, claimsIn } from "./check-grounding-claims.ts";
import { type Finding, faceAbsenceFinding, findingFor, labelFinding, tellItem } from "./check-grounding-labels.ts";
import { verdictClaims } from "./check-grounding-verdict.ts";

/**
 * Holds every claim of a judgment against the ledger.
 *
 * A claim about action units, structured or found in its wording, is decided by what all toolboxes measured on that
 * face, whatever it cites: contradicted if they say the opposite, disputed if they differ, not measurable if none can
 * tell. All of a claim's action units must hold. A cue that cites an expression distribution must agree with it about
 * its label. The expressions that a sentence of the answer names must be among those that classifiers or the
 * judgment itself read. Any other claim is supported by citing evidence that exists (its basis then is the citation);
 * whether that evidence means what the claim makes of it is for readers to judge, and they have it before them. A claim that cites nothing, or only another face,
 * is uncited, unless measurements contradict it, which weighs more.
 */
export function checkGrounding(judgment: Judgment, ledger: EvidenceLedger): Grounding {
  const faceIds = ledger.faces().map(({ faceId }) => faceId);
  const checked = claimsIn(judgment, faceIds).map((claim) => checkClaim(claim, { judgment, ledger }));
  const claims = [...checked, ...verdictClaims(judgment, checked)];
  return { claims, shares: sharesOf(claims), askedAgain: false };
}

/** One complaint for each contradicted claim, to ask the model again with. */
export function contradictionComplaints(grounding: Grounding): Complaint[] {
  return grounding.claims
    .filter(({ verdict }) => verdict === "contradicted")
    .map(({ path, part, statement, reason }) => {
      const says = `says "${statement}", which ${part === "verdict" ? "its own parts" : "the measurements"} contradict: ${reason}. Correct or drop it`;
      return complaintAt(path, "contradicted", says);
    });
}

interface Against {
  readonly judgment: Judgment;
  readonly ledger: EvidenceLedger;
}

function checkClaim(claim: Claim, against: Against): CheckedClaim {
  const { path, part, faceId, statement, evidenceIds } = claim;
  const decided = decide(claim, against);
  return { path, part, faceId, statement, evidenceIds: [...evidenceIds], ...decided };
}

interface Decision {
  readonly verdict: GroundingVerdict;
  readonly basis: GroundingBasis | null;
  readonly reason: string;
}

function decide(claim: Claim, { judgment, ledger }: Against): Decision {
  const cited = claim.evidenceIds.flatMap((id) => ledger.get(id) ?? []);
  const citation = citationFault(claim, cited);
  const findings = claim.assertions.map((assertion) => assertionFinding(assertion, ledger));
  const measured =
    worst(findings) ?? (claim.part === "answer" ? faceAbsenceFinding(claim.statement, ledger) : undefined);
  const expression =
    claim.part === "answer" && measured === undefined
      ? labelFinding(claim.statement, claim.faceIds, { judgment, ledger })
      : expressionFinding(claim, cited);
  const decided = joined(measured, expression);
  if (decided?.verdict === "contradicted" || decided?.verdict === "disputed") return decided;
  if (citation !== undefined) return { verdict: "uncited", basis: null, reason: capitalised(citation) };
  if (decided !== undefined) return decided;
  if (cited.length === 0) {
    const reason = "It cites no evidence and names nothing that was measured";
    return { verdict: "uncited", basis: null, reason };
  }
  return {
    verdict: "supported",
    basis: "citation",
    reason: capitalised(`it cites ${cited.map(({ id, kind }) => `${id} (${kind})`).join(", ")}`),
  };
}

/** The measurements and the cited expression together: where one confirms what the other denies, it is disputed. */
function joined(measured: Finding | undefined, expression: Finding | undefined): Decision | undefined {
  if (measured === undefined || expression === undefined) {
    const only = measured ?? expression;
    return only === undefined
      ? undefined
      : decisionOf(only.verdict, only.reason, only === measured || only.itemIds.length > 0);
  }
  const reason = `${measured.reason}; ${expression.reason}`;
  const both = [measured.verdict, expression.verdict];
  if (both.includes("supported") && both.includes("contradicted")) return decisionOf("disputed", reason, true);
  return decisionOf(SEVERITY.find((verdict) => both.includes(verdict)) ?? measured.verdict, reason, true);
}

function decisionOf(verdict: GroundingVerdict, reason: string, isMeasured: boolean): Decision {
  const basis = isMeasured ? "measurements" : "citation";
  return { verdict, basis: verdict === "supported" ? basis : null, reason: capitalised(reason) };
}

const SEVERITY = ["contradicted", "disputed", "not-measurable", "supported"] as const;

/** A claim is as good as the worst of its parts. */
function worst(findings: readonly Finding[]): Finding | undefined {
  const verdict = SEVERITY.find((candidate) => findings.some((finding) => finding.verdict === candidate));
  if (verdict === undefined) return undefined;
  return merged(
    verdict,
    findings.filter((finding) => finding.verdict === verdict),
  );
}

/** Where either of several will do, it is as good as the best. */
function best(findings: readonly Finding[]): Finding {
  const verdict = SEVERITY.findLast((candidate) => findings.some((finding) => finding.verdict === candidate));
  return merged(
    verdict ?? "not-measurable",
    findings.filter((finding) => finding.verdict === verdict),
  );
}

function merged(verdict: Finding["verdict"], findings: readonly Finding[]): Finding {
  const reasons = [...new Set(findings.map(({ reason }) => reason))];
  return { verdict, reason: reasons.join("; "), itemIds: findings.flatMap(({ itemIds }) => itemIds) };
}

function assertionFinding(assertion: Assertion, ledger: EvidenceLedger): Finding {
  if (assertion.faceIds.length === 0) {
    return { verdict: "not-measurable", reason: "no face was measured that could show it", itemIds: [] };
  }
  const findings = assertion.faceIds.map((faceId) => findingOnFace(assertion, faceId, ledger));
  return (assertion.of === "each" ? worst(findings) : undefined) ?? best(findings);
}

function findingOnFace(assertion: Assertion, faceId: string, ledger: EvidenceLedger): Finding {
  const quote = quoteFinding(assertion, faceId, ledger);
  if (quote !== undefined) return quote;
  const findings = assertion.anyOf.map((au) => sidedFinding(assertion, au, { faceId, ledger }));
  // Wording that may mean several action units is decided by those that somebody measured.
  const measured = findings.filter(({ itemIds }) => itemIds.length > 0);
  const deciding = measured.length > 0 ? measured : findings;
  return assertion.state === "present" ? best(deciding) : (worst(deciding) ?? best(findings));
}

/** Prose seldom says whose left it means, so a side in prose holds when either reading does. */
function sidedFinding(assertion: Assertion, au: string, on: { faceId: string; ledger: EvidenceLedger }): Finding {
  const sides = assertion.fromProse && assertion.side !== "both" ? (["left", "right"] as const) : [assertion.side];
  return best(
    sides.map((side) =>
      findingFor({ au, side, state: assertion.state, window: assertion.window }, on.faceId, on.ledger),
    ),
  );
}

/** How far apart the ends of each scale are; a quoted number may be off by a twentieth of it. */
const SCALE_SPAN: Readonly<Record<Scale, number>> = {
  probability: 1,
  binary: 1,
  "intensity-0-5": 5,
  "percent-0-100": 100,
  "log-odds": 5,
};
const QUOTE_TOLERANCE = 0.05;
/** Of a clip there is one for each frame. */
const MOST_TOLD = 6;

/** A number quoted with a code must be one that was measured; "AU4 (0.05)" then reports it and claims no more. */
function quoteFinding(assertion: Assertion, faceId: string, ledger: EvidenceLedger): Finding | undefined {
  const { statedValue, anyOf, state } = assertion;
  const [au] = anyOf;
  if (statedValue === null || au === undefined) return undefined;
  const moments = momentsWithin(ledger.ofFace(faceId, "action-unit"), assertion.window);
  const measured = measuredItems(moments, au);
  if (measured.length === 0) return undefined;
  const quoted = measured.filter(({ value }) => {
    const range = SCALE_SPAN[value.scale];
    const candidates = value.scale === "percent-0-100" ? [statedValue, statedValue * 100] : [statedValue];
    return candidates.some((candidate) => Math.abs(candidate - value.value) <= QUOTE_TOLERANCE * range);
  });
  const told = (list: typeof measured) => list.slice(0, MOST_TOLD).map(tellItem).sort().join(", ");
  if (quoted.length === 0) {
    const reason = `${au} is quoted as ${statedValue}, but ${told(measured)}`;
    return { verdict: "contradicted", reason, itemIds: [...new Set(measured.map(({ item }) => item.id))] };
  }
  if (state === "absent") return undefined;
  return {
    verdict: "supported",
    reason: `as quoted, ${told(quoted)}`,
    itemIds: [...new Set(quoted.map(({ item }) => item.id))],
  };
}

/** From which probability on a classifier is taken to see a label, and below which not to. */
const LABEL_SEEN_FROM = 0.25;
const LABEL_NOT_SEEN_BELOW = 0.1;
/** A cue against a label that a cited classifier gives this much is against its own evidence. */
const LABEL_DOMINANT_FROM = 0.5;

/** A cue that cites an expression distribution of its face must agree with it about its label. */
function expressionFinding(claim: Claim, cited: readonly EvidenceItem[]): Finding | undefined {
  const { label, faceId } = claim;
  if (label === null || faceId === null) return undefined;
  const findings = cited.flatMap((item): Finding[] => {
    if (item.kind !== "expression" || item.faceId !== faceId || item.value.type !== "distribution") return [];
    const probability = probabilityOf(label.label, item.value.distribution);
    if (probability === undefined) return [];
    const reason = `${item.source.name} gives ${label.label} ${Number(probability.toFixed(3))} (${item.id})`;
    return [{ verdict: labelVerdict(label.direction, probability), reason, itemIds: [item.id] }];
  });
  const verdicts = findings.map(({ verdict }) => verdict);
  if (verdicts.includes("supported") && verdicts.includes("contradicted")) return merged("disputed", findings);
  return worst(findings);
}

function probabilityOf(label: string, distribution: readonly { label: string; probability: number }[]) {
  const wanted = basicLabelOf(label) ?? label.trim().toLowerCase();
  return distribution.find((entry) => (basicLabelOf(entry.label) ?? entry.label.toLowerCase()) === wanted)?.probability;
}

function labelVerdict(direction: "for" | "against", probability: number): Finding["verdict"] {
  if (direction === "for") {
    if (probability >= LABEL_SEEN_FROM) return "supported";
    return probability < LABEL_NOT_SEEN_BELOW ? "contradicted" : "not-measurable";
  }
  if (probability >= LABEL_DOMINANT_FROM) return "contradicted";
  return probability < LABEL_SEEN_FROM ? "supported" : "not-measurable";
}

/** What is wrong with a claim's citations, `undefined` when nothing is. */
function citationFault(claim: Claim, cited: readonly EvidenceItem[]): string | undefined {
  const unknown = claim.evidenceIds.length - cited.length;
  if (!claim.mustCite) return unknown > 0 ? "it cites evidence that does not exist" : undefined;
  if (claim.evidenceIds.length === 0) return "it cites no evidence";
  if (cited.length === 0) return `${claim.evidenceIds.join(", ")} is not in the ledger`;
  const { faceId, statement } = claim;
  if (faceId === null) return undefined;
  const mayMean = (item: EvidenceItem) =>
    item.faceId === null || item.faceId === faceId || new RegExp(`\\b${item.faceId}\\b`).test(statement);
  if (cited.some(mayMean)) return undefined;
  const others = cited.map(({ id, faceId: other }) => `${id} is about ${other}`).join(", ");
  return `${others}, not about ${faceId}`;
}

function sharesOf(claims: readonly CheckedClaim[]): Grounding["shares"] {
  if (claims.length === 0) return null;
  const share = (verdict: GroundingVerdict) =>
    claims.filter((claim) => claim.verdict === verdict).length / claims.length;
  return {
    supported: share("supported"),
    contradicted: share("contradicted"),
    disputed: share("disputed"),
    notMeasurable: share("not-measurable"),
    uncited: share("uncited"),
  };
}
