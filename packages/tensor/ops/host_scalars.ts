/** Numbers in memory of the CPU among tensors on a GPU. */

import type { Device } from "../device.ts";
import { isCpuAlone } from "../devices.ts";
import type { Input } from "../dispatch.ts";
import { isFloating } from "../dtype.ts";
import { gradMode } from "../grad_mode.ts";
import type { Tensor } from "../tensor.ts";
import { cpu } from "../wasm/device.ts";

/** The device of `input`, if it is a tensor. */
function deviceOf(input: Input | undefined): Device | undefined {
  // Types do not bind programs in JavaScript: what is wrong is refused later.
  return typeof input === "object" ? input?.storage?.device : undefined;
}

/**
 * The inputs of an op, where 0-d tensors on the CPU among tensors on a GPU, as
 * which alone `target` counts if it is given, count as numbers. As PyTorch
 * does; but float64, which GPUs lack, does not turn a result into float64.
 */
export function withHostScalars(
  inputs: readonly Input[],
  target?: Tensor,
): readonly Input[] {
  if (isCpuAlone()) return inputs;
  let gpu = deviceOf(target), onHost = false;
  for (let i = 0; i < inputs.length; i++) {
    const device = deviceOf(inputs[i]);
    if (device === cpu) onHost = true;
    else gpu ??= device;
  }
  if (!onHost || gpu === undefined || gpu === cpu) return inputs;
  const device = gpu;
  const floating = inputs.some((t) =>
    deviceOf(t) === device && isFloating((t as Tensor).dtype)
  );
  return inputs.map((t) => {
    if (deviceOf(t) !== cpu) return t;
    const scalar = t as Tensor;
    // A gradient could not come back: reading from a GPU takes time.
    if (scalar.ndim > 0 || gradMode.enabled && scalar.requiresGrad) return t;
    const value = scalar.itemSync();
    if (scalar.dtype === "bool") return value !== 0;
    return floating || !isFloating(scalar.dtype)
      ? value
      // Among integers a whole number would count as one.
      : scalar.detach().to("float32").to(device.name);
  });
}
