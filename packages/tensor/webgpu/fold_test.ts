import { assert } from "@std/assert";
import { arange, full, manualSeed, randn, type Tensor } from "../mod.ts";
import { assertSameOnBoth, gpuTest, special } from "./compare_testing.ts";

const folds = {
  sum: (x: Tensor, dim?: number | number[]) => x.sum(dim),
  mean: (x: Tensor, dim?: number | number[]) => x.mean(dim),
  amax: (x: Tensor, dim?: number | number[]) => x.amax(dim),
  amin: (x: Tensor, dim?: number | number[]) => x.amin(dim),
  var: (x: Tensor, dim?: number | number[]) => x.var(dim),
  std: (x: Tensor, dim?: number | number[]) => x.std(dim),
  norm: (x: Tensor, dim?: number | number[]) => x.norm(2, dim),
  norm3: (x: Tensor, dim?: number | number[]) => x.norm(3, dim),
  logsumexp: (x: Tensor, dim?: number | number[]) =>
    x.logsumexp(dim ?? [0, 1, 2]),
  prod: (x: Tensor, dim?: number) => x.add(1).prod(dim),
  all: (x: Tensor, dim?: number | number[]) => x.lt(2).all(dim),
  any: (x: Tensor, dim?: number | number[]) => x.gt(2).any(dim),
};
for (const [name, f] of Object.entries(folds)) {
  gpuTest(`webgpu ${name} folds any dims, short and long`, async () => {
    manualSeed(3);
    const comparisons: Promise<void>[] = [];
    for (const shape of [[3, 4, 5], [2, 70, 300], [600, 3, 40]]) {
      const x = randn(shape).mul(0.3);
      const dims = name === "prod"
        ? [undefined, 0, 1, 2]
        : [undefined, 0, 1, 2, [0, 2], [0, 1]];
      for (const dim of dims) {
        const slack = { ulps: name === "prod" ? 100 : 8, absolute: 1e-4 };
        const run = (a: Tensor) => f(a, dim as number);
        const what = `${shape} over ${dim}`;
        for (const layout of [x, x.permute(2, 0, 1)]) {
          comparisons.push(assertSameOnBoth([layout], run, slack, what));
        }
      }
    }
    await Promise.all(comparisons);
  });
}

gpuTest(
  "webgpu folds too long for one workgroup go through chunks",
  async () => {
    const n = 300_001;
    const x = arange(n, { dtype: "int32" }).remainder(7).to("float32");
    await assertSameOnBoth([x], (a) => a.sum());
    await assertSameOnBoth([x], (a) => a.amax());
    await assertSameOnBoth([x], (a) => a.at(":300000").view(3, 100000).sum(1));
    await assertSameOnBoth([x], (a) => a.at(":300000").view(100000, 3).sum(0));
    await assertSameOnBoth([x], (a) => a.eq(3).any());
    await assertSameOnBoth([x], (a) => a.lt(6).all());
  },
);

gpuTest("webgpu sums keep their accuracy when they are long", async () => {
  const x = full([1 << 20], 0.1, { device: "webgpu" });
  const sum = await x.sum().item();
  const exactly = Math.fround(0.1) * (1 << 20);
  assert(Math.abs(sum - exactly) / exactly < 1e-6, `${sum}`);
});

gpuTest("webgpu folds see NaN and infinity", async () => {
  const f = (x: Tensor) => x.amax(1);
  await assertSameOnBoth([special.view(1, -1)], f);
  await assertSameOnBoth([special.at("1:").view(2, 17)], f);
  await assertSameOnBoth([special.at("1:").view(2, 17)], (x) => x.amin(0));
  await assertSameOnBoth([special.at("1:")], (x) => x.sum());
});

gpuTest("webgpu softmax and its logarithm are those of the CPU", async () => {
  manualSeed(4);
  for (const dim of [0, 1]) {
    const x = randn([65, 130]).mul(5);
    await assertSameOnBoth([x], (a) => a.softmax(dim), { ulps: 8 });
    await assertSameOnBoth([x], (a) => a.logSoftmax(dim), {
      ulps: 8,
      absolute: 1e-6,
    });
  }
});
