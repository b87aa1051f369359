import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  channelsFirst,
  channelsFirstName,
  constantValue,
  createGraphBuilder,
  type GraphBuilder,
  type Target,
  type Value,
} from "../../src/networks/graph-builder.ts";
import type { NetworkManifest } from "../../src/networks/manifest.ts";
import { writeOnnx } from "../../src/networks/onnx-file.ts";
import { concatenate, reshape, transpose, unpack } from "../../src/networks/ops/arrange.ts";
import { convolution } from "../../src/networks/ops/convolution.ts";
import { arithmetic, floorDivide, floorModulo } from "../../src/networks/ops/elementwise.ts";
import { padZeros } from "../../src/networks/ops/pad.ts";
import { parametricRelu } from "../../src/networks/ops/parametric-relu.ts";
import { pooling, resizeBilinear } from "../../src/networks/ops/pooling.ts";
import { reduce } from "../../src/networks/ops/reduce.ts";
import { stridedSlice } from "../../src/networks/ops/strided-slice.ts";
import { openSession } from "../../src/networks/session.ts";
import { type Constant, float32, halfToNumber, sizeOf, transposed } from "../../src/networks/tensor-data.ts";

/** Runs one operator on one input in onnxruntime. */
async function run(
  input: Constant,
  build: (graph: GraphBuilder, x: Value) => Value,
  target: Target = "plain",
): Promise<{ shape: readonly number[]; values: number[] }> {
  const graph = createGraphBuilder(target);
  const dtype = input.dtype === "int32" ? "int32" : "float32";
  const result = build(graph, graph.input({ name: "x", dtype, shape: input.shape }));
  graph.output("y", result);
  const port = { tensor: "", dtype, description: "under test" } as const;
  const manifest = {
    id: "operator",
    format: "tflite",
    inputs: [{ ...port, name: "x", shape: [...input.shape] }],
    outputs: [{ ...port, name: "y", shape: [...result.shape] }],
  } as unknown as NetworkManifest;
  const network = await openSession(manifest, writeOnnx("operator", graph.finish(), "test"));
  const data = input.data as Float32Array | Int32Array;
  const { y } = await network.run({ x: { data, shape: input.shape } });
  await network.close();
  return { shape: result.shape, values: Array.from(y?.data ?? [], Number) };
}

/** The value with channels first, as after a convolution. */
function afterConvolution(graph: GraphBuilder, x: Value): Value {
  return channelsFirst(x.dtype, x.shape, channelsFirstName(graph, x));
}

/** Numbers that float32 holds exactly, so that only the order of additions can differ. */
const number = fc.integer({ min: -64, max: 64 }).map((n) => n / 8);
function tensor(shape: readonly number[]): fc.Arbitrary<Constant> {
  const size = sizeOf(shape);
  return fc.array(number, { minLength: size, maxLength: size }).map((values) => float32(shape, values));
}

const few = { numRuns: 12 };

describe("operators written in ONNX", () => {
  it("convolve as the definition says, with TensorFlow's two padding rules, strides and groups", async () => {
    const cases = fc
      .record({
        height: fc.integer({ min: 3, max: 7 }),
        width: fc.integer({ min: 3, max: 7 }),
        kernel: fc.constantFrom([1, 1] as const, [3, 3] as const, [2, 3] as const),
        stride: fc.constantFrom(1 as const, 2 as const),
        padding: fc.constantFrom("same" as const, "valid" as const),
        depthwise: fc.boolean(),
      })
      .chain((spec) =>
        fc.record({
          spec: fc.constant(spec),
          x: tensor([1, spec.height, spec.width, 4]),
          filter: tensor([4, spec.depthwise ? 1 : 4, ...spec.kernel]),
          bias: tensor([4]),
        }),
      );
    await fc.assert(
      fc.asyncProperty(cases, async ({ spec, x, filter, bias }) => {
        const groups = spec.depthwise ? 4 : 1;
        const strides = [spec.stride, spec.stride] as const;
        const found = await run(x, (graph, value) =>
          convolution(graph, value, {
            filter,
            bias,
            strides,
            dilations: [1, 1],
            padding: spec.padding,
            groups,
            activation: "none",
          }),
        );
        expectClose(found.values, naiveConvolution(x, filter, bias, { ...spec, groups }));
      }),
      few,
    );
  });

  it("bend negatives by each channel's slope, blocked and plain alike, slopes above 1 too", async () => {
    const cases = fc.record({ x: tensor([1, 3, 5, 16]), slopes: tensor([1, 1, 16]) });
    await fc.assert(
      fc.asyncProperty(cases, async ({ x, slopes }) => {
        const expected = Array.from(x.data as Float32Array, (value, index) =>
          value > 0 ? value : value * Number(slopes.data[index % 16]),
        );
        for (const target of ["plain", "blocked"] as const) {
          const build = (graph: GraphBuilder, value: Value) =>
            parametricRelu(graph, afterConvolution(graph, value), constantValue(slopes));
          expectClose((await run(x, build, target)).values, expected);
        }
      }),
      few,
    );
  });

  it.each(["plain", "blocked"] as const)("add channels of zeros behind the others (%s)", async (target) => {
    const x = float32([1, 2, 1, 3], [1, 2, 3, 4, 5, 6]);
    const widths = [
      [0, 0],
      [0, 0],
      [0, 0],
      [0, 2],
    ] as const;
    const build = (graph: GraphBuilder, value: Value) => padZeros(graph, afterConvolution(graph, value), widths);
    expect(await run(x, build, target)).toEqual({ shape: [1, 2, 1, 5], values: [1, 2, 3, 0, 0, 4, 5, 6, 0, 0] });
    const around = (graph: GraphBuilder, value: Value) =>
      padZeros(graph, afterConvolution(graph, value), [
        [0, 0],
        [1, 0],
        [0, 1],
        [0, 0],
      ]);
    expect(await run(x, around, target)).toEqual({
      shape: [1, 3, 2, 3],
      values: [0, 0, 0, 0, 0, 0, 1, 2, 3, 0, 0, 0, 4, 5, 6, 0, 0, 0],
    });
  });

  it("combine feature maps, rows per channel and scalars alike in either layout", async () => {
    const shapes = fc.constantFrom([1, 2, 3, 4], [4], [1, 1, 1, 4], [2, 3, 1], []);
    const cases = shapes.chain((shape) =>
      fc.record({
        x: tensor([1, 2, 3, 4]),
        other: tensor(shape),
        op: fc.constantFrom("Add" as const, "Sub" as const, "Mul" as const),
        swap: fc.boolean(),
        moved: fc.boolean(),
      }),
    );
    await fc.assert(
      fc.asyncProperty(cases, async ({ x, other, op, swap, moved }) => {
        const found = await run(x, (graph, value) => {
          const map = moved ? afterConvolution(graph, value) : value;
          const known = constantValue(other);
          return arithmetic(graph, op, swap ? [known, map] : [map, known]);
        });
        const expected = Array.from(x.data as Float32Array, (value, index) => {
          const against = broadcastAt(other, index, [1, 2, 3, 4]);
          const [left, right] = swap ? [against, value] : [value, against];
          if (op === "Add") return left + right;
          return op === "Sub" ? left - right : left * right;
        });
        expectClose(found.values, expected);
      }),
      { numRuns: 25 },
    );
  });

  it("divide whole numbers down and keep the divisor's sign in the remainder, as TensorFlow does", async () => {
    const whole = fc.integer({ min: -1000, max: 1000 });
    const divisor = fc.integer({ min: -30, max: 30 }).filter((n) => n !== 0);
    await fc.assert(
      fc.asyncProperty(fc.array(whole, { minLength: 1, maxLength: 6 }), divisor, async (numbers, by) => {
        const int32 = (values: number[], shape: number[]): Constant => ({
          dtype: "int32",
          shape,
          data: Int32Array.from(values),
        });
        const x = int32(numbers, [numbers.length]);
        const against = () => constantValue(int32([by], []));
        const quotients = await run(x, (graph, value) => floorDivide(graph, value, against()));
        const remainders = await run(x, (graph, value) => floorModulo(graph, value, against()));
        // JavaScript knows a negative zero, whole numbers do not: `+ 0` takes it away.
        expect(quotients.values).toEqual(numbers.map((n) => Math.floor(n / by) + 0));
        expect(remainders.values).toEqual(numbers.map((n) => n - by * Math.floor(n / by) + 0));
      }),
      few,
    );
  });

  it("slice with masks and negative bounds, and drop the axes that shrink", async () => {
    const x = float32(
      [2, 3, 4],
      Array.from({ length: 24 }, (_, index) => index),
    );
    const masks = { beginMask: 0, endMask: 0, ellipsisMask: 0, newAxisMask: 0, shrinkMask: 0 };
    const slice = (spec: Partial<Parameters<typeof stridedSlice>[2]>) =>
      run(x, (graph, value) =>
        stridedSlice(graph, value, { begin: [0, 0, 0], end: [2, 3, 4], steps: [1, 1, 1], ...masks, ...spec }),
      );
    expect(await slice({ begin: [1, -2, 0], end: [2, 3, 2] })).toEqual({ shape: [1, 2, 2], values: [16, 17, 20, 21] });
    expect(await slice({ begin: [-1, 1, 3], shrinkMask: 0b111 })).toEqual({ shape: [], values: [19] });
    expect(
      await slice({ begin: [1, 2, 1], end: [0, 0, 0], beginMask: 0b010, endMask: 0b111, steps: [1, 2, 3] }),
    ).toEqual({
      shape: [1, 2, 1],
      values: [13, 21],
    });
    await expect(slice({ ellipsisMask: 1 })).rejects.toThrow("ellipsis");
    await expect(slice({ steps: [1, 1, -1] })).rejects.toThrow("backwards");
  });

  it("pool over the frame's edge without counting what is outside", async () => {
    const x = float32([1, 3, 3, 1], [-1, -2, -3, -4, -5, -6, -7, -8, -9]);
    const window = { kernel: [2, 2], strides: [2, 2], dilations: [1, 1], padding: "same" } as const;
    const pool = (kind: "max" | "average") => run(x, (graph, value) => pooling(graph, kind, value, window));
    expect(await pool("max")).toEqual({ shape: [1, 2, 2, 1], values: [-1, -3, -7, -9] });
    expect(await pool("average")).toEqual({ shape: [1, 2, 2, 1], values: [-3, -4.5, -7.5, -9] });
  });

  it.each([
    ["corner to corner", { alignCorners: true, halfPixelCenters: false }, [0, 1, 2, 3]],
    ["by pixel centres", { alignCorners: false, halfPixelCenters: true }, [0, 0.75, 2.25, 3]],
    ["from the first corner", { alignCorners: false, halfPixelCenters: false }, [0, 1.5, 3, 3]],
  ])("resize %s", async (_rule, rule, expected) => {
    const found = await run(float32([1, 1, 2, 1], [0, 3]), (graph, value) =>
      resizeBilinear(graph, value, { size: [1, 4], ...rule }),
    );
    expectClose(found.values, expected);
  });

  it("rearrange and reduce by the publisher's axes, whichever layout they lie in", async () => {
    const x = float32(
      [1, 2, 2, 3],
      Array.from({ length: 12 }, (_, index) => index),
    );
    const moved = (build: (graph: GraphBuilder, value: Value) => Value) =>
      run(x, (graph, value) => build(graph, afterConvolution(graph, value)));
    expect((await moved((graph, v) => reshape(graph, v, [4, -1]))).values).toEqual(Array.from(x.data, Number));
    expect((await moved((graph, v) => transpose(graph, v, [0, 2, 1, 3]))).values).toEqual([
      0, 1, 2, 6, 7, 8, 3, 4, 5, 9, 10, 11,
    ]);
    expect(await moved((graph, v) => concatenate(graph, [v, v], -1))).toMatchObject({ shape: [1, 2, 2, 6] });
    expect((await moved((graph, v) => concatenate(graph, [v, v], 1))).values).toEqual(
      [...x.data, ...x.data].map(Number),
    );
    expect(await moved((graph, v) => unpack(graph, v, 2)[1] as Value)).toEqual({
      shape: [1, 2, 3],
      values: [3, 4, 5, 9, 10, 11],
    });
    for (const keepDims of [true, false]) {
      const mean = await moved((graph, v) => reduce(graph, "mean", v, { axes: [1, 2], keepDims }));
      expect(mean).toEqual({ shape: keepDims ? [1, 1, 1, 3] : [1, 3], values: [4.5, 5.5, 6.5] });
      const sum = await moved((graph, v) => reduce(graph, "sum", v, { axes: [-1], keepDims }));
      expect(sum).toEqual({ shape: keepDims ? [1, 2, 2, 1] : [1, 2, 2], values: [3, 12, 21, 30] });
    }
  });
});

describe("tensor data", () => {
  it("transposes back with the inverse order", () => {
    const orders = fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 });
    fc.assert(
      fc.property(tensor([2, 3, 1, 4]), orders, (constant, order) => {
        const inverse = order.map((_, axis) => order.indexOf(axis));
        expect(transposed(transposed(constant, order), inverse)).toEqual(constant);
      }),
    );
  });

  it.each([
    [0x0000, 0],
    [0x0001, 2 ** -24],
    [0x03ff, 1023 * 2 ** -24],
    [0x0400, 2 ** -14],
    [0x3400, 0.25],
    [0x3555, 0.333251953125],
    [0xc000, -2],
    [0x7bff, 65504],
    [0xfc00, Number.NEGATIVE_INFINITY],
    [0x7e00, Number.NaN],
  ])("reads the half %i as %d", (bits, expected) => {
    expect(halfToNumber(bits)).toBe(expected);
  });
});

/** Element of `constant` that numpy's rules pair with element `index` of a tensor of `shape`. */
function broadcastAt(constant: Constant, index: number, shape: readonly number[]): number {
  let rest = index;
  let place = 0;
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const coordinate = rest % (shape[axis] as number);
    rest = Math.floor(rest / (shape[axis] as number));
    const extent = constant.shape[axis - shape.length + constant.shape.length] ?? 1;
    place += (extent === 1 ? 0 : coordinate) * stride;
    stride *= extent;
  }
  return Number(constant.data[place]);
}

interface NaiveSpec {
  readonly height: number;
  readonly width: number;
  readonly kernel: readonly [number, number];
  readonly stride: number;
  readonly padding: "same" | "valid";
  readonly groups: number;
}

/** Straight from the definition: for every output pixel and channel, the sum over the window and the group's channels. */
function naiveConvolution(x: Constant, filter: Constant, bias: Constant, spec: NaiveSpec): number[] {
  const rows = extentAndStart(spec.height, spec.kernel[0], spec);
  const columns = extentAndStart(spec.width, spec.kernel[1], spec);
  return Array.from({ length: rows.extent * columns.extent * 4 }, (_, index) => {
    const [pixel, out] = [Math.floor(index / 4), index % 4];
    const top = Math.floor(pixel / columns.extent) * spec.stride - rows.start;
    const left = (pixel % columns.extent) * spec.stride - columns.start;
    return Number(bias.data[out]) + windowSum(x, filter, { ...spec, top, left, out });
  });
}

function windowSum(x: Constant, filter: Constant, at: NaiveSpec & { top: number; left: number; out: number }): number {
  const [tall, wide] = at.kernel;
  const taps = (4 / at.groups) * tall * wide;
  return Array.from({ length: taps }, (_, tap) => {
    const channel = at.groups === 1 ? Math.floor(tap / (tall * wide)) : at.out;
    const [y, z] = [at.top + (Math.floor(tap / wide) % tall), at.left + (tap % wide)];
    const outside = y < 0 || z < 0 || y >= at.height || z >= at.width;
    return outside ? 0 : Number(x.data[(y * at.width + z) * 4 + channel]) * Number(filter.data[at.out * taps + tap]);
  }).reduce((sum, product) => sum + product, 0);
}

/** TensorFlow: "same" gives ceil(input / stride) and puts the odd pixel of padding at the end. */
function extentAndStart(input: number, kernel: number, { stride, padding }: NaiveSpec) {
  if (padding === "valid") return { extent: Math.ceil((input - kernel + 1) / stride), start: 0 };
  const extent = Math.ceil(input / stride);
  return { extent, start: Math.floor(Math.max((extent - 1) * stride + kernel - input, 0) / 2) };
}

/** Sums of a few dozen products below 64: float32 keeps them to 1e-3 whatever the order. */
function expectClose(found: readonly number[], expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  const worst = Math.max(0, ...found.map((value, index) => Math.abs(value - (expected[index] as number))));
  expect(worst).toBeLessThan(1e-3);
}
