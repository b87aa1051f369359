import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import type { Complaint } from "../../domain/complaint.ts";
import { ConfigurationError } from "../../domain/errors.ts";
import type { Judgment, Reading, SubjectJudgment } from "../../domain/judgment.ts";
import { NO_TOKENS } from "../../domain/token-use.ts";
import { knowledgePath } from "../../facs/knowledge-file.ts";
import { ownPath } from "../../platform/package-paths.ts";
import type { ChatReply, ChatRequest, ChatTool, JudgeModel } from "../../ports/chat-model.ts";
import { type ConversationState, type MadeCall, readConversation } from "./conversation-state.ts";
import { viewOf } from "./evidence-view.ts";
import { judgeEvidence } from "./judge-evidence.ts";

const MODEL_ID = "rules";

/**
 * The embedded default: Bayesian cue integration over measurements, emotion rules and a word table. It drives the same
 * agent loop as a language model does, needs no server and no image, and gives the same answer to the same evidence.
 */
export function createRulesModel(): JudgeModel {
  return {
    id: MODEL_ID,
    capabilities: {
      tools: true,
      vision: false,
      severalImages: false,
      imagesAfterTools: false,
      structuredOutput: "as-tool",
      contextTokens: null,
    },
    remote: false,
    temperature: null,
    seed: null,
    identity: { knowledge: knowledgeFingerprint() },
    async reply(request, signal) {
      signal?.throwIfAborted();
      return answerTo(request);
    },
  };
}

function seen({ name, parameters }: ChatTool): BoundTool {
  const { properties } = parameters;
  return { name, parameters: typeof properties === "object" && properties !== null ? Object.keys(properties) : [] };
}

/** @throws {ConfigurationError} if it is asked without tools: it reads measurements, not words or images. */
function answerTo({ messages, tools: offered = [] }: ChatRequest): ChatReply {
  const tools = offered.map(seen);
  const answerTool = tools.find(({ parameters }) => parameters.includes("subjects"));
  const others = tools.filter((tool) => tool !== answerTool);
  if (answerTool === undefined || others.length === 0) {
    throw new ConfigurationError(
      'The model "rules" reads evidence through tools and cannot answer in a single pass: let it use the agent loop',
    );
  }
  const state = readConversation(messages, answerTool.name);
  const step = nextStep(state, others);
  const calls = step.type === "calls" ? step.calls : [{ name: answerTool.name, args: { ...step.judgment } }];
  return {
    text: step.says,
    calls: calls.map(({ name, args }, index) => ({ id: `rules_${state.calls.length + index + 1}`, name, args })),
    malformedCalls: [],
    tokens: NO_TOKENS,
    fingerprint: `${MODEL_ID} ${knowledgeFingerprint()}`,
  };
}

let fingerprint: string | undefined;

/** Tells edited rules and tables, the user's own too, from the ones that ship: part of a hash over all of them. */
function knowledgeFingerprint(): string {
  if (fingerprint !== undefined) return fingerprint;
  const hash = createHash("sha256");
  for (const folder of ["facs", "rules", "situations"]) {
    for (const file of readdirSync(ownPath("models", folder)).sort()) {
      hash.update(file).update(readFileSync(knowledgePath(folder, file)));
    }
  }
  fingerprint = `rules-${hash.digest("hex").slice(0, 12)}`;
  return fingerprint;
}

/** A bound tool as the baseline sees it. */
interface BoundTool {
  readonly name: string;
  /** Names of its arguments. */
  readonly parameters: readonly string[];
}

/** What the baseline does next: some calls at once, or the judgment. */
type NextStep =
  | { readonly type: "calls"; readonly calls: readonly MadeCall[]; readonly says: string }
  | { readonly type: "judgment"; readonly judgment: Judgment; readonly says: string };

/** More calls than this for faces one by one are left out: `list_evidence` then has the rest. */
const MAXIMUM_FACE_CALLS = 40;

/**
 * Looks for faces and at the scene, then at each face, then at the whole ledger, then judges. Of the bound tools it uses
 * those that need no argument or a face: it has no eyes for a region and no words for an observation.
 */
function nextStep(state: ConversationState, tools: readonly BoundTool[]): NextStep {
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

/**
 * Takes complaints seriously the only way a deterministic judge can: it withdraws what was complained about. Paths are
 * those of the judgment that they are about, which this judge gives again for the same evidence.
 */
function repaired(judgment: Judgment, complaints: readonly Complaint[]): Judgment {
  const isNamed = (part: string) => complaints.some(({ path }) => path === part || path.startsWith(`${part}.`));
  return {
    answer: isNamed("answer") ? PLAIN_ANSWER : judgment.answer,
    subjects: judgment.subjects.map((subject, at) => repairedSubject(subject, `subjects[${at}]`, isNamed)),
  };
}

const PLAIN_ANSWER =
  "The answer is withdrawn, as it did not hold against the measurements: the readings and cues of each face say what was read.";

type IsNamed = (path: string) => boolean;

function repairedSubject(subject: SubjectJudgment, path: string, isNamed: IsNamed): SubjectJudgment {
  return {
    ...subject,
    faceOnly: repairedReading(subject.faceOnly, `${path}.faceOnly`, isNamed),
    contextOnly: repairedReading(subject.contextOnly, `${path}.contextOnly`, isNamed),
    integrated: repairedReading(subject.integrated, `${path}.integrated`, isNamed),
    cues: subject.cues.filter((_cue, at) => !isNamed(`${path}.cues[${at}]`)),
    appraisals: subject.appraisals.map((appraisal, at) =>
      isNamed(`${path}.appraisals[${at}]`)
        ? { ...appraisal, value: "not inferable", confidence: null, evidenceIds: [] }
        : appraisal,
    ),
    congruence: isNamed(`${path}.congruence`)
      ? { verdict: "not assessable", kind: null, statement: "The comparison was withdrawn", evidenceIds: [] }
      : subject.congruence,
    alternatives: isNamed(`${path}.alternatives`) ? [] : subject.alternatives,
  };
}

/** The only fault of a reading that can be mended without measuring anew is a `novel` flag that says the opposite. */
function repairedReading(reading: Reading, path: string, isNamed: IsNamed): Reading {
  const distribution = reading.distribution.map((entry, at) =>
    isNamed(`${path}.distribution[${at}].novel`) ? { ...entry, novel: !entry.novel } : entry,
  );
  return { ...reading, distribution };
}
