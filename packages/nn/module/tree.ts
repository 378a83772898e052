/** What a module consists of: parameters, buffers and other modules, each under a name. */

import { Tensor } from "@gradus/tensor";
import { capture, checkOptions, firstLook } from "@gradus/tensor/internal";
import type { Module } from "../module.ts";
import { Parameter } from "../parameter.ts";
import { copyProperties, type CopyValue } from "./copy.ts";

/** Options of {@linkcode ModuleTree.registerBuffer}. */
export interface BufferOptions {
  /** Whether the buffer belongs to the state dict; true if left out. */
  persistent?: boolean;
}

/** Options of the methods that list members by name. */
export interface NamedOptions {
  /** What stands before every name. */
  prefix?: string;
  /** Lists a member that is found under several names once, under the first; true if left out. */
  removeDuplicate?: boolean;
}

/** {@linkcode NamedOptions} of members that are not modules. */
export interface NamedMemberOptions extends NamedOptions {
  /** Whether to list the members of child modules too; true if left out. */
  recurse?: boolean;
}

function join(prefix: string, name: string): string {
  return prefix === "" ? name : `${prefix}.${name}`;
}

/** The members of a module; the base of {@linkcode Module}. */
export abstract class ModuleTree {
  #training = true;
  /** Names of buffers, and whether they belong to the state dict. */
  readonly #buffers = new Map<string, boolean>();

  /** Whether the module is being trained; {@linkcode Module.train} and {@linkcode Module.eval} set it. */
  get training(): boolean {
    const found = this.#training;
    firstLook(this)?.guard(() => this.#training === found);
    return found;
  }
  set training(training: boolean) {
    firstLook(this);
    const before = this.#training;
    const set = () => void (this.#training = training);
    capture.recorder?.undoes(() => this.#training = before);
    capture.recorder?.host("training", [], [], set);
    set();
  }

  /**
   * The members of this module alone by name, in order: its own properties.
   * Modules that keep members elsewhere override this.
   */
  protected members(): Iterable<readonly [string, unknown]> {
    return Object.entries(this);
  }

  /**
   * Gives `target`, a new module of the same class, copies of all that this
   * module consists of. Classes with `#private` fields override it and copy
   * those too.
   *
   * @param copy Copies a value; it gives the same copy for the same thing.
   */
  protected copyTo(target: this, copy: CopyValue): void {
    target.#training = this.#training;
    target.#buffers.clear();
    for (const [name, kept] of this.#buffers) target.#buffers.set(name, kept);
    copyProperties(this, target, copy);
  }

  /** Throws unless something can be registered under `name`. */
  #checkName(
    kind: string,
    name: string,
    free: (found: unknown) => boolean,
  ): void {
    if (name === "" || name.includes(".")) {
      throw new RangeError(
        `Cannot register a ${kind}: expected a name that is not empty and has no dot, got "${name}"`,
      );
    }
    if (!(name in this)) return;
    const found: unknown = Reflect.get(this, name);
    if (found === undefined || found === null || free(found)) return;
    throw new RangeError(
      `Cannot register a ${kind} as the module has another property "${name}"`,
    );
  }

  /**
   * Sets property `name` to a parameter, or to null for one that is absent.
   * The same as an assignment, for names that are computed.
   *
   * @throws {RangeError} if the name is empty, has a dot or is taken.
   * @throws {TypeError} if `parameter` is not a parameter.
   */
  registerParameter(name: string, parameter: Parameter | null): void {
    this.#checkName("parameter", name, (found) => found instanceof Parameter);
    if (parameter !== null && !(parameter instanceof Parameter)) {
      throw new TypeError(
        `Cannot register parameter "${name}": expected a Parameter or null`,
      );
    }
    Reflect.set(this, name, parameter);
  }

  /**
   * Sets property `name` to a tensor that is part of the module's state, but
   * not learned. A tensor that is merely assigned is no buffer.
   *
   * @example
   * ```ts
   * import { Module } from "@gradus/nn";
   * import { type Tensor, zeros } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * class Counter extends Module {
   *   declare count: Tensor;
   *   constructor() {
   *     super();
   *     this.registerBuffer("count", zeros([1]));
   *   }
   * }
   * assertEquals(Object.keys(new Counter().stateDict()), ["count"]);
   * ```
   *
   * @throws {RangeError} if the name is empty, has a dot or is taken.
   * @throws {TypeError} if `buffer` is not a tensor.
   */
  registerBuffer(
    name: string,
    buffer: Tensor | null,
    options: BufferOptions = {},
  ): void {
    this.#checkName(
      "buffer",
      name,
      (found) => found === buffer || this.#buffers.has(name),
    );
    if (buffer !== null && !(buffer instanceof Tensor)) {
      throw new TypeError(
        `Cannot register buffer "${name}": expected a tensor or null`,
      );
    }
    checkOptions("register a buffer", options, ["persistent"]);
    this.#buffers.set(name, options.persistent ?? true);
    Reflect.set(this, name, buffer);
  }

  /**
   * Sets property `name` to a module. The same as an assignment, for names
   * that are computed. Names that are whole numbers come first in order.
   *
   * @throws {RangeError} if the name is empty, has a dot or is taken.
   * @throws {TypeError} if `module` is not a module.
   */
  registerModule(name: string, module: Module | null): void {
    this.#checkName("module", name, (found) => found instanceof ModuleTree);
    if (module !== null && !(module instanceof ModuleTree)) {
      throw new TypeError(
        `Cannot register module "${name}": expected a Module or null`,
      );
    }
    Reflect.set(this, name, module);
  }

  #ownParameters(): [string, Parameter][] {
    const out: [string, Parameter][] = [];
    for (const [name, value] of this.members()) {
      if (value instanceof Parameter) out.push([name, value]);
    }
    return out;
  }

  #ownBuffers(persistentOnly: boolean): [string, Tensor][] {
    const out: [string, Tensor][] = [];
    for (const [name, value] of this.members()) {
      const persistent = this.#buffers.get(name);
      if (persistent === undefined || (persistentOnly && !persistent)) continue;
      if (value instanceof Tensor && !(value instanceof Parameter)) {
        out.push([name, value]);
      }
    }
    return out;
  }

  /** The child modules under all their names. */
  protected ownModules(): [string, Module][] {
    const out: [string, Module][] = [];
    for (const [name, value] of this.members()) {
      if (value instanceof ModuleTree) out.push([name, value as Module]);
    }
    return out;
  }

  /** The child modules by name, each once. */
  namedChildren(): [string, Module][] {
    const seen = new Set<Module>();
    return this.ownModules().filter(([, module]) =>
      !seen.has(module) && seen.add(module)
    );
  }

  /** The child modules, each once. */
  children(): Module[] {
    return this.namedChildren().map(([, module]) => module);
  }

  /** This module, under the name "", and all below by path, parents before children. */
  namedModules(options: NamedOptions = {}): [string, Module][] {
    checkOptions("list modules", options, ["prefix", "removeDuplicate"]);
    const { prefix = "", removeDuplicate = true } = options;
    const out: [string, Module][] = [];
    const seen = new Set<ModuleTree>();
    const visit = (module: ModuleTree, path: string) => {
      if (removeDuplicate && seen.has(module)) return;
      seen.add(module);
      out.push([path, module as Module]);
      for (const [name, child] of module.ownModules()) {
        visit(child, join(path, name));
      }
    };
    visit(this, prefix);
    return out;
  }

  /** This module and all below, parents before children. */
  modules(): Module[] {
    return this.namedModules().map(([, module]) => module);
  }

  #namedMembers<T>(
    own: (module: ModuleTree) => [string, T][],
    options: NamedMemberOptions,
  ): [string, T][] {
    checkOptions("list members", options, [
      "recurse",
      "prefix",
      "removeDuplicate",
    ]);
    const { prefix = "", recurse = true, removeDuplicate = true } = options;
    const out: [string, T][] = [];
    const seen = new Set<T>();
    const modules: [string, ModuleTree][] = recurse
      ? this.namedModules({ prefix, removeDuplicate })
      : [[prefix, this]];
    for (const [path, module] of modules) {
      for (const [name, value] of own(module)) {
        if (removeDuplicate && seen.has(value)) continue;
        seen.add(value);
        out.push([join(path, name), value]);
      }
    }
    return out;
  }

  /**
   * The parameters by path, those of a module before those of its children.
   *
   * @example
   * ```ts
   * import { Linear, Sequential, Tanh } from "@gradus/nn";
   * import { assertEquals } from "@std/assert";
   *
   * const model = new Sequential(new Linear(2, 3), new Tanh(), new Linear(3, 1));
   * assertEquals(model.namedParameters().map(([name]) => name), [
   *   "0.weight",
   *   "0.bias",
   *   "2.weight",
   *   "2.bias",
   * ]);
   * ```
   */
  namedParameters(options: NamedMemberOptions = {}): [string, Parameter][] {
    return this.#namedMembers((module) => module.#ownParameters(), options);
  }

  /** The parameters, those of a module before those of its children; each once. */
  parameters(options: Pick<NamedMemberOptions, "recurse"> = {}): Parameter[] {
    return this.namedParameters(options).map(([, parameter]) => parameter);
  }

  /** The buffers by path. */
  namedBuffers(options: NamedMemberOptions = {}): [string, Tensor][] {
    return this.#namedMembers((module) => module.#ownBuffers(false), options);
  }

  /** The buffers, each once. */
  buffers(options: Pick<NamedMemberOptions, "recurse"> = {}): Tensor[] {
    return this.namedBuffers(options).map(([, buffer]) => buffer);
  }

  /** Parameters and persistent buffers under all their names: of each module its own, then those of its children. */
  protected namedState(prefix = ""): [string, Tensor][] {
    const own = [...this.#ownParameters(), ...this.#ownBuffers(true)];
    const out = own.map(([name, t]): [string, Tensor] => [prefix + name, t]);
    for (const [name, child] of this.ownModules()) {
      out.push(...(child as ModuleTree).namedState(`${prefix}${name}.`));
    }
    return out;
  }

  /**
   * The module at a path such as "layers.0"; this one at "".
   *
   * @throws {RangeError} if there is none.
   */
  getSubmodule(path: string): Module {
    const names = path === "" ? [] : path.split(".");
    return names.reduce<ModuleTree>((module, name) => {
      const found = module.ownModules().find(([own]) => own === name);
      if (found) return found[1];
      throw new RangeError(
        `Cannot get module "${path}": ${module.constructor.name} has no module "${name}"`,
      );
    }, this) as Module;
  }

  #getMember<T>(
    kind: string,
    path: string,
    own: (module: ModuleTree) => [string, T][],
  ): T {
    const dot = path.lastIndexOf(".");
    const module: ModuleTree = this.getSubmodule(
      path.slice(0, Math.max(dot, 0)),
    );
    const name = path.slice(dot + 1);
    const found = own(module).find(([own]) => own === name);
    if (found) return found[1];
    throw new RangeError(
      `Cannot get ${kind} "${path}": ${module.constructor.name} has no ${kind} "${name}"`,
    );
  }

  /**
   * The parameter at a path such as "layers.0.weight".
   *
   * @throws {RangeError} if there is none.
   */
  getParameter(path: string): Parameter {
    return this.#getMember(
      "parameter",
      path,
      (module) => module.#ownParameters(),
    );
  }

  /**
   * The buffer at a path.
   *
   * @throws {RangeError} if there is none.
   */
  getBuffer(path: string): Tensor {
    return this.#getMember(
      "buffer",
      path,
      (module) => module.#ownBuffers(false),
    );
  }
}
