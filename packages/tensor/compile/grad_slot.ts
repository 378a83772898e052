/** The gradient of a tensor that exists outside of a compiled function. */

import { uncaptured } from "../capture.ts";
import { resultStrides } from "../ops/allocate.ts";
import { countOf, sameShape } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { CpuStorage } from "../wasm/device.ts";
import { heap } from "../wasm/heap.ts";
import { ProgramBuffer, TracedStorage } from "./buffers.ts";
import type { GraphRecorder } from "./recorder.ts";

/** A gradient that a program left behind. */
interface Loan {
  readonly grad: Tensor;
  readonly owner: Tensor;
  /** Whether nobody can have kept it. */
  unseen: boolean;
}

/**
 * What a function does with `.grad` of one tensor, and how its program does
 * the same in every run. A gradient that a run leaves behind is lent: its
 * memory serves the next run too, unless someone looked at it.
 */
export class GradSlot {
  /** Whether the function assigned `.grad`. */
  replaced = false;

  /** The tensor in the run at hand. */
  readonly #owner: () => Tensor;
  /** The tensor that the function sees. */
  readonly #seen: Tensor;
  readonly #before: Tensor | null;
  /** What stands for the gradient that is there when a run begins. */
  #entry: Tensor | null = null;
  /** Whether a missing gradient counts as zeros. */
  #accumulates = false;
  /** What `.grad` is after a run: see {@linkcode finish}. */
  #final: Tensor | null = null;
  /** The gradient that the run at hand makes. */
  #made: Tensor | null = null;
  /** The gradient that the run at hand finds. */
  #found: Tensor | null = null;
  #loan: Loan | null = null;
  /** Whether every run hands out the memory of the gradient that it found, or of the one that it leaves. */
  #sharesEntry = false;
  #sharesFinal = false;

  constructor(owner: () => Tensor, seen: Tensor) {
    this.#owner = owner;
    this.#seen = seen;
    // Who lent it will not hear of looks at it after it was put back.
    this.#before = uncaptured(() => owner().grad);
  }

  /** What stands for the gradient that is there when a run begins, if the function looks at it. */
  get entry(): Tensor | null {
    return this.#entry;
  }
  /** What the function leaves in `.grad`, if it was assigned. */
  get final(): Tensor | null {
    return this.#final;
  }
  /** The gradient of the run at hand that `t` stands for, if it is {@linkcode entry} or {@linkcode final}. */
  standsFor(t: Tensor): Tensor | null {
    return t === this.#entry ? this.#findOrMake() : this.#made;
  }
  /** The gradient that is there now. */
  get present(): Tensor | null {
    return this.#owner().peekGrad();
  }
  /** Whether a run after another finds what that one left, in the same place. */
  get steady(): boolean {
    return !this.#entry || !this.replaced || this.#final === this.#entry;
  }

  /** The gradient that is there when a run begins. */
  read(recorder: GraphRecorder): Tensor | null {
    if (this.#entry) return this.#entry;
    const found = this.#before;
    if (!found) {
      recorder.guard(() => this.present === null);
      return null;
    }
    recorder.guard(() => this.#fits(this.present));
    return this.#enter(found.strides);
  }

  /** Makes sure that {@linkcode read} gives a gradient: what is missing counts as zeros. */
  accumulate(recorder: GraphRecorder): void {
    if (this.#entry) return;
    this.#accumulates = true;
    const found = this.#before;
    this.#enter(
      found?.strides ?? resultStrides([this.#seen], this.#seen.shape),
    );
    recorder.guard(() => this.present === null || this.#fits(this.present));
  }

  #fits(grad: Tensor | null): boolean {
    return grad !== null && grad.dtype === this.#entry!.dtype &&
      !grad.requiresGrad && grad.device === "cpu" &&
      sameShape(grad.strides, this.#entry!.strides);
  }

  #enter(strides: readonly number[]): Tensor {
    const { dtype, shape, itemSize } = this.#seen;
    const buffer = new ProgramBuffer(
      countOf(shape) * itemSize,
      () => this.#findOrMake().storage,
    );
    buffer.skipped = () => this.#findOrMake().offset * itemSize;
    const storage = new TracedStorage(buffer);
    return this.#entry = new Tensor(storage, dtype, shape, strides);
  }

  /** The gradient as a run finds it, made where a missing one counts as zeros. */
  #findOrMake(): Tensor {
    return this.#found ??= this.present ?? this.#makeZeros();
  }

  #makeZeros(): Tensor {
    const made = this.#make(this.#entry!, true);
    this.#lend(made, !this.#sharesEntry);
    const { bytes } = made.storage;
    const at = (made.storage as CpuStorage).address();
    // Negative zeros, as adding to them changes no bit of what is added.
    if (made.itemSize === 8) heap.f64.fill(-0, at / 8, (at + bytes) / 8);
    else heap.f32.fill(-0, at / 4, (at + bytes) / 4);
    return made;
  }

  /** Makes `grad`, laid out as `like`; the last one lent serves `again` if nobody saw it. */
  #make(like: Tensor, again: boolean): Tensor {
    const loan = this.#loan;
    if (again && loan?.unseen && !loan.grad.storage.disposed) {
      const { owner, grad } = loan;
      if (owner === this.#owner() || owner.peekGrad() !== grad) return grad;
    }
    const { storage: { bytes }, dtype, shape, strides, offset } = like;
    const storage = new CpuStorage(bytes);
    return new Tensor(storage, dtype, shape, strides, offset);
  }

  #lend(grad: Tensor, unseen: boolean): void {
    const owner = this.#owner(), loan: Loan = { grad, owner, unseen };
    this.#loan = loan;
    // No more than the loan, as the tensor may outlive the program.
    owner.lendGrad(grad, unseen ? onRead(loan) : null);
  }

  /** Looks at what the function left in `.grad`; what the program must compute for it gets a place outside. */
  finish(): void {
    if (!this.replaced) return;
    const final = this.#seen.peekGrad();
    this.#final = final && final.requiresGrad ? final.detach() : final;
    const storage = this.#final?.storage;
    if (storage instanceof TracedStorage && !storage.buffer.resolve) {
      // What is read in the same run cannot be where the new one is written.
      storage.buffer.resolve = () =>
        (this.#made = this.#make(this.#final!, !this.#entry)).storage;
    }
  }

  /** Says which tensors a run hands out apart from this gradient. */
  handsOut(tensors: readonly Tensor[]): void {
    const shares = (own: Tensor | null) =>
      own !== null && tensors.some((t) => t.storage === own.storage);
    const final = this.#final;
    this.#sharesFinal = shares(final);
    this.#sharesEntry = shares(this.#entry) ||
      final !== this.#entry && final?.storage === this.#entry?.storage;
  }

  /** Sets `.grad` as the function does; called before the memory of a run is looked up. */
  begin(): void {
    this.#found = this.#made = null;
    if (this.#accumulates && !this.replaced) this.#findOrMake();
    // Whoever lent it must not use its memory again.
    if (this.#sharesEntry) {
      this.#findOrMake();
      void this.#owner().grad;
    }
  }

  /** Sets `.grad` as the function leaves it. */
  end(actual: (t: Tensor) => Tensor): void {
    if (!this.replaced) return;
    const final = this.#final, made = this.#made;
    if (!final) this.#owner().lendGrad(null);
    else if (made) this.#lend(made, !this.#sharesFinal);
    else if (final !== this.#entry) this.#owner().lendGrad(actual(final));
  }

  /** Puts back what was there before the capture. */
  undo(): void {
    if (this.replaced) this.#seen.lendGrad(null);
    this.#owner().lendGrad(this.#before);
  }
}

function onRead(loan: Loan): () => void {
  return () => loan.unseen = false;
}
