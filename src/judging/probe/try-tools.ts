import { z } from "zod";
import { ProviderError } from "../../domain/errors.ts";
import type { ChatMessage, ChatReply, ChatTool, ToolCall } from "../../ports/chat-model.ts";
import { answerSchemaOf, jsonSchemaOf } from "../answer-format.ts";
import { asked, hadNoReply, note, numbersIn, type Probing, quote, user } from "./probing.ts";
import { card, NUMBERS } from "./try-images.ts";
import { CHOICE } from "./try-words.ts";

const CARDS: ReadonlyMap<string, string> = new Map([
  ["F1", NUMBERS[3]],
  ["F2", NUMBERS[1]],
]);

export async function tryTools(probing: Probing): Promise<void> {
  if (!probing.capabilities.tools) {
    for (const feature of ["tools", "parallel calls", "images of tools"] as const) {
      note(probing, feature, "untried", "says that it takes no tools");
    }
    return;
  }
  const { prompts } = probing;
  const tool: ChatTool = {
    name: "show_card",
    description: prompts.prompt("probe-tool").body,
    parameters: jsonSchemaOf(z.strictObject({ card: z.enum(["F1", "F2"]) })),
  };
  const messages: ChatMessage[] = [user({ type: "text", text: prompts.prompt("probe-tools").body })];
  const first = await firstCalls(probing, messages, tool);
  probing.capabilities = { ...probing.capabilities, tools: first !== undefined };
  if (first === undefined) {
    for (const feature of ["parallel calls", "images of tools"] as const) {
      note(probing, feature, "untried", "not tried, as no tool was called");
    }
    return;
  }
  await readCards(probing, messages, { tool, first });
}

/** A server that holds to a schema beside tools must still let the tools be called. */
async function firstCalls(probing: Probing, messages: readonly ChatMessage[], tool: ChatTool) {
  const beside = probing.capabilities.structuredOutput === "beside-tools";
  const withSchema = { messages, tools: [tool], ...(beside ? { answer: answerSchemaOf(CHOICE) } : {}) };
  let reply = await asked(probing, withSchema);
  if (beside && (reply instanceof ProviderError || reply?.calls.length === 0)) {
    reply = await asked(probing, { messages, tools: [tool] });
    probing.capabilities = { ...probing.capabilities, structuredOutput: "without-tools" };
  }
  if (hadNoReply(probing, "tools", reply)) return undefined;
  if (reply.calls.length > 0) return reply;
  note(probing, "tools", "fails", `took them, called none and wrote ${quote(reply.text)}`);
  return undefined;
}

async function readCards(
  probing: Probing,
  messages: ChatMessage[],
  { tool, first }: { readonly tool: ChatTool; readonly first: ChatReply },
): Promise<void> {
  const seen = new Set<string>();
  const atOnce = first.calls.length > 1;
  let reply: ChatReply | ProviderError | undefined = first;
  // A weak model calls for ever: each card has one turn, so that calls are left for what is tried after this.
  for (let turn = 0; turn < CARDS.size; turn += 1) {
    if (reply === undefined || reply instanceof ProviderError || reply.calls.length === 0) break;
    messages.push({ role: "assistant", text: reply.text, calls: reply.calls });
    for (const call of reply.calls) messages.push(await resultOf(call, probing.capabilities.vision, seen));
    reply = await asked(probing, { messages, tools: [tool] });
  }
  const parallel = atOnce ? `made ${first.calls.length} calls in one turn` : "makes one call a turn";
  if (reply instanceof ProviderError) {
    note(probing, "tools", reply.rejects === undefined ? "fails" : "refused", `called one; ${reply.message}`);
    probing.capabilities = { ...probing.capabilities, tools: reply.rejects !== "tools" && reply.rejects === undefined };
  } else note(probing, "tools", "works", "called a tool and took its result");
  note(probing, "parallel calls", atOnce ? "works" : "fails", parallel);
  noteToolImages(probing, reply, seen);
}

/** The card as a tool returns an image; its number in words to a model that sees none. */
async function resultOf({ id, name, args }: ToolCall, vision: boolean, seen: Set<string>): Promise<ChatMessage> {
  const asked = String(args.card);
  const number = CARDS.get(asked);
  if (number === undefined) {
    return {
      role: "tool",
      callId: id,
      name,
      text: `There is no card ${asked}: there are F1 and F2.`,
      output: null,
      views: [],
    };
  }
  seen.add(asked);
  const text = vision ? `The next image shows card ${asked}.` : `Card ${asked} shows ${number}.`;
  return {
    role: "tool",
    callId: id,
    name,
    text,
    output: null,
    views: vision ? [await card(number, `card ${asked}`)] : [],
  };
}

function noteToolImages(
  probing: Probing,
  reply: ChatReply | ProviderError | undefined,
  seen: ReadonlySet<string>,
): void {
  if (!probing.capabilities.vision) {
    note(probing, "images of tools", "untried", "not tried, as it sees no images");
    return;
  }
  if (hadNoReply(probing, "images of tools", reply)) {
    probing.capabilities = { ...probing.capabilities, imagesAfterTools: reply === undefined };
    return;
  }
  const written = numbersIn(reply.text);
  const isRead = seen.size > 0 && [...seen].every((each) => written.includes(CARDS.get(each) ?? ""));
  probing.capabilities = { ...probing.capabilities, imagesAfterTools: isRead };
  if (isRead) note(probing, "images of tools", "works", "read the numbers in them");
  else note(probing, "images of tools", "fails", `took them and wrote ${quote(reply.text)}`);
}
