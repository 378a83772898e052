/** The GPU device. */

export {
  defaultDevice,
  initWebGPU,
  isWebGPUAvailable,
  type WebGPUOptions,
} from "./init.ts";
