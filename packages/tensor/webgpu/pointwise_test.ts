import { assert } from "@std/assert";
import {
  arange,
  cat,
  gelu,
  manualSeed,
  randn,
  relu,
  softplus,
  type Tensor,
  tensor,
  where,
} from "../mod.ts";
import {
  assertSameOnBoth,
  gpuTest,
  integers,
  onGpu,
  special,
} from "./compare_testing.ts";

const exact = {
  neg: (x: Tensor) => x.neg(),
  abs: (x: Tensor) => x.abs(),
  square: (x: Tensor) => x.square(),
  floor: (x: Tensor) => x.floor(),
  ceil: (x: Tensor) => x.ceil(),
  trunc: (x: Tensor) => x.trunc(),
  round: (x: Tensor) => x.round(),
  isnan: (x: Tensor) => x.isnan(),
  isinf: (x: Tensor) => x.isinf(),
  isfinite: (x: Tensor) => x.isfinite(),
  relu: (x: Tensor) => relu(x),
  clamp: (x: Tensor) => x.clamp({ min: -1, max: 2 }),
  int: (x: Tensor) => x.to("int32"),
  bool: (x: Tensor) => x.to("bool"),
  logicalNot: (x: Tensor) => x.logicalNot(),
};
for (const [name, f] of Object.entries(exact)) {
  gpuTest(
    `webgpu ${name} is that of the CPU to the bit`,
    () => assertSameOnBoth([special], f),
  );
}

const rounded = {
  sign: (x: Tensor) => x.sign(),
  reciprocal: (x: Tensor) => x.reciprocal(),
  sqrt: (x: Tensor) => x.sqrt(),
  rsqrt: (x: Tensor) => x.rsqrt(),
  cbrt: (x: Tensor) => x.cbrt(),
  exp: (x: Tensor) => x.exp(),
  exp2: (x: Tensor) => x.exp2(),
  expm1: (x: Tensor) => x.expm1(),
  log: (x: Tensor) => x.log(),
  log2: (x: Tensor) => x.log2(),
  log10: (x: Tensor) => x.log10(),
  log1p: (x: Tensor) => x.log1p(),
  asin: (x: Tensor) => x.asin(),
  acos: (x: Tensor) => x.acos(),
  atan: (x: Tensor) => x.atan(),
  sinh: (x: Tensor) => x.sinh(),
  cosh: (x: Tensor) => x.cosh(),
  tanh: (x: Tensor) => x.tanh(),
  asinh: (x: Tensor) => x.asinh(),
  acosh: (x: Tensor) => x.acosh(),
  atanh: (x: Tensor) => x.atanh(),
  erf: (x: Tensor) => x.erf(),
  erfc: (x: Tensor) => x.erfc(),
  sigmoid: (x: Tensor) => x.sigmoid(),
  gelu: (x: Tensor) => gelu(x),
  softplus: (x: Tensor) => softplus(x),
};
for (const [name, f] of Object.entries(rounded)) {
  gpuTest(
    `webgpu ${name} is that of the CPU up to rounding`,
    () => assertSameOnBoth([special], f, { ulps: 4 }),
  );
}

const pairs = {
  add: (a: Tensor, b: Tensor) => a.add(b),
  sub: (a: Tensor, b: Tensor) => a.sub(b),
  mul: (a: Tensor, b: Tensor) => a.mul(b),
  div: (a: Tensor, b: Tensor) => a.div(b),
  maximum: (a: Tensor, b: Tensor) => a.maximum(b),
  minimum: (a: Tensor, b: Tensor) => a.minimum(b),
  eq: (a: Tensor, b: Tensor) => a.eq(b),
  ne: (a: Tensor, b: Tensor) => a.ne(b),
  lt: (a: Tensor, b: Tensor) => a.lt(b),
  le: (a: Tensor, b: Tensor) => a.le(b),
  gt: (a: Tensor, b: Tensor) => a.gt(b),
  ge: (a: Tensor, b: Tensor) => a.ge(b),
  pow: (a: Tensor, b: Tensor) => a.pow(b),
  copysign: (a: Tensor, b: Tensor) => a.copysign(b),
  where: (a: Tensor, b: Tensor) => where(a.gt(b), a, b),
  lerp: (a: Tensor, b: Tensor) => a.lerp(b, 0.25),
};
for (const [name, f] of Object.entries(pairs)) {
  gpuTest(
    `webgpu ${name} of all pairs is that of the CPU`,
    () =>
      assertSameOnBoth([special.unsqueeze(0), special.unsqueeze(1)], f, {
        ulps: ["div", "pow", "lerp"].includes(name) ? 4 : 0,
      }),
  );
}

const integerPairs = {
  add: (a: Tensor, b: Tensor) => a.add(b),
  mul: (a: Tensor, b: Tensor) => a.mul(b),
  maximum: (a: Tensor, b: Tensor) => a.maximum(b),
  lt: (a: Tensor, b: Tensor) => a.lt(b),
  bitwiseXor: (a: Tensor, b: Tensor) => a.bitwiseXor(b),
  bitwiseNot: (a: Tensor) => a.bitwiseNot(),
  abs: (a: Tensor) => a.abs(),
  remainder: (a: Tensor) => a.remainder(-3),
  fmod: (a: Tensor) => a.fmod(3),
  floorDivide: (a: Tensor) => a.div(-3, { roundingMode: "floor" }),
  float: (a: Tensor) => a.to("float32"),
  uint8: (a: Tensor) => a.to("uint8"),
  square: (a: Tensor) => a.pow(2),
};
for (const [name, f] of Object.entries(integerPairs)) {
  gpuTest(
    `webgpu ${name} of integers is that of the CPU`,
    () => assertSameOnBoth([integers.unsqueeze(0), integers.unsqueeze(1)], f),
  );
}

gpuTest("webgpu keeps subnormal numbers or takes them for 0", async () => {
  const x = tensor([1e-40, -1e-40], { dtype: "float32" });
  await assertSameOnBoth([x], (a) => a.contiguous());
  await assertSameOnBoth([x], (a) => a.neg());
  await assertSameOnBoth([x], (a) => a.mul(0.5));
  const scaled = await onGpu(x).mul(2 ** 100).data();
  for (const y of scaled) {
    assert(y === 0 || Math.abs(Number(y)) > 1e-11, `${y}`);
  }
});

gpuTest("webgpu operations broadcast and follow strides", async () => {
  manualSeed(1);
  const x = randn([4, 5, 6]), row = randn([6]), column = randn([4, 1, 1]);
  const each = [
    (a: Tensor, r: Tensor, c: Tensor) => a.add(r).mul(c),
    (a: Tensor, r: Tensor) => a.permute(2, 0, 1).sub(r.view(6, 1, 1)),
    (a: Tensor) => a.transpose(0, 2).contiguous(),
    (a: Tensor) => a.at("1:", "::2", null, -1).neg(),
    (a: Tensor) => a.at(0).diagonal().add(a.at(1, ":", 2)),
    (_: Tensor, r: Tensor) => r.expand(3, 6).mul(2),
    (a: Tensor) => a.reshape(10, 12).t().reshape(-1),
    (a: Tensor, r: Tensor) => cat([a.at(0), r.unsqueeze(0)]),
    (a: Tensor) => a.gt(0).transpose(0, 1).logicalNot(),
  ];
  for (const f of each) await assertSameOnBoth([x, row, column], f, {}, `${f}`);
});

gpuTest("webgpu runs more workgroups than one dimension has", async () => {
  const count = 65535 * 64 + 100;
  const x = arange(count, { dtype: "int32" });
  await assertSameOnBoth([x], (a) => a.mul(3));
});
