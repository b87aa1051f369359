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

/** Reads parts as they come. @param onPart told after each, with all rows so far. @throws an error with the server's sentence. */
export async function unpackRows(stream: AsyncIterable<Uint8Array>, onPart: (rows: StudyRows) => void): Promise<void> {
  let rows: StudyRows | undefined;
  let held = new Uint8Array(0);
  for await (const bytes of stream) {
    held = joined(held, bytes);
    for (let part = firstPart(held, rows); part !== undefined; part = firstPart(held, rows)) {
      held = held.slice(part.bytes);
      if (part.head.error !== undefined) throw new Error(part.head.error);
      rows ??= new StudyRows(part.head.columns as StudyColumns);
      rows.append({ rows: part.head.rows, words: part.head.words, values: part.values });
      onPart(rows);
    }
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function firstPart(held: Uint8Array<ArrayBuffer>, rows: StudyRows | undefined) {
  if (held.length < HEAD_BYTES) return undefined;
  const start = HEAD_BYTES + new DataView(held.buffer, held.byteOffset).getUint32(0, true);
  if (held.length < start) return undefined;
  const head: Head = JSON.parse(new TextDecoder().decode(held.subarray(HEAD_BYTES, start)));
  const { texts = [], numbers = [] } = head.columns ?? rows?.columns ?? {};
  const bytes = start + (texts.length + numbers.length) * head.rows * 4;
  if (held.length < bytes) return undefined;
  return { head, bytes, values: new Float32Array(held.slice(start, bytes).buffer) };
}
