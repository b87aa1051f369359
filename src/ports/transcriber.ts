import type { Utterance } from "../domain/utterance.ts";

/** Turns speech into words. */
export interface Transcriber {
  /** As the user names it, e.g. `openai:whisper-1`. */
  readonly id: string;
  /** Whether the sound leaves this machine. */
  readonly remote: boolean;
  /** Its server, as a person would name it. */
  readonly server: string;
  /** @param wav a WAV file. @throws {ProviderError} if its server fails. */
  transcribe(wav: Uint8Array, signal?: AbortSignal): Promise<readonly Utterance[]>;
}
