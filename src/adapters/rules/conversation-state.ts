import { AIMessage, type BaseMessage, HumanMessage, ToolMessage } from "@langchain/core/messages";
import { z } from "zod";
import { Complaint } from "../../domain/complaint.ts";
import { EvidenceItem } from "../../domain/evidence.ts";

/** What tools leave beside their words, as far as the baseline reads it. */
const Artifact = z.looseObject({
  evidence: z.array(EvidenceItem),
  faces: z.array(z.looseObject({ faceId: z.string() })).optional(),
  question: z.string().nullable().optional(),
  labels: z.array(z.string()).nullable().optional(),
});

/** A call that was made, whether or not it succeeded. */
export interface MadeCall {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** Where a conversation stands. */
export interface ConversationState {
  readonly calls: readonly MadeCall[];
  /** Every item that a tool showed, each once, in the order of their ids. */
  readonly items: readonly EvidenceItem[];
  readonly faceIds: readonly string[];
  /** As it was asked, `null` when no tool told it. */
  readonly question: string | null;
  readonly labels: readonly string[] | null;
  /** What was complained of in each judgment, oldest first. */
  readonly complaints: readonly (readonly Complaint[])[];
}

/** Reads the conversation so far; of tool results only the artifacts, never the prose. */
export function readConversation(messages: readonly BaseMessage[], answerTool: string): ConversationState {
  const calls = messages
    .filter((message) => AIMessage.isInstance(message))
    .flatMap(({ tool_calls }) => tool_calls ?? []);
  const artifacts = messages.flatMap((message) => {
    if (!ToolMessage.isInstance(message)) return [];
    const parsed = Artifact.safeParse(message.artifact);
    return parsed.success ? [parsed.data] : [];
  });
  const items = new Map(artifacts.flatMap(({ evidence }) => evidence.map((item) => [item.id, item] as const)));
  return {
    calls: calls.map(({ name, args }) => ({ name, args })),
    items: [...items.values()].sort((a, b) => numberOf(a) - numberOf(b)),
    faceIds: artifacts.flatMap(({ faces }) => (faces ?? []).map(({ faceId }) => faceId)),
    question: artifacts.findLast(({ question }) => question != null)?.question ?? null,
    labels: artifacts.findLast(({ labels }) => labels != null)?.labels ?? null,
    complaints: complaintsIn(messages, answerTool),
  };
}

const RepairRequest = z.looseObject({ complaints: z.array(Complaint) });

function complaintsIn(messages: readonly BaseMessage[], answerTool: string): Complaint[][] {
  const answered = messages.findIndex((message) => {
    return AIMessage.isInstance(message) && (message.tool_calls ?? []).some(({ name }) => name === answerTool);
  });
  if (answered === -1) return [];
  return messages
    .slice(answered)
    .filter((message) => HumanMessage.isInstance(message))
    .map((message) => RepairRequest.safeParse(message.additional_kwargs).data?.complaints ?? []);
}

function numberOf({ id }: EvidenceItem): number {
  return Number(id.slice(1));
}
