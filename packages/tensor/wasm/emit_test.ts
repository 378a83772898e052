import { assert, assertEquals } from "@std/assert";
import { arrayOf, type DType, dtypes, type TypedArray } from "../dtype.ts";
import * as x from "../expr.ts";
import { type Kernel, laneOf } from "../kernel.ts";
import { interpret } from "../testing/interpret.ts";
import { valueOf } from "./expression_testing.ts";
import { operandType, runKernel, type Trial } from "./kernel_testing.ts";

/** Numbers in [0, count), the same in every run. */
function randomizer(seed: number): (count: number) => number {
  let state = seed;
  return (count) => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return Math.floor(((state >>> 8) / 2 ** 24) * count);
  };
}

/** Elements that are different from their neighbours and exact in every type. */
function fillWith(
  dtype: DType,
  length: number,
  random: (n: number) => number,
): TypedArray {
  const out = arrayOf(dtype, length);
  const limit = dtype === "bool" ? 2 : 200;
  for (let i = 0; i < length; i++) {
    const v = random(limit);
    out[i] = (dtype === "int64" ? BigInt(v) : v) as never;
  }
  return out;
}

/** How an operand moves along the last axis. */
type Kind = "contiguous" | "splat" | "strided" | "backwards";
const kinds: readonly Kind[] = ["contiguous", "splat", "strided", "backwards"];

interface Layout {
  strides: number[];
  offset: number;
  length: number;
}

/** A layout in which no two elements meet but along axes with stride 0. */
function layout(
  shape: readonly number[],
  kind: Kind,
  random: (n: number) => number,
  repeats: boolean,
): Layout {
  const strides = new Array<number>(shape.length);
  let step = kind === "strided" ? 3 : 1, offset = 0;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const last = axis === shape.length - 1;
    const splat = last ? kind === "splat" : repeats && random(5) === 0;
    const back = last ? kind === "backwards" : random(3) === 0;
    strides[axis] = splat ? 0 : back ? -step : step;
    const reach = step * Math.max(0, shape[axis]! - 1);
    if (splat) continue;
    if (back) offset += reach;
    step = step + reach + (last ? 0 : random(3));
  }
  return { strides, offset, length: step + 4 };
}

/** Every position of a space. */
function* positions(shape: readonly number[]): Generator<number[]> {
  const at = shape.map(() => 0);
  if (shape.includes(0)) return;
  for (;;) {
    yield at;
    let axis = shape.length - 1;
    while (axis >= 0 && ++at[axis]! === shape[axis]) at[axis--] = 0;
    if (axis < 0) return;
  }
}

function placeOf(trial: Trial, o: number, at: readonly number[]): number {
  const strides = trial.space.strides[o]!;
  return at.reduce(
    (sum, i, a) => sum + i * strides[a]!,
    trial.offsets?.[o] ?? 0,
  );
}

/** What a kernel without a fold should leave in its outputs. */
function expected(trial: Trial): TypedArray[] {
  const { kernel, space, arrays } = trial;
  const first = kernel.inputs.length;
  const outputs = arrays.slice(first).map((a) => a.slice() as TypedArray);
  const values = kernel.stores.map((s) =>
    interpret(x.cast(s.value, laneOf[s.dtype]))
  );
  for (const at of positions(space.shape)) {
    const loads = kernel.inputs.map((dtype, o) =>
      valueOf(dtype, arrays[o]![placeOf(trial, o, at)]!)
    );
    values.forEach((value, s) => {
      const place = placeOf(trial, first + s, at);
      outputs[s]![place] = value(loads) as never;
    });
  }
  return outputs;
}

function assertRuns(trial: Trial, what: string): void {
  const found = runKernel(trial);
  expected(trial).forEach((want, s) => {
    want.forEach((v, i) => {
      assert(Object.is(found[s]![i], v), `${what}: store ${s}, element ${i}`);
    });
  });
}

/** A trial over `shape` with operands of the given kinds and types. */
function trialOf(
  kernel: Kernel,
  shape: readonly number[],
  kindOf: (o: number) => Kind,
  random: (n: number) => number,
): Trial {
  const count = kernel.inputs.length + kernel.stores.length;
  const layouts = Array.from({ length: count }, (_, o) => {
    const input = o < kernel.inputs.length;
    const kind = kindOf(o);
    // Results have a place of their own.
    return layout(
      shape,
      !input && kind === "splat" ? "strided" : kind,
      random,
      input,
    );
  });
  return {
    kernel,
    space: { shape, reduced: 0, strides: layouts.map((l) => l.strides) },
    offsets: layouts.map((l) => l.offset),
    arrays: layouts.map((l, o) =>
      fillWith(operandType(kernel, o), l.length, random)
    ),
  };
}

function copyOf(dtype: DType): Kernel {
  return {
    name: "copy",
    inputs: [dtype],
    scalars: [],
    stores: [{ dtype, value: x.load(0, laneOf[dtype]) }],
  };
}

Deno.test("emitKernel() loads and stores every type in every way, with every tail", () => {
  const random = randomizer(1);
  for (const dtype of dtypes) {
    const kernel = copyOf(dtype);
    for (const from of kinds) {
      for (const to of kinds) {
        for (let size = 0; size < 10; size++) {
          const trial = trialOf(
            kernel,
            [size],
            (o) => o === 0 ? from : to,
            random,
          );
          assertRuns(trial, `${dtype} ${from} to ${to}, ${size} elements`);
        }
      }
    }
  }
});

Deno.test("emitKernel() walks spaces of up to five axes", () => {
  const random = randomizer(2);
  const f32: Kernel = {
    name: "mix",
    inputs: ["float32", "int64", "bool", "uint8"],
    scalars: [],
    stores: [
      {
        dtype: "float32",
        value: x.select(
          x.load(2, "bool"),
          x.add(x.load(0, "f32"), x.cast(x.load(1, "i64"), "f32")),
          x.cast(x.load(3, "i32"), "f32"),
        ),
      },
      { dtype: "float64", value: x.sqrt(x.cast(x.load(0, "f32"), "f64")) },
      { dtype: "bool", value: x.lt(x.load(1, "i64"), x.lit(100n, "i64")) },
    ],
  };
  for (let rank = 1; rank <= 5; rank++) {
    for (let round = 0; round < 60; round++) {
      const most = rank === 5 ? 4 : 10;
      const shape = Array.from({ length: rank }, () => random(most));
      // Mostly something to do.
      if (round % 10 !== 0) shape.forEach((s, a) => shape[a] = Math.max(1, s));
      const trial = trialOf(f32, shape, () => kinds[random(4)]!, random);
      assertRuns(trial, `shape ${shape}`);
    }
  }
});

Deno.test("emitKernel() gives the same bits for any split of the first axis", () => {
  const random = randomizer(3);
  const e = x.div(x.load(0, "f32"), x.add(x.load(1, "f32"), x.lit(3, "f32")));
  const kernel: Kernel = {
    name: "quotient",
    inputs: ["float32", "float32"],
    scalars: [],
    stores: [{ dtype: "float32", value: e }],
  };
  for (const shape of [[37], [5, 7], [9, 2, 3]]) {
    for (let round = 0; round < 20; round++) {
      const trial = trialOf(kernel, shape, () => kinds[random(4)]!, random);
      const cuts = [
        0,
        ...Array.from({ length: random(6) }, () => random(shape[0]! + 1)),
        shape[0]!,
      ];
      cuts.sort((a, b) => a - b);
      const ranges = cuts.slice(1).map((end, i) => [cuts[i]!, end] as const);
      assertEquals(runKernel({ ...trial, ranges }), runKernel(trial));
    }
  }
});

Deno.test("emitKernel() covers each element of a range once", () => {
  for (
    const dtype of ["uint8", "int32", "int64", "float32", "float64"] as const
  ) {
    const one = laneOf[dtype] === "i64" ? 1n : 1;
    const kernel: Kernel = {
      name: "count",
      inputs: [],
      scalars: [],
      stores: [{ dtype, value: x.lit(one, laneOf[dtype]), accumulate: true }],
    };
    for (let size = 0; size < 20; size++) {
      for (
        const [begin, end] of [[0, size], [size >> 2, size], [0, size >> 1], [
          size,
          size,
        ]]
      ) {
        const [out] = runKernel({
          kernel,
          space: { shape: [size, 3], reduced: 0, strides: [[3, 1]] },
          arrays: [arrayOf(dtype, size * 3 + 2)],
          ranges: [[begin!, end!]],
        });
        const want = Array.from(
          { length: size * 3 + 2 },
          (_, i) => i >= begin! * 3 && i < end! * 3 ? 1 : 0,
        );
        assertEquals([...out!].map(Number), want);
      }
    }
  }
});

Deno.test("emitKernel() knows positions along each axis", () => {
  const digit = (axis: number, by: number) =>
    x.mul(x.coord(axis), x.lit(by, "i32"));
  const value = x.add(x.add(digit(-3, 100), digit(1, 10)), x.coord(-1));
  const kernel: Kernel = {
    name: "coord",
    inputs: [],
    scalars: [],
    stores: [{ dtype: "int32", value }],
  };
  for (const shape of [[2, 3, 4], [3, 1, 9], [1, 5, 3]]) {
    const [a, b, c] = shape as [number, number, number];
    const [out] = runKernel({
      kernel,
      space: { shape, reduced: 0, strides: [[b * c, c, 1]] },
      arrays: [new Int32Array(a * b * c)],
    });
    const want: number[] = [];
    for (const [i, j, k] of positions(shape)) {
      want.push(100 * i! + 10 * j! + k!);
    }
    assertEquals([...out!], want);
  }
});
