import { Tensor, tensor } from "@gradus/tensor";
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { type HyperAccess, hyperAccess } from "./hyper.ts";
import type { LearningRate } from "./mod.ts";

interface Hyper {
  lr: LearningRate;
  betas: readonly [number, number];
  clip: number | null;
  mode: string;
  flag: boolean;
}

function accessTo(hyper: Hyper): HyperAccess<Hyper> {
  return hyperAccess<Hyper>(hyper, Object.keys(hyper));
}

const plain: Hyper = {
  lr: 0.1,
  betas: [0.9, 0.999],
  clip: null,
  mode: "sum",
  flag: true,
};

Deno.test("hyperAccess() gives numbers as float64 tensors and the rest as it is", () => {
  const { hyper } = accessTo({ ...plain, clip: 3 });
  const { lr, betas: [beta1, beta2], clip, mode, flag } = hyper;
  assert(clip instanceof Tensor);
  const values: Tensor[] = [lr, beta1, beta2, clip];
  assertEquals(values.map((t) => t.itemSync()), [0.1, 0.9, 0.999, 3]);
  for (const t of values) assertEquals([t.dtype, t.ndim], ["float64", 0]);
  assertEquals([mode, flag], ["sum", true]);
  assertStrictEquals(accessTo(plain).hyper.clip, null);
});

Deno.test("hyperAccess() gives a learning rate of any form as a number in memory", () => {
  const parameter = tensor([1, 2], { dtype: "float32" });
  for (const dtype of ["float32", "float64", "int64"] as const) {
    for (const values of [2, [2], [[2]]]) {
      const given = tensor(values, { dtype });
      const { lr } = accessTo({ ...plain, lr: given }).hyper;
      assertEquals([lr.itemSync(), lr.dtype, lr.ndim], [2, "float64", 0]);
      assertEquals(parameter.mul(lr).dtype, "float32");
      assertEquals(parameter.mul(lr).shape, [2]);
      assert(!given.countsAsNumber);
    }
  }
});

Deno.test("hyperAccess() tells whether a number is not 0, and what it is", () => {
  const { uses, constant } = accessTo({ ...plain, clip: 0 });
  assertEquals([uses("lr"), uses("clip")], [true, false]);
  assertEquals([constant("lr"), constant("clip")], [0.1, 0]);
  // @ts-expect-error a text is never 0
  assert(uses("mode"));
});
