/** Compiles shaders. */

import type { Pipeline } from "./recorder.ts";
import { computeStage } from "./usage.ts";
import type { Shader } from "./variant.ts";

/** The compiler of a device. */
export class Pipelines {
  readonly #device: GPUDevice;
  readonly #layouts = new Map<string, GPUBindGroupLayout>();
  #checks: Promise<void>[] = [];

  /** Compiles for `device`. */
  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** Settles when all shaders so far were accepted; rejects if one was not. */
  async checked(): Promise<void> {
    const checks = this.#checks;
    if (checks.length === 0) return;
    await Promise.all(checks);
    this.#checks = this.#checks.filter((c) => !checks.includes(c));
  }

  /** Compiles `shader`. */
  make(name: string, shader: Shader): Pipeline {
    const device = this.#device;
    const most = device.limits.maxStorageBuffersPerShaderStage;
    if (shader.written.length > most) {
      throw new RangeError(
        `Cannot run ${name} on this GPU: it needs ${shader.written.length} tensors at once, expected at most ${most}`,
      );
    }
    const layout = this.#layout(shader);
    device.pushErrorScope("validation");
    const pipeline = device.createComputePipeline({
      label: name,
      layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: {
        module: device.createShaderModule({ label: name, code: shader.code }),
        entryPoint: "main",
      },
    });
    const check = device.popErrorScope().then((error) => {
      if (!error) return;
      throw new Error(
        `The GPU refused the shader of ${name}: ${error.message}\n${shader.code}`,
      );
    });
    check.catch(() => {}); // reported by checked()
    this.#checks.push(check);
    return { pipeline, layout, words: shader.words, groups: new Map() };
  }

  #layout({ written }: Shader): GPUBindGroupLayout {
    const key = written.map((w) => w ? "w" : "r").join("");
    const known = this.#layouts.get(key);
    if (known) return known;
    const layout = this.#device.createBindGroupLayout({
      entries: [
        {
          binding: 0,
          visibility: computeStage,
          buffer: { type: "uniform", hasDynamicOffset: true },
        },
        ...written.map((w, i) => ({
          binding: i + 1,
          visibility: computeStage,
          buffer: {
            type: (w ? "storage" : "read-only-storage") as GPUBufferBindingType,
          },
        })),
      ],
    });
    this.#layouts.set(key, layout);
    return layout;
  }
}
