import type { ImageView } from "../domain/image.ts";

/** Turns texts into vectors of one length. */
export interface TextEmbedder {
  /** Model with its server, e.g. `ollama:nomic-embed-text`. Vectors of two ids are never compared. */
  readonly id: string;
  /** Whether the texts leave this machine. */
  readonly remote: boolean;
  /**
   * One float32 vector of length 1 per text, in order.
   * @throws {ProviderError} if the server fails or answers with something else.
   */
  embedTexts(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]>;
}

/** Turns images into vectors of one length. */
export interface ImageEmbedder {
  readonly id: string;
  /** @throws {InferenceError} if the network fails. */
  embedImages(views: readonly ImageView[], signal?: AbortSignal): Promise<Float32Array[]>;
  close(): Promise<void>;
}
