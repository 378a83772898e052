import { manualSeed, randn, type Tensor } from "../mod.ts";
import { assertSameOnBoth, gpuTest } from "./compare_testing.ts";

gpuTest(
  "webgpu matrix products of every layout are those of the CPU",
  async () => {
    manualSeed(5);
    // The last three have tiles of 16, 32 and 64.
    const sizes: [number, number, number][] = [
      [1, 1, 1],
      [3, 5, 7],
      [33, 40, 65],
      [200, 64, 300],
      [400, 50, 360],
    ];
    const comparisons: Promise<void>[] = [];
    for (const [m, k, n] of sizes) {
      const a = randn([m, k]), b = randn([k, n]);
      const slack = { ulps: 4, absolute: 2e-6 * k };
      const [at, bt] = [a.t().contiguous(), b.t().contiguous()];
      const compare = (inputs: Tensor[], f: (...i: Tensor[]) => Tensor) =>
        comparisons.push(
          assertSameOnBoth(inputs, f, slack, `${m} ${k} ${n}`),
        );
      compare([a, b], (x, y) => x!.mm(y!));
      compare([at, b], (x, y) => x!.t().mm(y!));
      compare([a, bt], (x, y) => x!.mm(y!.t()));
      compare([at, bt], (x, y) => x!.t().mm(y!.t()));
      compare([a], (x) => x!.mm(x!.t()));
    }
    await Promise.all(comparisons);
  },
);

gpuTest("webgpu batches of matrix products broadcast", async () => {
  manualSeed(6);
  const slack = { ulps: 4, absolute: 1e-4 };
  const a = randn([3, 1, 40, 50]), b = randn([2, 50, 33]);
  await assertSameOnBoth([a, b], (x, y) => x.matmul(y), slack);
  await assertSameOnBoth(
    [a, b],
    (x, y) => x.at(":", 0).bmm(y.at("-1:").expand(3, -1, -1)),
    slack,
  );
  await assertSameOnBoth(
    [a, b],
    (x, y) => x.at(0, 0).mv(y.at(0, ":", 0)),
    slack,
  );
  await assertSameOnBoth(
    [randn([33]), a.at(0, 0), b.at(1)],
    (v, x, y) => v.addmm(x, y, { beta: 2, alpha: 0.5 }),
    slack,
  );
});
