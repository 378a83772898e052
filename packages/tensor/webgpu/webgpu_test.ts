import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { deviceOf } from "../devices.ts";
import {
  arange,
  defaultDevice,
  initWebGPU,
  manualSeed,
  ones,
  randn,
  type Tensor,
  tensor,
  zeros,
} from "../mod.ts";
import {
  assertAgrees,
  assertSameOnBoth,
  gpuTest,
  integers,
  onGpu,
  special,
} from "./compare_testing.ts";
import type { WebGpuDevice } from "./device.ts";

const device = "webgpu";

gpuTest("initWebGPU() makes webgpu the default device", async () => {
  assertEquals(defaultDevice(), "webgpu");
  await initWebGPU();
  assertEquals(zeros([2], { device }).device, "webgpu");
});

gpuTest(
  "webgpu tensors come back as they went, whatever their type",
  async () => {
    await assertAgrees(onGpu(special), special);
    await assertAgrees(onGpu(integers), integers);
    for (const n of [0, 1, 3, 4, 5, 1001]) {
      const bytes = tensor(Uint8Array.from({ length: n }, (_, i) => 7 * i));
      await assertAgrees(onGpu(bytes), bytes);
      const flags = bytes.bitwiseAnd(1).eq(1);
      await assertAgrees(onGpu(flags), flags);
      const floats = arange(n, { dtype: "float32" });
      await assertAgrees(onGpu(floats), floats);
    }
  },
);

gpuTest("webgpu reads what a tensor held when it was asked", async () => {
  const x = zeros([3], { device });
  const before = x.data();
  x.add_(1);
  const after = x.data();
  assertEquals(await before, new Float32Array([0, 0, 0]));
  assertEquals(await after, new Float32Array([1, 1, 1]));
});

gpuTest("webgpu writes after what was done before", async () => {
  const x = zeros([4], { device, dtype: "uint8" });
  x.add_(1);
  x.backend.write(x.storage, "uint8", 1, new Uint8Array([7, 8]));
  x.mul_(2);
  assertEquals(await x.data(), new Uint8Array([2, 14, 16, 2]));
  x.backend.write(x.storage, "uint8", 0, new Uint8Array([1, 2, 3, 4]));
  assertEquals(await x.data(), new Uint8Array([1, 2, 3, 4]));
});

gpuTest("webgpu gets the memory of dead tensors back", async () => {
  const { pool } = deviceOf(device) as WebGpuDevice;
  const before = pool.info.used;
  let x = ones([1 << 16], { device });
  for (let i = 0; i < 1000; i++) {
    x = x.mul(1);
    if (i % 20 === 0) await x.at(0).item();
  }
  assert(pool.info.used - before < 2 ** 27, `${pool.info.used} bytes in use`);
});

gpuTest(
  "webgpu operations in place change views and what they view",
  async () => {
    manualSeed(2);
    const change = (x: Tensor) => {
      x.at(1).add_(10);
      x.t().at("1:3").mul_(x.at(0, 0));
      x.mul_(x).sub_(1);
      x.at(":", 0).fill_(7);
      x.at("1:").copy_(x.at(":-1"));
      x.setAt([0, "::2"], -1);
      return x;
    };
    await assertSameOnBoth([randn([4, 6])], change);
    await assertSameOnBoth([randn([4, 6]).mul(10).to("uint8")], change);
  },
);

gpuTest(
  "webgpu stores bytes and flags without touching their neighbours",
  async () => {
    const flags = (x: Tensor) => {
      x.at("1::3").fill_(true);
      x.at("2::5").copy_(x.at(":4").clone());
      return x;
    };
    await assertSameOnBoth([zeros([18], { dtype: "bool" })], flags);
  },
);

gpuTest("webgpu indexes by int32 tensors", async () => {
  manualSeed(7);
  const x = randn([5, 6]);
  const rows = tensor([4, 0, -1, 0], { dtype: "int32" });
  const columns = tensor([0, 5, 2, 5], { dtype: "int32" });
  const each = [
    (a: Tensor, r: Tensor) => a.at(r),
    (a: Tensor, r: Tensor, c: Tensor) => a.at(r, c),
    (a: Tensor, r: Tensor) => a.at(":", r),
    (a: Tensor, r: Tensor) => a.gather(0, r.unsqueeze(1).expand(4, 6)),
    (a: Tensor, r: Tensor, c: Tensor) => a.clone().setAt([r, c], a.at(0, ":4")),
    (a: Tensor, r: Tensor) => a.indexAdd(0, r, a.at(":4")),
    (a: Tensor, r: Tensor, c: Tensor) =>
      a.clone().indexPut_([r, c], a.at(1, ":4"), { accumulate: true }),
    (a: Tensor, r: Tensor) => a.scatterAdd(1, r.view(1, 4), a.at(":1", ":4")),
  ];
  for (const f of each) {
    await assertSameOnBoth(
      [x, rows, columns],
      (...i) => {
        const out = f(...i as [Tensor, Tensor, Tensor]);
        return out ?? i[0]!;
      },
      {},
      `${f}`,
    );
  }
});

gpuTest("webgpu random numbers are those of the CPU", async () => {
  for (
    const draw of [
      (x: Tensor) => x.normal_(),
      (x: Tensor) => x.uniform_(-1, 1),
      (x: Tensor) => x.t().uniform_(),
      (x: Tensor) => x.t().at("::2", "1::3").normal_(),
      (x: Tensor) => x.bernoulli_(0.3),
    ]
  ) {
    await assertSameOnBoth([zeros([20, 30])], (x) => {
      manualSeed(8);
      draw(x);
      return x;
    });
  }
});

gpuTest("webgpu refuses 64-bit types", () => {
  const message = 'which has no 64-bit types: use device "cpu"';
  const x = ones([3], { device });
  assertThrows(
    () => zeros([2], { device, dtype: "float64" }),
    TypeError,
    `Cannot use float64 on WebGPU, ${message}`,
  );
  assertThrows(() => x.to("float64"), TypeError, message);
  assertThrows(
    () => x.argmax(),
    TypeError,
    `Cannot use int64 on WebGPU, ${message}`,
  );
  assertThrows(() => tensor([1, 2], { device }), TypeError, message);
  assertThrows(() => x.gt(0).sum(), TypeError, message);
  assertThrows(
    () => tensor([1], { dtype: "float64" }).to(device),
    TypeError,
    message,
  );
});

gpuTest("webgpu tensors are not read at once", () => {
  const x = ones([1], { device });
  const message =
    "Cannot read a tensor on the GPU at once: use await item(), data() or array()";
  assertThrows(() => x.itemSync(), Error, message);
  assertThrows(() => x.dataSync(), Error, message);
  assertThrows(() => x.arraySync(), Error, message);
  assertThrows(() => x.to("cpu"), Error, "Cannot move a tensor from the GPU");
});

gpuTest("webgpu tensors print without their elements", () => {
  assertEquals(
    ones([2, 3], { device }).toString(),
    "tensor(shape=[2, 3], device='webgpu'; await data() to see the elements)",
  );
});

gpuTest("webgpu and cpu tensors do not mix", () => {
  assertThrows(
    () => ones([2], { device }).add(ones([2])),
    TypeError,
    "different devices",
  );
});

gpuTest("webgpu refuses tensors that were disposed", async () => {
  const x = ones([2], { device });
  x.dispose();
  x.dispose();
  assertThrows(() => x.add(1), Error, "disposed");
  await assertRejects(() => x.data(), Error, "disposed");
});
