import { type ContentBlock, HumanMessage } from "@langchain/core/messages";
import type { Complaint } from "../domain/complaint.ts";
import type { ImageView } from "../domain/image.ts";
import type { PromptPart } from "../domain/prompt.ts";

/** An image with its caption before it, so that a model with several images knows which is which. */
export function imageBlocks(view: ImageView): ContentBlock.Standard[] {
  return [
    { type: "text", text: `Image: ${view.caption} (${view.widthPx} x ${view.heightPx} px)` },
    { type: "image", mimeType: view.mimeType, data: Buffer.from(view.data).toString("base64") },
  ];
}

/** A user message in LangChain's standard content blocks. */
export function userMessage(parts: readonly PromptPart[]): HumanMessage {
  return new HumanMessage({
    contentBlocks: parts.flatMap((part): ContentBlock.Standard[] =>
      part.type === "text" ? [{ type: "text", text: part.text }] : imageBlocks(part.view),
    ),
  });
}

/** A user message that asks for a repair. Providers send its text; a judge that is a program reads the complaints beside it. */
export function repairMessage(text: string, complaints: readonly Complaint[]): HumanMessage {
  return new HumanMessage({ content: [{ type: "text", text }], additional_kwargs: { complaints: [...complaints] } });
}
