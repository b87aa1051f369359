/** Rate of all sound that is heard, in samples per second. */
export const SOUND_HZ = 16_000;
/** Samples that a detector looks at together: 32 ms. */
export const DETECTOR_WINDOW = 512;

/** Tells where in a sound somebody speaks. */
export interface SpeechDetector {
  /** Begins with a sound: what is heard next hangs on what was heard before. */
  listen(): ListeningDetector;
  close(): Promise<void>;
}

export interface ListeningDetector {
  /**
   * @param windows float32 [n * 512], -1..1, mono, 16 kHz, following on those given before.
   * @returns float32 [n], how probable it is that somebody speaks in each, 0..1.
   */
  detect(windows: Float32Array, signal?: AbortSignal): Promise<Float32Array>;
}
