import { initWebGPU, isWebGPUAvailable, tensor } from "@gradus/tensor";
import { assert, assertThrows } from "@std/assert";
import {
  assertNear,
  goldens,
  type OptimizerClass,
  optimizers,
  type Options,
} from "./_testing.ts";

const available = await isWebGPUAvailable();
if (available) await initWebGPU();

/** Those that decompose matrices, for which there is no GPU program. */
const cpuOnly: ReadonlySet<string> = new Set(["Kron", "Shampoo", "SOAP"]);

const start = [[1, -2, 3], [0.5, 0.25, -1]];
const slopes = [[0.5, -1, 0.25], [1, 2, -0.5]];

/** A matrix on `device` after steps down a quadratic function with a tilt. */
async function after(
  device: "cpu" | "webgpu",
  optimizerClass: OptimizerClass,
  options: Options,
  steps: number,
): Promise<number[]> {
  const place = { dtype: "float32" } as const;
  const w = tensor(start, place).to(device).requiresGrad_();
  const slope = tensor(slopes, place).to(device);
  const optimizer = new optimizerClass([w], options);
  for (let t = 1; t <= steps; t++) {
    const at = optimizerClass.needsGraph ? w : w.detach();
    w.grad = at.mul(2).add(slope.mul(t % 3 - 1));
    optimizer.step();
  }
  return Array.from(await w.detach().data(), Number);
}

/** Options that keep the run away from where rounding decides about a sign. */
function optionsOf(name: string): Options {
  // Without an average of squares CAME soon leaves all bounds.
  if (name === "CAME") return { lr: 0.01 };
  const { options = {} } = goldens.get(name)?.cases
    .findLast(({ groups }) =>
      groups.every((g) => Object.keys(g).length === 0)
    ) ??
    {};
  return options;
}

for (const [name, optimizerClass] of optimizers) {
  const options = optionsOf(name);
  Deno.test({
    name: `webgpu ${name}(${JSON.stringify(options)}) ${
      cpuOnly.has(name) ? "is refused" : "moves as on the CPU"
    }`,
    ignore: !available,
    async fn() {
      const run = (device: "cpu" | "webgpu") =>
        after(device, optimizerClass, options, 6);
      const cpu = await run("cpu");
      assert(cpu.some((x, i) => x !== start.flat()[i]), "Nothing moves");
      if (!cpuOnly.has(name)) {
        assertNear(await run("webgpu"), cpu, 2e-5, 1, "Position");
        return;
      }
      const w = tensor(start, { dtype: "float32" }).to("webgpu")
        .requiresGrad_();
      w.grad = w.detach().clone();
      const optimizer = new optimizerClass([w], options);
      assertThrows(() => optimizer.step(), Error, "cpu");
    },
  });
}
