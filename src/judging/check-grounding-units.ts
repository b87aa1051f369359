import type { TimeWindow } from "../domain/evidence.ts";
import type { EvidenceLedger } from "../domain/evidence-ledger.ts";
import type { Scale, Side } from "../domain/measurement.ts";
import { type MeasuredItem, measuredItems, type PresenceVote, presenceVotes } from "../domain/presence.ts";
import { windowText } from "../domain/stated-times.ts";
import { isOfClip, itemsWithin, momentsWithin } from "../domain/timeline.ts";
import type { Assertion } from "./check-grounding-claims.ts";
import { best, type Finding, worst } from "./check-grounding-finding.ts";

/** Holds what a claim says of action units against what all toolboxes measured on the faces that it is about. */
export function assertionFinding(assertion: Assertion, ledger: EvidenceLedger): Finding {
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
/** How far a quoted number may be from the measured one: in words people round. Set by hand, not fitted. */
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

/** One action unit that is said to be shown or not. */
interface SingleAssertion {
  readonly au: string;
  readonly side: Side;
  readonly state: "present" | "absent";
  /** When in a clip; `null` for any time, and for images. */
  readonly window: TimeWindow | null;
}

/** Holds an action unit against every toolbox that measured it on this face. All who can decide must agree. */
function findingFor(assertion: SingleAssertion, faceId: string, ledger: EvidenceLedger): Finding {
  const items = itemsWithin(ledger.ofFace(faceId, "action-unit"), assertion.window);
  const votes = presenceVotes(items, assertion.au, assertion.side);
  const agree = votes.filter(({ presence }) => presence === assertion.state);
  const oppose = votes.filter(({ presence }) => presence !== assertion.state && presence !== "uncertain");
  const when = assertion.window !== null && isOfClip(ledger.items()) ? ` ${windowText(assertion.window)}` : "";
  const name = `${assertion.au}${assertion.side === "both" ? "" : ` (${assertion.side})`}${when}`;
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

/** `mesh@5 measured 0.93 (present, E4)`. */
function tellItem({ item, value }: MeasuredItem): string {
  const side = value.side === "both" ? "" : ` on the ${value.side}`;
  const scale = value.scale === "probability" ? "" : ` on ${value.scale}`;
  const when = item.time === undefined ? "" : ` at ${Number(item.time.fromS.toFixed(2))} s`;
  return `${item.source.name} measured ${Number(value.value.toFixed(2))}${scale}${side}${when} (${value.presence}, ${item.id})`;
}
