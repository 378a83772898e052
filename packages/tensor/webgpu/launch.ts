/** Runs kernels: chooses how elements are shared, compiles on first use, fills in the parameters. */

import type { Kernel, Space } from "../kernel.ts";
import { countOf } from "../shape.ts";
import { emitKernel } from "./emit.ts";
import { orderAxes } from "./ordered.ts";
import type { Pipelines } from "./pipelines.ts";
import type { Block, Pool } from "./pool.ts";
import type { Pipeline, Recorder } from "./recorder.ts";
import {
  foldGroup,
  grid,
  header,
  type Mode,
  operandAt,
  pointwiseGroup,
  type Variant,
} from "./variant.ts";

/** An operand: a buffer and the first element. */
export interface GpuBinding {
  readonly block: Block;
  readonly offset: number;
}

/** Elements of a fold from which it is worth sharing one. */
const shareFrom = 32;
/** Elements of a fold from which chunks of it go to several workgroups, and elements of a chunk at least. */
const splitFrom = 1 << 15, chunkFrom = 1 << 13;

/** The largest power of two up to `n`. */
function powerUpTo(n: number): number {
  return 2 ** Math.floor(Math.log2(n));
}

/** Runs kernels on a device. */
export class Launcher {
  readonly #pool: Pool;
  readonly #recorder: Recorder;
  readonly #pipelines: Pipelines;
  readonly #compiled = new WeakMap<Kernel, Map<string, Pipeline>>();

  /** A launcher that takes scratch buffers from `pool` and gives its work to `recorder`. */
  constructor(pool: Pool, recorder: Recorder, pipelines: Pipelines) {
    this.#pool = pool;
    this.#recorder = recorder;
    this.#pipelines = pipelines;
  }

  /** Runs `kernel`; `bindings` are its inputs, then its stores. */
  launch(
    kernel: Kernel,
    space: Space,
    bindings: readonly GpuBinding[],
    scalars: readonly (number | bigint)[],
  ): void {
    if (kernel.reduction) this.#fold(kernel, space, bindings, scalars);
    else if (kernel.stores.some((s) => s.at || s.accumulate)) {
      const ordered = orderAxes(kernel, space);
      this.#dispatch(kernel, "ordered", ordered, bindings, scalars, {});
    } else this.#dispatch(kernel, "pointwise", space, bindings, scalars, {});
  }

  #fold(
    kernel: Kernel,
    space: Space,
    bindings: readonly GpuBinding[],
    scalars: readonly (number | bigint)[],
  ): void {
    const { shape, strides, reduced } = space;
    const kept = shape.length - reduced;
    const results = countOf(shape.slice(0, kept));
    const length = countOf(shape.slice(kept));
    const sharing = share(space, results, length);
    const chunks =
      sharing.lanes < foldGroup || length < splitFrom || results > 64
        ? 1
        : Math.min(256, Math.ceil(length / chunkFrom));
    if (chunks === 1) {
      this.#dispatch(kernel, "fold", space, bindings, scalars, {
        ...sharing,
        length,
      });
      return;
    }
    const inputs = kernel.inputs.length;
    const states = kernel.reduction!.init.length;
    const block = this.#pool.take(results * chunks * states * 4);
    const scratch = { block, offset: 0 };
    const none = shape.map(() => 0);
    this.#dispatch(
      kernel,
      "partial",
      { ...space, strides: [...strides.slice(0, inputs), none] },
      [...bindings.slice(0, inputs), scratch],
      scalars,
      { ...sharing, length, chunk: Math.ceil(length / chunks), chunks },
    );
    const head = (row: readonly number[]) => row.slice(0, kept);
    this.#dispatch(
      kernel,
      "finish",
      {
        shape: head(shape),
        reduced: 0,
        strides: [head(none), ...strides.slice(inputs).map(head)],
      },
      [scratch, ...bindings.slice(inputs)],
      scalars,
      {
        ...share(
          {
            ...space,
            shape: [results, chunks],
            reduced: 1,
            strides: [[chunks, 1]],
          },
          results,
          chunks,
        ),
        length,
        chunks,
      },
    );
    this.#pool.give(block);
  }

  #dispatch(
    kernel: Kernel,
    mode: Mode,
    space: Space,
    bindings: readonly GpuBinding[],
    scalars: readonly (number | bigint)[],
    how: How,
  ): void {
    const { shape, reduced } = space;
    const { lanes = 1, lanesAdjacent = false } = how;
    const kept = shape.length - reduced;
    const blocks: Block[] = [];
    const slots = bindings.map(({ block }) => {
      const known = blocks.indexOf(block);
      return known < 0 ? blocks.push(block) - 1 : known;
    });
    const variant: Variant = {
      mode,
      kept,
      folded: reduced,
      lanes,
      lanesAdjacent,
      slots,
    };
    const pipeline = this.#compile(kernel, variant);
    const count = countOf(shape.slice(0, kept));
    const perGroup = mode === "pointwise" || mode === "ordered"
      ? pointwiseGroup
      : foldGroup / lanes;
    const chunks = mode === "partial" ? how.chunks! : 1;
    const [x, y] = grid(Math.ceil(count / perGroup) * chunks);
    this.#recorder.dispatch(
      pipeline,
      blocks,
      x,
      y,
      (words, at) => {
        fillHeader(words, at, count, how);
        fillSpace(words, at + header.words, space, bindings);
        fillScalars(
          words,
          at + operandAt(shape.length, bindings.length),
          kernel,
          scalars,
        );
      },
    );
  }

  #compile(kernel: Kernel, variant: Variant): Pipeline {
    let variants = this.#compiled.get(kernel);
    if (!variants) this.#compiled.set(kernel, variants = new Map());
    const { mode, kept, folded, lanes, lanesAdjacent, slots } = variant;
    const key = `${mode} ${kept} ${folded} ${lanes} ${lanesAdjacent} ${slots}`;
    let pipeline = variants.get(key);
    if (!pipeline) {
      const shader = emitKernel(kernel, variant);
      pipeline = this.#pipelines.make(kernel.name, shader);
      variants.set(key, pipeline);
    }
    return pipeline;
  }
}

/** What a dispatch needs beside kernel, space and operands. */
interface How {
  readonly lanes?: number;
  readonly lanesAdjacent?: boolean;
  readonly length?: number;
  readonly chunk?: number;
  readonly chunks?: number;
}

/** How many invocations share a fold, by sizes and strides alone, and whether they lie next to each other. */
function share(
  { shape, reduced, strides }: Space,
  results: number,
  length: number,
): { lanes: number; lanesAdjacent: boolean } {
  const kept = shape.length - reduced;
  const read = strides[0]!;
  // Neighbouring invocations read neighbours in memory, where there are any.
  const lanesAdjacent = kept === 0 || read.at(-1) === 1 || read[kept - 1] !== 1;
  if (length < shareFrom) return { lanes: 1, lanesAdjacent: false };
  const side = lanesAdjacent ? 1 : Math.min(16, powerUpTo(results));
  const lanes = Math.min(foldGroup / side, powerUpTo(length / 4));
  return { lanes, lanesAdjacent };
}

function fillHeader(
  words: Uint32Array,
  at: number,
  count: number,
  { length = 0, chunk = 0, chunks = 1 }: How,
): void {
  words[at + header.count] = count;
  words[at + header.length] = length;
  words[at + header.chunk] = chunk;
  words[at + header.chunks] = chunks;
  words[at + header.infinity] = 0x7f800000;
  words[at + header.nan] = 0x7fc00000;
  words[at + header.zero] = 0;
}

function fillSpace(
  words: Uint32Array,
  at: number,
  { shape, strides }: Space,
  bindings: readonly GpuBinding[],
): void {
  for (let a = 0; a < shape.length; a++) words[at++] = shape[a]!;
  for (let o = 0; o < bindings.length; o++) {
    words[at++] = bindings[o]!.offset;
    const row = strides[o]!;
    for (let a = 0; a < shape.length; a++) words[at++] = row[a]!;
  }
}

function fillScalars(
  words: Uint32Array,
  at: number,
  kernel: Kernel,
  scalars: readonly (number | bigint)[],
): void {
  const floats = new Float32Array(words.buffer, words.byteOffset);
  for (let s = 0; s < scalars.length; s++) {
    const value = Number(scalars[s]!);
    if (kernel.scalars[s] === "f32") floats[at + s] = value;
    else if (kernel.scalars[s] === "bool") words[at + s] = value ? 1 : 0;
    else if (kernel.scalars[s] === "i64" && value !== (value | 0)) {
      throw new RangeError(
        `Cannot use ${value} on WebGPU, which has no 64-bit types: use device "cpu"`,
      );
    } else words[at + s] = value;
  }
}
