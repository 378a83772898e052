/** Compiling functions of tensors. */

import { capture } from "../capture.ts";
import { describe } from "../check.ts";
import { cat } from "../functional.ts";
import { checkOptions } from "../options.ts";
import { CannotCapture } from "./recorder.ts";
import { showGraph } from "./show.ts";
import { Traced } from "./traced.ts";
import { mapTensors, tensorsIn } from "./tree.ts";

/** Options of {@linkcode compile}. */
export interface CompileOptions {
  /** How many programs are kept, one for each kind of arguments; the one not used for longest makes room. 64 if left out. */
  cacheLimit?: number;
}

/** Options of {@linkcode Compiled.repeat}. */
export interface RepeatOptions<Args extends unknown[]> {
  /** The arguments of every step; none if left out. */
  args?: Args;
  /** Keeps, step by step, the results that have one element. */
  record?: boolean;
}

/** What {@linkcode Compiled.repeat} gives. */
export interface Repeated<Result> {
  /** The result of the last step. */
  readonly result: Result;
  /** The result with a tensor of the numbers of all steps in place of each tensor of one element, and null in place of others; null if nothing was to be recorded. */
  readonly record: unknown;
}

/** Figures about the programs of a compiled function. */
export interface CacheInfo {
  /** Programs kept. */
  readonly size: number;
  /** The most that are kept. */
  readonly limit: number;
  /** How often the function was captured. */
  readonly captures: number;
  /** Calls that a program from before answered. */
  readonly hits: number;
  /** Why the function runs uncompiled, null if it does not. */
  readonly fallback: string | null;
}

/** A function whose work is recorded once and then done by a program. */
export interface Compiled<Args extends unknown[], Result> {
  (...args: Args): Result;
  /**
   * Runs the function `times` times as one call, each step on what the one
   * before left behind. Numbers that JavaScript supplies, such as learning
   * rates, are those of the start.
   *
   * @throws {RangeError} if `times` is no whole number of at least 1.
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {Error} if the function runs uncompiled, or is part of another
   * compiled one that is being recorded.
   */
  repeat(times: number, options?: RepeatOptions<Args>): Repeated<Result>;
  /** Figures about the programs kept. */
  cacheInfo(): CacheInfo;
  /** The programs in words: their kernels, products and memory. */
  explain(): string;
  /** Forgets all programs, and that the function ran uncompiled. */
  clear(): void;
}

/**
 * Makes a function of tensors fast: its first call records what it does, and
 * later calls run that as one program, in which neighbouring operations are
 * fused and nothing is allocated.
 *
 * The function may do anything with tensors: run a model, call `backward()`
 * and `optimizer.step()`, draw random numbers. Tensors from outside, such as
 * parameters, are used and changed where they are. It is recorded anew for
 * arguments of other shapes, strides, types or values (objects of classes and
 * functions are the same if they are identical), in another gradient mode, and
 * when something that it used changed: a parameter was frozen or got other
 * memory, a module went from training to evaluation, a gradient appeared.
 *
 * What it does apart from tensors happens while it is recorded only, so it must
 * not depend on anything else that changes; where it does, as when a module got
 * another hook, {@linkcode Compiled.clear} makes it start anew. What hooks do
 * with tensors is a part of the program, anything else happens once. A function
 * that throws while it is recorded has changed no tensor.
 *
 * Tensors that it returns have no graph: a compiled function contains the
 * `backward()` of its results, or none is called.
 *
 * Inside, no value can be read: there is none yet. Where a part of the function
 * can only run uncompiled, all of it does from then on, and
 * {@linkcode Compiled.cacheInfo} says why.
 *
 * @throws {TypeError} if `fn` is no function, or an option is unknown.
 * @throws {RangeError} if `cacheLimit` is no whole number of at least 1.
 *
 * @example
 * ```ts
 * import { compile, type Tensor, tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const distance = compile((a: Tensor, b: Tensor) =>
 *   a.sub(b).square().sum().sqrt()
 * );
 * assertEquals(distance(tensor([0, 3]), tensor([4, 0])).itemSync(), 5);
 * assertEquals(distance(tensor([1, 1]), tensor([1, 1])).itemSync(), 0);
 * assertEquals(distance.cacheInfo().captures, 1);
 * ```
 */
export function compile<Args extends unknown[], Result>(
  fn: (...args: Args) => Result,
  options: CompileOptions = {},
): Compiled<Args, Result> {
  if (typeof fn !== "function") {
    throw new TypeError(
      `Cannot compile: expected a function, got ${describe(fn)}`,
    );
  }
  checkOptions("compile a function", options, ["cacheLimit"]);
  const { cacheLimit = 64 } = options;
  if (!(Number.isInteger(cacheLimit) && cacheLimit >= 1)) {
    throw new RangeError(
      `Cannot compile: expected a cacheLimit of at least 1, got ${cacheLimit}`,
    );
  }
  const cache = new Cache(
    fn as unknown as (...args: unknown[]) => unknown,
    cacheLimit,
  );
  const call = (...args: Args): Result => cache.call(args) as Result;
  return Object.assign(call, {
    repeat(times: number, options: RepeatOptions<Args> = {}) {
      checkOptions("repeat", options, ["args", "record"]);
      const { args = [], record = false } = options;
      return cache.repeat(times, args, record) as Repeated<Result>;
    },
    cacheInfo: () => cache.info(),
    explain: () => cache.explain(),
    clear: () => cache.clear(),
  });
}

/** The programs of one function, the one used last first. */
class Cache {
  readonly #fn: (...args: unknown[]) => unknown;
  readonly #limit: number;
  #programs: Traced[] = [];
  #captures = 0;
  #hits = 0;
  #fallback: string | null = null;

  constructor(fn: (...args: unknown[]) => unknown, limit: number) {
    this.#fn = fn;
    this.#limit = limit;
  }

  call(args: readonly unknown[]): unknown {
    // Inside of another capture it is a part of that.
    if (capture.recorder !== null || this.#fallback !== null) {
      return this.#fn(...args);
    }
    const tensors = tensorsIn(args);
    const traced = this.#find(args, tensors);
    return traced ? traced.run(tensors) : this.#fn(...args);
  }

  repeat(
    times: number,
    args: readonly unknown[],
    record: boolean,
  ): Repeated<unknown> {
    if (!(Number.isInteger(times) && times >= 1)) {
      throw new RangeError(
        `Cannot repeat: expected a whole number of at least 1, got ${times}`,
      );
    }
    if (capture.recorder !== null) {
      throw new Error("Cannot repeat a compiled function inside of another");
    }
    if (!Array.isArray(args)) {
      throw new TypeError(
        `Cannot repeat: expected args as an array, got ${describe(args)}`,
      );
    }
    if (args.length < this.#fn.length) {
      throw new TypeError(
        `Cannot repeat: expected the ${this.#fn.length} arguments of the function as { args: [...] }, got ${args.length}`,
      );
    }
    const tensors = tensorsIn(args);
    const pieces: unknown[] = [];
    let result: unknown, left = times, before: Traced | null = null;
    while (left > 0) {
      const traced = this.#fallback === null ? this.#find(args, tensors) : null;
      if (!traced) {
        throw new Error(
          `Cannot repeat as the function runs uncompiled: ${this.#fallback}; call it in a loop`,
        );
      }
      // A step may leave behind what makes the next one another.
      const count = traced === before && traced.steady ? left : 1;
      before = traced;
      left -= count;
      if (record) {
        const piece = traced.runCounted(tensors, count);
        result = piece.result;
        pieces.push(piece.record);
      } else result = traced.run(tensors, count);
    }
    return { result, record: record ? joined(pieces) : null };
  }

  /** The program for `args`, made if there is none; null if it cannot be made. */
  #find(
    args: readonly unknown[],
    tensors: ReturnType<typeof tensorsIn>,
  ): Traced | null {
    const programs = this.#programs;
    for (let i = 0; i < programs.length; i++) {
      const traced = programs[i]!;
      if (!traced.fits(args, tensors)) continue;
      this.#hits++;
      if (i > 0) {
        programs.splice(i, 1);
        programs.unshift(traced);
      }
      return traced;
    }
    let traced: Traced;
    try {
      traced = new Traced(this.#fn, args);
    } catch (error) {
      if (!(error instanceof CannotCapture)) throw error;
      this.#fallback = error.message;
      console.warn(`A compiled function runs uncompiled: ${error.message}`);
      return null;
    }
    if (this.#captures++ === this.#limit) {
      console.warn(
        `A compiled function was recorded more than ${this.#limit} times: give numbers that change as tensors`,
      );
    }
    programs.unshift(traced);
    programs.length = Math.min(programs.length, this.#limit);
    return traced;
  }

  info(): CacheInfo {
    return {
      size: this.#programs.length,
      limit: this.#limit,
      captures: this.#captures,
      hits: this.#hits,
      fallback: this.#fallback,
    };
  }

  explain(): string {
    if (this.#fallback !== null) return `Runs uncompiled: ${this.#fallback}`;
    if (this.#programs.length === 0) return "Not called yet";
    return this.#programs.map(({ graph, program }) =>
      `${program.instructions} instructions, ${program.arenaBytes} bytes of memory for intermediate values\n${
        showGraph(graph)
      }`
    ).join("\n\n");
  }

  clear(): void {
    this.#programs = [];
    this.#fallback = null;
  }
}

/** Records of steps that follow each other, as one. */
function joined(pieces: readonly unknown[]): unknown {
  if (pieces.length === 1) return pieces[0];
  const parts = pieces.map((piece) => tensorsIn(piece));
  let i = 0;
  return mapTensors(pieces[0], () => {
    const at = i++;
    return cat(parts.map((tensors) => tensors[at]!));
  });
}
