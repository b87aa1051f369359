/** Turns texts into vectors of one length. */
export interface TextEmbedder {
  /** Model with its server, e.g. `ollama:nomic-embed-text`. Vectors of two ids are never compared. */
  readonly id: string;
  /** Whether the texts leave this machine. */
  readonly remote: boolean;
  /** Where they go, as a person would name it. */
  readonly server: string;
  /**
   * One float32 vector of length 1 per text, in order.
   * @throws {ProviderError} if the server fails or answers with something else.
   */
  embedTexts(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]>;
  /**
   * The same of encoded images, in the space of the texts, where it has one for both: a store that it fills keeps how exemplars
   * look instead of what is said of them.
   */
  embedImages?(images: readonly Uint8Array[], signal?: AbortSignal): Promise<Float32Array[]>;
}
