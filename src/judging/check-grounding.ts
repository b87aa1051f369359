import { capitalised } from "../domain/capitalised.ts";
import { type Complaint, complaintAt } from "../domain/complaint.ts";
import type { EvidenceItem } from "../domain/evidence.ts";
import type { EvidenceLedger } from "../domain/evidence-ledger.ts";
import type { CheckedClaim, Grounding, GroundingBasis, GroundingVerdict } from "../domain/grounding.ts";
import type { Judgment } from "../domain/judgment.ts";
import { type Claim, claimsIn } from "./check-grounding-claims.ts";
import { type Finding, SEVERITY, worst } from "./check-grounding-finding.ts";
import { expressionFinding, faceAbsenceFinding, labelFinding } from "./check-grounding-labels.ts";
import { saidFinding, saidIn, withoutSaid } from "./check-grounding-said.ts";
import { assertionFinding } from "./check-grounding-units.ts";
import { verdictClaims } from "./check-grounding-verdict.ts";
import { voiceFault, voiceFinding } from "./check-grounding-voice.ts";

/**
 * Holds every claim of a judgment against the ledger.
 *
 * Quotes of what is said are held against the utterances, and what is said of a voice against what was heard; one of how
 * somebody sounds that cites nothing heard is uncited. A claim about action units, structured or found in its wording, is
 * decided by what all toolboxes measured on that face, whatever it cites: contradicted if they say the opposite, disputed if they differ, not measurable if none can
 * tell. All of a claim's action units must hold. A cue that cites an expression distribution must agree with it about
 * its label. The expressions that a sentence of the answer names must be among those that classifiers or the
 * judgment itself read. Any other claim is supported by citing evidence that exists (its basis then is the citation);
 * whether that evidence means what the claim makes of it is for readers to judge, and they have it before them. A claim
 * that cites nothing, or only another face,
 * is uncited, unless measurements contradict it, which weighs more.
 */
export function checkGrounding(judgment: Judgment, ledger: EvidenceLedger): Grounding {
  const faceIds = ledger.faces().map(({ faceId }) => faceId);
  const said = saidIn(ledger);
  const checked = claimsIn(judgment, faceIds, (text) => withoutSaid(text, said)).map((claim) =>
    checkClaim(claim, { judgment, ledger }),
  );
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
  const voice = voiceFinding(claim, ledger);
  const citation = citationFault(claim, cited) ?? (voice === undefined ? voiceFault(claim, cited) : undefined);
  const findings = claim.assertions.map((assertion) => assertionFinding(assertion, ledger));
  const heard = [saidFinding(claim, ledger), voice].filter((found) => found !== undefined);
  const measured =
    worst([...findings, ...heard]) ?? (claim.part === "answer" ? faceAbsenceFinding(claim.prose, ledger) : undefined);
  const expression =
    claim.part === "answer" && measured === undefined
      ? labelFinding(claim.prose, claim.faceIds, { judgment, ledger })
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
