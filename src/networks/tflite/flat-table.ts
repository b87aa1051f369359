import type { ByteBuffer } from "flatbuffers";

/** One table of a FlatBuffers file. Fields are asked for by their number in the schema; each has its default. */
export interface FlatTable {
  int8(field: number, absent: number): number;
  int32(field: number, absent: number): number;
  text(field: number): string | undefined;
  int32s(field: number): readonly number[];
  bytes(field: number): Uint8Array | undefined;
  table(field: number): FlatTable | undefined;
  tables(field: number): readonly FlatTable[];
}

/** The table at a position, as the root or a vector's element points to it. */
export function flatTable(buffer: ByteBuffer, position: number): FlatTable {
  const place = (field: number): number | undefined => {
    const offset = buffer.__offset(position, 4 + 2 * field);
    return offset === 0 ? undefined : position + offset;
  };
  const elements = <T>(field: number, bytesEach: number, read: (at: number) => T): readonly T[] => {
    const at = place(field);
    if (at === undefined) return [];
    const start = buffer.__vector(at);
    return Array.from({ length: buffer.__vector_len(at) }, (_, index) => read(start + index * bytesEach));
  };
  return {
    int8: (field, absent) => mapped(place(field), (at) => buffer.readInt8(at)) ?? absent,
    int32: (field, absent) => mapped(place(field), (at) => buffer.readInt32(at)) ?? absent,
    text: (field) => mapped(place(field), (at) => String(buffer.__string(at))),
    int32s: (field) => elements(field, 4, (at) => buffer.readInt32(at)),
    bytes: (field) =>
      mapped(place(field), (at) => {
        const start = buffer.__vector(at);
        return buffer.bytes().subarray(start, start + buffer.__vector_len(at));
      }),
    table: (field) => mapped(place(field), (at) => flatTable(buffer, buffer.__indirect(at))),
    tables: (field) => elements(field, 4, (at) => flatTable(buffer, buffer.__indirect(at))),
  };
}

function mapped<T>(place: number | undefined, read: (place: number) => T): T | undefined {
  return place === undefined ? undefined : read(place);
}
