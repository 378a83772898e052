import { assert, assertEquals, assertThrows } from "@std/assert";
import { asNumber, hostValue } from "./internal.ts";
import { gpuTest } from "./webgpu/compare_testing.ts";
import { type DType, ones, type Tensor, tensor, where } from "./mod.ts";

const half = hostValue(() => 0.5);

Deno.test("hostValue() is a float64 tensor of 0 dims with the number of now", () => {
  let x = 0.1;
  const read = () => hostValue(() => x);
  const first = read();
  x = 3;
  assertEquals([first.itemSync(), read().itemSync()], [0.1, 3]);
  assertEquals([first.dtype, first.ndim], ["float64", 0]);
});

Deno.test("hostValue() leaves every floating tensor in its type, as a number does", () => {
  for (const dtype of ["float32", "float64"] as const) {
    for (const shape of [[], [2]]) {
      const t = ones(shape, { dtype });
      const results: Record<string, Tensor> = {
        add: t.add(half),
        add1: t.add(t, { alpha: half }),
        rsub: t.rsub(half),
        pow: half.pow(t),
        maximum: half.maximum(t),
        lerp: t.lerp(t, half),
        addcmul: t.addcmul(t, t, { value: half }),
        addcdiv: t.addcdiv(t, t, { value: half }),
        where: where(t.gt(0), half, t),
        derived: t.mul(half.neg().sqrt().mul(2).add(hostValue(() => 1))),
      };
      for (const [name, result] of Object.entries(results)) {
        assertEquals(result.dtype, dtype, `${name} of shape [${shape}]`);
      }
    }
  }
});

Deno.test("hostValue() turns whole numbers into floating ones", () => {
  for (const dtype of ["bool", "uint8", "int32", "int64"] as DType[]) {
    for (const shape of [[], [2]]) {
      assertEquals(ones(shape, { dtype }).mul(half).dtype, "float64");
    }
  }
});

Deno.test("hostValue() rounds in a float32 tensor of 0 dims as a number does", () => {
  const x = tensor(1 / 3), third = 1 / 3;
  const number = hostValue(() => third);
  assertEquals(x.dtype, "float32");
  assertEquals(x.mul(number).itemSync(), x.mul(third).itemSync());
  assert(x.mul(number).itemSync() !== Math.fround(x.itemSync() * third));
});

Deno.test("asNumber() leaves the tensor itself alone and shares its memory", () => {
  const t = tensor([0.25], { dtype: "float64" });
  const number = asNumber(t);
  t.fill_(0.75);
  assertEquals([number.itemSync(), number.ndim], [0.75, 0]);
  const float = tensor(2, { dtype: "float32" });
  assertEquals(float.mul(number).dtype, "float32");
  assertEquals(float.mul(t.view([])).dtype, "float64");
  assertThrows(() => asNumber(ones([2])), TypeError);
});

Deno.test("asNumber() makes numbers of numbers alone", () => {
  const float = tensor(2, { dtype: "float32" });
  const double = tensor(2, { dtype: "float64" });
  const yes = [
    half.mul(half),
    half.add(1),
    half.exp(),
    where(asNumber(tensor(true)), 1, half),
  ];
  for (const t of yes) assertEquals(t.mul(float).dtype, "float32");
  const no = [half.mul(double), where(tensor(true), half, 1)];
  for (const t of no) assertEquals(t.mul(float).dtype, "float64");
});

gpuTest("webgpu tensors take 0-d tensors of the CPU as numbers", async () => {
  const t = tensor([1, 2, 3], { dtype: "float32" }), gpu = t.to("webgpu");
  const double = tensor(0.5, { dtype: "float64" });
  const forms: Record<string, (t: Tensor) => Tensor> = {
    mul: (t) => t.mul(double),
    reversed: (t) => double.sub(t),
    "0-d": (t) => t.select(0, 1).mul(double),
    addcmul: (t) => t.addcmul(t, t, { value: double }),
    alpha: (t) => t.add(t, { alpha: half }),
    lerp: (t) => t.lerp(t.mul(2), half),
    "in place": (t) => t.clone().mul_(double),
    compare: (t) => t.gt(tensor(1.5)),
    where: (t) => where(t.gt(1), half, t),
    choose: (t) => where(tensor(true), t, 1),
    // Among whole numbers 2.0 is none.
    floating: (t) => t.to("int32").mul(tensor(2, { dtype: "float32" })),
    whole: (t) => t.to("int32").mul(tensor(2)),
  };
  for (const [name, form] of Object.entries(forms)) {
    const actual = form(gpu), expected = form(t);
    assertEquals(actual.device, "webgpu", name);
    assertEquals(await actual.array(), expected.arraySync(), name);
    // There is no float64 on a GPU.
    if (expected.dtype !== "float64") {
      assertEquals(actual.dtype, expected.dtype, name);
    }
  }
});

gpuTest("webgpu tensors refuse other tensors of the CPU", () => {
  const gpu = ones([2]).to("webgpu");
  const learned = tensor(0.5, { requiresGrad: true });
  const message = "on different devices";
  assertThrows(() => gpu.mul(ones([2])), TypeError, message);
  assertThrows(() => gpu.mul(ones([1])), TypeError, message);
  assertThrows(() => gpu.mul(learned), TypeError, message);
  assertThrows(() => ones([]).mul_(gpu.sum()), TypeError, message);
});
