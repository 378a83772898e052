import {
  initWebGPU,
  isWebGPUAvailable,
  type Tensor,
  tensor,
} from "@gradus/tensor";
import { assertEquals } from "@std/assert";
import { assertNear, optimizerClass, type Options } from "./_testing.ts";
import golden from "./testdata/optim.json" with { type: "json" };

const available = await isWebGPUAvailable();
if (available) await initWebGPU();

/** Positions of a parameter on `device` after steps down a quadratic function. */
function positions(
  device: "cpu" | "webgpu",
  optimizer: string,
  options: Options,
): Promise<number[][]> {
  const start = [[1, -2, 3], [0.5]], curvature = tensor([1, 10, 0.1]);
  const params = [
    tensor(start[0]!, { dtype: "float32" }),
    tensor(start[1]![0]!, { dtype: "float32" }),
  ].map((w) => w.to(device).requiresGrad_());
  const factors = [curvature.to(device), tensor(0.3).to(device)];
  const made = new (optimizerClass(optimizer))(params, options);
  const reads: Promise<number[]>[] = [];
  const read = async (w: Tensor) => Array.from(await w.data(), Number);
  for (let t = 1; t <= 5; t++) {
    params.forEach((w, i) => w.grad = w.detach().mul(factors[i]!));
    made.step();
    for (const w of params) reads.push(read(w.detach().clone()));
  }
  for (const state of made.state.values()) {
    for (const [name, value] of Object.entries(state)) {
      const expected = name === "step" ? "cpu" : device;
      assertEquals((value as Tensor).device, expected, name);
    }
  }
  return Promise.all(reads);
}

const cases = [
  ...golden.cases.filter(({ problem }) => problem === "vector"),
  { optimizer: "Adam", options: { lr: tensor(0.1) } },
  { optimizer: "SGD", options: { lr: tensor([0.1]), momentum: 0.5 } },
];
for (const { optimizer, options } of cases) {
  const title = options.lr as unknown instanceof Object
    ? "with a learning rate that is a tensor"
    : JSON.stringify(options);
  Deno.test({
    name: `webgpu ${optimizer}.step() ${title} moves as on the CPU`,
    ignore: !available,
    async fn() {
      const cpu = await positions("cpu", optimizer, options);
      const gpu = await positions("webgpu", optimizer, options);
      cpu.forEach((expected, i) =>
        assertNear(gpu[i]!, expected, 1e-5, 1, `Position ${i}`)
      );
    },
  });
}

Deno.test({
  name: "webgpu AlgorithmOptimizer.step() takes a learning rate on the GPU",
  ignore: !available,
  async fn() {
    const options = { lr: tensor(0.1), weightDecay: 0.1 };
    const cpu = await positions("cpu", "AdamW", options);
    const gpu = await positions("webgpu", "AdamW", {
      ...options,
      lr: options.lr.to("webgpu"),
    });
    cpu.forEach((expected, i) =>
      assertNear(gpu[i]!, expected, 1e-5, 1, `Position ${i}`)
    );
  },
});
