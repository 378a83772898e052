import { assert, assertEquals, assertThrows } from "@std/assert";
import { type DType, gelu, Tensor, tensor } from "./mod.ts";
import { opTable } from "./internal.ts";
import { countOf, sameShape } from "./shape.ts";
import {
  opSamples,
  type Sample,
  type SampleInput,
} from "./testing/op_samples_testing.ts";
import { opCalls } from "./testing/op_samples_calls_testing.ts";
import {
  assertGolden,
  assertSameBits,
} from "./testing/op_samples_assert_testing.ts";
import {
  isElementwise,
  layoutOps,
} from "./testing/op_samples_kinds_testing.ts";

function run(
  op: string,
  inputs: readonly SampleInput[],
  sample: Sample,
): Tensor[] {
  const out = opCalls.get(op)!(inputs, sample.args);
  return out instanceof Tensor ? [out] : [...out];
}

/** Applies `fn` to the tensors among inputs. */
function mapTensors(
  inputs: readonly SampleInput[],
  fn: (t: Tensor) => Tensor,
): SampleInput[] {
  return inputs.map((x) => x instanceof Tensor ? fn(x) : x);
}

function tensorsOf(inputs: readonly SampleInput[]): Tensor[] {
  return inputs.filter((x) => x instanceof Tensor);
}

/**
 * Where Gradus computes what PyTorch refuses to compute of integers and bools:
 * the same as after a conversion of the inputs to this type.
 */
const wider: Readonly<Record<string, DType>> = {
  add: "float32",
  addcdiv: "float32",
  argmax: "uint8",
  argmin: "uint8",
  elu: "float32",
  gelu: "float32",
  geluTanh: "float32",
  hardshrink: "float32",
  hardsigmoid: "float32",
  hardswish: "float32",
  hardtanh: "int64",
  leakyRelu: "float32",
  logSigmoid: "float32",
  mish: "float32",
  silu: "float32",
  softplus: "float32",
  softshrink: "float32",
  sub: "int64",
};

function assertRefusedOrWider(op: string, sample: Sample): void {
  const inputs = sample.inputs(), dtype = wider[op];
  const tensors = tensorsOf(inputs);
  const floating = tensors.some((t) => t.dtype.startsWith("float"));
  const twoBools = op === "sub" && tensors.length === 2;
  if (dtype && !floating && !twoBools) {
    const converted = mapTensors(inputs, (t) => t.to(dtype));
    assertSameBits(
      run(op, inputs, sample),
      run(op, converted, sample),
      sample.title,
    );
    return;
  }
  const error = assertThrows(() => run(op, inputs, sample), Error, "Cannot");
  assert(
    error instanceof TypeError || error instanceof RangeError,
    `${sample.title} threw ${error}`,
  );
}

/** The same elements in another layout: dims in reverse order, with gaps, from an offset. */
function scattered(t: Tensor): Tensor {
  const sizes = [...t.shape].reverse();
  const strides: number[] = [];
  let step = 2;
  for (const size of t.shape) {
    strides.push(step);
    step *= Math.max(1, size) + 1;
  }
  const memory = tensor(new Uint8Array(step + 3), { dtype: t.dtype });
  const out = memory.asStrided(sizes.reverse(), strides, 3).detach();
  return out.copy_(t);
}

Deno.test("opTable has a row of samples for every op", () => {
  assertEquals([...opSamples.keys()].sort(), [...opTable.keys()].sort());
  assertEquals([...opCalls.keys()].sort(), [...opTable.keys()].sort());
});

for (const [op, samples] of opSamples) {
  Deno.test(`${op}() computes what PyTorch computes`, () => {
    for (const sample of samples) {
      if (!sample.out) assertRefusedOrWider(op, sample);
      else assertGolden(op, run(op, sample.inputs(), sample), sample);
    }
  });

  if (layoutOps.has(op)) continue;
  Deno.test(`${op}() does not depend on the layout of its inputs`, () => {
    for (const sample of samples) {
      if (!sample.out) continue;
      const inputs = mapTensors(sample.inputs(), scattered);
      const outs = run(op, inputs, sample);
      assertGolden(op, outs, { ...sample, view: null });
      if (!isElementwise(op)) continue;
      const dense = mapTensors(sample.inputs(), (t) => t.contiguous());
      assertSameBits(outs, run(op, dense, sample), sample.title);
    }
  });
}

/** Samples of elementwise ops whose tensors have one shape, so that elements can be rearranged. */
function* alignedSamples(): Generator<[string, Sample, Tensor]> {
  for (const [op, samples] of opSamples) {
    if (!isElementwise(op)) continue;
    for (const sample of samples) {
      const tensors = tensorsOf(sample.inputs());
      const shape = tensors[0]!.shape;
      if (!sample.out || countOf(shape) === 0) continue;
      if (!tensors.every((t) => sameShape(t.shape, shape))) continue;
      yield [op, sample, run(op, sample.inputs(), sample)[0]!.reshape([-1])];
    }
  }
}

Deno.test("opTable computes an element of long vectors as it does alone", () => {
  let count = 0;
  for (const [op, sample, short] of alignedSamples()) {
    const copies = Math.ceil(67 / short.numel);
    const inputs = mapTensors(
      sample.inputs(),
      (t) => t.reshape([-1]).repeat(copies),
    );
    const long = run(op, inputs, sample)[0]!;
    assertSameBits([long], [short.repeat(copies)], sample.title);
    count++;
  }
  assert(count > 1000);
});

Deno.test("opTable computes tensors of 0 dims as it does elements of vectors", () => {
  for (const [op, sample, vector] of alignedSamples()) {
    const last = vector.numel - 1;
    const inputs = mapTensors(
      sample.inputs(),
      (t) => t.reshape([-1]).select(0, last).clone(),
    );
    const out = run(op, inputs, sample);
    // A number changes the type of a 0-d tensor only as it does that of a vector.
    assertSameBits(out, [vector.select(0, last)], sample.title);
  }
});

Deno.test("opTable computes nothing of tensors without elements", () => {
  for (const [op, sample, vector] of alignedSamples()) {
    for (const shape of [[0], [3, 0, 2]]) {
      const inputs = mapTensors(
        sample.inputs(),
        (t) => t.reshape([-1]).slice(0, 0, 0).expand([3, 2, 0]).reshape(shape),
      );
      const out = run(op, inputs, sample)[0]!;
      assertEquals([out.dtype, out.shape], [vector.dtype, shape], sample.title);
    }
  }
});

// The values are those of mpmath.
Deno.test("gelu() keeps its relative accuracy where PyTorch's cancels", () => {
  const x = tensor([-5, -8, -30], { dtype: "float64" });
  const exact = [
    -1.4332578593959696e-6,
    -4.9767684594174273e-15,
    -1.4720141781444561e-196,
  ];
  const found = gelu(x).dataSync();
  exact.forEach((v, i) => {
    assert(
      Math.abs(Number(found[i]) - v) <= 1e-13 * Math.abs(v),
      `${found[i]}`,
    );
  });
});
