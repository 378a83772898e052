/** Operations with hand-written derivatives. */

import { Tensor, zeros } from "@gradus/tensor";
import { gradMode, showShape } from "@gradus/tensor/internal";
import { edgeOf, reconnect } from "./accumulate.ts";
import { checkInPlace, rebase } from "./copy_slices.ts";
import { noGrad } from "./modes.ts";
import { type Edge, Node, type NodeResult } from "./node.ts";
import { sumTo } from "./op_node.ts";
import { SavedTensor } from "./saved_tensor.ts";

/**
 * What forward and backward of a {@linkcode Function} share. What is neither
 * input nor output may be kept in properties of one's own, which an interface
 * that extends this one declares.
 *
 * @example
 * ```ts
 * import { Function, type FunctionContext } from "@gradus/autograd";
 * import { tensor, type Tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * interface ScaleContext extends FunctionContext {
 *   factor: number;
 * }
 *
 * class Scale extends Function {
 *   static forward(ctx: ScaleContext, x: Tensor, factor: number): Tensor {
 *     ctx.factor = factor;
 *     return x.mul(factor);
 *   }
 *   static backward(ctx: ScaleContext, g: Tensor): (Tensor | null)[] {
 *     return [g.mul(ctx.factor), null];
 *   }
 * }
 *
 * const x = tensor(2, { dtype: "float32", requiresGrad: true });
 * Scale.apply(x, 3).backward();
 * assertEquals(x.grad?.itemSync(), 3);
 * ```
 */
export interface FunctionContext {
  /** Whether each argument of forward wants a gradient. */
  readonly needsInputGrad: readonly boolean[];
  /** Whether missing gradients of outputs arrive as zeros (as they do unless forward sets it to false) or as null. */
  materializeGrads: boolean;
  /** Anything else that backward needs, where properties of one's own are not worth an interface. */
  readonly extra: Record<string, unknown>;
  /**
   * What {@linkcode FunctionContext.saveForBackward} kept.
   *
   * @throws {Error} if one was changed in place since, or all were freed by an
   * earlier backward.
   */
  readonly savedTensors: readonly Tensor[];
  /** Keeps inputs or outputs for backward. Values in between have no graph, so second derivatives miss them. */
  saveForBackward(...tensors: Tensor[]): void;
  /** Declares outputs that have no gradient. */
  markNonDifferentiable(...outputs: Tensor[]): void;
  /** Declares inputs that forward changed in place; they must be returned. */
  markDirty(...inputs: Tensor[]): void;
}

/** The static side of a {@linkcode Function}. */
export interface FunctionClass<
  A extends unknown[],
  R extends Tensor | Tensor[],
> {
  /** Its node is called so with `Backward` behind it. */
  readonly name: string;
  /** Computes the result; runs without recording. */
  forward(ctx: FunctionContext, ...args: A): R;
  /** A gradient (or null) per argument from those of the results. */
  backward(
    ctx: FunctionContext,
    ...grads: Tensor[]
  ): (Tensor | null) | (Tensor | null)[];
}

/** What is known about one call, apart from the context: users give that properties of their own. */
class Call {
  readonly nonDifferentiable: Set<Tensor> = new Set();
  readonly dirty: Set<Tensor> = new Set();
  readonly #name: string;
  #tensors: readonly Tensor[] = [];
  #saved: readonly SavedTensor[] | null = null;

  constructor(name: string) {
    this.#name = name;
  }

  save(tensors: readonly Tensor[]): void {
    this.#tensors = tensors;
  }
  read(): readonly Tensor[] {
    if (this.#saved) {
      return this.#saved.map((s, i) => s.read(this.#name, `saved tensor ${i}`));
    }
    throw new Error(
      `Cannot run backward through ${this.#name} a second time as its saved values were freed: use retainGraph for the first`,
    );
  }

  /** Saves what forward asked for, once it has run and its outputs are in the graph. */
  seal(): void {
    this.#saved = this.#tensors.map((t) => new SavedTensor(t));
    this.#tensors = [];
  }
  release(): void {
    this.#saved = null;
  }
}

class Context implements FunctionContext {
  readonly needsInputGrad: readonly boolean[];
  readonly extra: Record<string, unknown> = {};
  materializeGrads = true;
  readonly #call: Call;

  constructor(call: Call, needsInputGrad: readonly boolean[]) {
    this.#call = call;
    this.needsInputGrad = needsInputGrad;
  }

  saveForBackward(...tensors: Tensor[]): void {
    this.#call.save(tensors);
  }
  get savedTensors(): readonly Tensor[] {
    return this.#call.read();
  }
  markNonDifferentiable(...outputs: Tensor[]): void {
    for (const t of outputs) this.#call.nonDifferentiable.add(t);
  }
  markDirty(...inputs: Tensor[]): void {
    for (const t of inputs) this.#call.dirty.add(t);
  }
}

type AnyFunction = FunctionClass<unknown[], Tensor | Tensor[]>;
type Description = Pick<Tensor, "shape" | "dtype" | "device">;

function describe({ shape, dtype, device }: Tensor): Description {
  return { shape, dtype, device };
}

class FunctionNode extends Node {
  readonly #call: Call;
  readonly #ctx: Context;
  readonly #definition: AnyFunction;
  readonly #inputs: readonly (Description | null)[];
  readonly #outputs: readonly Description[];

  constructor(
    definition: AnyFunction,
    call: Call,
    ctx: Context,
    args: readonly unknown[],
    edges: readonly (Edge | null)[],
    outputs: readonly Tensor[],
  ) {
    super(`${definition.name}Backward`, edges);
    this.#definition = definition;
    this.#call = call;
    this.#ctx = ctx;
    this.#inputs = args.map((a) => a instanceof Tensor ? describe(a) : null);
    this.#outputs = outputs.map(describe);
  }

  override apply(grads: readonly (Tensor | null)[]): NodeResult {
    const full = this.#outputs.map(({ shape, dtype, device }, k) => {
      const g = grads[k] ?? null;
      if (g || !this.#ctx.materializeGrads) return g as Tensor;
      return zeros(shape, { dtype, device });
    });
    const returned = this.#definition.backward(this.#ctx, ...full);
    const list = Array.isArray(returned) ? [...returned] : [returned];
    const count = this.#inputs.length;
    while (list.length > count && !list[list.length - 1]) list.pop();
    if (list.length !== count) this.#refuse(`${count} gradients`, list.length);
    const results = list.map((g, i) => this.#checked(g, i));
    // Whose memory they have is not known.
    return { grads: results, fresh: results.map(() => false) };
  }

  #refuse(expected: string, found: unknown): never {
    throw new TypeError(
      `Cannot use what backward of ${this.#definition.name} returned: expected ${expected}, got ${found}`,
    );
  }

  /** The gradient of argument `i`, summed where it was broadcast. */
  #checked(g: Tensor | null, i: number): Tensor | null {
    if (g === null || g === undefined) return null;
    const input = this.#inputs[i];
    if (!(g instanceof Tensor)) {
      this.#refuse(`a tensor or null as gradient ${i}`, typeof g);
    }
    if (!input) {
      this.#refuse(
        `null as gradient ${i}, for the argument is no tensor`,
        "a tensor",
      );
    }
    if (!this.edges[i]) return null;
    if (!broadcastsTo(input.shape, g.shape)) {
      this.#refuse(
        `gradient ${i} of shape ${showShape(input.shape)}`,
        showShape(g.shape),
      );
    }
    const sum = sumTo(g, input.shape);
    return sum.dtype === input.dtype ? sum : sum.to(input.dtype);
  }

  override release(): void {
    this.#call.release();
  }
}

function broadcastsTo(
  shape: readonly number[],
  wide: readonly number[],
): boolean {
  const missing = wide.length - shape.length;
  return missing >= 0 &&
    shape.every((size, d) => size === 1 || size === wide[missing + d]);
}

/** Throws if forward did something in place that cannot be recorded. */
function checkDirty(
  name: string,
  dirty: ReadonlySet<Tensor>,
  outputs: readonly Tensor[],
): void {
  for (const t of dirty) {
    checkInPlace(name, t);
    if (!outputs.includes(t)) {
      throw new Error(
        `Cannot record ${name}: expected the inputs that it marked as dirty among its outputs`,
      );
    }
    if (t.base !== null && outputs.length > 1) {
      throw new Error(
        `Cannot record ${name} as it has several outputs and changed a view in place: clone the view first`,
      );
    }
  }
}

/**
 * The base of operations with hand-written derivatives: a subclass has static
 * methods `forward(ctx, ...args)` and `backward(ctx, ...grads)`, and is used
 * through `apply`.
 *
 * Backward returns as many gradients as forward has arguments; null stands for
 * none. If it is made of tensor operations, it can be differentiated itself.
 *
 * @example
 * ```ts
 * import { Function, type FunctionContext } from "@gradus/autograd";
 * import { tensor, type Tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * class Cube extends Function {
 *   static forward(ctx: FunctionContext, x: Tensor) {
 *     ctx.saveForBackward(x);
 *     return x.pow(3);
 *   }
 *   static backward(ctx: FunctionContext, g: Tensor) {
 *     const [x] = ctx.savedTensors;
 *     return g.mul(x!.square()).mul(3);
 *   }
 * }
 *
 * const x = tensor(2, { dtype: "float32", requiresGrad: true });
 * const y = Cube.apply(x);
 * y.backward();
 * assertEquals(y.gradFn?.name, "CubeBackward");
 * assertEquals(x.grad?.itemSync(), 12);
 * ```
 */
export abstract class Function {
  /**
   * Runs forward and records it.
   *
   * @throws {Error} if forward changed in place what may not be changed, or
   * did not return what it marked as dirty.
   */
  static apply<A extends unknown[], R extends Tensor | Tensor[]>(
    this: FunctionClass<A, R>,
    ...args: A
  ): R {
    const edges = args.map((a) => a instanceof Tensor ? edgeOf(a) : null);
    const records = gradMode.enabled && edges.some((e) => e);
    const name = `${this.name}Backward`;
    const call = new Call(name);
    const ctx = new Context(call, edges.map((e) => records && e !== null));
    const result = noGrad(() => this.forward(ctx, ...args));
    if (!records) return result;
    const outputs: Tensor[] = Array.isArray(result)
      ? result
      : [result as Tensor];
    checkDirty(this.name, call.dirty, outputs);
    // An input that is returned as it came is another tensor in the graph, a view of it.
    const own = outputs.map((o) =>
      args.includes(o) && !call.dirty.has(o) ? noGrad(() => o.view(o.shape)) : o
    );
    const node = new FunctionNode(
      this as unknown as AnyFunction,
      call,
      ctx,
      args,
      edges,
      own,
    );
    own.forEach((o, k) => {
      const floating = o.dtype === "float32" || o.dtype === "float64";
      if (!floating || call.nonDifferentiable.has(outputs[k]!)) return;
      if (call.dirty.has(o) && o.base !== null) {
        rebase(o, node, args.indexOf(o));
      } else reconnect(o, node, k);
    });
    call.seal();
    return (Array.isArray(result) ? own : own[0]) as R;
  }
}
