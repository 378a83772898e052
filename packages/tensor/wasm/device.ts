/** The CPU: kernels as WebAssembly modules over one heap. */

import { capture, refuseInCapture } from "../capture.ts";
import type {
  Binding,
  Device,
  MatrixBinding,
  ProductShape,
} from "../device.ts";
import { Storage } from "../device.ts";
import {
  arrayOf,
  arrayTypes,
  type DType,
  itemSize,
  type TypedArray,
} from "../dtype.ts";
import type { Kernel, Space } from "../kernel.ts";
import { collapse } from "../shape.ts";
import { type Block, heap, largeFrom } from "./heap.ts";
import { launch } from "./launch.ts";
import { product } from "./product.ts";
import { forms, type Multiplied } from "./tiles.ts";

/** A storage of the CPU: one in the heap, or one that stands for memory of a compiled program. */
export abstract class AddressedStorage extends Storage {
  override get device(): Device {
    return cpu;
  }
  /** Address of the contents; valid until the next operation. */
  abstract address(): number;
}

/** A storage in the heap. */
export class CpuStorage extends AddressedStorage {
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

  /** Address of the contents, which are brought in if they were spilled. */
  override address(): number {
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
  return (binding.storage as AddressedStorage).address();
}

/** Addresses of the operands of the operation that runs. */
const addresses: number[] = [];

function run(
  kernel: Kernel,
  space: Space,
  bindings: readonly Binding[],
  scalars: readonly (number | bigint)[],
): void {
  const { recorder } = capture;
  if (recorder !== null) {
    return recorder.launch(kernel, space, bindings, scalars);
  }
  heap.tick();
  const { inputs, stores } = kernel;
  for (let o = 0; o < bindings.length; o++) {
    const dtype = o < inputs.length
      ? inputs[o]!
      : stores[o - inputs.length]!.dtype;
    const binding = bindings[o]!;
    addresses[o] = address(binding) + binding.offset * itemSize[dtype];
  }
  launch(kernel, collapse(space), addresses, scalars);
}

/** A typed array over heap memory; valid until the heap grows. */
export function heapView(
  dtype: DType,
  at: number,
  length: number,
): TypedArray {
  return new arrayTypes[dtype](heap.memory.buffer, at, length);
}

/** A view of `length` elements of a CPU storage, to be used before anything else is allocated. */
export function storageView(
  storage: Storage,
  dtype: DType,
  offset: number,
  length: number,
): TypedArray {
  refuseInCapture("read or write elements");
  const at = (storage as AddressedStorage).address();
  return heapView(dtype, at + offset * itemSize[dtype], length);
}

/** The CPU device. */
export const cpu: Device = {
  name: "cpu",
  check() {},
  allocate(bytes) {
    const { recorder } = capture;
    return recorder === null ? new CpuStorage(bytes) : recorder.allocate(bytes);
  },
  run,
  multiplies(dtype) {
    return Object.hasOwn(forms, dtype);
  },
  product(
    dtype: DType,
    shape: ProductShape,
    a: MatrixBinding,
    b: MatrixBinding,
    out: Binding,
  ) {
    const { recorder } = capture;
    if (recorder !== null) return recorder.product(dtype, shape, a, b, out);
    heap.tick();
    address(a);
    address(b);
    address(out);
    const size = itemSize[dtype];
    product(
      dtype as Multiplied,
      shape,
      { ...a, offset: address(a) + a.offset * size },
      { ...b, offset: address(b) + b.offset * size },
      address(out) + out.offset * size,
    );
  },
  write(storage, dtype, offset, data) {
    const { recorder } = capture;
    if (recorder !== null) return recorder.write(storage, dtype, offset, data);
    storageView(storage, dtype, offset, data.length).set(data as never);
  },
  read(storage, dtype, offset, length) {
    refuseInCapture("read values");
    return Promise.resolve(this.readSync(storage, dtype, offset, length));
  },
  readSync(storage, dtype, offset, length) {
    refuseInCapture("read values");
    const out = arrayOf(dtype, length);
    out.set(storageView(storage, dtype, offset, length) as never);
    return out;
  },
};
