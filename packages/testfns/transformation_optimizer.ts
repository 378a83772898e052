/** Letting a transformation of gradients run as an optimizer does. */

import { enableGrad, noGrad } from "@gradus/autograd";
import {
  applyUpdates,
  type Closure,
  type GradientTransformation,
} from "@gradus/optim";
import { Tensor, zerosLike } from "@gradus/tensor";
import { capture } from "@gradus/tensor/internal";

/** Moves parameters in place by the updates that a transformation makes of their gradients. */
export class TransformationOptimizer {
  /** One group, without hyper-parameters: those are inside of the transformation. */
  readonly paramGroups: readonly { params: readonly Tensor[] }[];
  readonly #transformation: GradientTransformation;
  #state: unknown;

  /** An optimizer of `params`. */
  constructor(
    params: readonly Tensor[],
    transformation: GradientTransformation,
  ) {
    this.paramGroups = [{ params }];
    this.#transformation = transformation;
    this.#state = apart(transformation.init(params), params);
  }

  /** One step; a parameter without a gradient counts as one with zeros, as in Optax. */
  step<Loss>(closure: Closure<Loss>): Loss {
    const loss = enableGrad(closure);
    const { params } = this.paramGroups[0]!;
    const grads = params.map((p) => p.grad ?? zerosLike(p));
    noGrad(() => {
      const [updates, state] = this.#transformation.update(
        grads,
        this.#state,
        params,
      );
      const moved = applyUpdates(params, updates);
      // The new state may hold the parameters as they were.
      this.#state = successor(this.#state, state);
      params.forEach((p, i) => p.copy_(moved[i]!.detach()));
    });
    return loss;
  }
}

/** A state with memory of its own for what it shares with `params`, which change in place. */
export function apart(state: unknown, params: readonly Tensor[]): unknown {
  return mapState(
    state,
    (t) => params.some((p) => p.storage === t.storage) ? t.detach().clone() : t,
  );
}

/**
 * The state after `before`. Tensors keep their memory, so that a step can be
 * recorded once and done again.
 */
export function successor(before: unknown, after: unknown): unknown {
  const old = tensorsIn(before), next = tensorsIn(after);
  const fits = old.length === next.length &&
    old.every((t, i) => sameForm(t, next[i]!)) &&
    skeleton(before) === skeleton(after);
  if (!fits) {
    capture.recorder?.fallBack(
      "the state of a transformation changes in more than the values of its tensors",
    );
    return after;
  }
  // What was handed on to another place must be read before that is written to.
  const sources = next.map((t, i) =>
    t !== old[i] && old.some((o) => o.storage === t.storage) ? t.clone() : t
  );
  old.forEach((t, i) => {
    if (t !== sources[i]) t.copy_(sources[i]!);
  });
  return before;
}

function sameForm(a: Tensor, b: Tensor): boolean {
  return a.dtype === b.dtype && `${a.shape}` === `${b.shape}`;
}

/** A state as text, without the values of its tensors. */
function skeleton(state: unknown): string {
  return JSON.stringify(
    mapState(state, () => "tensor"),
    (_, value) =>
      Object.is(value, NaN) || typeof value === "bigint"
        ? String(value)
        : value,
  );
}

function tensorsIn(state: unknown): Tensor[] {
  const found: Tensor[] = [];
  mapState(state, (t) => found.push(t));
  return found;
}

/** A state of arrays and plain objects with `fn` of each tensor in its place. */
function mapState(state: unknown, fn: (t: Tensor) => unknown): unknown {
  if (state instanceof Tensor) return fn(state);
  if (Array.isArray(state)) return state.map((part) => mapState(part, fn));
  if (typeof state !== "object" || state === null) return state;
  return Object.fromEntries(
    Object.entries(state).map(([key, part]) => [key, mapState(part, fn)]),
  );
}
