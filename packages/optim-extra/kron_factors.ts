/** The factors of the preconditioner of Kron: one for each axis, upper triangular or a vector for its diagonal. */

import { stack, type Tensor, where } from "@gradus/tensor";
import {
  gram,
  inverseTransposedAlong,
  spread,
  squaresAlong,
  timesAlong,
} from "./matrices.ts";

/** The smallest normal number of float32, as the authors have it. */
const tiny = 2 ** -126;

/** The largest size of an element. */
function largest(x: Tensor): Tensor {
  return x.abs().amax();
}

/** A lower bound of the spectral norm of a symmetric matrix, by a step of a power iteration from its largest column. */
function normLowerBound(matrix: Tensor): Tensor {
  const size = largest(matrix);
  const a = matrix.div(size);
  const column = a.square().sum(0).argmax().reshape([1]);
  const x = a.mm(a.indexSelect(1, column));
  const bound = size.mul(a.mm(x.div(x.norm())).norm());
  return where(size.gt(0), bound, size);
}

/** `x` with the factor of an axis, or its transpose, applied to every line along it. */
export function applied(
  x: Tensor,
  axis: number,
  q: Tensor,
  transposed = false,
): Tensor {
  return q.ndim === 2
    ? timesAlong(x, axis, transposed ? q.t() : q)
    : x.mul(spread(q, axis, x.ndim));
}

/** The factors after a step of their own descent, from noise and what is to be whitened. */
export function fitted(
  factors: readonly Tensor[],
  noise: Tensor,
  x: Tensor,
  precondLr: Tensor,
  due: Tensor,
): Tensor[] {
  let a = x, b = noise;
  factors.forEach((q, axis) => {
    a = applied(a, axis, q);
    b = q.ndim === 2
      ? inverseTransposedAlong(due, b, axis, q)
      : b.div(spread(q, axis, b.ndim));
  });
  return factors.map((q, axis) => {
    const inner = q.ndim === 2 ? gram : squaresAlong;
    const left = inner(a, axis), right = inner(b, axis);
    const difference = left.sub(right).mul(precondLr), sum = left.add(right);
    return q.ndim === 2
      ? q.sub(difference.triu().div(normLowerBound(sum).add(tiny)).mm(q))
      : q.sub(difference.mul(q).div(largest(sum).add(tiny)));
  });
}

/** The factors with equally large elements, where `wanted`. */
export function balanced(factors: readonly Tensor[], wanted: Tensor): Tensor[] {
  const sizes = factors.map(largest);
  const mean = stack(sizes).prod().pow(1 / factors.length);
  return factors.map((q, i) => where(wanted, q.mul(mean.div(sizes[i]!)), q));
}
