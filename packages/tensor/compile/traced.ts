/** One way through a compiled function: what was captured, and its program. */

import { capture } from "../capture.ts";
import { type DType, getDefaultDtype } from "../dtype.ts";
import type { Storage } from "../device.ts";
import { gradMode } from "../grad_mode.ts";
import { autogradHooks } from "../hooks.ts";
import { sameShape } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { CpuStorage } from "../wasm/device.ts";
import { inModeOf } from "./arguments.ts";
import { TracedStorage } from "./buffers.ts";
import type { Graph } from "./graph.ts";
import { optimize } from "./optimize.ts";
import { Program } from "./program.ts";
import { type Counted, counted } from "./record.ts";
import type { GradSlot } from "./grad_slot.ts";
import { CannotCapture, GraphRecorder } from "./recorder.ts";
import { kept, mapTensors, sameBut, tensorsIn } from "./tree.ts";

/** What of the surroundings decides what a function does. */
interface Mode {
  readonly enabled: boolean;
  readonly inference: boolean;
  readonly dtype: DType;
}

function modeNow(): Mode {
  const { enabled, inference } = gradMode;
  return { enabled, inference, dtype: getDefaultDtype() };
}

/** A captured function, for arguments like those that it was captured with. */
export class Traced {
  /** The arguments of the capture, with traced tensors in place of tensors. */
  #arguments: readonly unknown[];
  /** Which arguments share memory: for each the first with the same. */
  readonly #shared: readonly number[];
  /** Which arguments are one tensor: for each the first place of it. */
  readonly #same: readonly number[];
  /** Arguments for which no others may come. */
  readonly #pinned: Set<Tensor>;
  readonly #mode = modeNow();
  #recorder: GraphRecorder;
  #result: unknown;
  /** What stands for gradients that a run finds or leaves behind. */
  readonly #gradients = new Map<Tensor, GradSlot>();
  readonly #graph: Graph;
  readonly #program: Program;
  #counted: Counted | null = null;

  /**
   * Captures `fn` for `args`.
   *
   * @throws {CannotCapture} if it can only run as it is.
   */
  constructor(fn: (...args: unknown[]) => unknown, args: readonly unknown[]) {
    const tensors = tensorsIn(args);
    tensors.forEach(checkArgument);
    this.#shared = sharing(tensors);
    this.#same = tensors.map((t) => tensors.indexOf(t));
    this.#pinned = new Set(tensors.filter(hasHooks));
    for (;;) {
      this.#recorder = new GraphRecorder(tensors, this.#pinned);
      let i = 0;
      this.#arguments = mapTensors(
        args,
        () => this.#recorder.arguments.standIns[i++]!,
        kept,
      ) as unknown[];
      this.#result = this.#capture(fn);
      // What has a second way in can only be itself.
      const twice = tensors.filter((t) =>
        !this.#pinned.has(t) && this.#hasSecondWay(t)
      );
      if (twice.length === 0) break;
      for (const t of twice) this.#pinned.add(t);
    }
    const recorder = this.#recorder;
    if (recorder.gradsOverlap()) {
      throw new CannotCapture(
        "a gradient that it changes shares memory with another of its tensors",
      );
    }
    this.#assignMemory();
    this.#graph = optimize({ nodes: recorder.nodes });
    this.#program = new Program(this.#graph, recorder.hostBuffer);
  }

  /** Calls `fn`, listens, and puts everything back. */
  #capture(fn: (...args: unknown[]) => unknown): unknown {
    const recorder = this.#recorder;
    try {
      const result = recordCall(recorder, fn, this.#arguments);
      for (const slot of recorder.grads.values()) slot.finish();
      recorder.checkGraphs();
      return result;
    } finally {
      recorder.undo();
    }
  }

  /** Whether argument `t` is used, as a tensor from outside, where that matters. */
  #hasSecondWay(t: Tensor): boolean {
    const recorder = this.#recorder;
    return (t.requiresGrad || recorder.writesOutside) &&
      recorder.uses(t.storage);
  }

  /** Gives what every run hands out memory of its own. */
  #assignMemory(): void {
    const results = tensorsIn(this.#result);
    for (const t of results) {
      giveOut(t);
      if (!this.#recorder.isInside(t)) continue;
      // Nobody will differentiate what the capture left behind.
      t.setGradFn(null);
      t.base = t.viewStep = null;
    }
    const slots = [...this.#recorder.grads.values()];
    for (const slot of slots) {
      const others = slots.flatMap((o) =>
        o === slot || !o.final ? [] : o.final
      );
      slot.handsOut([...results, ...others]);
      if (slot.entry) this.#gradients.set(slot.entry, slot);
    }
    for (const slot of slots) {
      const { final } = slot;
      if (!final || this.#gradients.has(final)) continue;
      this.#gradients.set(final, slot);
    }
  }

  /** The graph after all passes. */
  get graph(): Graph {
    return this.#graph;
  }
  /** The program. */
  get program(): Program {
    return this.#program;
  }

  /** Whether the program does what the function would do with `args` now. */
  fits(args: readonly unknown[], tensors: readonly Tensor[]): boolean {
    const answer = this.#fits(args, tensors);
    if (!answer) this.#recorder.arguments.present = [];
    return answer;
  }

  #fits(args: readonly unknown[], tensors: readonly Tensor[]): boolean {
    const { enabled, inference, dtype } = this.#mode;
    if (
      gradMode.enabled !== enabled || gradMode.inference !== inference ||
      getDefaultDtype() !== dtype || !sameBut(this.#arguments, args, alike)
    ) return false;
    const recorder = this.#recorder;
    recorder.arguments.present = tensors;
    if (!recorder.unchanged()) return false;
    for (let i = 0; i < tensors.length; i++) {
      const t = tensors[i]!;
      if (!t.isLeaf || t.storage.disposed) return false;
      const own = recorder.arguments.standIns[i]!;
      if (this.#pinned.has(own)) {
        if (t !== own) return false;
      } else if (this.#hasSecondWay(t) || hasHooks(t)) return false;
    }
    const shared = sharing(tensors);
    for (let i = 0; i < shared.length; i++) {
      const first = shared[i]!;
      if (first !== this.#shared[i]) return false;
      if (first === i) continue;
      if (tensors.indexOf(tensors[i]!) !== this.#same[i]) return false;
      if (this.#same[i] === first) continue;
      for (const o of [first, i]) {
        const { offset } = recorder.arguments.standIns[o]!;
        if (tensors[o]!.offset !== offset) return false;
      }
    }
    return !recorder.gradsOverlap();
  }

  /** Whether a run after another, with the same arguments, is the same program. */
  get steady(): boolean {
    for (const slot of this.#recorder.grads.values()) {
      if (!slot.steady) return false;
    }
    return true;
  }

  /** Runs the program `times` times; {@linkcode Traced.fits} must have said yes. */
  run(tensors: readonly Tensor[], times = 1): unknown {
    return this.#run(this.#program, tensors, times);
  }

  /** Runs the program `times` times and keeps the numbers among its results, step by step. */
  runCounted(
    tensors: readonly Tensor[],
    times: number,
  ): { result: unknown; record: unknown } {
    const own = this.#counted ??= counted(
      this.#graph,
      tensorsIn(this.#result),
      (t) => this.#recorder.bufferOf(t.storage),
      this.#recorder.hostBuffer,
    );
    own.begin(times);
    const result = this.#run(own.program, tensors, times);
    const record = mapTensors(this.#result, (t) => own.recordOf(t));
    return { result, record };
  }

  #run(program: Program, tensors: readonly Tensor[], times: number): unknown {
    const recorder = this.#recorder;
    recorder.arguments.present = tensors;
    for (const slot of recorder.grads.values()) slot.begin();
    try {
      program.run(times, recorder.hostBuffer, recorder.hostValues);
    } finally {
      // Also what a run that failed may have changed.
      for (const [storage, { changes }] of recorder.effects.changed) {
        storageOf(storage).version += changes * times;
      }
    }
    const actual = (t: Tensor) => this.#actual(t);
    for (const slot of recorder.grads.values()) slot.end(actual);
    for (const [t, { after }] of recorder.effects.flags) {
      recorder.arguments.actual(t).requiresGrad = after;
    }
    const result = mapTensors(this.#result, actual);
    // A program keeps nothing alive that its caller lets go.
    program.release();
    recorder.arguments.present = [];
    return result;
  }

  /** The tensor of the last run that `t`, of the capture, stands for. */
  #actual(t: Tensor): Tensor {
    const recorder = this.#recorder, argument = recorder.arguments.actual(t);
    if (argument !== t) return argument;
    const gradient = this.#gradients.get(t)?.standsFor(t);
    if (gradient) return gradient;
    if (!recorder.isInside(t)) return t.isLeaf ? t : t.detach();
    const own = storageOf(t.storage);
    const { buffer } = t.storage as Partial<TracedStorage>;
    const skipped = buffer ? buffer.skipped() / t.itemSize : 0;
    const { dtype, shape, strides, offset } = t;
    const out = new Tensor(own, dtype, shape, strides, offset + skipped);
    out.countsAsNumber = t.countsAsNumber;
    return out;
  }
}

/** The storage of the last run that `storage`, of the capture, stands for. */
function storageOf(storage: Storage): Storage {
  if (!(storage instanceof TracedStorage)) return storage;
  const { buffer } = storage;
  // What nothing was written to, such as a tensor without elements, is in no instruction.
  return buffer.storage ?? buffer.resolve!();
}

/** Whether functions of the user wait for the gradient of an argument. */
function hasHooks(t: Tensor): boolean {
  return t.requiresGrad && (autogradHooks()?.hasHooks(t) ?? false);
}

/** Throws unless a function can be captured for `t`. */
function checkArgument(t: Tensor): void {
  if (t.storage.disposed) {
    throw new Error("Cannot run a compiled function on a disposed tensor");
  }
  if (t.device !== "cpu") throw new CannotCapture(`it works on ${t.device}`);
  if (!t.isLeaf) {
    throw new Error(
      "Cannot give a compiled function a tensor that was computed from others with gradients: detach() it, or compile what computed it as well",
    );
  }
}

/** Calls `fn` with the recorder in its place. */
function recordCall(
  recorder: GraphRecorder,
  fn: (...args: unknown[]) => unknown,
  args: readonly unknown[],
): unknown {
  capture.recorder = recorder;
  try {
    const result = fn(...args);
    if (result instanceof Promise) {
      // It fails where it goes on, as it does so outside of the capture.
      result.catch(() => {});
      throw new TypeError(
        "Cannot compile a function that returns a promise: read values outside of it",
      );
    }
    recorder.checkComplete();
    return result;
  } finally {
    capture.recorder = null;
  }
}

/** Gives a result memory of its own in every run. */
function giveOut(t: Tensor): void {
  if (!(t.storage instanceof TracedStorage)) return;
  const { buffer, inference } = t.storage;
  buffer.resolve ??= () =>
    inModeOf(inference, () => new CpuStorage(buffer.bytes));
}

/** Whether a program for `a` is one for `b`. */
function alike(a: Tensor, b: Tensor): boolean {
  return a.dtype === b.dtype && sameShape(a.shape, b.shape) &&
    sameShape(a.strides, b.strides) && a.requiresGrad === b.requiresGrad &&
    a.countsAsNumber === b.countsAsNumber && a.isInference === b.isInference &&
    b.device === "cpu";
}

/** For each tensor the first one with the same memory. */
function sharing(tensors: readonly Tensor[]): number[] {
  return tensors.map((t) => tensors.findIndex((o) => o.storage === t.storage));
}
