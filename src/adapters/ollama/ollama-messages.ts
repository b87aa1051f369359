import type { BindToolsInput } from "@langchain/core/language_models/chat_models";
import { AIMessage, type BaseMessage, ToolMessage } from "@langchain/core/messages";
import { convertToOpenAITool } from "@langchain/core/utils/function_calling";
import type { Message, Tool } from "ollama";

const ROLES: Readonly<Record<string, string>> = { human: "user", ai: "assistant", system: "system", tool: "tool" };

/** LangChain's messages on Ollama's wire: one message each, words joined, images beside them as bytes. */
export function toOllamaMessages(messages: readonly BaseMessage[]): Message[] {
  return messages.map((message) => {
    const images = message.contentBlocks.flatMap((block) =>
      block.type === "image" && block.data !== undefined ? [bytesOf(block.data)] : [],
    );
    return {
      role: ROLES[message.type] ?? "user",
      content: message.contentBlocks.flatMap((block) => (block.type === "text" ? [block.text] : [])).join("\n\n"),
      ...(images.length > 0 ? { images } : {}),
      ...(AIMessage.isInstance(message) && message.tool_calls?.length
        ? { tool_calls: message.tool_calls.map(({ name, args }) => ({ function: { name, arguments: args } })) }
        : {}),
      ...(ToolMessage.isInstance(message) && message.name !== undefined ? { tool_name: message.name } : {}),
    };
  });
}

/** Bytes, not base64: given a string, the package asks the file system whether it is a path. */
function bytesOf(data: string | Uint8Array): Uint8Array {
  return typeof data === "string" ? Buffer.from(data, "base64") : data;
}

export function toOllamaTools(tools: readonly BindToolsInput[]): Tool[] {
  return tools.map((tool) => convertToOpenAITool(tool as Parameters<typeof convertToOpenAITool>[0]) as Tool);
}
