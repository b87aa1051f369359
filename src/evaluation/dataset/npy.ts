/** Contents of a NumPy `.npy` file that holds one or more texts or numbers. */
export type NpyValues = readonly (string | number)[];

/**
 * Reads NumPy's `.npy` format, versions 1 to 3, of the kinds that AffectNet's annotations use: `<U` texts, little-endian
 * floats and integers. @throws {RangeError} for anything else.
 */
export function parseNpy(bytes: Uint8Array): NpyValues {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (
    bytes.byteLength < 12 ||
    bytes[0] !== 0x93 ||
    new TextDecoder("latin1").decode(bytes.subarray(1, 6)) !== "NUMPY"
  ) {
    throw new RangeError("it is not a NumPy file");
  }
  const long = (bytes[6] as number) >= 2;
  const start = long ? 12 : 10;
  const headerBytes = long ? view.getUint32(8, true) : view.getUint16(8, true);
  const header = new TextDecoder("latin1").decode(bytes.subarray(start, start + headerBytes));
  const kind = /'descr':\s*'([^']+)'/.exec(header)?.[1] ?? "";
  const shape = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1] ?? "";
  const count = shape
    .split(",")
    .filter((part) => part.trim() !== "")
    .reduce((product, part) => product * Number(part), 1);
  return Array.from({ length: count }, (_, i) => readItem(view, kind, { start: start + headerBytes, index: i }));
}

function readItem(
  view: DataView,
  kind: string,
  { start, index }: { readonly start: number; readonly index: number },
): string | number {
  const text = /^<U(\d+)$/.exec(kind);
  if (text !== null) {
    const length = Number(text[1]);
    let value = "";
    for (let i = 0; i < length; i++) {
      const code = view.getUint32(start + (index * length + i) * 4, true);
      if (code !== 0) value += String.fromCodePoint(code);
    }
    return value;
  }
  if (kind === "<f8") return view.getFloat64(start + index * 8, true);
  if (kind === "<f4") return view.getFloat32(start + index * 4, true);
  if (kind === "<i8") return Number(view.getBigInt64(start + index * 8, true));
  if (kind === "<i4") return view.getInt32(start + index * 4, true);
  throw new RangeError(`its items are of kind "${kind}"`);
}
