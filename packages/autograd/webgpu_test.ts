import { assertAlmostEquals } from "@std/assert";
import {
  type DeviceName,
  initWebGPU,
  isWebGPUAvailable,
  manualSeed,
  rand,
  randn,
  relu,
  type Tensor,
} from "@gradus/tensor";
import { noGrad } from "./mod.ts";

const available = await isWebGPUAvailable();
if (available) await initWebGPU();

/** Losses of a 3-32-1 network under gradient descent. */
async function train(device: DeviceName, steps: number): Promise<number[]> {
  manualSeed(1);
  const x = randn([100, 3]);
  const y = x.at(":", 0, null).mul(0.2).sub(x.at(":", 1, null).mul(1.3))
    .sub(x.at(":", 2, null).mul(0.5)).add(randn([100, 1]));
  const uniform = (shape: number[], fanIn: number) =>
    rand(shape).mul(2).sub(1).mul(1 / Math.sqrt(fanIn));
  const parameters = [
    uniform([32, 3], 3),
    uniform([32], 3),
    uniform([1, 32], 32),
    uniform([1], 32),
  ].map((p) => p.to(device).requiresGrad_());
  const [w1, b1, w2, b2] = parameters as [Tensor, Tensor, Tensor, Tensor];
  const [inputs, targets] = [x.to(device), y.to(device)];
  const losses: Promise<number>[] = [];
  for (let step = 0; step < steps; step++) {
    const hidden = relu(inputs.mm(w1.t()).add(b1));
    const loss = hidden.mm(w2.t()).add(b2).sub(targets).square().mean();
    losses.push(loss.item());
    loss.backward();
    noGrad(() => {
      for (const p of parameters) p.sub_(p.grad!, { alpha: 0.05 });
    });
    for (const p of parameters) p.grad = null;
  }
  return await Promise.all(losses);
}

Deno.test({
  name: "backward() trains a network on the GPU as on the CPU",
  ignore: !available,
  async fn() {
    const cpu = await train("cpu", 50), gpu = await train("webgpu", 50);
    cpu.forEach((loss, step) =>
      assertAlmostEquals(gpu[step]!, loss, 1e-4 * loss, `step ${step}`)
    );
  },
});
