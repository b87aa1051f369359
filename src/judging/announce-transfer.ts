import type { JudgeModel } from "../ports/chat-model.ts";

interface Leaving {
  readonly withWords: boolean;
  /** Whether it is a clip that is asked about. */
  readonly isClip: boolean;
  readonly notify: ((notice: string) => void) | undefined;
}

/**
 * Tells the user, before it happens, that an image or a clip, or what is said, leaves this machine. Nothing is told of a local model.
 *
 * @returns the same words for the report.
 */
export function announceTransfer(
  { id, remote, capabilities }: Pick<JudgeModel, "id" | "remote" | "capabilities">,
  { withWords, isClip, notify }: Leaving,
): string[] {
  if (!remote) return [];
  const measured = withWords ? "the measurements and what is said" : "the measurements";
  const seen = isClip
    ? capabilities.video
      ? "the clip as a silent video, frames of it"
      : "frames of the clip"
    : "the image";
  const isSeen = capabilities.vision || (isClip && capabilities.video === true);
  const sight = isSeen
    ? `${seen}${withWords ? ", " : " and "}${measured}`
    : `${measured}, not the ${isClip ? "clip" : "image"},`;
  const what = `${sight.charAt(0).toUpperCase()}${sight.slice(1)}`;
  const notice = `${what} leave this machine: ${id} runs elsewhere. Metadata such as EXIF does not.`;
  notify?.(notice);
  return [notice];
}
