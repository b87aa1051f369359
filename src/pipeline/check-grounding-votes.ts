import type { EvidenceItem } from "../domain/evidence.ts";
import type { EvidenceLedger } from "../domain/evidence-ledger.ts";
import type { GroundingVerdict } from "../domain/grounding.ts";
import type { Presence, Side } from "../domain/measurement.ts";

type ActionUnitValue = Extract<EvidenceItem["value"], { type: "action-unit" }>;

/** What the ledger says of one assertion, and which items say it. */
export interface Finding {
  readonly verdict: Exclude<GroundingVerdict, "uncited">;
  /** One clause, e.g. `AU12 is present: mesh@1 measured 0.93 (E4)`. */
  readonly reason: string;
  readonly itemIds: readonly string[];
}

/** One action unit that is said to be shown or not. */
export interface SingleAssertion {
  readonly au: string;
  readonly side: Side;
  readonly state: "present" | "absent";
}

/** What one toolbox says on one scale. */
interface Vote {
  readonly presence: Presence;
  readonly items: readonly { readonly item: EvidenceItem; readonly value: ActionUnitValue }[];
}

/**
 * Holds an action unit against every toolbox that measured it on this face, each scale of a toolbox being a witness of
 * its own (OpenFace's intensity and presence models disagree by design). All who can decide must agree.
 */
export function findingFor(assertion: SingleAssertion, faceId: string, ledger: EvidenceLedger): Finding {
  const votes = votesOn(assertion, faceId, ledger);
  const agree = votes.filter(({ presence }) => presence === assertion.state);
  const oppose = votes.filter(({ presence }) => presence !== assertion.state && presence !== "uncertain");
  const name = `${assertion.au}${assertion.side === "both" ? "" : ` (${assertion.side})`}`;
  if (agree.length > 0 && oppose.length > 0) {
    return finding("disputed", `${name} is disputed: ${tell([...agree, ...oppose])}`, [...agree, ...oppose]);
  }
  if (agree.length > 0) return finding("supported", `${name} is ${assertion.state}: ${tell(agree)}`, agree);
  if (oppose.length > 0) {
    return finding("contradicted", `${name} is said to be ${assertion.state}, but ${tell(oppose)}`, oppose);
  }
  if (votes.length > 0) {
    return finding("not-measurable", `${name} can be called neither present nor absent: ${tell(votes)}`, votes);
  }
  return finding(
    "not-measurable",
    `no toolbox in use measured ${name} on ${faceId}${whyNot(assertion.au, ledger)}`,
    [],
  );
}

function whyNot(au: string, ledger: EvidenceLedger): string {
  const unable = ledger.ofKind("not-supported").filter(({ value }) => {
    return value.type === "not-supported" && value.actionUnits.includes(au);
  });
  const told = new Map(unable.map(({ source, id }) => [source.name, `${source.name} does not support it (${id})`]));
  return told.size === 0 ? "" : `: ${[...told.values()].sort().join(", ")}`;
}

/** Every measured value of an action unit on a face, whatever its side. */
export function measuredValues(au: string, faceId: string, ledger: EvidenceLedger): Vote["items"] {
  return ledger.ofFace(faceId, "action-unit").flatMap((item) => {
    return item.value.type === "action-unit" && item.value.au === au ? [{ item, value: item.value }] : [];
  });
}

function votesOn(assertion: SingleAssertion, faceId: string, ledger: EvidenceLedger): Vote[] {
  const witnesses = new Map<string, { item: EvidenceItem; value: ActionUnitValue }[]>();
  for (const { item, value } of measuredValues(assertion.au, faceId, ledger)) {
    const key = `${item.source.name} ${value.scale}`;
    witnesses.set(key, [...(witnesses.get(key) ?? []), { item, value }]);
  }
  return [...witnesses]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, items]) => ({ presence: presenceOnSide(items, assertion.side), items }));
}

/**
 * Reads one witness for a side. An action unit is shown on the whole face when any side shows it (FACS scores it then),
 * and absent when the whole face or both sides lack it. A whole-face measurement can rule a side out but cannot say
 * which side shows what it found.
 */
function presenceOnSide(items: Vote["items"], side: Side): Presence {
  const of = (wanted: Side) =>
    agreed(items.filter(({ value }) => value.side === wanted).map(({ value }) => value.presence));
  const [both, left, right] = [of("both"), of("left"), of("right")];
  if (side !== "both") {
    const own = side === "left" ? left : right;
    if (own !== undefined) return own;
    return both === "absent" ? "absent" : "uncertain";
  }
  if (both === "present" || left === "present" || right === "present") return "present";
  if (both === "absent" || (left === "absent" && right === "absent")) return "absent";
  return "uncertain";
}

/** Several values of one witness for one side count when none opposes another. */
function agreed(values: readonly Presence[]): Presence | undefined {
  if (values.length === 0) return undefined;
  const decided = new Set(values.filter((presence) => presence !== "uncertain"));
  const [only] = decided;
  return decided.size === 1 && only !== undefined ? only : "uncertain";
}

function finding(verdict: Finding["verdict"], reason: string, votes: readonly Vote[]): Finding {
  return { verdict, reason, itemIds: votes.flatMap(({ items }) => items.map(({ item }) => item.id)) };
}

function tell(votes: readonly Vote[]): string {
  return votes.flatMap(({ items }) => items.map(({ item, value }) => tellItem(item, value))).join(", ");
}

/** `mesh@1 measured 0.93 (present, E4)`. */
export function tellItem(item: EvidenceItem, value: ActionUnitValue): string {
  const side = value.side === "both" ? "" : ` on the ${value.side}`;
  const scale = value.scale === "probability" ? "" : ` on ${value.scale}`;
  return `${item.source.name} measured ${Number(value.value.toFixed(2))}${scale}${side} (${value.presence}, ${item.id})`;
}
