import type { JudgeModel } from "../ports/chat-model.ts";

/**
 * Tells the user, before it happens, that an image, or what is said, leaves this machine. Nothing is told of a local model.
 *
 * @returns the same words for the report.
 */
export function announceTransfer(
  { id, remote, capabilities }: Pick<JudgeModel, "id" | "remote" | "capabilities">,
  { withWords, notify }: { readonly withWords: boolean; readonly notify: ((notice: string) => void) | undefined },
): string[] {
  if (!remote) return [];
  const whole = withWords ? "The image, its measurements and what is said" : "The image and its measurements";
  const measured = withWords ? "The measurements and what is said" : "The measurements";
  const what = capabilities.vision ? whole : `${measured}, not the image,`;
  const notice = `${what} leave this machine: ${id} runs elsewhere. Metadata such as EXIF does not.`;
  notify?.(notice);
  return [notice];
}
