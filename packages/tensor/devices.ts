/** The devices by name. */

import type { Device, DeviceName } from "./device.ts";
import { cpu } from "./wasm/device.ts";

const devices = new Map<DeviceName, Device>([["cpu", cpu]]);

/** Makes a device available under its name. */
export function registerDevice(device: Device): void {
  devices.set(device.name, device);
}

/** Whether there is no device but the CPU. */
export function isCpuAlone(): boolean {
  return devices.size === 1;
}

/**
 * The device of that name.
 *
 * @throws {Error} if it was not initialized.
 * @throws {TypeError} if there is no such device.
 */
export function deviceOf(name: DeviceName): Device {
  const device = devices.get(name);
  if (device) return device;
  if (name === "webgpu") {
    throw new Error(
      'Cannot use device "webgpu" before it is ready: await initWebGPU() first',
    );
  }
  throw new TypeError(
    `Cannot use device "${name}": expected "cpu" or "webgpu"`,
  );
}
