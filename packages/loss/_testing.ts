/** Reading the cases that scripts/golden/loss.py writes, and comparing with them. */

import { assert } from "@std/assert";
import { grad } from "@gradus/autograd";
import { type DType, type Tensor, tensor } from "@gradus/tensor";
import golden from "./testdata/loss.json" with { type: "json" };

type Value = number | string;
type Elements = readonly Value[];

interface Golden {
  readonly tensors: readonly {
    readonly shape: readonly number[];
    readonly dtype: string;
    readonly data: Elements;
  }[];
  readonly cases: readonly Case[];
}

/** A call and what PyTorch returns for it. */
export interface Case {
  /** The function. */
  readonly name: string;
  /** Numbers and names of tensors. */
  readonly args: readonly Value[];
  readonly options: Readonly<Record<string, Value | boolean>>;
  /** Shape and elements of the result. */
  readonly shape: readonly number[];
  readonly value: Elements;
  /** Gradients by position of the argument. */
  readonly grads: Readonly<Record<string, Elements>>;
  /** The derivative of a sum over the first gradient. */
  readonly second?: Elements;
}

const { tensors, cases } = golden as unknown as Golden;

const toNumber = (v: Value): number =>
  typeof v === "number"
    ? v
    : v === "inf"
    ? Infinity
    : v === "-inf"
    ? -Infinity
    : NaN;

/** The cases of a function. */
export function casesOf(name: string): readonly Case[] {
  const found = cases.filter((c) => c.name === name);
  assert(found.length > 0, `no cases of ${name}`);
  return found;
}

/** What a value of a case stands for; floating tensors in `dtype`. */
function decode(
  value: Value | boolean,
  dtype: DType,
): Tensor | number | boolean | string {
  if (typeof value !== "string" || !value.startsWith("tensor ")) return value;
  const named = tensors[Number(value.slice(7))]!;
  const type = named.dtype === "float64" ? dtype : named.dtype as DType;
  return tensor(named.data.map(toNumber), { dtype: type }).view(named.shape);
}

/** The direction of derivatives: 1/n, 2/n, ..., 1. */
function direction(t: Tensor): Tensor {
  const n = t.numel;
  const steps = Array.from({ length: n }, (_, i) => (i + 1) / n);
  return tensor(steps, { dtype: t.dtype }).view(t.shape);
}

/** Asserts that elements agree within `tolerance`, relative above 1. */
export function assertElements(
  found: Tensor,
  expected: Elements,
  tolerance: number,
  what: string,
): void {
  const actual = Array.from(found.detach().dataSync(), Number);
  assert(
    actual.length === expected.length,
    `${what}: ${actual.length} elements`,
  );
  expected.forEach((value, i) => {
    const a = actual[i]!, b = toNumber(value);
    const close = Object.is(a, b) || a === b ||
      Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b));
    assert(close, `${what}: element ${i} is ${a}, in PyTorch ${b}`);
  });
}

/** Calls a loss with positional arguments and an options object. */
export type Call = (
  args: (Tensor | number)[],
  options: Record<string, unknown>,
) => Tensor;

/** Asserts that a loss and its derivatives agree with PyTorch's. */
export function assertCase(
  c: Case,
  call: Call,
  dtype: DType,
  tolerance: number,
): void {
  const what = `${JSON.stringify(c.options)} of ${c.args.join(", ")}`;
  const args = c.args.map((a) => decode(a, dtype) as Tensor | number);
  const options = Object.fromEntries(
    Object.entries(c.options).map(([key, v]) => [key, decode(v, dtype)]),
  );
  const wanted = Object.keys(c.grads).map((i) => {
    const t = (args[Number(i)] as Tensor).detach().requiresGrad_();
    args[Number(i)] = t;
    return t;
  });
  const value = call(args, options);
  assert(value.dtype === dtype, `${what}: ${value.dtype}`);
  assert(String(value.shape) === String(c.shape), `${what}: [${value.shape}]`);
  assertElements(value, c.value, tolerance, `the value for ${what}`);
  const grads = grad([value], wanted, {
    gradOutputs: [direction(value)],
    createGraph: c.second !== undefined,
  });
  Object.entries(c.grads).forEach(([i, expected], k) => {
    assertElements(grads[k]!, expected, tolerance, `gradient ${i} for ${what}`);
  });
  if (!c.second) return;
  const again = grad([grads[0]!], [wanted[0]!], {
    gradOutputs: [direction(grads[0]!)],
  });
  assertElements(
    again[0]!,
    c.second,
    tolerance,
    `second derivative for ${what}`,
  );
}

/** Asserts all cases of a function in both floating types. */
export function assertGolden(name: string, call: Call): void {
  for (const c of casesOf(name)) {
    assertCase(c, call, "float64", 1e-12);
    assertCase(c, call, "float32", 1e-5);
  }
}
