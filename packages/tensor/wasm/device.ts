/** The CPU: kernels as WebAssembly modules over one heap. */

import type {
  Binding,
  Device,
  MatrixBinding,
  ProductShape,
} from "../device.ts";
import { Storage } from "../device.ts";
import { arrayOf, type DType, itemSize, type TypedArray } from "../dtype.ts";
import type { Kernel, Space } from "../kernel.ts";
import { type Block, heap, largeFrom } from "./heap.ts";
import { launch } from "./launch.ts";
import { product } from "./product.ts";

/** A storage in the heap. */
class CpuStorage extends Storage {
  readonly block: Block;
  /**
   * What V8 counts in place of the memory of the heap, of which it knows
   * nothing: it is never touched, so the system never backs it, but it makes
   * V8 look for garbage as often as it should.
   */
  readonly ballast: ArrayBuffer | null;

  constructor(bytes: number) {
    super(bytes);
    this.block = heap.allocate(bytes);
    this.ballast = bytes >= largeFrom
      ? new ArrayBuffer(bytes, { maxByteLength: bytes })
      : null;
    watch(this);
  }

  override get device(): Device {
    return cpu;
  }

  /** Address of the contents, which are brought in if they were spilled. */
  address(): number {
    if (this.block.address >= 0) return heap.touch(this.block);
    if (this.disposed) throw new Error("Cannot use a tensor that was disposed");
    const address = heap.touch(this.block);
    watch(this);
    return address;
  }

  override dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    if (this.bytes >= largeFrom) registry.unregister(this.block);
    heap.free(this.block);
  }
}

// A spilled block is known to its storage alone: the registry would keep its contents alive.
const registry = new FinalizationRegistry<Block>((block) =>
  heap.finalize(block)
);
heap.onSpill = (block) => void registry.unregister(block);

function watch(storage: CpuStorage): void {
  if (storage.bytes < largeFrom) return;
  registry.register(storage, storage.block, storage.block);
}

function address(binding: Binding): number {
  return (binding.storage as CpuStorage).address();
}

/** Addresses of the operands of the operation that runs. */
const addresses: number[] = [];

function run(
  kernel: Kernel,
  space: Space,
  bindings: readonly Binding[],
  scalars: readonly (number | bigint)[],
): void {
  heap.tick();
  const { inputs, stores } = kernel;
  for (let o = 0; o < bindings.length; o++) {
    const dtype = o < inputs.length
      ? inputs[o]!
      : stores[o - inputs.length]!.dtype;
    const binding = bindings[o]!;
    addresses[o] = address(binding) + binding.offset * itemSize[dtype];
  }
  launch(kernel, space, addresses, scalars);
}

/** A typed array over heap memory; valid until the heap grows. */
export function heapView(
  dtype: DType,
  at: number,
  length: number,
): TypedArray {
  const buffer = heap.memory.buffer;
  switch (dtype) {
    case "float32":
      return new Float32Array(buffer, at, length);
    case "float64":
      return new Float64Array(buffer, at, length);
    case "int32":
      return new Int32Array(buffer, at, length);
    case "int64":
      return new BigInt64Array(buffer, at, length);
    default:
      return new Uint8Array(buffer, at, length);
  }
}

/** A view of `length` elements of a CPU storage, to be used before anything else is allocated. */
export function storageView(
  storage: Storage,
  dtype: DType,
  offset: number,
  length: number,
): TypedArray {
  const at = (storage as CpuStorage).address();
  return heapView(dtype, at + offset * itemSize[dtype], length);
}

/** The CPU device. */
export const cpu: Device = {
  name: "cpu",
  check() {},
  allocate(bytes) {
    return new CpuStorage(bytes);
  },
  run,
  multiplies(dtype) {
    return dtype === "float32" || dtype === "float64";
  },
  product(
    dtype: DType,
    shape: ProductShape,
    a: MatrixBinding,
    b: MatrixBinding,
    out: Binding,
  ) {
    heap.tick();
    address(a);
    address(b);
    address(out);
    const size = itemSize[dtype];
    product(
      dtype as "float32" | "float64",
      shape,
      { ...a, offset: address(a) + a.offset * size },
      { ...b, offset: address(b) + b.offset * size },
      address(out) + out.offset * size,
    );
  },
  write(storage, dtype, offset, data) {
    storageView(storage, dtype, offset, data.length).set(data as never);
  },
  read(storage, dtype, offset, length) {
    return Promise.resolve(this.readSync(storage, dtype, offset, length));
  },
  readSync(storage, dtype, offset, length) {
    const out = arrayOf(dtype, length);
    out.set(storageView(storage, dtype, offset, length) as never);
    return out;
  },
};
