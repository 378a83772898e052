/** What is to be tested, from what the caller of `testOptim` gave. */

import {
  AlgorithmOptimizer,
  type GradientTransformation,
  type OptimizerLike,
} from "@gradus/optim";
import type { Tensor } from "@gradus/tensor";
import { describe } from "@gradus/tensor/internal";
import { TransformationOptimizer } from "./transformation_optimizer.ts";

/** A class of optimizers. */
export interface OptimizerClass {
  /** Its name, for the trace. */
  readonly name: string;
  /** Makes an optimizer of `params`. */
  new (params: Tensor[], options: never): OptimizerLike;
}

/** A function that makes an optimizer, such as `(params) => new Lookahead(new Adam(params))`, or a transformation. */
export type OptimizerFactory = (
  params: Tensor[],
  options: never,
) => OptimizerLike | GradientTransformation;

/** What can be tested: a class of optimizers, a function that makes one, or a transformation of gradients. */
export type OptimizerSource =
  | OptimizerClass
  | OptimizerFactory
  | GradientTransformation;

/** What a run does with an optimizer. */
export interface Stepper {
  /** The groups, with the learning rate of each if there is one. */
  readonly paramGroups: readonly object[];
  /** One step. */
  step<Loss>(closure: () => Loss): Loss;
}

/** Something to test, checked. */
export interface Entrant {
  /** What the trace calls it; if empty, that follows from what is made. */
  readonly name: string;
  /** Makes it for parameters. */
  readonly make: (params: Tensor[]) => Stepper;
  /** Whether all that a step does is known to be operations on tensors. */
  readonly pure: boolean;
}

/** Throws what `testOptim` does if it cannot work with what it got. */
export function refuse(expected: string, found: string): never {
  throw new TypeError(
    `Cannot test an optimizer: expected ${expected}, got ${found}`,
  );
}

/**
 * Whether an optimizer wants gradients that have a graph, as those do that look
 * at second derivatives. It, its class or the optimizer that it is wrapped
 * around says so.
 */
export function needsGraph(optimizer: object): boolean {
  const { needsGraph: own, constructor: itsClass, optimizer: inner } =
    optimizer as { needsGraph?: boolean; optimizer?: object };
  return own ?? (itsClass as { needsGraph?: boolean }).needsGraph ??
    (typeof inner === "object" && inner !== null && needsGraph(inner));
}

function isTransformation(source: unknown): source is GradientTransformation {
  const { init, update } = Object(source) as Partial<GradientTransformation>;
  return typeof init === "function" && typeof update === "function";
}

function isClass(source: OptimizerClass | OptimizerFactory): boolean {
  return typeof source.prototype?.step === "function";
}

/** Whether all that a step of a class does is the rule of its algorithm: a step of its own may count or choose outside of tensors. */
function isPure(optimizerClass: OptimizerClass): boolean {
  const prototype: unknown = optimizerClass.prototype;
  const base = AlgorithmOptimizer.prototype;
  return prototype instanceof AlgorithmOptimizer && !needsGraph(prototype) &&
    prototype.step === base.step &&
    prototype["performStep"] === base["performStep"];
}

/**
 * What is to be tested.
 *
 * @throws {TypeError} if it is neither a class, a function nor a
 * transformation, or a transformation gets options.
 */
export function resolveOptimizer(
  source: OptimizerSource,
  options: Readonly<Record<string, unknown>>,
): Entrant {
  if (isTransformation(source)) {
    if (Object.keys(options).length > 0) {
      refuse(
        "no options beside a transformation, which has its own",
        Object.keys(options).join(", "),
      );
    }
    return {
      name: "",
      make: (params) => new TransformationOptimizer(params, source),
      pure: true,
    };
  }
  if (typeof source !== "function") {
    refuse(
      "a class of optimizers, a function that makes one or a transformation",
      describe(source),
    );
  }
  if (isClass(source)) {
    const optimizerClass = source as OptimizerClass;
    return {
      name: optimizerClass.name,
      make: (params) => new optimizerClass(params, { ...options } as never),
      pure: isPure(optimizerClass),
    };
  }
  const factory = source as OptimizerFactory;
  return {
    name: factory.name,
    make: (params) => {
      const made: unknown = factory(params, { ...options } as never);
      if (isTransformation(made)) {
        return new TransformationOptimizer(params, made);
      }
      const { step, paramGroups } = Object(made) as Partial<Stepper>;
      if (typeof step === "function" && Array.isArray(paramGroups)) {
        return made as Stepper;
      }
      refuse("the function to make an optimizer", describe(made));
    },
    pure: false,
  };
}
