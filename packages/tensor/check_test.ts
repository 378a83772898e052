import { assertEquals, assertThrows } from "@std/assert";
import {
  arange,
  canCast,
  cat,
  type DType,
  full,
  ones,
  promoteTypes,
  randn,
  stack,
  type Tensor,
  tensor,
  type TensorOptions,
  zeros,
} from "./mod.ts";

/** What a program in JavaScript may hand over where a type forbids it. */
function wrong<T>(value: unknown): T {
  return value as T;
}

const operands: [value: unknown, text: string][] = [
  [undefined, "undefined"],
  [null, "null"],
  ["2", 'the string "2"'],
  [[1, 2], "an array"],
  [{}, "an object"],
  [5n, "a bigint"],
];

Deno.test("add() and its kin refuse operands that JavaScript would turn into numbers", () => {
  const x = tensor([1.5, 2]);
  const { version } = x;
  for (const [value, text] of operands) {
    const other = wrong<number>(value);
    const message = `${text}: expected a tensor or a number`;
    assertThrows(() => x.add(other), TypeError, `Cannot add ${message}`);
    assertThrows(() => x.mul_(other), TypeError, `Cannot mul_ ${message}`);
    assertThrows(() => x.gt(other), TypeError, `Cannot gt ${message}`);
    assertThrows(() => x.lerp(x, other), TypeError, `Cannot lerp ${message}`);
    assertThrows(() => x.fill_(other), TypeError, `Cannot copy_ ${message}`);
  }
  assertEquals([x.arraySync(), x.version], [[1.5, 2], version]);
});

Deno.test("zeros() and its kin want sizes in an array and options in an object", () => {
  const sizes = wrong<number[]>(3);
  for (const make of [zeros, ones, randn]) {
    assertThrows(
      () => make(sizes),
      TypeError,
      "Cannot make a tensor: expected sizes as an array such as [2, 3], got 3",
    );
  }
  assertThrows(
    () => tensor([1, 2], wrong<TensorOptions>("float64")),
    TypeError,
    'Cannot make a tensor: expected options such as { dtype: ... }, got the string "float64"',
  );
  assertThrows(
    () => zeros([2], wrong<TensorOptions>({ requires_grad: true })),
    TypeError,
    "Cannot make a tensor with an unknown option requires_grad: expected one of dtype, device, requiresGrad",
  );
  assertThrows(() => full([2], wrong<number>(undefined)), TypeError);
  assertThrows(
    () => arange(5, wrong<TensorOptions>("float32")),
    TypeError,
    'Cannot make a range: expected one to three numbers and options, got 5, the string "float32"',
  );
});

Deno.test("sum() and its kin refuse PyTorch's positional and misspelled options", () => {
  const x = ones([2, 3]);
  assertThrows(
    () => x.sum(1, wrong(true)),
    TypeError,
    "Cannot reduce by sum: expected options such as { keepdim: ... }, got true",
  );
  assertThrows(
    () => x.var(0, wrong({ unbiased: false })),
    TypeError,
    "Cannot reduce by var with an unknown option unbiased: expected one of keepdim, correction",
  );
  assertThrows(
    () => x.mean(wrong({ keepdim: true })),
    TypeError,
    "expected a dim or an array of dims, got an object",
  );
  assertThrows(() => x.max(0, wrong(true)), TypeError, "Cannot reduce by max");
  assertThrows(() => x.sort(-1, wrong(true)), TypeError, "Cannot sort");
  assertThrows(
    () => x.add(1, wrong({ beta: 2 })),
    TypeError,
    "unknown option beta",
  );
  assertThrows(
    () => x.clamp(wrong({ low: 2 })),
    TypeError,
    "unknown option low",
  );
});

Deno.test("promoteTypes() and canCast() refuse unknown types", () => {
  for (const name of ["float16", "toString"]) {
    const dtype = wrong<DType>(name);
    assertThrows(() => promoteTypes("int32", dtype), TypeError, name);
    assertThrows(() => canCast(dtype, "int32"), TypeError, name);
    assertThrows(() => zeros([1], { dtype }), TypeError, name);
  }
});

Deno.test("cat() and stack() want an array of tensors", () => {
  const x = ones([2]);
  for (const join of [cat, stack]) {
    assertThrows(
      () => join(wrong<Tensor[]>(x)),
      TypeError,
      "expected an array of tensors, got a tensor",
    );
    assertThrows(
      () => join(wrong<Tensor[]>([x, 1])),
      TypeError,
      "expected a tensor, got 1",
    );
  }
});

Deno.test("matmul(), copy_() and setData() want a tensor", () => {
  const x = ones([2, 2]), list = wrong<Tensor>([[1]]);
  assertThrows(() => x.matmul(list), TypeError, "a tensor, got an array");
  assertThrows(() => x.copy_(list), TypeError, "a tensor, got an array");
  assertThrows(() => x.setData(list), TypeError, "a tensor, got an array");
  assertThrows(() => x.grad = list, TypeError, "a tensor, got an array");
});

Deno.test("maskedFill() wants a bool mask", () => {
  assertThrows(
    () => ones([2]).maskedFill(ones([2]), 0),
    TypeError,
    "Cannot where: expected bool conditions, got float32",
  );
});
