import type { Utterance } from "../domain/utterance.ts";

/** Reads the utterances of a file. @throws {ConfigurationError} if it cannot be read, or has none. */
export type TranscriptReader = (path: string) => Promise<readonly Utterance[]>;

/** Ends of the names of transcripts. */
export const TRANSCRIPT_ENDINGS = [".vtt", ".srt", ".csv", ".tsv", ".json", ".textgrid", ".eaf"] as const;

/** Whether somebody who gives a transcript or words means a file: it ends as files do, and has no space. */
export function isTranscriptFile(given: string): boolean {
  const isTranscript = TRANSCRIPT_ENDINGS.some((ending) => given.toLowerCase().endsWith(ending));
  return isTranscript || /^\S*\.\w{1,8}$/.test(given.trim());
}
