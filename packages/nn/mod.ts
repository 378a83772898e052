/**
 * Layers and what models are made of: parameters and modules, initialisers,
 * gradient clipping, saving and loading. Names, defaults, initial weights and
 * printed texts are PyTorch's.
 *
 * @example
 * ```ts
 * import { Linear, ReLU, Sequential } from "@gradus/nn";
 * import { manualSeed, randn } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * manualSeed(0);
 * const model = new Sequential(new Linear(3, 32), new ReLU(), new Linear(32, 1));
 * const loss = model.forward(randn([100, 3])).square().mean();
 * loss.backward();
 * assertEquals(model.getParameter("0.weight").grad?.shape, [32, 3]);
 * ```
 *
 * @module
 */

export * from "./activation.ts";
export * from "./activation_settings.ts";
export * from "./clip_grad.ts";
export * from "./dropout.ts";
export * from "./embedding.ts";
/** Filling parameters with the numbers that training starts from. */
export * as init from "./init.ts";
export * from "./linear.ts";
export {
  type Layer,
  Module,
  type StateDictOptions,
  type ZeroGradOptions,
} from "./module.ts";
export type { CopyValue } from "./module/copy.ts";
export type {
  BackwardHook,
  BackwardPreHook,
  ForwardHook,
  ForwardPreHook,
  Grads,
  HookOptions,
} from "./module/hooks.ts";
export type {
  IncompatibleKeys,
  LoadStateDictOptions,
  StateDict,
} from "./module/state.ts";
export {
  type BufferOptions,
  ModuleTree,
  type NamedMemberOptions,
  type NamedOptions,
} from "./module/tree.ts";
export * from "./module_dict.ts";
export * from "./module_list.ts";
export * from "./normalization.ts";
export * from "./parameter.ts";
export * from "./parameter_list.ts";
export * from "./parameter_vector.ts";
export * from "./prelu.ts";
export * from "./reshape.ts";
export * from "./safetensors.ts";
export * from "./sequential.ts";
export * from "./softmax.ts";
