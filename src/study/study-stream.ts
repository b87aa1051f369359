import { type RowChunk, type StudyColumns, StudyRows } from "./study-rows.ts";

/** The first thing told of a part: how many bytes of JSON follow, a multiple of four, before the numbers. */
const HEAD_BYTES = 4;

interface Head {
  /** In the first part only. */
  readonly columns?: StudyColumns;
  readonly rows: number;
  readonly words: readonly (readonly string[])[];
  /** Why it ends here, where that is not the end of the study. */
  readonly error?: string;
}

/** A part of the rows as bytes: length of the JSON, JSON, numbers (float32, little-endian as all that runs browsers). */
export function packRows(chunk: RowChunk, columns?: StudyColumns): Uint8Array {
  const head: Head = { ...(columns === undefined ? {} : { columns }), rows: chunk.rows, words: chunk.words };
  return packed(head, chunk.values);
}

export function packError(error: string): Uint8Array {
  return packed({ rows: 0, words: [], error }, new Float32Array(0));
}

function packed(head: Head, values: Float32Array): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(head));
  const length = Math.ceil(json.length / 4) * 4;
  const bytes = new Uint8Array(HEAD_BYTES + length + values.byteLength).fill(32, HEAD_BYTES, HEAD_BYTES + length);
  new DataView(bytes.buffer).setUint32(0, length, true);
  bytes.set(json, HEAD_BYTES);
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), HEAD_BYTES + length);
  return bytes;
}

/** Reads parts as they come. @param onPart told after each, with all rows so far; the next is read when it is done. @throws an error with the server's sentence. */
export async function unpackRows(
  stream: AsyncIterable<Uint8Array>,
  onPart: (rows: StudyRows) => void | Promise<void>,
): Promise<void> {
  const bytes = createByteQueue(stream);
  try {
    await unpackAll(bytes, onPart);
  } finally {
    await bytes.close();
  }
}

async function unpackAll(
  bytes: ReturnType<typeof createByteQueue>,
  onPart: (rows: StudyRows) => void | Promise<void>,
): Promise<void> {
  let rows: StudyRows | undefined;
  for (let length = await bytes.take(HEAD_BYTES); length !== undefined; length = await bytes.take(HEAD_BYTES)) {
    const json = await bytes.take(new DataView(length.buffer).getUint32(0, true));
    if (json === undefined) return;
    const head: Head = JSON.parse(new TextDecoder().decode(json));
    if (head.error !== undefined) throw new Error(head.error);
    rows ??= new StudyRows(head.columns as StudyColumns);
    const { texts, numbers } = rows.columns;
    const values = await bytes.take((texts.length + numbers.length) * head.rows * 4);
    if (values === undefined) return;
    rows.append({ rows: head.rows, words: head.words, values: new Float32Array(values.buffer) });
    await onPart(rows);
  }
}

/** Bytes of a stream in whatever lengths are wanted, each copied once however small the pieces are in which they come. */
function createByteQueue(stream: AsyncIterable<Uint8Array>) {
  const pieces = stream[Symbol.asyncIterator]();
  let piece: Uint8Array = new Uint8Array(0);
  return {
    close: () => pieces.return?.(),
    /** `undefined` where the stream ends before. */
    async take(length: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
      const taken = new Uint8Array(length);
      for (let at = 0; at < length; ) {
        if (piece.length === 0) {
          const { value, done } = await pieces.next();
          if (done) return undefined;
          piece = value;
        }
        const some = piece.subarray(0, length - at);
        taken.set(some, at);
        at += some.length;
        piece = piece.subarray(some.length);
      }
      return taken;
    },
  };
}
