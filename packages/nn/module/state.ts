/** Writing a state dict into the tensors of a module. */

import { noGrad } from "@gradus/autograd";
import { Tensor } from "@gradus/tensor";
import { checkOptions, sameShape, showShape } from "@gradus/tensor/internal";

/** Parameters and persistent buffers by path, as {@linkcode Module.stateDict} gives them. */
export type StateDict = Record<string, Tensor>;

/** Options of {@linkcode Module.loadStateDict}. */
export interface LoadStateDictOptions {
  /** Whether missing and unexpected keys are errors; true if left out. */
  strict?: boolean;
  /**
   * Takes over the memory and the type of the given tensors instead of copying
   * their elements; false if left out.
   */
  assign?: boolean;
}

/** What {@linkcode Module.loadStateDict} found different. */
export interface IncompatibleKeys {
  /** Keys of the module that the state dict lacks. */
  missingKeys: string[];
  /** Keys of the state dict that the module lacks. */
  unexpectedKeys: string[];
}

function misfit(
  key: string,
  value: unknown,
  target: Tensor,
  assign: boolean,
): string | null {
  if (!(value instanceof Tensor)) {
    return `"${key}": expected a tensor, got ${
      value === null ? "null" : typeof value
    }`;
  }
  const integral = value.dtype !== "float32" && value.dtype !== "float64";
  if (assign && target.requiresGrad && integral) {
    return `"${key}": expected float32 or float64, got ${value.dtype}`;
  }
  // Old files hold scalars as vectors of one element.
  const scalar = target.ndim === 0 && sameShape(value.shape, [1]);
  if (scalar || sameShape(value.shape, target.shape)) return null;
  return `"${key}": expected shape ${showShape(target.shape)}, got ${
    showShape(value.shape)
  }`;
}

function quote(keys: readonly string[]): string {
  return keys.map((key) => `"${key}"`).join(", ");
}

/** Loads `source` into the tensors of `state`, all of them or none. */
export function loadInto(
  module: string,
  state: readonly (readonly [string, Tensor])[],
  source: Readonly<Record<string, unknown>>,
  options: LoadStateDictOptions,
): IncompatibleKeys {
  checkOptions(`load the state of ${module}`, options, ["strict", "assign"]);
  const { strict = true, assign = false } = options;
  if (typeof source !== "object" || source === null) {
    throw new TypeError(
      `Cannot load the state of ${module}: expected an object of tensors, got ${typeof source}`,
    );
  }
  const known = new Set(state.map(([key]) => key));
  const unexpectedKeys = Object.keys(source).filter((key) => !known.has(key));
  const missingKeys: string[] = [];
  const problems: string[] = [];
  const pairs: [Tensor, Tensor][] = [];
  for (const [key, target] of state) {
    if (!Object.hasOwn(source, key)) {
      missingKeys.push(key);
      continue;
    }
    const problem = misfit(key, source[key], target, assign);
    if (problem) problems.push(problem);
    else {
      const value = (source[key] as Tensor).detach();
      pairs.push([target, assign ? value : value.to(target.device)]);
    }
  }
  if (strict && missingKeys.length > 0) {
    problems.push(`missing keys: ${quote(missingKeys)}`);
  }
  if (strict && unexpectedKeys.length > 0) {
    problems.push(`unexpected keys: ${quote(unexpectedKeys)}`);
  }
  if (problems.length > 0) {
    throw new TypeError(
      `Cannot load the state of ${module} as it does not fit:\n  ${
        problems.join("\n  ")
      }`,
    );
  }
  noGrad(() => {
    for (const [target, value] of pairs) {
      const fitted = value.ndim === target.ndim
        ? value
        : value.view(target.shape);
      if (assign) target.setData(fitted);
      else target.copy_(fitted);
    }
  });
  return { missingKeys, unexpectedKeys };
}
