/** The form of derivative rules, and the table of them. */

import type { Tensor } from "@gradus/tensor";
import type { Attrs, Input } from "@gradus/tensor/internal";

/** What a rule sees of the operation that it differentiates. */
export interface Saved {
  /** Settings of the operation. */
  readonly attrs: Attrs;
  /** Number of inputs. */
  readonly count: number;
  /** Input `i`, which the derivative must name in `uses`. */
  tensor(i: number): Tensor;
  /** Input `i` where it may be a number; a tensor must be named in `uses`. */
  value(i: number): Tensor | number;
  /** Output `k`, which the derivative must name in `uses` as "out". */
  out(k?: number): Tensor;
  /** Sizes of input `i`; always known. */
  shape(i: number): readonly number[];
}

/**
 * The derivative with respect to one input. It is written with ordinary tensor
 * operations, so it can be differentiated itself. Where the input was
 * broadcast, the engine sums the result to the input's shape.
 */
export interface Derivative {
  /** Inputs (by position) and outputs ("out") whose values it needs. */
  readonly uses: readonly (number | "out")[];
  /** The gradient of the input, of the gradient of the (first) output. */
  readonly grad: (g: Tensor, s: Saved) => Tensor;
}

/** Derivatives by input; a function for ops with any number of inputs. Null: gradient 0. */
export type Rule =
  | readonly (Derivative | null)[]
  | ((input: number) => Derivative | null);

/** The rules by the name of the op. */
export const rules: Map<string, Rule> = new Map();

/** Enters the rule of an op into the table. */
export function defineRule(name: string, rule: Rule): void {
  if (rules.has(name)) throw new Error(`The rule of ${name} is defined twice`);
  rules.set(name, rule);
}

/** A derivative. */
export function d(
  uses: readonly (number | "out")[],
  grad: (g: Tensor, s: Saved) => Tensor,
): Derivative {
  return { uses, grad };
}

/** The derivative of input `i` of a recorded operation, or null if it is 0. */
export function derivativeOf(
  rule: Rule,
  i: number,
  inputs: readonly Input[],
): Derivative | null {
  if (typeof inputs[i] !== "object") return null;
  return (typeof rule === "function" ? rule(i) : rule[i]) ?? null;
}
