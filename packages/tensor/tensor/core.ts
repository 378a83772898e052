/** What a tensor is: where its elements are and how they are reached. */

import { capture } from "../capture.ts";
import type { Device, DeviceName, Storage } from "../device.ts";
import type { Attrs, Op } from "../dispatch.ts";
import { type DType, itemSize } from "../dtype.ts";
import { countOf, isRowMajor, normalizeDim } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** One step from a tensor to a view of it. */
export interface ViewStep {
  /** What the view was made from. */
  readonly source: Tensor;
  /** The op that made it. */
  readonly op: Op;
  /** Its settings. */
  readonly attrs: Attrs;
  /** Whether it was made while operations were recorded. */
  readonly recorded: boolean;
}

/** Where elements are and how they are reached; the base of {@linkcode Tensor}. */
export abstract class TensorCore {
  /**
   * The memory; views share it.
   * @internal
   */
  readonly storage: Storage;
  /** The element type. */
  readonly dtype: DType;
  /** Sizes of the dims. */
  readonly shape: readonly number[];
  /** Elements between neighbours along each dim. */
  readonly strides: readonly number[];
  /** Where the first element is in the storage, in elements. */
  readonly offset: number;
  /**
   * Whether this is a number in memory: where types are promoted it counts as
   * numbers do, less than other tensors of 0 dims.
   * @internal
   */
  countsAsNumber = false;
  /**
   * The tensor that this is a view of, if any.
   * @internal
   */
  base: Tensor | null = null;
  /**
   * How the view was made from another tensor; set with {@linkcode base}.
   * @internal
   */
  viewStep: ViewStep | null = null;

  /**
   * A tensor over memory; programs use `tensor()`, `zeros()` and their like instead.
   * @internal
   */
  constructor(
    storage: Storage,
    dtype: DType,
    shape: readonly number[],
    strides: readonly number[],
    offset = 0,
  ) {
    this.storage = storage;
    this.dtype = dtype;
    this.shape = shape;
    this.strides = strides;
    this.offset = offset;
    if (capture.recorder !== null) {
      capture.recorder.makes(this as unknown as Tensor);
    }
  }

  /**
   * The device implementation that holds the storage.
   * @internal
   */
  get backend(): Device {
    return this.storage.device;
  }
  /** Where the tensor lives: "cpu" or "webgpu". */
  get device(): DeviceName {
    return this.storage.device.name;
  }
  /** Number of dims. */
  get ndim(): number {
    return this.shape.length;
  }
  /** Number of dims. */
  dim(): number {
    return this.shape.length;
  }
  /** Number of elements; a property, not a method as in PyTorch. */
  get numel(): number {
    return countOf(this.shape);
  }
  /** Number of elements, as {@linkcode numel}. */
  nelement(): number {
    return this.numel;
  }
  /** Bytes per element. */
  get itemSize(): number {
    return itemSize[this.dtype];
  }
  /**
   * The sizes of all dims, as {@linkcode shape}.
   *
   * @example
   * ```ts
   * import { zeros } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * const x = zeros([2, 3]);
   * assertEquals(x.size(), [2, 3]);
   * assertEquals(x.size(-1), 3);
   * ```
   */
  size(): readonly number[];
  /**
   * The size of a dim; negative dims count from the end.
   *
   * @throws {RangeError} if there is no such dim.
   */
  size(dim: number): number;
  /** The sizes of all dims, or the size of one. */
  size(dim?: number): number | readonly number[] {
    if (dim === undefined) return this.shape;
    const size = this.shape[normalizeDim(dim, this.ndim, "read a size")];
    if (size !== undefined) return size;
    throw new RangeError("Cannot read a size of a tensor of 0 dims");
  }
  /** The steps between neighbours along all dims, as {@linkcode strides}. */
  stride(): readonly number[];
  /**
   * The elements between neighbours along a dim; negative dims count from the end.
   *
   * @throws {RangeError} if there is no such dim.
   */
  stride(dim: number): number;
  /** The steps along all dims, or the step along one. */
  stride(dim?: number): number | readonly number[] {
    if (dim === undefined) return this.strides;
    const stride = this.strides[normalizeDim(dim, this.ndim, "read a stride")];
    if (stride !== undefined) return stride;
    throw new RangeError("Cannot read a stride of a tensor of 0 dims");
  }
  /** Whether the elements lie in row-major order without gaps. */
  isContiguous(): boolean {
    return isRowMajor(this.shape, this.strides);
  }
  /** Whether the memory was made in inference mode; views made outside share that. */
  get isInference(): boolean {
    return this.storage.inference;
  }
  /** How often the memory was changed in place. */
  get version(): number {
    return this.storage.version;
  }

  /** Gives the memory back now; views of it become unusable too. Never needed, only early. */
  dispose(): void {
    this.storage.dispose();
  }
  /** `using` disposes at the end of the block. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
