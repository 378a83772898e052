/** Parameters in a list. */

import type { Tensor } from "@gradus/tensor";
import { Module } from "./module.ts";
import type { CopyValue } from "./module/copy.ts";
import { placeOf } from "./module/place.ts";
import { formatModule } from "./module/print.ts";
import { Parameter } from "./parameter.ts";

/**
 * A list of parameters, which belong to the module that holds it; arrays are
 * not looked into. Tensors become parameters. It cannot be run itself.
 *
 * @example
 * ```ts
 * import { Module, ParameterList } from "@gradus/nn";
 * import { ones, type Tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * class Polynomial extends Module {
 *   readonly coefficients = new ParameterList([1, 2, 3].map(() => ones([])));
 *   override forward(x: Tensor): Tensor {
 *     let y: Tensor = this.coefficients.at(-1);
 *     for (const c of this.coefficients.slice(0, -1)) y = y.mul(x).add(c);
 *     return y;
 *   }
 * }
 * const p = new Polynomial();
 * assertEquals(p.namedParameters()[0]?.[0], "coefficients.0");
 * ```
 */
export class ParameterList extends Module {
  #parameters: Parameter[] = [];

  /** A list of the given parameters. */
  constructor(parameters: Iterable<Tensor> = []) {
    super();
    this.extend(parameters);
  }

  /** The members of the container among its own. */
  protected override members(): Iterable<readonly [string, unknown]> {
    const named = this.#parameters.map((p, i): [string, Parameter] => [
      String(i),
      p,
    ]);
    return [...super.members(), ...named];
  }

  /** A container of this class without members. */
  protected override newInstance(): this {
    return Reflect.construct(ParameterList, [], this.constructor);
  }

  /** Gives `target` copies of the members, and of all else. */
  protected override copyTo(target: this, copy: CopyValue): void {
    super.copyTo(target, copy);
    target.#parameters = this.#parameters.map((parameter) => copy(parameter));
  }

  /** Number of parameters. */
  get length(): number {
    return this.#parameters.length;
  }

  /** The parameters in order. */
  [Symbol.iterator](): Iterator<Parameter> {
    return this.#parameters[Symbol.iterator]();
  }

  /**
   * The parameter at a place; negative ones count from the end.
   *
   * @throws {RangeError} if there is none.
   */
  at(index: number): Parameter {
    return this.#parameters[placeOf(index, this.length)]!;
  }

  /**
   * Replaces the parameter at a place.
   *
   * @throws {RangeError} if there is none.
   */
  set(index: number, parameter: Tensor): void {
    this.#parameters[placeOf(index, this.length)] = asParameter(parameter);
  }

  /** The parameters from `start` up to `end`, as a new list of the same parameters. */
  slice(start?: number, end?: number): ParameterList {
    return new ParameterList(this.#parameters.slice(start, end));
  }

  /** Adds a parameter at the end. */
  append(parameter: Tensor): this {
    this.#parameters.push(asParameter(parameter));
    return this;
  }

  /** Adds parameters at the end. */
  extend(parameters: Iterable<Tensor>): this {
    for (const parameter of [...parameters]) this.append(parameter);
    return this;
  }

  /** The list as PyTorch prints it. */
  override toString(): string {
    const lines = this.#parameters.map((p, i) =>
      `  (${i}): Parameter containing: [torch.${p.dtype} of size ${
        p.shape.join("x")
      }]`
    );
    return formatModule(this.constructor.name, lines.join("\n"), []);
  }
}

function asParameter(t: Tensor): Parameter {
  return t instanceof Parameter ? t : new Parameter(t);
}
