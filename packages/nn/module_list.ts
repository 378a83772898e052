/** A list of modules. */

import { Module } from "./module.ts";
import type { CopyValue } from "./module/copy.ts";
import { placeOf } from "./module/place.ts";
import { formatModule } from "./module/print.ts";

/**
 * A list of modules, which belong to the module that holds it; arrays are not
 * looked into. It cannot be run itself.
 *
 * @example
 * ```ts
 * import { Linear, Module, ModuleList } from "@gradus/nn";
 * import { type Tensor, zeros } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * class Deep extends Module {
 *   readonly layers = new ModuleList([1, 2, 3].map(() => new Linear(4, 4)));
 *   override forward(x: Tensor): Tensor {
 *     for (const layer of this.layers) x = layer.forward(x).tanh();
 *     return x;
 *   }
 * }
 * const deep = new Deep();
 * assertEquals(deep.forward(zeros([1, 4])).shape, [1, 4]);
 * assertEquals(deep.namedParameters()[2]?.[0], "layers.1.weight");
 * ```
 */
export class ModuleList<M extends Module = Module> extends Module {
  #modules: M[] = [];

  /** A list of the given modules. */
  constructor(modules: Iterable<M> = []) {
    super();
    this.extend(modules);
  }

  /** The members of the container among its own. */
  protected override members(): Iterable<readonly [string, unknown]> {
    const named = this.#modules.map((m, i): [string, M] => [String(i), m]);
    return [...super.members(), ...named];
  }

  /** A container of this class without members. */
  protected override newInstance(): this {
    return Reflect.construct(ModuleList, [], this.constructor);
  }

  /** Gives `target` copies of the members, and of all else. */
  protected override copyTo(target: this, copy: CopyValue): void {
    super.copyTo(target, copy);
    target.#modules = this.#modules.map((module) => copy(module));
  }

  /** Number of modules. */
  get length(): number {
    return this.#modules.length;
  }

  /** The modules in order. */
  [Symbol.iterator](): Iterator<M> {
    return this.#modules[Symbol.iterator]();
  }

  /**
   * The module at a place; negative ones count from the end.
   *
   * @throws {RangeError} if there is none.
   */
  at(index: number): M {
    return this.#modules[placeOf(index, this.length)]!;
  }

  /**
   * Replaces the module at a place.
   *
   * @throws {RangeError} if there is none.
   */
  set(index: number, module: M): void {
    checkModule(module);
    this.#modules[placeOf(index, this.length)] = module;
  }

  /** The modules from `start` up to `end`, as a new list of the same modules. */
  slice(start?: number, end?: number): ModuleList<M> {
    return new ModuleList(this.#modules.slice(start, end));
  }

  /** Adds a module at the end. */
  append(module: M): this {
    checkModule(module);
    this.#modules.push(module);
    return this;
  }

  /** Adds modules at the end. */
  extend(modules: Iterable<M>): this {
    for (const module of [...modules]) this.append(module);
    return this;
  }

  /** Adds a module before the one at `index`. */
  insert(index: number, module: M): this {
    checkModule(module);
    const at = index === this.length ? index : placeOf(index, this.length);
    this.#modules.splice(at, 0, module);
    return this;
  }

  /** Removes the module at `index`, the last if left out, and returns it. */
  pop(index = -1): M {
    return this.#modules.splice(placeOf(index, this.length), 1)[0]!;
  }

  /** The list as PyTorch prints it: equal modules that follow one another are shown once. */
  override toString(): string {
    const runs: { first: number; last: number; text: string }[] = [];
    this.#modules.forEach((module, i) => {
      const text = module.toString();
      const run = runs[runs.length - 1];
      if (run?.text === text) run.last = i;
      else runs.push({ first: i, last: i, text });
    });
    const lines = runs.map(({ first, last, text }): [string, string] =>
      first === last
        ? [String(first), text]
        : [`${first}-${last}`, `${last - first + 1} x ${text}`]
    );
    return formatModule(this.constructor.name, this.extraRepr(), lines);
  }
}

function checkModule(module: unknown): void {
  if (module instanceof Module) return;
  throw new TypeError(
    `Cannot add to a ModuleList: expected a Module, got ${
      module === null ? "null" : typeof module
    }`,
  );
}
