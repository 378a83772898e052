/** Modules in a row. */

import type { Tensor } from "@gradus/tensor";
import { type Layer, Module } from "./module.ts";
import type { CopyValue } from "./module/copy.ts";
import { placeOf } from "./module/place.ts";

/**
 * Modules that are run one after the other, each with the output of the one
 * before. They are named "0", "1", ... unless they are given as an object.
 *
 * @example
 * ```ts
 * import { Linear, ReLU, Sequential } from "@gradus/nn";
 * import { zeros } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const model = new Sequential(new Linear(3, 32), new ReLU(), new Linear(32, 1));
 * assertEquals(model.forward(zeros([5, 3])).shape, [5, 1]);
 *
 * const named = new Sequential({ hidden: new Linear(3, 32), act: new ReLU() });
 * assertEquals(Object.keys(named.stateDict()), ["hidden.weight", "hidden.bias"]);
 * ```
 */
export class Sequential extends Module {
  #entries: [string, Layer][] = [];

  /**
   * The given modules in a row, or those of an object under its names.
   *
   * @throws {TypeError} if anything given is not a module.
   */
  constructor(...modules: Layer[] | [Readonly<Record<string, Layer>>]) {
    super();
    const [first] = modules;
    if (modules.length === 1 && first && !(first instanceof Module)) {
      for (const [name, module] of Object.entries(first)) {
        this.registerModule(name, module);
      }
    } else this.extend(modules as Layer[]);
  }

  /** The members of the container among its own. */
  protected override members(): Iterable<readonly [string, unknown]> {
    return [...super.members(), ...this.#entries];
  }

  /** A container of this class without members. */
  protected override newInstance(): this {
    return Reflect.construct(Sequential, [], this.constructor);
  }

  /** Gives `target` copies of the members, and of all else. */
  protected override copyTo(target: this, copy: CopyValue): void {
    super.copyTo(target, copy);
    target.#entries = this.#entries.map(([name, m]) => [name, copy(m)]);
  }

  /** Adds a module at the end under a name, or replaces the one of that name. */
  override registerModule(name: string, module: Module | null): void {
    checkModule(module);
    if (name === "" || name.includes(".")) {
      throw new RangeError(
        `Cannot register a module: expected a name that is not empty and has no dot, got "${name}"`,
      );
    }
    const found = this.#entries.find(([own]) => own === name);
    if (found) found[1] = module as Layer;
    else this.#entries.push([name, module as Layer]);
  }

  #rename(): void {
    this.#entries.forEach((entry, i) => entry[0] = String(i));
  }

  /** Number of modules. */
  get length(): number {
    return this.#entries.length;
  }

  /** The modules in order. */
  [Symbol.iterator](): Iterator<Layer> {
    return this.#entries.map(([, module]) => module)[Symbol.iterator]();
  }

  /**
   * The module at a place; negative ones count from the end.
   *
   * @throws {RangeError} if there is none.
   */
  at(index: number): Layer {
    return this.#entries[placeOf(index, this.length)]![1];
  }

  /**
   * Replaces the module at a place.
   *
   * @throws {RangeError} if there is none.
   */
  set(index: number, module: Layer): void {
    checkModule(module);
    this.#entries[placeOf(index, this.length)]![1] = module;
  }

  /** The modules from `start` up to `end` under their names, as a new Sequential of the same modules. */
  slice(start?: number, end?: number): Sequential {
    const out = new Sequential();
    for (const [name, module] of this.#entries.slice(start, end)) {
      out.registerModule(name, module);
    }
    return out;
  }

  /** Adds a module at the end. */
  append(module: Layer): this {
    checkModule(module);
    this.#entries.push([String(this.length), module]);
    return this;
  }

  /** Adds modules at the end. */
  extend(modules: Iterable<Layer>): this {
    for (const module of [...modules]) this.append(module);
    return this;
  }

  /** Adds a module before the one at `index`; all are numbered anew. */
  insert(index: number, module: Layer): this {
    checkModule(module);
    const at = index === this.length ? index : placeOf(index, this.length);
    this.#entries.splice(at, 0, ["", module]);
    this.#rename();
    return this;
  }

  /** Removes the module at `index`, the last if left out, and returns it; the others are numbered anew. */
  pop(index = -1): Layer {
    const at = placeOf(index, this.length);
    const [removed] = this.#entries.splice(at, 1);
    this.#rename();
    return removed![1];
  }

  /** The output of the last module, or `input` if there is none. */
  override forward(input: Tensor): Tensor {
    let x = input;
    for (const [, module] of this.#entries) x = module.forward(x);
    return x;
  }
}

function checkModule(module: unknown): void {
  if (module instanceof Module) return;
  throw new TypeError(
    `Cannot add to a Sequential: expected a Module, got ${
      module === null ? "null" : typeof module
    }`,
  );
}
