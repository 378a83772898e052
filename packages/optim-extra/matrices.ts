/** What optimizers with a matrix for each axis of a parameter share. */

import type { Tensor } from "@gradus/tensor";
import {
  dispatch,
  type Eigen,
  eigenOf,
  linalgEigh,
  linalgQr,
  linalgSolveTriangular,
  qrOf,
} from "@gradus/tensor/internal";

/** The sizes of the axes; a number has one. */
export function sizesOf({ shape }: Tensor): readonly number[] {
  return shape.length === 0 ? [1] : shape;
}

/** A tensor as a matrix with a row for each index of an axis, `mat_i` in the papers. */
function unfolded(x: Tensor, axis: number): Tensor {
  return x.movedim(axis, 0).reshape([x.shape[axis]!, -1]);
}

/** The matrix of inner products of the slices of `x` along an axis: `mat_i(x) mat_i(x)^T`. */
export function gram(x: Tensor, axis: number): Tensor {
  const rows = unfolded(x, axis);
  return rows.mm(rows.t());
}

/** `x` with every line along an axis multiplied by `matrix` from the left. */
export function timesAlong(x: Tensor, axis: number, matrix: Tensor): Tensor {
  const rest = x.shape.filter((_, i) => i !== axis);
  const product = matrix.mm(unfolded(x, axis));
  return product.view([matrix.shape[0]!, ...rest]).movedim(0, axis);
}

/** The sum of squares of every slice along an axis. */
export function squaresAlong(x: Tensor, axis: number): Tensor {
  const squares = x.square();
  if (x.ndim < 2) return squares;
  return squares.sum([...x.shape.keys()].filter((i) => i !== axis));
}

/** A vector for each index of an axis, ready to broadcast. */
export function spread(vector: Tensor, axis: number, ndim: number): Tensor {
  const shape = Array.from({ length: ndim }, (_, i) => i === axis ? -1 : 1);
  return vector.view(shape);
}

/** Eigenvalues and eigenvectors of a symmetric matrix, or those of the identity without any work if `due` is false. */
export function eighWhen(due: Tensor, matrix: Tensor): Eigen {
  return eigenOf(dispatch(linalgEigh, [matrix, due]));
}

/** Q of the QR decomposition of a square matrix, or the identity without any work if `due` is false. */
export function orthonormalWhen(due: Tensor, matrix: Tensor): Tensor {
  return qrOf(dispatch(linalgQr, [matrix, due]), matrix.shape[0]!).q;
}

/** `x` with the inverse of the transpose of an upper triangular matrix applied to every line along an axis, or `x` without any work if `due` is false. */
export function inverseTransposedAlong(
  due: Tensor,
  x: Tensor,
  axis: number,
  upper: Tensor,
): Tensor {
  const rest = x.shape.filter((_, i) => i !== axis);
  // The transpose is lower triangular.
  const attrs = { upper: false, unitriangular: false };
  const solved = dispatch(
    linalgSolveTriangular,
    [upper.t(), unfolded(x, axis), due],
    attrs,
  );
  return solved.view([upper.shape[0]!, ...rest]).movedim(0, axis);
}
