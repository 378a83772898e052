/** Finding a GPU and making it the device "webgpu". */

import type { DeviceName } from "../device.ts";
import { registerDevice } from "../devices.ts";
import { WebGpuDevice } from "./device.ts";

/** Options of {@linkcode initWebGPU}. */
export interface WebGPUOptions {
  /** Which GPU to take where there are several; the runtime chooses if left out. */
  powerPreference?: "low-power" | "high-performance";
  /** Whether to take a software adapter though there may be a GPU; false by default. */
  forceFallbackAdapter?: boolean;
}

let ready: Promise<void> | null = null;
let initialised = false;

function requestAdapter(
  options: WebGPUOptions,
): Promise<GPUAdapter | null> {
  // Node has no navigator.
  const gpu = globalThis.navigator?.gpu;
  return gpu ? gpu.requestAdapter(options) : Promise.resolve(null);
}

/**
 * Whether this machine has a GPU, or a software adapter, that WebGPU can use.
 */
export async function isWebGPUAvailable(): Promise<boolean> {
  return await requestAdapter({}) !== null;
}

async function start(options: WebGPUOptions): Promise<void> {
  if (!globalThis.navigator?.gpu) {
    throw new Error(
      "Cannot use WebGPU as this runtime does not have it: use Deno or a browser with navigator.gpu",
    );
  }
  const adapter = await requestAdapter(options);
  if (!adapter) {
    throw new Error(
      'Cannot use WebGPU as no adapter was found: install a GPU driver or use device "cpu"',
    );
  }
  const {
    maxBufferSize,
    maxStorageBufferBindingSize,
    maxStorageBuffersPerShaderStage,
  } = adapter.limits;
  const device = await adapter.requestDevice({
    requiredLimits: {
      maxBufferSize,
      maxStorageBufferBindingSize,
      maxStorageBuffersPerShaderStage,
    },
  });
  registerDevice(new WebGpuDevice(device));
  initialised = true;
  device.lost.then(() => {
    ready = null;
    initialised = false;
  });
}

/**
 * Makes the device "webgpu" ready; call it once before tensors are made there.
 * Further calls return at once. If the GPU is lost, tensors on it are too, and
 * a further call starts anew.
 *
 * Only float32, int32, uint8 and bool live on the GPU, so that what gives int64
 * (`argmax`, sums of integers) is refused. Reading is asynchronous (`await item()`);
 * a program must await something now and then, as memory of dead tensors comes
 * back when the event loop turns. Arithmetic follows WGSL: subnormal numbers
 * may become 0, and a division may be off by 2.5 units in the last place.
 * Remainders are NaN where the quotient is above 2^22, sines where the angle is
 * above 400,000. Indices are not checked: those out of range read or write
 * some element.
 *
 * @throws {Error} if the runtime has no WebGPU, or the machine no adapter.
 *
 * @example
 * ```ts
 * import { initWebGPU, isWebGPUAvailable, tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * if (await isWebGPUAvailable()) {
 *   await initWebGPU();
 *   const x = tensor([1, 2.5], { device: "webgpu" });
 *   assertEquals(await x.mul(2).array(), [2, 5]);
 * }
 * ```
 */
export function initWebGPU(options: WebGPUOptions = {}): Promise<void> {
  if (!ready) {
    ready = start(options);
    ready.catch(() => ready = null); // a later call may succeed
  }
  return ready;
}

/** "webgpu" after {@linkcode initWebGPU}, else "cpu". */
export function defaultDevice(): DeviceName {
  return initialised ? "webgpu" : "cpu";
}
