import type { EvidenceLedger } from "../domain/evidence-ledger.ts";
import type { GroundingVerdict } from "../domain/grounding.ts";
import type { Side } from "../domain/measurement.ts";
import { type MeasuredItem, type PresenceVote, presenceVotes } from "../domain/presence-votes.ts";

/** What the ledger says of one assertion, and which items say it. */
export interface Finding {
  readonly verdict: Exclude<GroundingVerdict, "uncited">;
  /** One clause, e.g. `AU12 is present: mesh@2 measured 0.93 (present, E4)`. */
  readonly reason: string;
  readonly itemIds: readonly string[];
}

/** One action unit that is said to be shown or not. */
export interface SingleAssertion {
  readonly au: string;
  readonly side: Side;
  readonly state: "present" | "absent";
}

/** Holds an action unit against every toolbox that measured it on this face. All who can decide must agree. */
export function findingFor(assertion: SingleAssertion, faceId: string, ledger: EvidenceLedger): Finding {
  const votes = presenceVotes(ledger.ofFace(faceId, "action-unit"), assertion.au, assertion.side);
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

function finding(verdict: Finding["verdict"], reason: string, votes: readonly PresenceVote[]): Finding {
  return { verdict, reason, itemIds: votes.flatMap(({ items }) => items.map(({ item }) => item.id)) };
}

function tell(votes: readonly PresenceVote[]): string {
  return votes.flatMap(({ items }) => items.map(tellItem)).join(", ");
}

/** `mesh@2 measured 0.93 (present, E4)`. */
export function tellItem({ item, value }: MeasuredItem): string {
  const side = value.side === "both" ? "" : ` on the ${value.side}`;
  const scale = value.scale === "probability" ? "" : ` on ${value.scale}`;
  return `${item.source.name} measured ${Number(value.value.toFixed(2))}${scale}${side} (${value.presence}, ${item.id})`;
}
