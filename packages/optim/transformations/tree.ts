/** Trees of tensors: what composable transformations work on. */

import type { TensorTree } from "@gradus/autograd";
import { Tensor } from "@gradus/tensor";

function isTensor(tree: TensorTree): tree is Tensor {
  return tree instanceof Tensor;
}

/** The tensors of a tree, in order. */
export function leavesOf(tree: TensorTree): Tensor[] {
  if (isTensor(tree)) return [tree];
  return Object.values(tree as Record<string, TensorTree>).flatMap(leavesOf);
}

/** The tree with other tensors at its leaves, in order. */
export function withLeaves<T extends TensorTree>(
  tree: T,
  leaves: readonly Tensor[],
): T {
  let at = 0;
  const build = (part: TensorTree): TensorTree => {
    if (isTensor(part)) return leaves[at++]!;
    if (Array.isArray(part)) return part.map(build);
    return Object.fromEntries(
      Object.entries(part as Record<string, TensorTree>).map((
        [key, inner],
      ) => [key, build(inner)]),
    );
  };
  return build(tree) as T;
}

/** The tree with `fn` of each tensor, and of the one at its place in `other`, in its place. */
export function mapTrees<T extends TensorTree>(
  action: string,
  tree: T,
  other: TensorTree,
  fn: (a: Tensor, b: Tensor) => Tensor,
): T {
  const others = matchingLeaves(action, leavesOf(tree), other);
  return withLeaves(
    tree,
    leavesOf(tree).map((leaf, i) => fn(leaf, others[i]!)),
  );
}

/**
 * The tensors of `tree`, one for each of `leaves`.
 *
 * @throws {TypeError} if there are more or fewer, or shapes differ.
 */
export function matchingLeaves(
  action: string,
  leaves: readonly Tensor[],
  tree: TensorTree,
): Tensor[] {
  const found = leavesOf(tree);
  if (found.length !== leaves.length) {
    throw new TypeError(
      `Cannot ${action} as trees must match: expected ${leaves.length} tensors, got ${found.length}`,
    );
  }
  found.forEach((leaf, i) => {
    const expected = leaves[i]!.shape.join(", "), got = leaf.shape.join(", ");
    if (expected === got) return;
    throw new TypeError(
      `Cannot ${action} as shapes must match: expected [${expected}] at leaf ${i}, got [${got}]`,
    );
  });
  return found;
}
