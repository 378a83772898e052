/** What a captured function does to tensors that exist outside of it, apart from `.grad`. */

import type { Storage } from "../device.ts";
import type { GradNode } from "../hooks.ts";
import type { Tensor } from "../tensor.ts";
import { TracedStorage } from "./buffers.ts";

/** The place of a tensor in the graph before the capture changed its elements. */
interface Before {
  readonly gradFn: GradNode | null;
  readonly outputIndex: number;
  readonly requiresGrad: boolean;
}

/** A storage that is changed in place. */
interface Changed {
  readonly version: number;
  /** The tensors through which it is changed, and what those are views of. */
  readonly tensors: Map<Tensor, Before>;
  /** How often a run changes it. */
  changes: number;
}

/** Changes in place, and of `requiresGrad`. */
export class Effects {
  /** Storages that are changed in place, arguments among them. */
  readonly changed: Map<Storage, Changed> = new Map();
  /** Tensors whose `requiresGrad` is set, with what it is before and after a run. */
  readonly flags: Map<Tensor, { readonly before: boolean; after: boolean }> =
    new Map();

  /** Says that the elements of `t` are about to be changed in place. */
  change(t: Tensor): void {
    const { storage } = t;
    if (storage instanceof TracedStorage && !storage.buffer.resolve) return;
    let known = this.changed.get(storage);
    if (!known) {
      const { version } = storage;
      known = { version, tensors: new Map(), changes: 0 };
      this.changed.set(storage, known);
    }
    known.changes++;
    for (const own of t.base ? [t, t.base] : [t]) {
      if (known.tensors.has(own)) continue;
      const { gradFn, outputIndex, requiresGrad } = own;
      known.tensors.set(own, { gradFn, outputIndex, requiresGrad });
    }
  }

  /** Says that `requiresGrad` of `t` is about to be set. */
  setFlag(t: Tensor): void {
    const before = t.requiresGrad;
    if (!this.flags.has(t)) this.flags.set(t, { before, after: before });
  }

  /** Undoes what the capture did. */
  undo(): void {
    for (const [storage, { version, tensors }] of this.changed) {
      storage.version = version;
      for (const [t, { gradFn, outputIndex, requiresGrad }] of tensors) {
        if (t.gradFn === gradFn) continue;
        t.setGradFn(gradFn, outputIndex);
        if (gradFn === null) t.requiresGrad = requiresGrad;
      }
    }
    for (const [t, flag] of this.flags) {
      flag.after = t.requiresGrad;
      t.requiresGrad = flag.before;
    }
  }

  /** Throws if a change in place connected a tensor outside, and no mere view that the function made, to the graph of the capture. */
  checkGraphs(isView: (t: Tensor) => boolean): void {
    for (const { tensors } of this.changed.values()) {
      for (const [t, { gradFn }] of tensors) {
        if (t.gradFn === gradFn || isView(t)) continue;
        throw new Error(
          "Cannot change a tensor from outside in place inside compile while that is recorded for differentiation: use noGrad()",
        );
      }
    }
  }
}
