import type { Judgment } from "../../domain/judgment.ts";
import type { ConversationState, MadeCall } from "./conversation-state.ts";
import { viewOf } from "./evidence-view.ts";
import { judgeEvidence } from "./judge-evidence.ts";
import { repaired } from "./repair.ts";

/** A bound tool as the baseline sees it. */
export interface BoundTool {
  readonly name: string;
  /** Names of its arguments. */
  readonly parameters: readonly string[];
}

/** What the baseline does next: some calls at once, or the judgment. */
export type NextStep =
  | { readonly type: "calls"; readonly calls: readonly MadeCall[]; readonly says: string }
  | { readonly type: "judgment"; readonly judgment: Judgment; readonly says: string };

/** More calls than this for faces one by one are left out: `list_evidence` then has the rest. */
const MAXIMUM_FACE_CALLS = 40;

/**
 * Looks for faces and at the scene, then at each face, then at the whole ledger, then judges. Of the bound tools it uses
 * those that need no argument or a face: it has no eyes for a region and no words for an observation.
 */
export function nextStep(state: ConversationState, tools: readonly BoundTool[]): NextStep {
  const overview = tools.filter(({ name, parameters }) => parameters.length === 0 && name !== "list_evidence");
  const first = overview.map(({ name }) => ({ name, args: {} })).filter((call) => !wasMade(call, state));
  if (first.length > 0) return { type: "calls", calls: first, says: "I look for faces and at the scene." };

  const faces = viewOf(state.items, { faceIds: state.faceIds }).faceIds;
  const closer = tools.filter(({ parameters }) => parameters.length === 1 && parameters[0] === "faceId");
  const each = closer
    .flatMap(({ name }) => faces.map((faceId) => ({ name, args: { faceId } })))
    .slice(0, MAXIMUM_FACE_CALLS)
    .filter((call) => !wasMade(call, state));
  if (each.length > 0) return { type: "calls", calls: each, says: "I look at each face." };

  const list = { name: "list_evidence", args: {} };
  if (tools.some(({ name }) => name === list.name) && !wasMade(list, state)) {
    return { type: "calls", calls: [list], says: "I go through the ledger." };
  }
  return judged(state);
}

function wasMade(call: MadeCall, { calls }: ConversationState): boolean {
  return calls.some(({ name, args }) => name === call.name && args["faceId"] === call.args["faceId"]);
}

function judged(state: ConversationState): NextStep {
  const first = judgeEvidence(viewOf(state.items, state));
  const judgment = state.complaints.reduce(repaired, first);
  const says = state.complaints.length === 0 ? "I weigh the evidence." : "I withdraw what does not hold.";
  return { type: "judgment", judgment, says };
}
