/** What a device must do; the CPU (WebAssembly) and WebGPU implement it. */

import type { DType, TypedArray } from "./dtype.ts";
import { gradMode } from "./grad_mode.ts";
import type { Kernel, Space } from "./kernel.ts";

/** Where a tensor lives. */
export type DeviceName = "cpu" | "webgpu";

/** Memory that one or more tensors look into. */
export abstract class Storage {
  /** The device that holds it. */
  abstract readonly device: Device;
  /** Size in bytes. */
  readonly bytes: number;
  /** Counts in-place changes, so that autograd notices overwritten values. */
  version = 0;
  /** Whether the memory was given back. */
  disposed = false;
  /** Whether it was made in inference mode; all tensors that look into it share that. */
  readonly inference: boolean = gradMode.inference;

  /** A storage of `bytes` bytes. */
  constructor(bytes: number) {
    this.bytes = bytes;
  }

  /** Gives the memory back; the storage cannot be used afterwards. */
  abstract dispose(): void;
}

/** A storage as a kernel sees it. */
export interface Binding {
  readonly storage: Storage;
  /** First element, counted in elements of the operand's type. */
  readonly offset: number;
}

/** A batch of matrices with strides in elements: row, column, and one per batch axis. */
export interface MatrixBinding extends Binding {
  readonly row: number;
  readonly column: number;
  readonly batch: readonly number[];
}

/** Sizes of a batched product `[m, k] @ [k, n]`. */
export interface ProductShape {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly batch: readonly number[];
}

/** Runs kernels and moves data. */
export interface Device {
  readonly name: DeviceName;
  /** Throws a TypeError if elements of `dtype` cannot live here. */
  check(dtype: DType): void;
  /** A storage of `bytes` bytes with unspecified contents. */
  allocate(bytes: number): Storage;
  /** Runs `kernel`; `bindings` are its inputs, then its stores. */
  run(
    kernel: Kernel,
    space: Space,
    bindings: readonly Binding[],
    scalars: readonly (number | bigint)[],
  ): void;
  /** Whether {@linkcode Device.product} handles `dtype`; other types go through the general kernel. */
  multiplies(dtype: DType): boolean;
  /** `out = a @ b` for row-major `out`. */
  product(
    dtype: DType,
    shape: ProductShape,
    a: MatrixBinding,
    b: MatrixBinding,
    out: Binding,
  ): void;
  /** Copies `data` to element `offset` of `storage`. */
  write(storage: Storage, dtype: DType, offset: number, data: TypedArray): void;
  /** Copies `length` elements out. */
  read(
    storage: Storage,
    dtype: DType,
    offset: number,
    length: number,
  ): Promise<TypedArray>;
  /** Copies `length` elements out at once; throws where the device cannot wait. */
  readSync(
    storage: Storage,
    dtype: DType,
    offset: number,
    length: number,
  ): TypedArray;
}
