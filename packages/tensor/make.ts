/** How tensors come into being: what all creating functions share. */

import { describe } from "./check.ts";
import type { DeviceName } from "./device.ts";
import { deviceOf } from "./devices.ts";
import {
  checkDType,
  type DType,
  getDefaultDtype,
  isFloating,
} from "./dtype.ts";
import { allocate } from "./ops/allocate.ts";
import { checkOptions } from "./options.ts";
import { showShape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** Options of functions that make tensors. */
export interface TensorOptions {
  /** Element type; float32, or what the data suggests, if left out. */
  dtype?: DType;
  /** Where the tensor lives; "cpu" if left out. */
  device?: DeviceName;
  /** Records operations on the tensor for differentiation. */
  requiresGrad?: boolean;
}

/** What functions that make tensors understand. */
export const tensorOptionNames: readonly string[] = [
  "dtype",
  "device",
  "requiresGrad",
];
/** What those that draw numbers understand. */
export const randomTensorOptionNames: readonly string[] = [
  ...tensorOptionNames,
  "generator",
];

/**
 * An uninitialised tensor of `options.dtype`, or of `dtype` if the options
 * leave it open.
 */
export function make(
  shape: readonly number[],
  options: TensorOptions,
  dtype: DType = getDefaultDtype(),
): Tensor {
  if (!Array.isArray(shape)) {
    throw new TypeError(
      `Cannot make a tensor: expected sizes as an array such as [2, 3], got ${
        describe(shape)
      }`,
    );
  }
  checkOptions("make a tensor", options, tensorOptionNames);
  for (const size of shape) {
    if (!(Number.isInteger(size) && size >= 0)) {
      throw new RangeError(
        `Cannot make a tensor: expected sizes of at least 0, got ${
          showShape(shape)
        }`,
      );
    }
  }
  const type = checkDType(options.dtype ?? dtype);
  if (options.requiresGrad && !isFloating(type)) {
    throw new TypeError(
      `Cannot require a gradient of a ${type} tensor: only float32 and float64 have gradients; give { dtype: "float32" }`,
    );
  }
  const t = allocate(deviceOf(options.device ?? "cpu"), type, [...shape]);
  if (options.requiresGrad) t.requiresGrad = true;
  return t;
}

/** What {@linkcode make} makes, after `fill` has written its elements. */
export function makeFilled(
  shape: readonly number[],
  options: TensorOptions,
  fill: (t: Tensor) => void,
  dtype?: DType,
): Tensor {
  const t = make(shape, options, dtype);
  // A leaf that requires a gradient may not be written to.
  fill(options.requiresGrad ? t.detach() : t);
  // The contents that it was made with are no change.
  t.storage.version = 0;
  return t;
}

/** `options` with the type and device of `t` where they leave them open. */
export function optionsLike<Options extends TensorOptions>(
  t: Tensor,
  options: Options,
): Options {
  // Spreading would hide what is no object.
  checkOptions("make a tensor", options, randomTensorOptionNames);
  return { dtype: t.dtype, device: t.device, ...options };
}
