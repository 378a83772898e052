/** Copies of a tensor, and its elements in other types and on other devices. */

import type { DeviceName } from "../device.ts";
import { deviceOf } from "../devices.ts";
import { checkTensor } from "../check.ts";
import { dispatch, dispatchInto } from "../dispatch.ts";
import { type DType, dtypes } from "../dtype.ts";
import { copy } from "../ops/arithmetic.ts";
import { clone, toCopy } from "../ops/mathematics.ts";
import { contiguous, detach, toDevice } from "../ops/view.ts";
import type { Tensor } from "../tensor.ts";
import { TensorReduce } from "./reduce.ts";

/** Methods that copy elements, convert them, or let go of the graph. */
export abstract class TensorConversion extends TensorReduce {
  /** This tensor if it is row-major, else a row-major copy. */
  contiguous(this: Tensor): Tensor {
    return this.isContiguous() ? this : dispatch(contiguous, [this]);
  }
  /**
   * A copy with memory of its own; the derivative flows through it.
   *
   * @example
   * ```ts
   * import { ones } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * const x = ones([2]);
   * const y = x.clone();
   * y.fill_(5);
   * assertEquals(x.arraySync(), [1, 1]);
   * ```
   */
  clone(this: Tensor): Tensor {
    return dispatch(clone, [this]);
  }
  /**
   * The same memory without a graph: what is done with the result is not
   * recorded for this tensor.
   *
   * @example
   * ```ts
   * import { ones } from "@gradus/tensor";
   * import { assert } from "@std/assert";
   *
   * const x = ones([2], { requiresGrad: true });
   * assert(!x.detach().requiresGrad);
   * ```
   */
  detach(this: Tensor): Tensor {
    return dispatch(detach, [this]);
  }

  /**
   * Copies the elements of `source` here; broadcasts, converts and moves them.
   *
   * @throws {TypeError} if the shape of `source` does not broadcast to this one.
   */
  copy_(this: Tensor, source: Tensor): Tensor {
    checkTensor("copy", source);
    const here = source.device === this.device
      ? source
      : source.to(this.device);
    return dispatchInto(copy, this, [here]);
  }
  /**
   * Sets every element.
   *
   * @throws {RangeError} if an integer type cannot hold the value.
   */
  fill_(this: Tensor, value: number | boolean): Tensor {
    return dispatchInto(copy, this, [value]);
  }
  /** Sets every element to 0. */
  zero_(this: Tensor): Tensor {
    return this.fill_(0);
  }

  /**
   * The tensor with another element type or on another device; itself if
   * nothing changes. Conversion to integers cuts fractions off, to bool makes
   * true what is not 0. The derivative is converted back.
   *
   * @throws {TypeError} if the type or device does not exist.
   * @throws {Error} if the tensor is on a GPU and shall leave it, which takes
   * `await data()`, or if the GPU was not initialized.
   *
   * @example
   * ```ts
   * import { tensor } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * const x = tensor([0, 1.5, -2.7]);
   * assertEquals(x.to("int64").arraySync(), [0, 1, -2]);
   * assertEquals(x.to("bool").arraySync(), [false, true, true]);
   * ```
   */
  to(this: Tensor, target: DType | DeviceName | Tensor): Tensor {
    if (typeof target === "object") {
      checkTensor("convert", target);
      return this.to(target.dtype).to(target.device);
    }
    if (target === "cpu" || target === "webgpu") return moved(this, target);
    if (!dtypes.includes(target)) {
      throw new TypeError(
        `Cannot convert a tensor to "${target}": expected a device (cpu, webgpu) or a dtype (${
          dtypes.join(", ")
        })`,
      );
    }
    return target === this.dtype ? this : dispatch(toCopy[target], [this]);
  }
  /**
   * The tensor on the CPU; itself if it is there.
   *
   * @throws {Error} if the tensor is on a GPU, which takes `await data()`.
   */
  cpu(this: Tensor): Tensor {
    return this.to("cpu");
  }
  /** As float32. */
  float(this: Tensor): Tensor {
    return this.to("float32");
  }
  /** As float64. */
  double(this: Tensor): Tensor {
    return this.to("float64");
  }
  /** As int64. */
  long(this: Tensor): Tensor {
    return this.to("int64");
  }
  /** As int32. */
  int(this: Tensor): Tensor {
    return this.to("int32");
  }
  /** As bool: whether elements are different from 0. */
  bool(this: Tensor): Tensor {
    return this.to("bool");
  }
}

function moved(t: Tensor, name: DeviceName): Tensor {
  if (name === t.device) return t;
  const device = deviceOf(name);
  if (t.device !== "cpu") {
    throw new Error(
      "Cannot move a tensor from the GPU at once: await its data() and make a tensor of it",
    );
  }
  return dispatch(toDevice, [t], { device });
}
