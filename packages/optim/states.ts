/** The states that the rule of an algorithm works with, made before the step that needs them. */

import { Tensor, tensor } from "@gradus/tensor";
import {
  asNumber,
  capture,
  gradMode,
  guard,
  uncaptured,
} from "@gradus/tensor/internal";
import type { Algorithm } from "./algorithm.ts";
import type { ParamState } from "./state_dict.ts";

/** A parameter and its state in a step. */
export interface StateInStep<State> {
  /** The state, complete. */
  readonly state: State;
  /** A bool of 0 dims: whether this is the step for which the state was made. */
  readonly first: () => Tensor;
  /** To be called when the step is done with the state. */
  readonly done: () => void;
}

/**
 * What decides which state there is, as a text: flags and the like, and which
 * numbers are 0.
 */
export function structureOf(
  hyper: Readonly<Record<string, unknown>>,
  names: readonly string[],
): string {
  return JSON.stringify(names.map((name) => {
    const value = hyper[name];
    if (value instanceof Tensor) return "a tensor";
    return typeof value === "number" ? value !== 0 : value;
  }));
}

/** Makes states and completes them when hyper-parameters ask for more. */
export class States<Hyper extends object, State extends ParamState> {
  readonly #known: Map<Tensor, ParamState>;
  /** The structure for which each state is complete. */
  readonly #structures = new WeakMap<ParamState, string>();
  /** Memory that is true until the first step is done. */
  readonly #firsts = new WeakMap<ParamState, Tensor>();

  /** States that are kept in `known`. */
  constructor(known: Map<Tensor, ParamState>) {
    this.#known = known;
  }

  /**
   * The state of `param`, complete. It is made outside of a capture, so that
   * the first step is the same program as the second.
   */
  enter(
    init: Algorithm<Hyper, State>["init"],
    param: Tensor,
    hyper: Readonly<Hyper>,
    structure: string,
  ): StateInStep<State> {
    const state = this.#complete(init, param, hyper, structure);
    let asked: Tensor | undefined;
    return {
      state: state as State,
      first: () => {
        asked = this.#firsts.get(state) ?? inMemory(false);
        this.#firsts.set(state, asked);
        // The graph of a differentiable step needs the value of its time.
        return gradMode.enabled ? asNumber(asked.clone()) : asked;
      },
      done: () => {
        if (asked) asked.fill_(false);
        else this.#firsts.delete(state);
      },
    };
  }

  #complete(
    init: Algorithm<Hyper, State>["init"],
    param: Tensor,
    hyper: Readonly<Hyper>,
    structure: string,
  ): ParamState {
    const known = this.#known.get(param);
    const state: ParamState = known ?? {};
    if (this.#structures.get(state) !== structure) {
      const isNew = isEmpty(state);
      // What belongs to a parameter that the captured function made begins anew in every run.
      const inside = capture.recorder?.isInside(param) ?? false;
      const make = () => init(param, hyper);
      const whole = inside ? make() : uncaptured(make);
      for (const key in whole) state[key] ??= whole[key];
      if (isNew && !isEmpty(state)) {
        this.#known.set(param, state);
        this.#firsts.set(
          state,
          inside ? asNumber(tensor(true)) : inMemory(true),
        );
      }
      this.#structures.set(state, structure);
    }
    this.#guard(param);
    return state;
  }

  /** What is captured is right only for the tensors that the state has now. */
  #guard(param: Tensor): void {
    const known = this.#known.get(param);
    const entries = Object.entries(known ?? {});
    guard(() =>
      this.#known.get(param) === known &&
      entries.every(([key, value]) => known![key] === value)
    );
  }
}

/** A bool that later steps may change. */
function inMemory(value: boolean): Tensor {
  return uncaptured(() => asNumber(tensor(value)));
}

/** Whether a state has no entries. */
export function isEmpty(state: ParamState): boolean {
  for (const _ in state) return false;
  return true;
}
