import { z } from "zod";
import type { Complaint } from "../../domain/complaint.ts";
import { EvidenceItem } from "../../domain/evidence.ts";
import type { ChatMessage } from "../../ports/chat-model.ts";

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
export function readConversation(messages: readonly ChatMessage[], answerTool: string): ConversationState {
  const calls = messages.flatMap((message) => (message.role === "assistant" ? message.calls : []));
  const artifacts = messages.flatMap((message) => {
    if (message.role !== "tool") return [];
    const parsed = Artifact.safeParse(message.output);
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

function complaintsIn(messages: readonly ChatMessage[], answerTool: string): (readonly Complaint[])[] {
  const answered = messages.findIndex((message) => {
    return message.role === "assistant" && message.calls.some(({ name }) => name === answerTool);
  });
  if (answered === -1) return [];
  return messages.slice(answered).flatMap((message) => (message.role === "user" ? [message.complaints ?? []] : []));
}

function numberOf({ id }: EvidenceItem): number {
  return Number(id.slice(1));
}
