/** Functions of the user that see gradients on their way and may replace them. */

import {
  type GradHook,
  type NodeGrads,
  type NodeHook,
  type NodePrehook,
  type RemovableHandle,
  Tensor,
} from "@gradus/tensor";
import { sameShape, showShape } from "@gradus/tensor/internal";
import type { Arrived, NodeResult } from "./node.ts";

/** The hooks of one node. */
export class NodeHooks {
  /** On the gradients of the outputs, by output. */
  readonly tensor: Map<number, GradHook[]> = new Map();
  /** Outputs whose gradients are kept. */
  readonly retained: Map<number, Tensor> = new Map();
  /** Before the node runs. */
  readonly before: NodePrehook[] = [];
  /** After the node ran. */
  readonly after: NodeHook[] = [];
}

/** Adds a hook to a list. */
export function register<H extends (...args: never[]) => unknown>(
  hooks: H[],
  hook: H,
): RemovableHandle {
  // A wrapper, so that a hook registered twice is removed once.
  const own = ((...args: never[]) => hook(...args)) as H;
  hooks.push(own);
  return {
    remove() {
      const at = hooks.indexOf(own);
      if (at >= 0) hooks.splice(at, 1);
    },
  };
}

/** All hooks, in some order. */
export function listHooks(hooks: NodeHooks | null): readonly unknown[] {
  if (!hooks) return [];
  const { tensor, before, after } = hooks;
  return [...tensor.values()].flat<unknown[]>().concat(before, after);
}

/** Throws unless `found` can stand in for the gradient `known`. */
function checkReplacement(found: unknown, known: Tensor): Tensor {
  if (!(found instanceof Tensor)) {
    throw new TypeError(
      `Cannot use what a hook returned: expected a tensor or nothing, got ${typeof found}`,
    );
  }
  const { shape, dtype, device } = known;
  if (
    sameShape(found.shape, shape) && found.dtype === dtype &&
    found.device === device
  ) return found;
  throw new TypeError(
    `Cannot use what a hook returned: expected ${dtype} of shape ${
      showShape(shape)
    } on ${device}, got ${found.dtype} of shape ${
      showShape(found.shape)
    } on ${found.device}`,
  );
}

/** Runs the hooks on tensors, each of which sees what the one before it returned, then keeps gradients. */
export function runTensorHooks(hooks: NodeHooks, arrived: Arrived): void {
  const { grads, fresh } = arrived;
  for (const [index, list] of hooks.tensor) {
    for (const hook of [...list]) {
      const grad = grads[index];
      if (!grad) break;
      const found = hook(grad) as unknown;
      // The hook may have kept what it saw.
      fresh[index] = false;
      if (found === undefined || found === null) continue;
      grads[index] = checkReplacement(found, grad);
    }
  }
  for (const [index, tensor] of hooks.retained) {
    const grad = grads[index];
    if (grad) tensor.grad = tensor.grad ? tensor.grad.add(grad) : grad.clone();
  }
}

function replaced(
  found: NodeGrads | void,
  known: NodeGrads,
): (Tensor | null)[] | null {
  if (found === undefined || found === null) return null;
  if (!Array.isArray(found) || found.length !== known.length) {
    throw new TypeError(
      `Cannot use what a hook of a node returned: expected ${known.length} gradients, got ${
        Array.isArray(found) ? found.length : typeof found
      }`,
    );
  }
  return (found as NodeGrads).map((g, i) => {
    const before = known[i];
    return g && before ? checkReplacement(g, before) : g;
  });
}

/** Runs the hooks before a node. */
export function runPrehooks(hooks: NodeHooks, arrived: Arrived): void {
  const { grads, fresh } = arrived;
  for (const hook of [...hooks.before]) {
    const known = Array.from(grads, (g) => g ?? null);
    fresh.fill(false);
    replaced(hook(known), known)?.forEach((g, i) => grads[i] = g);
  }
}

/** Runs the hooks after a node and returns the gradients of its inputs. */
export function runPosthooks(
  hooks: NodeHooks,
  result: NodeResult,
  arrived: Arrived,
): NodeResult {
  if (hooks.after.length === 0) return result;
  const outputs = Array.from(arrived.grads, (g) => g ?? null);
  arrived.fresh.fill(false);
  let { grads } = result;
  for (const hook of [...hooks.after]) {
    grads = replaced(hook(grads, outputs), grads) ?? grads;
  }
  return { grads, fresh: grads.map(() => false) };
}
