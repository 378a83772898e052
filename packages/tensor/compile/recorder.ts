/** Listens to a function and writes down what it does. */

import type { Recorder } from "../capture.ts";
import type {
  Binding,
  MatrixBinding,
  ProductShape,
  Storage,
} from "../device.ts";
import type { DType, TypedArray } from "../dtype.ts";
import { gradMode } from "../grad_mode.ts";
import type { Kernel, Space } from "../kernel.ts";
import { collapse } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { storageView } from "../wasm/device.ts";
import { Arguments } from "./arguments.ts";
import { asksWhere } from "./asks_where.ts";
import { ProgramBuffer, TracedStorage } from "./buffers.ts";
import { Effects } from "./effects.ts";
import { GradSlot } from "./grad_slot.ts";
import type { GraphNode, MatrixOperand, Operand } from "./graph.ts";

/** Thrown through a function that cannot be captured, but can be run as it is. */
export class CannotCapture extends Error {
  override readonly name = "CannotCapture";
}

/** A tensor outside as the function saw it. */
interface Seen {
  readonly tensor: Tensor;
  readonly storage: Storage;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
  readonly requiresGrad: boolean;
}

/** The recorder that `compile` puts into the slot. */
export class GraphRecorder implements Recorder {
  readonly nodes: GraphNode[] = [];
  readonly guards: (() => boolean)[] = [];
  /** Numbers that JavaScript supplies for every run, in the order of {@linkcode hostBuffer}. */
  readonly hostValues: (() => number)[] = [];
  /** Where they are. */
  readonly hostBuffer: ProgramBuffer = new ProgramBuffer(0);
  /** What the function is called with. */
  readonly arguments: Arguments;
  /** Gradients of tensors outside. */
  readonly grads: Map<Tensor, GradSlot> = new Map();
  /** What it does to tensors outside. */
  readonly effects: Effects = new Effects();

  readonly #outside = new Map<Storage, ProgramBuffer>();
  /** The gradients that are looked at, once all is recorded. */
  #read: readonly GradSlot[] | null = null;
  readonly #seen = new Map<Tensor, Seen>();
  /** The same as a list, once all is recorded. */
  #allSeen: readonly Seen[] | null = null;
  /** Tensors over memory outside that the function made. */
  readonly #made = new WeakSet<Tensor>();
  #failure: Error | null = null;
  readonly #undoes: (() => void)[] = [];
  readonly #hostStorage = new TracedStorage(this.hostBuffer);

  /**
   * A recorder of a function that is called with `actual`. Those in `pinned`
   * are no arguments of the program: it works on them and no others.
   */
  constructor(
    actual: readonly Tensor[],
    pinned: ReadonlySet<Tensor> = new Set(),
  ) {
    this.arguments = new Arguments(actual, pinned);
    this.hostBuffer.resident = true;
    this.hostBuffer.resolve = () => this.#hostStorage;
  }

  allocate(bytes: number): Storage {
    return new TracedStorage(new ProgramBuffer(bytes));
  }

  /** The buffer of a storage. */
  bufferOf(storage: Storage): ProgramBuffer {
    if (storage instanceof TracedStorage) return storage.buffer;
    this.#checkDevice(storage);
    let buffer = this.#outside.get(storage);
    if (!buffer) {
      buffer = new ProgramBuffer(storage.bytes, () => storage);
      this.#outside.set(storage, buffer);
    }
    return buffer;
  }

  #checkDevice({ device }: Storage): void {
    if (device.name !== "cpu") this.fallBack(`it works on ${device.name}`);
  }

  #operand({ storage, offset }: Binding): Operand {
    return { buffer: this.bufferOf(storage), offset };
  }
  #matrix(m: MatrixBinding): MatrixOperand {
    const { row, column, batch } = m;
    return { ...this.#operand(m), row, column, batch: [...batch] };
  }

  launch(
    kernel: Kernel,
    space: Space,
    bindings: readonly Binding[],
    scalars: readonly (number | bigint)[],
  ): void {
    this.nodes.push({
      kind: "launch",
      kernel,
      space: space.ordered || !asksWhere(kernel)
        ? space
        : { ...collapse(space), ordered: true },
      operands: bindings.map((b) => this.#operand(b)),
      scalars: [...scalars],
    });
  }

  product(
    dtype: DType,
    shape: ProductShape,
    a: MatrixBinding,
    b: MatrixBinding,
    out: Binding,
  ): void {
    this.nodes.push({
      kind: "product",
      dtype,
      shape: { ...shape, batch: [...shape.batch] },
      a: this.#matrix(a),
      b: this.#matrix(b),
      out: this.#operand(out),
    });
  }

  write(
    storage: Storage,
    dtype: DType,
    offset: number,
    data: TypedArray,
  ): void {
    const own = data.slice();
    this.nodes.push({
      kind: "host",
      name: "constant",
      reads: [],
      writes: [this.bufferOf(storage)],
      run: () =>
        storageView(storage, dtype, offset, own.length).set(own as never),
    });
  }

  host(
    name: string,
    reads: readonly Tensor[],
    writes: readonly Tensor[],
    run: () => void,
  ): void {
    const buffers = (tensors: readonly Tensor[]) =>
      tensors.map((t) => this.bufferOf(t.storage));
    this.nodes.push({
      kind: "host",
      name,
      reads: buffers(reads),
      writes: buffers(writes),
      run,
    });
  }

  assert(
    holds: Tensor,
    tensors: readonly Tensor[],
    fail: () => never,
  ): void {
    this.nodes.push({
      kind: "assertion",
      operand: this.#operand(holds),
      reads: tensors.map((t) => this.bufferOf(t.storage)),
      fail,
    });
  }

  hostValue(read: () => number): Tensor {
    const at = this.hostValues.push(read) - 1;
    this.hostBuffer.bytes += 8;
    return new Tensor(this.#hostStorage, "float64", [], [], at);
  }

  guard(holds: () => boolean): void {
    this.guards.push(holds);
  }

  refuse(action: string): never {
    return this.#fail(
      new Error(
        `Cannot ${action} inside compile as nothing has been computed yet: return the tensor and read it outside, or choose between tensors with where()`,
      ),
    );
  }

  fallBack(reason: string): never {
    return this.#fail(new CannotCapture(reason));
  }

  #fail(error: Error): never {
    this.#failure ??= error;
    throw error;
  }

  /** Throws what was thrown in the function, should it have caught that: it went on without what it asked for. */
  checkComplete(): void {
    if (this.#failure) throw this.#failure;
  }

  undoes(action: () => void): void {
    this.#undoes.push(action);
  }

  isInside(t: Tensor): boolean {
    if (this.#made.has(t)) return true;
    return t.storage instanceof TracedStorage && !this.arguments.includes(t);
  }

  /** The slot of a tensor that exists outside of the function, null for others. */
  #slotOf(owner: Tensor): GradSlot | null {
    const known = this.grads.get(owner);
    if (known) return known;
    if (this.isInside(owner)) return null;
    const slot = new GradSlot(() => this.arguments.actual(owner), owner);
    this.grads.set(owner, slot);
    return slot;
  }

  gradOf(owner: Tensor, found: Tensor | null): Tensor | null {
    const slot = this.#slotOf(owner);
    if (!slot || slot.replaced) return found;
    return slot.read(this);
  }

  replacesGrad(owner: Tensor): void {
    const slot = this.#slotOf(owner);
    if (slot) slot.replaced = true;
  }

  accumulatesInto(owner: Tensor): void {
    const slot = this.#slotOf(owner);
    if (slot && !slot.replaced) slot.accumulate(this);
  }

  sees(t: Tensor): void {
    if (
      t.storage instanceof TracedStorage || this.#seen.has(t) ||
      this.#made.has(t)
    ) return;
    this.#checkDevice(t.storage);
    const { storage, shape, strides, offset, requiresGrad } = t;
    if (
      requiresGrad && gradMode.enabled && !t.isLeaf &&
      !this.effects.changed.has(storage)
    ) {
      throw new Error(
        "Cannot use a tensor inside compile that was computed outside from others with gradients: detach() it, or compute it inside as well",
      );
    }
    this.#seen.set(t, {
      tensor: t,
      storage,
      shape,
      strides,
      offset,
      requiresGrad,
    });
  }

  makes(t: Tensor): void {
    if (t.storage instanceof TracedStorage) return;
    this.#checkDevice(t.storage);
    this.#made.add(t);
  }

  changes(t: Tensor): void {
    this.effects.change(t);
  }

  setsFlag(t: Tensor): void {
    if (this.isInside(t)) return;
    this.sees(t);
    this.effects.setFlag(t);
  }

  replacesData(t: Tensor): void {
    if (!this.isInside(t)) this.fallBack("it replaces the data of a tensor");
  }

  /** Whether all that the function saw outside is as it was. */
  unchanged(): boolean {
    const all = this.#allSeen ??= [...this.#seen.values()];
    for (let i = 0; i < all.length; i++) {
      const seen = all[i]!, { tensor } = seen;
      if (
        tensor.storage !== seen.storage || tensor.shape !== seen.shape ||
        tensor.strides !== seen.strides || tensor.offset !== seen.offset ||
        tensor.requiresGrad !== seen.requiresGrad
      ) return false;
    }
    const { guards } = this;
    for (let i = 0; i < guards.length; i++) if (!guards[i]!()) return false;
    return true;
  }

  /** Whether a storage is used that is no argument. */
  uses(storage: Storage): boolean {
    return this.#outside.has(storage);
  }

  /** Whether a buffer that exists outside is written to. */
  get writesOutside(): boolean {
    return this.effects.changed.size > 0;
  }

  /** Whether a gradient shares memory that is written to with something else that the program uses. */
  gradsOverlap(): boolean {
    this.#read ??= [...this.grads.values()].filter((slot) => slot.entry);
    if (this.#read.length === 0) return false;
    const { changed } = this.effects;
    const found = new Map<Storage, boolean>();
    for (const slot of this.#read) {
      const storage = slot.present?.storage;
      if (!storage) continue;
      const written = changed.has(slot.entry!.storage);
      const other = found.get(storage);
      if (other !== undefined && (written || other)) return true;
      found.set(storage, written);
      if (changed.has(storage) || written && this.uses(storage)) return true;
      const { present, standIns } = this.arguments;
      for (let i = 0; i < present.length; i++) {
        if (present[i]!.storage !== storage) continue;
        if (written || changed.has(standIns[i]!.storage)) return true;
      }
    }
    return false;
  }

  /** Undoes what the capture did to tensors outside. */
  undo(): void {
    for (const action of this.#undoes.splice(0).reverse()) action();
    for (const slot of this.grads.values()) slot.undo();
    this.effects.undo();
  }

  /** Throws if a change in place connected a tensor outside to the graph of the capture. */
  checkGraphs(): void {
    this.effects.checkGraphs((t) => this.#made.has(t));
  }
}
