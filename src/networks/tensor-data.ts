/** Element types that compiled networks use. `float16` is only ever stored: it is widened before it is computed with. */
export type Dtype = "float32" | "float16" | "int32" | "int64" | "uint8" | "bool";

/** float16 is kept as its bits in a Uint16Array, bool as 0 or 1 in a Uint8Array. */
type TensorArray = Float32Array | Uint16Array | Int32Array | BigInt64Array | Uint8Array;

/** A tensor whose numbers are known when the network is compiled. Row-major. */
export interface Constant {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly data: TensorArray;
}

/** Number of elements of a shape; 1 for a scalar. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

export function float32(shape: readonly number[], values: ArrayLike<number>): Constant {
  return { dtype: "float32", shape, data: Float32Array.from(values) };
}

export function int64(values: readonly number[], shape: readonly number[] = [values.length]): Constant {
  return { dtype: "int64", shape, data: BigInt64Array.from(values, BigInt) };
}

/** The same numbers under another shape of the same size. */
export function reshaped(constant: Constant, shape: readonly number[]): Constant {
  if (sizeOf(shape) !== sizeOf(constant.shape)) {
    throw new RangeError(`[${constant.shape.join(", ")}] cannot be read as [${shape.join(", ")}]`);
  }
  return { ...constant, shape };
}

/** Axes in a new order: axis `i` of the result is axis `order[i]` of the constant. */
export function transposed(constant: Constant, order: readonly number[]): Constant {
  const shape = order.map((axis) => at(constant.shape, axis));
  const strides = stridesOf(constant.shape);
  const steps = order.map((axis) => at(strides, axis));
  const data = constant.data.slice();
  const inner = shape.length - 1;
  if (inner < 1) return { dtype: constant.dtype, shape, data };
  const [rows, length, step] = [sizeOf(shape.slice(0, inner)), at(shape, inner), at(steps, inner)];
  for (let row = 0; row < rows; row++) {
    copyRow(constant.data, { from: startOfRow(row, shape, steps), step }, data, { to: row * length, length });
  }
  return { dtype: constant.dtype, shape, data };
}

/** Where the elements of one row, along the last axis of the result, begin in the source. */
function startOfRow(row: number, shape: readonly number[], steps: readonly number[]): number {
  let rest = row;
  let start = 0;
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    const extent = at(shape, axis);
    start += (rest % extent) * at(steps, axis);
    rest = Math.floor(rest / extent);
  }
  return start;
}

function copyRow(
  source: TensorArray,
  { from, step }: { from: number; step: number },
  target: TensorArray,
  { to, length }: { to: number; length: number },
): void {
  for (let index = 0; index < length; index++) {
    // Both arrays are of one type: the target began as a copy of the source.
    target[to + index] = source[from + index * step] as never;
  }
}

/** The numbers as JavaScript numbers, float16 widened. */
export function numbersOf({ dtype, data }: Constant): number[] {
  return Array.from(data, dtype === "float16" ? (bits) => halfToNumber(Number(bits)) : Number);
}

/** A float16 constant as float32, which holds each of its numbers exactly; any other constant as it is. */
export function widened(constant: Constant): Constant {
  return constant.dtype === "float16" ? float32(constant.shape, numbersOf(constant)) : constant;
}

/** IEEE 754 binary16 bits to a number. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Little-endian bytes as an array of their own: within a file they need not be aligned. */
export function arrayOf(dtype: Dtype, bytes: Uint8Array): TensorArray {
  const { buffer } = new Uint8Array(bytes);
  switch (dtype) {
    case "float32":
      return new Float32Array(buffer);
    case "float16":
      return new Uint16Array(buffer);
    case "int32":
      return new Int32Array(buffer);
    case "int64":
      return new BigInt64Array(buffer);
    default:
      return new Uint8Array(buffer);
  }
}

/** Element of an array that is known to be there: shapes and strides have an entry for every axis. */
export function at(values: readonly number[], index: number): number {
  const value = values[index];
  if (value === undefined) throw new RangeError(`No axis ${index} in [${values.join(", ")}]`);
  return value;
}

function stridesOf(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = at(strides, axis + 1) * at(shape, axis + 1);
  return strides;
}
