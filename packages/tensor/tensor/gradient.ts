/** The place of a tensor in the graph. */

import { capture } from "../capture.ts";
import { checkTensor } from "../check.ts";
import { isFloating } from "../dtype.ts";
import { firstLook } from "../first_look.ts";
import { gradMode } from "../grad_mode.ts";
import {
  autogradHooks,
  type BackwardOptions,
  type GradHook,
  type GradNode,
  type RemovableHandle,
  requireAutograd,
} from "../hooks.ts";
import { checkOptions } from "../options.ts";
import { sameShape, showShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { TensorCore } from "./core.ts";

const backwardNames = ["retainGraph", "createGraph", "inputs"];

/** Properties and methods for automatic differentiation, which `@gradus/autograd` brings to life. */
export abstract class TensorGradient extends TensorCore {
  #requiresGrad = false;
  #grad: Tensor | null = null;
  /** Called when someone gets hold of the gradient that a compiled program lent. */
  #onGradRead: (() => void) | null = null;
  #gradFn: GradNode | null = null;
  /** Version of the storage when the node was made; views compare it. */
  #nodeVersion: number = this.storage.version;
  /**
   * Which output of its node the tensor is.
   * @internal
   */
  outputIndex = 0;
  /** Whether `.grad` is kept though the tensor is not a leaf. */
  retainsGrad = false;

  /**
   * Whether operations on this tensor are recorded for differentiation. It can
   * be set on leaves, and is true of all that is computed from such tensors.
   *
   * @throws {TypeError} if it is set on a tensor of integers or bools.
   * @throws {Error} if it is taken from a tensor that was computed.
   */
  get requiresGrad(): boolean {
    if (this.base !== null) this.#refresh();
    // What is captured is right as long as the flag is what it was.
    if (capture.recorder !== null) {
      firstLook(this)?.sees(this as unknown as Tensor);
    }
    return this.#requiresGrad;
  }
  set requiresGrad(flag: boolean) {
    if (flag && !isFloating(this.dtype)) {
      throw new TypeError(
        `Cannot require a gradient of a ${this.dtype} tensor: only float32 and float64 have gradients; give { dtype: "float32" }`,
      );
    }
    if (flag && this.isInference && !gradMode.inference) {
      throw new Error(
        "Cannot require a gradient of an inference tensor outside of inferenceMode: clone it first",
      );
    }
    if (!this.isLeaf) {
      if (flag) return;
      throw new Error(
        "Cannot stop requiring a gradient of a tensor that is not a leaf: use detach()",
      );
    }
    capture.recorder?.setsFlag(this as unknown as Tensor);
    this.#requiresGrad = flag;
  }
  /** Whether the tensor is at the start of the graph: made by the user, or without gradient. */
  get isLeaf(): boolean {
    return this.gradFn === null;
  }
  /**
   * The node that computed this tensor, null for leaves.
   *
   * @example
   * ```ts
   * import { ones } from "@gradus/tensor";
   * import "@gradus/autograd";
   * import { assertEquals } from "@std/assert";
   *
   * const x = ones([2, 2], { requiresGrad: true });
   * assertEquals(x.mean().gradFn?.name, "MeanBackward0");
   * ```
   */
  get gradFn(): GradNode | null {
    if (this.base !== null) this.#refresh();
    return this.#gradFn;
  }
  /** A view whose memory was changed in place gets the node that the change made. */
  #refresh(): void {
    const before = this.#nodeVersion;
    if (before === this.storage.version) return;
    this.#nodeVersion = this.storage.version;
    try {
      autogradHooks()?.refreshView(this as unknown as Tensor);
    } catch (error) {
      // The next look must fail as well.
      this.#nodeVersion = before;
      throw error;
    }
  }
  /**
   * The gradient that `backward()` accumulated, null before. Null may be
   * assigned to start anew.
   *
   * @throws {TypeError} if what is assigned has another shape, type or device.
   */
  get grad(): Tensor | null {
    const { recorder } = capture;
    if (recorder !== null) {
      return recorder.gradOf(this as unknown as Tensor, this.#grad);
    }
    this.#onGradRead?.();
    this.#onGradRead = null;
    return this.#grad;
  }
  set grad(grad: Tensor | null) {
    capture.recorder?.replacesGrad(this as unknown as Tensor);
    if (grad !== null) {
      checkTensor("assign a gradient", grad);
      if (!sameShape(grad.shape, this.shape)) {
        throw new TypeError(
          `Cannot assign a gradient: expected shape ${
            showShape(this.shape)
          }, got ${showShape(grad.shape)}`,
        );
      }
      if (grad.dtype !== this.dtype || grad.device !== this.device) {
        throw new TypeError(
          `Cannot assign a gradient: expected ${this.dtype} on ${this.device}, got ${grad.dtype} on ${grad.device}`,
        );
      }
    }
    this.#grad = grad;
    this.#onGradRead = null;
  }

  /**
   * The gradient, for looks that do not keep it.
   * @internal
   */
  peekGrad(): Tensor | null {
    return this.#grad;
  }
  /**
   * Makes `grad` the gradient; `onRead` is called when someone may keep it.
   * @internal
   */
  lendGrad(grad: Tensor | null, onRead: (() => void) | null = null): void {
    this.#grad = grad;
    this.#onGradRead = onRead;
  }

  /**
   * Makes this tensor the result of `node`; for autograd.
   * @internal
   */
  setGradFn(node: GradNode | null, outputIndex = 0): void {
    this.#gradFn = node;
    this.outputIndex = outputIndex;
    this.#nodeVersion = this.storage.version;
    if (node !== null) this.#requiresGrad = true;
  }

  /**
   * Makes this tensor look at the memory of `source` with its type, shape and
   * strides, as assigning PyTorch's `data` does. Whoever holds this tensor, an
   * optimizer for instance, sees the new elements; views of it keep the old.
   *
   * @throws {Error} if the tensor is the result of an operation.
   * @throws {TypeError} if it requires a gradient and `source` cannot have one.
   */
  setData(source: Tensor): void {
    checkTensor("replace the data of a tensor", source);
    if (!this.isLeaf) {
      throw new Error(
        "Cannot replace the data of a tensor that is the result of an operation: use copy_()",
      );
    }
    if (this.#requiresGrad && !isFloating(source.dtype)) {
      throw new TypeError(
        `Cannot replace the data of a tensor that requires a gradient: expected float32 or float64, got ${source.dtype}`,
      );
    }
    capture.recorder?.replacesData(this as unknown as Tensor);
    const { storage, dtype, shape, strides, offset } = source;
    Object.assign(this, { storage, dtype, shape, strides, offset });
    this.base = this.viewStep = null;
  }

  /**
   * Sets {@linkcode requiresGrad} and returns the tensor.
   *
   * @throws {TypeError} if it is set on a tensor of integers or bools.
   *
   * @example
   * ```ts
   * import { zeros } from "@gradus/tensor";
   * import "@gradus/autograd";
   * import { assert } from "@std/assert";
   *
   * const x = zeros([2]).requiresGrad_();
   * assert(x.requiresGrad && x.isLeaf);
   * assert(x.add(1).requiresGrad);
   * ```
   */
  requiresGrad_(this: Tensor, flag = true): Tensor {
    this.requiresGrad = flag;
    return this;
  }

  /**
   * Forgets the node in place: the tensor becomes a leaf without gradient.
   *
   * @throws {Error} if it is a view of a tensor with a graph.
   */
  detach_(this: Tensor): Tensor {
    if (this.base !== null && !this.isLeaf) {
      throw new Error("Cannot detach a view in place: use detach()");
    }
    capture.recorder?.setsFlag(this);
    this.setGradFn(null);
    this.#requiresGrad = this.retainsGrad = false;
    return this;
  }

  /**
   * Computes the gradients of the leaves that this tensor depends on and adds
   * them to their `grad`.
   *
   * @param gradient The gradient of the objective with respect to this tensor;
   * 1 if left out, which only a tensor with one element allows.
   * @throws {Error} if the tensor has no graph, or its graph was freed by an
   * earlier backward.
   *
   * @example
   * ```ts
   * import { tensor } from "@gradus/tensor";
   * import "@gradus/autograd";
   * import { assertEquals } from "@std/assert";
   *
   * const x = tensor([1.5, -2], { requiresGrad: true });
   * x.square().sum().backward();
   * assertEquals(x.grad?.arraySync(), [3, -4]);
   * ```
   */
  backward(
    this: Tensor,
    gradient?: Tensor,
    options: BackwardOptions = {},
  ): void {
    checkOptions("run backward()", options, backwardNames);
    requireAutograd("run backward()").backward(this, gradient, options);
  }

  /**
   * Keeps the gradient of this tensor in `grad` though it is not a leaf.
   *
   * @throws {Error} if the tensor does not require a gradient.
   */
  retainGrad(this: Tensor): void {
    requireAutograd("retain a gradient").retainGrad(this);
  }

  /**
   * Calls `hook` with each gradient computed for this tensor; a tensor that it
   * returns replaces the gradient.
   *
   * @throws {Error} if the tensor does not require a gradient.
   */
  registerHook(this: Tensor, hook: GradHook): RemovableHandle {
    return requireAutograd("register a hook").registerHook(this, hook);
  }

  /**
   * Calls `hook` with this leaf after its `grad` was updated.
   *
   * @throws {Error} if the tensor is not a leaf that requires a gradient.
   */
  registerPostAccumulateGradHook(
    this: Tensor,
    hook: (tensor: Tensor) => void,
  ): RemovableHandle {
    return requireAutograd("register a hook").registerPostAccumulateGradHook(
      this,
      hook,
    );
  }
}
