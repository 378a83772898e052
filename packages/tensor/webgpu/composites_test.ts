import { assert, assertEquals, assertThrows } from "@std/assert";
import { einsum, Generator, meshgrid, rand, type Tensor } from "../mod.ts";
import { assertAgrees, gpuTest, onGpu, type Slack } from "./compare_testing.ts";

const slack: Slack = { ulps: 8, absolute: 1e-5 };
const generator = new Generator().manualSeed(1);
const make = (...shape: number[]) => rand(shape, { generator }).sub(0.5);
const a = make(2, 4, 3), b = make(2, 3, 5), vectors = make(6, 3);

const forms: Record<string, (on: (t: Tensor) => Tensor) => Tensor> = {
  einsum: (on) => einsum("bij,bjk->ik", on(a), on(b)),
  "einsum of a diagonal": (on) => einsum("iij->ji", on(a.narrow(1, 0, 2))),
  baddbmm: (on) => on(make(5)).mul(0).baddbmm(on(a), on(b), { alpha: 2 }),
  cross: (on) => on(vectors).cross(on(vectors.flip(0))),
  trace: (on) => on(vectors).trace(),
  nanToNum: (on) => on(vectors.log()).nanToNum({ nan: 1.5 }),
  meshgrid: (on) => meshgrid([on(vectors.select(1, 0)), on(b.flatten())])[1]!,
  roll: (on) => on(a).roll([1, -2], [0, 1]),
  flip: (on) => on(a.gt(0)).flip([0, 2]),
  triu: (on) => on(a.gt(0)).triu(1),
  isclose: (on) => on(a).isclose(on(a.add(0.1)), { atol: 0.11 }),
};

gpuTest("webgpu composites give what the CPU gives", async () => {
  for (const [name, form] of Object.entries(forms)) {
    await assertAgrees(form(onGpu), form((t) => t), slack, name);
  }
});

gpuTest("webgpu tensors can be compared with await", async () => {
  const x = onGpu(a);
  assertEquals(await x.allclose(onGpu(a.clone())), true);
  assertEquals(await x.equal(onGpu(a.add(1e-3))), false);
  assertThrows(() => x.equalSync(x), Error, "Cannot read a tensor on the GPU");
});

gpuTest("webgpu tensors are not sorted or accumulated", () => {
  const x = onGpu(a);
  for (
    const act of [
      () => x.sort(0),
      () => x.topk(1),
      () => x.median(),
      () => x.cumsum(0),
      () => x.cummax(0),
    ]
  ) {
    const error = assertThrows(act, TypeError, "on WebGPU");
    assert(error instanceof Error && error.message.endsWith('device "cpu"'));
  }
});

gpuTest("webgpu tensors do not come to the CPU without await", () => {
  const x = onGpu(a);
  assertThrows(
    () => JSON.stringify(x),
    Error,
    "Cannot read a tensor on the GPU",
  );
  assertThrows(
    () => x.cpu(),
    Error,
    "Cannot move a tensor from the GPU at once",
  );
  assertEquals([...x].map((row) => row.shape), [[4, 3], [4, 3]]);
});
