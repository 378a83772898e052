/** Values kept for backward, which notice when they are changed in place. */

import type { DType, GradNode, Tensor } from "@gradus/tensor";
import { sameShape, showShape } from "@gradus/tensor/internal";

/** What is saved now, where a checkpoint wants to know; null elsewhere. */
let collected: SavedTensor[] | null = null;

/** Runs `fn` and returns its result and what was saved for backward meanwhile, in order. */
export function collectSaved<T>(fn: () => T): [T, SavedTensor[]] {
  const outer = collected;
  const own: SavedTensor[] = [];
  collected = own;
  try {
    return [fn(), own];
  } finally {
    collected = outer;
  }
}

/** How to get a value again that is not kept. */
interface Recipe {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly compute: () => SavedTensor;
}

/** A tensor as it was when it was saved: its version and its place in the graph. */
export class SavedTensor {
  #tensor: Tensor | null;
  #recipe: Recipe | null = null;
  readonly #storage: Tensor["storage"];
  readonly #version: number;
  readonly #gradFn: GradNode | null;
  readonly #outputIndex: number;

  /**
   * Saves `tensor`.
   *
   * @throws {Error} if it was made in inference mode.
   */
  constructor(tensor: Tensor) {
    if (tensor.isInference) {
      throw new Error(
        "Cannot save an inference tensor for backward: clone it outside of inferenceMode",
      );
    }
    this.#tensor = tensor;
    this.#storage = tensor.storage;
    this.#version = tensor.version;
    this.#gradFn = tensor.gradFn;
    this.#outputIndex = tensor.outputIndex;
    collected?.push(this);
  }

  /**
   * The tensor.
   *
   * @param node Name of the node that needs it.
   * @param what What it is to that node.
   * @throws {Error} if it was changed in place since.
   */
  read(node: string, what: string): Tensor {
    if (this.#tensor !== null) this.#check(this.#tensor, node, what);
    const tensor = this.#tensor ?? this.#compute(node, what);
    if (tensor.gradFn === this.#gradFn || this.#gradFn === null) return tensor;
    // It left the graph since, or it was computed again: what was saved is in the graph.
    const own = tensor.detach();
    own.setGradFn(this.#gradFn, this.#outputIndex);
    return own;
  }

  #check(tensor: Tensor, node: string, what: string): void {
    const { storage, version } = tensor;
    if (storage === this.#storage && version === this.#version) return;
    const change = storage === this.#storage
      ? "changed in place"
      : "replaced by setData()";
    const origin = this.#gradFn
      ? `, output ${this.#outputIndex} of ${this.#gradFn.name}`
      : "";
    throw new Error(
      `Cannot run backward through ${node} as a value that it needs was ${change}: ${what}, ` +
        `a ${tensor.dtype} tensor of shape ${
          showShape(tensor.shape)
        }${origin}, is at version ${version}, ` +
        `expected version ${this.#version}; detectAnomaly() shows where it was computed`,
    );
  }

  #compute(node: string, what: string): Tensor {
    const { shape, dtype, compute } = this.#recipe!;
    const tensor = compute().read(node, what);
    if (sameShape(tensor.shape, shape) && tensor.dtype === dtype) return tensor;
    throw new Error(
      `Cannot run backward through ${node} as its checkpoint did not repeat itself: expected ${what} to be ${dtype} of shape ${
        showShape(shape)
      }, got ${tensor.dtype} of shape ${showShape(tensor.shape)}`,
    );
  }

  /** Lets go of the value; `compute` gets it again. Leaves with a gradient are kept, for they are what they are. */
  forget(compute: () => SavedTensor): void {
    const tensor = this.#tensor;
    if (tensor === null || (this.#gradFn === null && tensor.requiresGrad)) {
      return;
    }
    this.#recipe = { shape: tensor.shape, dtype: tensor.dtype, compute };
    this.#tensor = null;
  }

  /** Whether the value lies in the memory of `t`. */
  sharesMemory(t: Tensor): boolean {
    if (this.#tensor !== null) return this.#tensor.storage === t.storage;
    return this.#recipe!.compute().sharesMemory(t);
  }
}
