import { ByteBuffer } from "flatbuffers";
import { arrayOf, type Constant, type Dtype, sizeOf } from "../tensor-data.ts";

/** A TFLite file as plain lists; tensors are referred to by their index. Field numbers are those of its schema, version 3. */
export interface TfliteModel {
  readonly tensors: readonly TfliteTensor[];
  readonly operators: readonly TfliteOperator[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

interface TfliteTensor {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Weights and other numbers that the file holds. */
  readonly constant: Constant | undefined;
}

export interface TfliteOperator {
  /** The schema's number of a built-in operator, or the name of a custom one. */
  readonly kind: number | string;
  /** -1 where an optional input is left out. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly options: FlatTable | undefined;
  /** FlexBuffers, for custom operators. */
  readonly customOptions: Uint8Array | undefined;
}

const DTYPES: readonly (Dtype | undefined)[] = ["float32", "float16", "int32", "uint8", "int64", undefined, "bool"];
const CUSTOM = 32;

/** @throws {RangeError} if the bytes are not a TFLite file with one graph, or use quantisation that is not read here. */
export function readTflite(bytes: Uint8Array): TfliteModel {
  if (Buffer.from(bytes.subarray(4, 8)).toString("latin1") !== "TFL3") throw new RangeError("it is not a TFLite file");
  const buffer = new ByteBuffer(bytes);
  const model = flatTable(buffer, buffer.readInt32(0));
  const [graph, ...others] = model.tables(2);
  if (graph === undefined || others.length > 0) throw new RangeError(`it holds ${others.length + 1} graphs, not one`);
  const buffers = model.tables(4).map((table) => table.bytes(0));
  const kinds = model.tables(1).map(operatorKind);
  return {
    tensors: graph.tables(0).map((table) => readTensor(table, buffers)),
    inputs: graph.int32s(1),
    outputs: graph.int32s(2),
    operators: graph.tables(3).map((table) => readOperator(table, kinds)),
  };
}

/** Older files keep the number in one byte, newer ones in a field of its own that defaults to 0. */
function operatorKind(table: FlatTable): number | string {
  const kind = Math.max(table.int8(0, 0), table.int32(3, 0));
  return kind === CUSTOM ? (table.text(1) ?? "unnamed custom operator") : kind;
}

function readOperator(table: FlatTable, kinds: readonly (number | string)[]): TfliteOperator {
  const kind = kinds[table.int32(0, 0)];
  if (kind === undefined) throw new RangeError("an operator is of a kind that the file does not list");
  return {
    kind,
    inputs: table.int32s(1),
    outputs: table.int32s(2),
    options: table.table(4),
    customOptions: table.bytes(5),
  };
}

function readTensor(table: FlatTable, buffers: readonly (Uint8Array | undefined)[]): TfliteTensor {
  const name = table.text(3) ?? "";
  const type = table.int8(1, 0);
  const dtype = DTYPES[type];
  if (dtype === undefined) throw new RangeError(`its tensor "${name}" is of type ${type}, which is not read here`);
  if (table.table(6) !== undefined) throw new RangeError(`its tensor "${name}" is sparse`);
  const shape = table.int32s(0);
  const bytes = buffers[table.int32(2, 0)];
  if (bytes === undefined || bytes.length === 0) return { name, dtype, shape, constant: undefined };
  const data = arrayOf(dtype, bytes);
  if (data.length !== sizeOf(shape)) throw new RangeError(`its tensor "${name}" has ${data.length} elements`);
  return { name, dtype, shape, constant: { dtype, shape, data } };
}

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
function flatTable(buffer: ByteBuffer, position: number): FlatTable {
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
