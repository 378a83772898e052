/** Comparing tensors on the GPU with tensors on the CPU, for tests. */

import { assert, assertEquals } from "@std/assert";
import { initWebGPU, isWebGPUAvailable, Tensor, tensor } from "../mod.ts";

const available = await isWebGPUAvailable();
if (available) await initWebGPU();

/** A test that needs an adapter. */
export function gpuTest(name: string, fn: () => void | Promise<void>): void {
  Deno.test({ name, ignore: !available, fn });
}

const tiny = 2 ** -126;

/** How a GPU may differ. */
export interface Slack {
  /** Units in the last place. */
  readonly ulps?: number;
  /** Distance, where results cancel. */
  readonly absolute?: number;
  /** Whether it may give NaN where it cannot do better. */
  readonly nan?: boolean;
}

function ulp(x: number): number {
  return 2 ** (Math.floor(Math.log2(Math.max(Math.abs(x), tiny))) - 23);
}

/** Whether `a` may stand for `b`: to the sign of zero, but WGSL may flush subnormal numbers. */
function agrees(
  a: number,
  b: number,
  { ulps = 0, absolute = 0, nan = false }: Slack,
): boolean {
  if (Object.is(a, b) || (nan && Number.isNaN(a))) return true;
  if (!Number.isFinite(a) || !Number.isFinite(b)) return false;
  if (b !== 0 && Math.abs(b) < tiny && a === 0) return true;
  if (a === 0 && b === 0) return ulps > 0;
  const flushed = ulps > 0 ? tiny : 0;
  return Math.abs(a - b) <= Math.max(ulps * ulp(b), absolute, flushed);
}

/** Throws unless `gpu` is on the GPU and has the type, shape and, within `slack`, the elements of `cpu`. */
export async function assertAgrees(
  gpu: Tensor,
  cpu: Tensor,
  slack: Slack = {},
  message = "",
): Promise<void> {
  assertEquals(gpu.device, "webgpu", message);
  assertEquals(gpu.dtype, cpu.dtype, message);
  assertEquals(gpu.shape, cpu.shape, message);
  const actual = await gpu.data();
  const expected = cpu.dataSync();
  for (let i = 0; i < expected.length; i++) {
    assert(
      agrees(Number(actual[i]), Number(expected[i]), slack),
      `${message} element ${i}: expected ${expected[i]}, got ${actual[i]}`,
    );
  }
}

/** A copy of a CPU tensor on the GPU that lies in memory as it does. */
export function onGpu(t: Tensor): Tensor {
  const size = t.storage.bytes / t.itemSize;
  const whole = new Tensor(t.storage, t.dtype, [size], [1]).to("webgpu");
  return whole.asStrided(t.shape, t.strides, t.offset).detach();
}

/** Numbers at which functions have special cases. */
export const special: Tensor = tensor([
  NaN,
  Infinity,
  -Infinity,
  0,
  -0,
  1,
  -1,
  2 ** -126,
  3.4e38,
  -3.4e38,
  0.5,
  -0.5,
  1.5,
  -1.5,
  2.5,
  -2.5,
  1e-5,
  -1e-5,
  88.7,
  -88.7,
  103.9,
  -103.9,
  10.25,
  -10.25,
  0.9999999,
  1.0000001,
  16777217,
  0.7853982,
  1.5707964,
  3.1415927,
  100000,
  -12345.678,
  8388607.5,
  2147483648,
  -2147483648,
], { dtype: "float32" });
/** Integers at which operations have special cases. */
export const integers: Tensor = tensor([
  0,
  1,
  -1,
  2,
  7,
  -7,
  100,
  -100,
  2147483647,
  -2147483648,
], { dtype: "int32" });

/** Runs `f` on tensors on the CPU and on copies of them on the GPU, and compares the results. */
export async function assertSameOnBoth(
  inputs: readonly Tensor[],
  f: (...inputs: Tensor[]) => Tensor,
  slack: Slack = {},
  message = "",
): Promise<void> {
  await assertAgrees(f(...inputs.map(onGpu)), f(...inputs), slack, message);
}
