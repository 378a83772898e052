/** The GPU: kernels as WGSL over pooled buffers. */

import {
  type Binding,
  type Device,
  type MatrixBinding,
  type ProductShape,
  Storage,
} from "../device.ts";
import { arrayOf, type DType, itemSize, type TypedArray } from "../dtype.ts";
import { load } from "../expr.ts";
import type { Kernel, Space } from "../kernel.ts";
import { collapse } from "../shape.ts";
import { Launcher } from "./launch.ts";
import { Pipelines } from "./pipelines.ts";
import { type Block, Pool } from "./pool.ts";
import { Products } from "./product.ts";
import { Recorder } from "./recorder.ts";
import { Staging } from "./staging.ts";

/** Storages from this size on hold ballast. */
const ballastFrom = 1 << 14;

/** A storage in a buffer. */
export class GpuStorage extends Storage {
  override readonly device: WebGpuDevice;
  readonly block: Block;
  // The garbage collector sees array buffers and no GPU buffers. It would let
  // storages gather if they did not each hold memory of their size, which is
  // never touched, so that the system need not provide it.
  readonly #ballast: ArrayBuffer | null;

  /** A storage of `bytes` bytes on `device`. */
  constructor(device: WebGpuDevice, bytes: number) {
    super(bytes);
    this.device = device;
    this.block = device.pool.take(bytes);
    this.#ballast = bytes < ballastFrom ? null : new ArrayBuffer(bytes);
    device.registry.register(this, this.block, this);
  }

  /** Bytes that the garbage collector counts for this storage. */
  get ballast(): number {
    return this.#ballast?.byteLength ?? 0;
  }

  override dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.device.registry.unregister(this);
    this.device.pool.give(this.block);
  }
}

/** The buffer of a storage that was not disposed. */
export function blockOf(storage: Storage): Block {
  if (storage.disposed) {
    throw new Error("Cannot use a tensor that was disposed");
  }
  return (storage as GpuStorage).block;
}

/** Copies bytes where a buffer cannot be written directly. */
const copyBytes: Kernel = {
  name: "copyBytes",
  inputs: ["uint8"],
  scalars: [],
  stores: [{ dtype: "uint8", value: /* @__PURE__ */ load(0, "i32") }],
};

/** A GPU through WebGPU. */
export class WebGpuDevice implements Device {
  readonly name = "webgpu";
  readonly pool: Pool;
  readonly recorder: Recorder;
  readonly registry: FinalizationRegistry<Block>;
  readonly #pipelines: Pipelines;
  readonly #launcher: Launcher;
  readonly #products: Products;
  readonly #staging: Staging;
  #failure: Error | null = null;

  /** Takes over `device`. */
  constructor(device: GPUDevice) {
    this.pool = new Pool(device);
    this.recorder = new Recorder(device, () => this.pool.trim());
    this.registry = new FinalizationRegistry((block) => this.pool.give(block));
    this.#pipelines = new Pipelines(device);
    this.#launcher = new Launcher(this.pool, this.recorder, this.#pipelines);
    this.#products = new Products(this.#pipelines, this.recorder);
    this.#staging = new Staging(device, this.recorder);
    device.addEventListener("uncapturederror", (event) => {
      event.preventDefault();
      this.#failure ??= new Error(
        `The GPU refused what it was told to do: ${
          (event as GPUUncapturedErrorEvent).error.message
        }`,
      );
    });
    device.lost.then(({ message }) => {
      this.#failure ??= new Error(
        `The GPU was lost, and all tensors on it with it: ${message}`,
      );
    });
  }

  #checkWorking(): void {
    if (this.#failure) throw this.#failure;
  }

  check(dtype: DType): void {
    if (itemSize[dtype] < 8) return;
    throw new TypeError(
      `Cannot use ${dtype} on WebGPU, which has no 64-bit types: use device "cpu"`,
    );
  }

  allocate(bytes: number): GpuStorage {
    this.#checkWorking();
    return new GpuStorage(this, bytes);
  }

  run(
    kernel: Kernel,
    space: Space,
    bindings: readonly Binding[],
    scalars: readonly (number | bigint)[],
  ): void {
    this.#checkWorking();
    this.#launcher.launch(
      kernel,
      collapse(space),
      bindings.map((b) => ({ block: blockOf(b.storage), offset: b.offset })),
      scalars,
    );
  }

  multiplies(dtype: DType): boolean {
    return dtype === "float32";
  }

  product(
    _dtype: DType,
    shape: ProductShape,
    a: MatrixBinding,
    b: MatrixBinding,
    out: Binding,
  ): void {
    this.#checkWorking();
    this.#products.run(
      shape,
      { ...a, block: blockOf(a.storage) },
      { ...b, block: blockOf(b.storage) },
      { block: blockOf(out.storage), offset: out.offset },
    );
  }

  write(
    storage: Storage,
    dtype: DType,
    offset: number,
    data: TypedArray,
  ): void {
    this.#checkWorking();
    if (data.length === 0) return;
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const at = offset * itemSize[dtype];
    const end = at + bytes.length;
    if (at % 4 === 0 && (bytes.length % 4 === 0 || end === storage.bytes)) {
      this.recorder.write(blockOf(storage), at, wholeWords(bytes));
      return;
    }
    // The words at the ends are shared with elements that stay.
    const part = this.allocate(bytes.length);
    this.recorder.write(part.block, 0, wholeWords(bytes));
    this.run(
      copyBytes,
      { shape: [bytes.length], reduced: 0, strides: [[1], [1]] },
      [{ storage: part, offset: 0 }, { storage, offset: at }],
      [],
    );
    part.dispose();
  }

  async read(
    storage: Storage,
    dtype: DType,
    offset: number,
    length: number,
  ): Promise<TypedArray> {
    this.#checkWorking();
    const out = arrayOf(dtype, length);
    if (length === 0) return out;
    const begin = offset * itemSize[dtype];
    const bytes = await this.#staging.read(
      blockOf(storage),
      begin,
      begin + out.byteLength,
    );
    await this.#pipelines.checked();
    this.#checkWorking();
    new Uint8Array(out.buffer).set(bytes);
    return out;
  }

  readSync(): TypedArray {
    throw new Error(
      "Cannot read a tensor on the GPU at once: use await item(), data() or array()",
    );
  }
}

/** The bytes, padded to a multiple of 4. */
function wholeWords(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  if (bytes.length % 4 === 0 && bytes.buffer instanceof ArrayBuffer) {
    return bytes as Uint8Array<ArrayBuffer>;
  }
  const out = new Uint8Array((bytes.length + 3) & ~3);
  out.set(bytes);
  return out;
}
