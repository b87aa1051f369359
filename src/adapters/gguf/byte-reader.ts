import type { FileHandle } from "node:fs/promises";

const CHUNK_BYTES = 2 ** 20;

/** Reads a file of little-endian numbers and strings from front to back, a megabyte at a time. */
export class ByteReader {
  /** Bytes read or skipped so far. */
  position = 0;
  #chunk: Buffer = Buffer.alloc(0);
  #chunkStart = 0;
  readonly #file: FileHandle;
  readonly #size: number;
  readonly #ended: () => Error;

  /** @param ended What is thrown where the file is shorter than what it says it holds. */
  constructor(file: FileHandle, size: number, ended: () => Error) {
    this.#file = file;
    this.#size = size;
    this.#ended = ended;
  }

  async take(length: number): Promise<Buffer> {
    if (!(this.position + length <= this.#size)) throw this.#ended();
    let from = this.position - this.#chunkStart;
    if (from < 0 || from + length > this.#chunk.length) {
      const bytes = Math.min(this.#size - this.position, Math.max(CHUNK_BYTES, length));
      const read = await this.#file.read(Buffer.alloc(bytes), 0, bytes, this.position);
      if (read.bytesRead < length) throw this.#ended();
      [this.#chunk, this.#chunkStart, from] = [read.buffer.subarray(0, read.bytesRead), this.position, 0];
    }
    this.position += length;
    return this.#chunk.subarray(from, from + length);
  }

  async skip(length: number): Promise<undefined> {
    if (!(this.position + length <= this.#size)) throw this.#ended();
    this.position += length;
  }

  async uint32(): Promise<number> {
    return (await this.take(4)).readUInt32LE();
  }

  async uint64(): Promise<number> {
    return Number((await this.take(8)).readBigUInt64LE());
  }

  async text(length: number): Promise<string> {
    return (await this.take(length)).toString("utf8");
  }

  /** Its length and the text; one that is longer than any text of a header is skipped and empty. */
  async string(): Promise<string> {
    const length = await this.uint64();
    if (length <= CHUNK_BYTES) return this.text(length);
    await this.skip(length);
    return "";
  }
}
