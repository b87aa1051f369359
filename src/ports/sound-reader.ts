/** Reads the sound of clips and sound files. */
export interface SoundReader {
  /**
   * Its first sound track, all channels mixed, from the start of the clip on: float32 [samples], -1..1, mono, at `SOUND_HZ`, in
   * pieces of any length, as fast as they are taken.
   *
   * @throws {SoundDecodeError} before the first piece if there is nothing to hear, after the last good one if it is damaged.
   */
  sound(path: string, signal?: AbortSignal): AsyncGenerator<Float32Array>;
}
