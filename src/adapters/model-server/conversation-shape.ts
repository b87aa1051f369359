import type { ClipView, ImageView } from "../../domain/image.ts";
import { captionOf, type PromptPart } from "../../domain/prompt.ts";
import type { ChatMessage } from "../../ports/chat-model.ts";

/** What a chat template asks of a conversation. */
export interface ConversationShape {
  /** Whether it has a system role; the rules stand before the user's first words otherwise. */
  readonly systemRole: boolean;
  /** Whether a user may speak right after a tool; an assistant's line goes between otherwise. */
  readonly userAfterTool: boolean;
  /** Whether one message may call several tools. */
  readonly parallelCalls: boolean;
}

export const FREE_SHAPE: ConversationShape = { systemRole: true, userAfterTool: true, parallelCalls: true };
/** What every template takes that takes tools at all. */
export const STRICT_SHAPE: ConversationShape = { systemRole: false, userAfterTool: false, parallelCalls: false };

/**
 * A conversation as a template takes it: images of tool results in a user's message after them, as servers take images
 * from users only; users' messages in a row as one; and what the shape asks for.
 */
export function shaped(messages: readonly ChatMessage[], shape: ConversationShape): ChatMessage[] {
  const shown = withToolImages(messages);
  const oneByOne = shape.parallelCalls ? shown : oneCallAtATime(shown);
  const led = shape.systemRole ? oneByOne : withRulesInFirstWords(oneByOne);
  const merged = mergedUsers(led);
  return shape.userAfterTool ? merged : withAssistantBetween(merged);
}

function withToolImages(messages: readonly ChatMessage[]): ChatMessage[] {
  const shown: ChatMessage[] = [];
  let waiting: PromptPart[] = [];
  const show = () => {
    if (waiting.length > 0) shown.push({ role: "user", parts: waiting });
    waiting = [];
  };
  for (const message of messages) {
    if (message.role !== "tool") show();
    shown.push(message);
    if (message.role === "tool") waiting.push(...message.views.map((view) => ({ type: "image" as const, view })));
  }
  show();
  return shown;
}

function oneCallAtATime(messages: readonly ChatMessage[]): ChatMessage[] {
  const results = new Map(messages.flatMap((each) => (each.role === "tool" ? [[each.callId, each] as const] : [])));
  return messages.flatMap((message): ChatMessage[] => {
    if (message.role === "tool") return [];
    if (message.role !== "assistant" || message.calls.length === 0) return [message];
    return message.calls.flatMap((call, index): ChatMessage[] => {
      const result = results.get(call.id);
      const made: ChatMessage = { ...message, text: index === 0 ? message.text : "", calls: [call] };
      return result === undefined ? [made] : [made, result];
    });
  });
}

function withRulesInFirstWords(messages: readonly ChatMessage[]): ChatMessage[] {
  return messages.map((message) =>
    message.role === "system" ? { role: "user", parts: [{ type: "text", text: message.text }] } : message,
  );
}

function mergedUsers(messages: readonly ChatMessage[]): ChatMessage[] {
  const merged: ChatMessage[] = [];
  for (const message of messages) {
    const last = merged.at(-1);
    if (message.role === "user" && last?.role === "user") {
      merged[merged.length - 1] = { role: "user", parts: [...last.parts, ...message.parts] };
    } else merged.push(message);
  }
  return merged;
}

function withAssistantBetween(messages: readonly ChatMessage[]): ChatMessage[] {
  return messages.flatMap((message, index): ChatMessage[] => {
    const after = messages[index - 1]?.role;
    return message.role === "user" && after === "tool"
      ? [{ role: "assistant", text: "I have read these results.", calls: [] }, message]
      : [message];
  });
}

/** The parts of a user's message on the wire: words, and images and clips each with its caption before it. */
export function wireParts<Image>(
  parts: readonly PromptPart[],
  image: (base64: string, mimeType: string) => Image,
): (string | Image)[] {
  return parts.flatMap((part): (string | Image)[] =>
    part.type === "text" ? [part.text] : [captionOf(part.view), image(base64Of(part.view), part.view.mimeType)],
  );
}

const encoded = new WeakMap<ImageView | ClipView, string>();

/** Made once for every image: it goes along with each turn of a conversation. */
function base64Of(view: ImageView | ClipView): string {
  const base64 = encoded.get(view) ?? Buffer.from(view.data).toString("base64");
  encoded.set(view, base64);
  return base64;
}
