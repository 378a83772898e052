/** Modules under names. */

import { Module } from "./module.ts";
import type { CopyValue } from "./module/copy.ts";

/**
 * Modules under names that are chosen at run time. They belong to the module
 * that holds the dict; plain objects are not looked into. It cannot be run itself.
 *
 * @example
 * ```ts
 * import { ModuleDict, ReLU, Tanh } from "@gradus/nn";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const choices = new ModuleDict({ relu: new ReLU(), tanh: new Tanh() });
 * assertEquals(choices.get("relu").forward(tensor([-1.5, 2])).arraySync(), [0, 2]);
 * assertEquals([...choices.keys()], ["relu", "tanh"]);
 * ```
 */
export class ModuleDict<M extends Module = Module> extends Module {
  readonly #modules = new Map<string, M>();

  /** A dict of the given modules. */
  constructor(
    modules: Readonly<Record<string, M>> | Iterable<[string, M]> = {},
  ) {
    super();
    this.update(modules);
  }

  /** The members of the container among its own. */
  protected override members(): Iterable<readonly [string, unknown]> {
    return [...super.members(), ...this.#modules];
  }

  /** A container of this class without members. */
  protected override newInstance(): this {
    return Reflect.construct(ModuleDict, [], this.constructor);
  }

  /** Gives `target` copies of the members, and of all else. */
  protected override copyTo(target: this, copy: CopyValue): void {
    super.copyTo(target, copy);
    target.#modules.clear();
    for (const [name, module] of this.#modules) {
      target.#modules.set(name, copy(module));
    }
  }

  /** Number of modules. */
  get size(): number {
    return this.#modules.size;
  }

  /** Names and modules in order. */
  [Symbol.iterator](): Iterator<[string, M]> {
    return this.#modules[Symbol.iterator]();
  }

  /** Whether there is a module of that name. */
  has(name: string): boolean {
    return this.#modules.has(name);
  }

  /**
   * The module of that name.
   *
   * @throws {RangeError} if there is none.
   */
  get(name: string): M {
    const found = this.#modules.get(name);
    if (found) return found;
    throw new RangeError(
      `Cannot get module "${name}": expected one of ${
        [...this.#modules.keys()].join(", ")
      }`,
    );
  }

  /**
   * Adds a module, or replaces the one of that name.
   *
   * @throws {RangeError} if the name is empty or has a dot.
   * @throws {TypeError} if `module` is not a module.
   */
  set(name: string, module: M): this {
    if (!(module instanceof Module)) {
      throw new TypeError(
        `Cannot add "${name}" to a ModuleDict: expected a Module, got ${
          module === null ? "null" : typeof module
        }`,
      );
    }
    if (name === "" || name.includes(".")) {
      throw new RangeError(
        `Cannot add to a ModuleDict: expected a name that is not empty and has no dot, got "${name}"`,
      );
    }
    this.#modules.set(name, module);
    return this;
  }

  /** Adds or replaces several modules. */
  update(modules: Readonly<Record<string, M>> | Iterable<[string, M]>): this {
    const entries = Symbol.iterator in modules
      ? modules as Iterable<[string, M]>
      : Object.entries(modules);
    for (const [name, module] of [...entries]) this.set(name, module);
    return this;
  }

  /** Removes the module of that name and returns it. */
  pop(name: string): M {
    const module = this.get(name);
    this.#modules.delete(name);
    return module;
  }

  /** Removes all modules. */
  clear(): void {
    this.#modules.clear();
  }

  /** The names in order. */
  keys(): IterableIterator<string> {
    return this.#modules.keys();
  }
  /** The modules in order. */
  values(): IterableIterator<M> {
    return this.#modules.values();
  }
  /** Names and modules in order. */
  entries(): IterableIterator<[string, M]> {
    return this.#modules.entries();
  }
}
