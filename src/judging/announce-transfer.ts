import type { JudgeModel } from "../ports/chat-model.ts";

/**
 * Tells the user, before it happens, that an image leaves this machine. Nothing is told of a local model.
 *
 * @returns the same words for the report.
 */
export function announceTransfer(
  { id, remote, capabilities }: Pick<JudgeModel, "id" | "remote" | "capabilities">,
  notify: ((notice: string) => void) | undefined,
): string[] {
  if (!remote) return [];
  const what = capabilities.vision ? "The image and its measurements" : "The measurements, not the image,";
  const notice = `${what} leave this machine: ${id} runs elsewhere. Metadata such as EXIF does not.`;
  notify?.(notice);
  return [notice];
}
