/** Hyper-parameters as the rules of algorithms get them: as values in memory. */

import { Tensor } from "@gradus/tensor";
import { asNumber, guard, hostValue } from "@gradus/tensor/internal";

/**
 * What a rule gets for a hyper-parameter of type `T`: for each number a float64
 * tensor of 0 dims on the CPU, for a tensor (a learning rate) that tensor as
 * one of 0 dims, for a flag, a text or null the thing itself.
 */
export type HyperValue<T> = T extends number | Tensor ? Tensor
  : T extends readonly unknown[] ? { readonly [I in keyof T]: HyperValue<T[I]> }
  : T;

/** What a rule gets for all hyper-parameters of an algorithm. */
export type HyperValues<Hyper> = {
  readonly [Name in keyof Hyper]: HyperValue<Hyper[Name]>;
};

/** Names of the hyper-parameters that may be numbers. */
export type NumberName<Hyper> = {
  [Name in keyof Hyper]-?: number extends Hyper[Name] ? Name : never;
}[keyof Hyper];

/** The hyper-parameters of a rule, and what it may ask about them. */
export interface HyperAccess<Hyper> {
  /** The values. Rules compute with them and never read them. */
  readonly hyper: HyperValues<Hyper>;
  /**
   * Whether a number is not 0, so that a rule can leave out what has no effect.
   * It is the one question about a number that decides which operations run: a
   * compiled step is made anew when the answer changes, and for no other value.
   */
  readonly uses: (name: NumberName<Hyper>) => boolean;
  /**
   * A number itself, for what can only be a constant, such as how often a loop
   * runs. A compiled step is made anew for every other value.
   */
  readonly constant: <Name extends NumberName<Hyper>>(
    name: Name,
  ) => Hyper[Name];
}

/**
 * Access to the hyper-parameters `names` of `group`. While a step is captured,
 * the values are those that the group has at the start of each run.
 */
export function hyperAccess<Hyper extends object>(
  group: Readonly<Hyper>,
  names: readonly string[],
): HyperAccess<Hyper> {
  const raw = group as Readonly<Record<string, unknown>>;
  const hyper: Record<string, unknown> = {};
  for (const name of names) hyper[name] = valueOf(() => raw[name]);
  const answers = new Map<string, unknown>();
  /** Asks once for all parameters of the group. */
  function ask<T>(question: string, answer: () => T): T {
    if (!answers.has(question)) {
      const known = answer();
      answers.set(question, known);
      guard(() => Object.is(answer(), known));
    }
    return answers.get(question) as T;
  }
  return {
    hyper: hyper as HyperValues<Hyper>,
    uses: (name) => ask(`uses ${String(name)}`, () => group[name] !== 0),
    constant: (name) => ask(String(name), () => group[name]),
  };
}

/** What a rule gets for the value that `read` gives now. */
function valueOf(read: () => unknown): unknown {
  const now = read();
  if (typeof now === "number") {
    guard(() => typeof read() === "number");
    return hostValue(read as () => number);
  }
  if (Array.isArray(now)) {
    const list = () => read() as readonly unknown[];
    guard(() => Array.isArray(list()) && list().length === now.length);
    return now.map((_, i) => valueOf(() => list()[i]));
  }
  guard(() => Object.is(read(), now));
  return now instanceof Tensor ? scalarOf(now) : now;
}

/** A learning rate in the type of the other hyper-parameters; on a GPU there is no such type. */
function scalarOf(lr: Tensor): Tensor {
  return asNumber(lr.device === "cpu" ? lr.to("float64") : lr);
}
