/**
 * Losses, as functions with PyTorch's values and derivatives and as modules.
 * The most used are fused: value and reduction take one pass over the data.
 *
 * @example
 * ```ts
 * import { crossEntropy, MSELoss } from "@gradus/loss";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const logits = tensor([[1, 2, -1], [0.5, -0.3, 0.8]], { requiresGrad: true });
 * const loss = crossEntropy(logits, tensor([2, 0]));
 * loss.backward();
 * assertAlmostEquals(await loss.item(), 2.18917, 1e-5);
 * assertEquals(logits.grad?.shape, [2, 3]);
 *
 * const squared = new MSELoss({ reduction: "sum" });
 * assertEquals(await squared.forward(tensor([0.5]), tensor([1.5])).item(), 1);
 * ```
 *
 * @module
 */

export * from "./binary.ts";
export * from "./classification.ts";
export * from "./classification_modules.ts";
export * from "./likelihood.ts";
export * from "./likelihood_modules.ts";
export type { Reduction } from "./reduction.ts";
export * from "./regression.ts";
export * from "./regression_modules.ts";
