/** The node of a recorded operation. */

import type { GradNode, Tensor } from "@gradus/tensor";
import {
  type Attrs,
  type Input,
  type Op,
  sameShape,
} from "@gradus/tensor/internal";
import { edgeOf } from "./accumulate.ts";
import { type Edge, Node, type NodeResult } from "./node.ts";
import {
  type Derivative,
  derivativeOf,
  type Rule,
  rules,
  type Saved,
} from "./rule.ts";
import { SavedTensor } from "./saved_tensor.ts";

/** Sums `grad` over the dims along which `shape` was broadcast. */
export function sumTo(grad: Tensor, shape: readonly number[]): Tensor {
  if (sameShape(grad.shape, shape)) return grad;
  const missing = grad.ndim - shape.length;
  const dims: number[] = [];
  grad.shape.forEach((size, d) => {
    if (d < missing || (shape[d - missing] === 1 && size !== 1)) dims.push(d);
  });
  const sum = dims.length === 0 ? grad : grad.sum(dims, { keepdim: true });
  return missing > 0 ? sum.view(shape) : sum;
}

/** What is the same for all nodes of an op. */
interface Kind {
  /** `MulBackward0` */
  readonly name: string;
  readonly rule: Rule | undefined;
}
const kinds = new Map<Op, Kind>();

function kindOf(op: Op): Kind {
  let kind = kinds.get(op);
  if (!kind) {
    // Variants such as `toCopy.float64` share name and rule of what is before the dot.
    const base = op.name.split(".")[0]!;
    kind = {
      name: `${base[0]!.toUpperCase()}${base.slice(1)}Backward0`,
      rule: rules.get(op.name) ?? rules.get(base),
    };
    kinds.set(op, kind);
  }
  return kind;
}

const noShape: readonly number[] = [];

/** An operation, its settings and the values that its derivatives need. */
export class OpNode extends Node implements Saved {
  readonly attrs: Attrs;
  readonly count: number;
  readonly #rule: Rule;
  readonly #derivatives: readonly (Derivative | null)[];
  readonly #shapes: readonly (readonly number[])[];
  readonly #dtypes: readonly (Tensor["dtype"] | null)[];
  readonly #numbers: readonly (number | null)[];
  #inputs: (SavedTensor | null)[] | null;
  #outputs: (SavedTensor | null)[] | null = null;
  readonly #wantsOutput: boolean;

  /** Records `op`; call {@linkcode saveOutputs} when its results exist. */
  constructor(op: Op, inputs: readonly Input[], attrs: Attrs) {
    const { name, rule } = kindOf(op);
    if (!rule) {
      throw new Error(`Cannot record ${op.name} as it has no derivative rule`);
    }
    // Loops without closures: every recorded operation comes through here.
    const count = inputs.length;
    const edges: (Edge | null)[] = [];
    const derivatives: (Derivative | null)[] = [];
    let visible = 0, wantsOutput = false;
    const needed: boolean[] = [];
    for (let i = 0; i < count; i++) {
      const input = inputs[i]!;
      const derivative = derivativeOf(rule, i, inputs);
      const edge = typeof input === "object" && derivative
        ? edgeOf(input)
        : null;
      // Settings that happen to be inputs, such as slopes, are not shown.
      if (
        typeof input === "object" || typeof rule === "function" ||
        rule[i] !== undefined
      ) {
        while (visible < i) edges[visible++] = null;
        edges[visible++] = edge;
      }
      derivatives.push(edge ? derivative : null);
      if (!edge) continue;
      for (const use of derivative!.uses) {
        if (use === "out") wantsOutput = true;
        else needed[use] = true;
      }
    }
    super(op.node ? op.node(inputs, attrs) : name, edges);
    this.attrs = attrs;
    this.#rule = rule;
    this.count = count;
    this.#derivatives = derivatives;
    this.#wantsOutput = wantsOutput;
    const shapes: (readonly number[])[] = [];
    const dtypes: (Tensor["dtype"] | null)[] = [];
    const numbers: (number | null)[] = [];
    const saved: (SavedTensor | null)[] = [];
    for (let i = 0; i < count; i++) {
      const t = inputs[i]!, isTensor = typeof t === "object";
      shapes.push(isTensor ? t.shape : noShape);
      dtypes.push(isTensor ? t.dtype : null);
      numbers.push(isTensor ? null : Number(t));
      saved.push(isTensor && needed[i] ? new SavedTensor(t) : null);
    }
    this.#shapes = shapes;
    this.#dtypes = dtypes;
    this.#numbers = numbers;
    this.#inputs = saved;
  }

  /** Without inputs that never have a gradient, such as conditions. */
  override get nextFunctions(): readonly (readonly [
    GradNode | null,
    number,
  ])[] {
    const rule = this.#rule;
    return super.nextFunctions.filter((_, i) =>
      typeof rule === "function" || rule[i] !== null
    );
  }

  /** Whether a derivative needs input `i` of `op`. */
  static needs(op: Op, inputs: readonly Input[], i: number): boolean {
    const { rule } = kindOf(op);
    if (!rule) return false;
    return inputs.some((t, k) =>
      typeof t === "object" && t.requiresGrad &&
      derivativeOf(rule, k, inputs)?.uses.includes(i)
    );
  }

  /** Keeps the results, if a derivative needs them. */
  saveOutputs(outputs: readonly Tensor[]): void {
    if (this.#wantsOutput) {
      this.#outputs = outputs.map((t) => new SavedTensor(t));
    }
  }

  override apply(
    grads: readonly (Tensor | null)[],
    wanted: readonly boolean[],
  ): NodeResult {
    const g = grads[0];
    const results: (Tensor | null)[] = [];
    const fresh: boolean[] = [];
    let used = 0;
    for (let i = 0; i < this.edges.length; i++) {
      const derivative = this.#derivatives[i];
      if (!this.edges[i] || !derivative || !g || !wanted[i]) {
        results.push(null);
        fresh.push(false);
        continue;
      }
      used++;
      let result = derivative.grad(g, this);
      result = sumTo(result, this.#shapes[i]!);
      const dtype = this.#dtypes[i]!;
      if (result.dtype !== dtype) result = result.to(dtype);
      results.push(result);
      fresh.push(result.storage !== g.storage && !this.#holds(result));
    }
    // A view of the only result is as exclusive as the gradient it views.
    if (used === 1 && g) {
      results.forEach((r, i) => {
        if (r && r.storage === g.storage && r.numel === g.numel) {
          fresh[i] = true;
        }
      });
    }
    return { grads: results, fresh };
  }

  #holds(t: Tensor): boolean {
    return sharesMemory(this.#inputs, t) || sharesMemory(this.#outputs, t);
  }

  override release(): void {
    this.#inputs = null;
    this.#outputs = null;
  }

  #read(s: SavedTensor | null, what: string): Tensor {
    if (!s) throw new Error(`${this.name} did not save ${what}`);
    return s.read(this.name, what);
  }
  #saved<T>(list: T | null): T {
    if (list) return list;
    throw new Error(
      `Cannot run backward through ${this.name} a second time as its saved values were freed: use retainGraph for the first`,
    );
  }

  tensor(i: number): Tensor {
    return this.#read(this.#saved(this.#inputs)[i] ?? null, `input ${i}`);
  }
  value(i: number): Tensor | number {
    return this.#numbers[i] ?? this.tensor(i);
  }
  out(k = 0): Tensor {
    this.#saved(this.#inputs);
    return this.#read(this.#outputs?.[k] ?? null, `output ${k}`);
  }
  shape(i: number): readonly number[] {
    return this.#shapes[i]!;
  }
}

function sharesMemory(
  list: readonly (SavedTensor | null)[] | null,
  t: Tensor,
): boolean {
  if (!list) return false;
  for (const saved of list) if (saved?.sharesMemory(t)) return true;
  return false;
}
