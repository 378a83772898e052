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

/** What states keep on the CPU. */
const numbersOfState = new Set(["step", "eta", "mu", "muProduct"]);

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
      const expected = numbersOfState.has(name) ? "cpu" : device;
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

/** A matrix on `device` after steps. */
async function matrixAfter(
  device: "cpu" | "webgpu",
  optimizer: string,
  options: Options,
): Promise<number[]> {
  const start = tensor([[1, -2, 3], [0.5, 0.25, -1]], { dtype: "float32" });
  const w = start.to(device).requiresGrad_();
  const made = new (optimizerClass(optimizer))([w], options);
  for (let t = 1; t <= 3; t++) {
    w.grad = w.detach().square();
    made.step();
  }
  return Array.from(await w.detach().data(), Number);
}

for (
  const [optimizer, tolerance] of [
    ["Adafactor", 1e-5],
    // The GPU keeps bits that bfloat16 lacks: up to 1 part in 256 of each product.
    ["Muon", 5e-3],
  ] as const
) {
  Deno.test({
    name: `webgpu ${optimizer}.step() moves a matrix as on the CPU`,
    ignore: !available,
    async fn() {
      const options = { lr: 0.1, weightDecay: 0.1 };
      const cpu = await matrixAfter("cpu", optimizer, options);
      const gpu = await matrixAfter("webgpu", optimizer, options);
      assertNear(gpu, cpu, tolerance, 1, "Position");
    },
  });
}

Deno.test({
  name: "webgpu AlgorithmOptimizer.loadStateDict() leaves numbers on the CPU",
  ignore: !available,
  async fn() {
    for (const name of ["ASGD", "NAdam"]) {
      const results = (["cpu", "webgpu"] as const).map((device) => {
        let w = tensor([1, -2, 3], { dtype: "float32" }).to(device)
          .requiresGrad_();
        let made = new (optimizerClass(name))([w], { lr: 0.1 });
        for (let t = 1; t <= 4; t++) {
          w.grad = w.detach().clone();
          made.step();
          const { state, paramGroups } = made.stateDict();
          w = w.detach().clone().requiresGrad_();
          made = new (optimizerClass(name))([w]);
          made.loadStateDict({ state, paramGroups });
        }
        for (const [key, value] of Object.entries(made.state.get(w)!)) {
          const expected = numbersOfState.has(key) ? "cpu" : device;
          assertEquals((value as Tensor).device, expected, key);
        }
        return w.detach().data();
      });
      const [cpu, gpu] = await Promise.all(results);
      assertNear(
        Array.from(gpu!, Number),
        Array.from(cpu!, Number),
        1e-5,
        1,
        name,
      );
    }
  },
});
