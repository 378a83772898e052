/** The arguments of a captured function, and what stands for them. */

import type { Storage } from "../device.ts";
import { itemSize } from "../dtype.ts";
import { gradMode } from "../grad_mode.ts";
import { Tensor } from "../tensor.ts";
import { ProgramBuffer, TracedStorage } from "./buffers.ts";

/** The tensors that a function is called with. */
export class Arguments {
  /** The tensors that stand for them in the function, in order. */
  readonly standIns: Tensor[] = [];
  /** Those of the run that goes on or comes next. */
  #actual: readonly Tensor[];

  /** Stand-ins for `actual`; those in `pinned` stand for themselves. */
  constructor(actual: readonly Tensor[], pinned: ReadonlySet<Tensor>) {
    this.#actual = actual;
    const storages = new Map<Storage, TracedStorage>();
    const known = new Map<Tensor, Tensor>();
    actual.forEach((t, i) => {
      let own = pinned.has(t) ? t : known.get(t);
      if (!own) known.set(t, own = this.#standIn(t, i, storages));
      this.standIns.push(own);
    });
  }

  /** A tensor that stands for argument `i`, which is `t` now. */
  #standIn(
    t: Tensor,
    i: number,
    storages: Map<Storage, TracedStorage>,
  ): Tensor {
    const shared = this.#actual.some((o) => o !== t && o.storage === t.storage);
    let storage = storages.get(t.storage);
    if (!storage) {
      // Arguments that share no memory may be anywhere in theirs.
      const skipped = shared ? 0 : t.offset * t.itemSize;
      const buffer = new ProgramBuffer(
        t.storage.bytes - skipped,
        () => this.#actual[i]!.storage,
      );
      if (!shared) {
        buffer.skipped = () => this.#actual[i]!.offset * itemSize[t.dtype];
      }
      storage = inModeOf(t.isInference, () => new TracedStorage(buffer));
      storages.set(t.storage, storage);
    }
    const offset = shared ? t.offset : 0;
    const own = new Tensor(storage, t.dtype, t.shape, t.strides, offset);
    own.countsAsNumber = t.countsAsNumber;
    if (t.requiresGrad) own.requiresGrad = true;
    return own;
  }

  /** Those of the run that goes on or comes next. */
  get present(): readonly Tensor[] {
    return this.#actual;
  }
  set present(actual: readonly Tensor[]) {
    this.#actual = actual;
  }

  /** Whether `t` stands for an argument. */
  includes(t: Tensor): boolean {
    return this.standIns.includes(t);
  }

  /** The argument that `t` stands for in the run at hand, or `t`. */
  actual(t: Tensor): Tensor {
    const i = this.standIns.indexOf(t);
    return i < 0 ? t : this.#actual[i]!;
  }
}

/** What `make` gives in or out of inference mode. */
export function inModeOf<T>(inference: boolean, make: () => T): T {
  const before = gradMode.inference;
  gradMode.inference = inference;
  try {
    return make();
  } finally {
    gradMode.inference = before;
  }
}
