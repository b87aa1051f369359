import { inflateSync } from "node:zlib";

/** What a MATLAB variable holds. Numbers in MATLAB's order, column by column. */
export type MatValue =
  | { readonly kind: "numbers"; readonly values: readonly number[] }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "cells"; readonly cells: readonly MatValue[] }
  | { readonly kind: "structs"; readonly structs: readonly Readonly<Record<string, MatValue>>[] };

const HEADER_BYTES = 128;
const COMPRESSED = 15;
const MATRIX = 14;
const [CELL, STRUCT, CHAR, FIRST_NUMERIC, LAST_NUMERIC] = [1, 2, 4, 6, 15];

/** Readers of the number types of the format, by code: bytes of one and how it is read. */
const NUMBER_TYPES: Readonly<Record<number, readonly [bytes: number, read: (view: DataView, at: number) => number]>> = {
  1: [1, (view, at) => view.getInt8(at)],
  2: [1, (view, at) => view.getUint8(at)],
  3: [2, (view, at) => view.getInt16(at, true)],
  4: [2, (view, at) => view.getUint16(at, true)],
  5: [4, (view, at) => view.getInt32(at, true)],
  6: [4, (view, at) => view.getUint32(at, true)],
  7: [4, (view, at) => view.getFloat32(at, true)],
  9: [8, (view, at) => view.getFloat64(at, true)],
  12: [8, (view, at) => Number(view.getBigInt64(at, true))],
  13: [8, (view, at) => Number(view.getBigUint64(at, true))],
  16: [1, (view, at) => view.getUint8(at)],
  17: [2, (view, at) => view.getUint16(at, true)],
};

/**
 * Reads the variables of a MATLAB file: numbers, text, cells and structs. Source: The MathWorks, "MAT-File Format",
 * level 5, which MATLAB and SciPy write unless told otherwise.
 *
 * @throws {RangeError} if it is another format, or holds sparse matrices or objects.
 */
export function parseMat(bytes: Buffer): ReadonlyMap<string, MatValue> {
  const title = bytes.toString("latin1", 0, 19);
  if (title.startsWith("MATLAB 7.3")) throw new RangeError("it is MATLAB's version 7.3: save it with -v7");
  if (!title.startsWith("MATLAB 5.0") || bytes.toString("latin1", 126, 128) !== "IM") {
    throw new RangeError("it is no MATLAB file of level 5");
  }
  const variables = new Map<string, MatValue>();
  for (const element of elementsIn(bytes.subarray(HEADER_BYTES))) {
    const [matrix] = element.type === COMPRESSED ? [...elementsIn(inflateSync(element.data))] : [element];
    if (matrix?.type !== MATRIX) continue;
    const { name, value } = matrixIn(matrix.data);
    variables.set(name, value);
  }
  return variables;
}

interface Element {
  readonly type: number;
  readonly data: Buffer;
}

function* elementsIn(bytes: Buffer): Generator<Element> {
  let at = 0;
  while (at + 8 <= bytes.length) {
    const tag = bytes.readUInt32LE(at);
    const isSmall = tag >>> 16 !== 0;
    const size = isSmall ? tag >>> 16 : bytes.readUInt32LE(at + 4);
    const type = tag & 0xffff;
    const from = at + (isSmall ? 4 : 8);
    if (from + size > bytes.length) throw new RangeError("it is cut short");
    yield { type, data: bytes.subarray(from, from + size) };
    at = isSmall ? at + 8 : type === COMPRESSED ? from + size : from + Math.ceil(size / 8) * 8;
  }
}

function matrixIn(bytes: Buffer): { readonly name: string; readonly value: MatValue } {
  const [flags, shape, name, ...parts] = [...elementsIn(bytes)];
  if (flags === undefined || shape === undefined || name === undefined) {
    return { name: "", value: { kind: "numbers", values: [] } }; // an empty element stands for an empty matrix
  }
  const kind = flags.data.readUInt32LE(0) & 0xff;
  const value = valueIn(
    kind,
    parts,
    numbersIn(shape).reduce((product, side) => product * side, 1),
  );
  return { name: name.data.toString("latin1"), value };
}

function valueIn(kind: number, parts: readonly Element[], count: number): MatValue {
  const [first] = parts;
  if (kind === CELL) return { kind: "cells", cells: parts.map(({ data }) => matrixIn(data).value) };
  if (kind === STRUCT) return { kind: "structs", structs: structsIn(parts, count) };
  if (kind === CHAR) return { kind: "text", text: first === undefined ? "" : textIn(first) };
  if (kind >= (FIRST_NUMERIC as number) && kind <= (LAST_NUMERIC as number)) {
    return { kind: "numbers", values: first === undefined ? [] : numbersIn(first) };
  }
  throw new RangeError(`it holds a variable of MATLAB's class ${kind}`);
}

function structsIn([lengths, names, ...values]: readonly Element[], count: number): Record<string, MatValue>[] {
  if (lengths === undefined || names === undefined) return [];
  const length = lengths.data.readInt32LE(0);
  const fields = Array.from({ length: Math.floor(names.data.length / length) }, (_, i) =>
    names.data.toString("latin1", i * length, (i + 1) * length).replace(/\0[\s\S]*$/, ""),
  );
  return Array.from({ length: count }, (_, row) =>
    Object.fromEntries(
      fields.flatMap((field, i) => {
        const element = values[row * fields.length + i];
        return element === undefined ? [] : [[field, matrixIn(element.data).value]];
      }),
    ),
  );
}

function textIn({ type, data }: Element): string {
  return type === 4 || type === 17 ? data.toString("utf16le") : data.toString("utf8");
}

function numbersIn({ type, data }: Element): number[] {
  const known = NUMBER_TYPES[type];
  if (known === undefined) throw new RangeError(`it holds numbers of type ${type}`);
  const [size, read] = known;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return Array.from({ length: Math.floor(data.length / size) }, (_, i) => read(view, i * size));
}
