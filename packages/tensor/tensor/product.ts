/** Matrix products of a tensor. */

import { checkTensor } from "../check.ts";
import { dispatch } from "../dispatch.ts";
import * as p from "../ops/product.ts";
import { viewStrides } from "../ops/view.ts";
import { checkOptions } from "../options.ts";
import { countOf, showShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { TensorConversion } from "./conversion.ts";

const addmmNames = ["beta", "alpha"];

/**
 * Methods that multiply matrices and vectors. Both operands have one type;
 * integers multiply as well.
 */
export abstract class TensorProduct extends TensorConversion {
  /**
   * The matrix product of [n, k] and [k, m], of shape [n, m]. Derivatives:
   * `g @ other^T` and `this^T @ g`.
   *
   * @throws {TypeError} if an operand is no matrix, or inner sizes or types differ.
   *
   * @example
   * ```ts
   * import { tensor } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * const a = tensor([[1, 2], [3, 4]]);
   * const b = tensor([[1, 0, 2], [0, 1, 1]]);
   * assertEquals(a.mm(b).arraySync(), [[1, 2, 4], [3, 4, 10]]);
   * ```
   */
  mm(this: Tensor, other: Tensor): Tensor {
    return dispatch(p.mm, [this, other]);
  }
  /**
   * The matrix products of two batches, [b, n, k] and [b, k, m].
   *
   * @throws {TypeError} if the shapes are not such, or types differ.
   */
  bmm(this: Tensor, other: Tensor): Tensor {
    return dispatch(p.bmm, [this, other]);
  }
  /**
   * The product of a matrix [n, k] and a vector [k].
   *
   * @throws {TypeError} if the shapes are not such, or types differ.
   */
  mv(this: Tensor, vector: Tensor): Tensor {
    return dispatch(p.mv, [this, vector]);
  }
  /**
   * The inner product of two vectors of one size.
   *
   * @throws {TypeError} if an operand is no vector, or sizes or types differ.
   */
  dot(this: Tensor, other: Tensor): Tensor {
    return dispatch(p.dot, [this, other]);
  }
  /**
   * All products of elements of two vectors [n] and [m], as a matrix [n, m].
   *
   * @throws {TypeError} if an operand is no vector.
   */
  outer(this: Tensor, other: Tensor): Tensor {
    checkTensor("compute the outer product", other);
    if (this.ndim !== 1 || other.ndim !== 1) {
      throw new TypeError(
        `Cannot compute the outer product: expected vectors, got ${
          showShape(this.shape)
        } and ${showShape(other.shape)}`,
      );
    }
    return this.unsqueeze(1).mul(other.unsqueeze(0));
  }
  /**
   * `beta * this + alpha * (a @ b)` of matrices a and b; this tensor
   * broadcasts to the product. With `beta` 0 not even its NaN counts.
   *
   * @throws {TypeError} if the shapes or types do not fit.
   *
   * @example
   * ```ts
   * import { eye, tensor } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * const bias = tensor([10, 20], { dtype: "float32" });
   * const x = tensor([[1, 2], [3, 4]], { dtype: "float32" });
   * assertEquals(bias.addmm(x, eye(2)).arraySync(), [[11, 22], [13, 24]]);
   * ```
   */
  addmm(
    this: Tensor,
    a: Tensor,
    b: Tensor,
    options: { beta?: number; alpha?: number } = {},
  ): Tensor {
    checkOptions("add a product", options, addmmNames);
    return dispatch(p.addmm, [this, a, b], { ...options });
  }
  /**
   * The matrix product as Python's `@`: vectors gain a dim for the product,
   * leading dims are batches and broadcast.
   *
   * | this | other | result |
   * | --- | --- | --- |
   * | [k] | [k] | [] |
   * | [n, k] | [k] | [n] |
   * | [n, k] | [k, m] | [n, m] |
   * | [..., n, k] | [..., k, m] | [..., n, m] |
   *
   * @throws {TypeError} if inner sizes or types differ or an operand has no dims.
   *
   * @example
   * ```ts
   * import { ones } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * assertEquals(ones([5, 1, 2, 3]).matmul(ones([4, 3, 6])).shape, [5, 4, 2, 6]);
   * assertEquals(ones([2, 3]).matmul(ones([3])).arraySync(), [3, 3]);
   * ```
   */
  matmul(this: Tensor, other: Tensor): Tensor {
    checkTensor("multiply matrices", other);
    if (this.ndim === 0 || other.ndim === 0) {
      throw new TypeError(
        `Cannot multiply matrices: expected at least one dim each, got ${
          showShape(this.shape)
        } and ${showShape(other.shape)}`,
      );
    }
    if (this.ndim === 1 && other.ndim === 1) return this.dot(other);
    if (this.ndim === 2 && other.ndim === 2) return this.mm(other);
    if (this.ndim === 2 && other.ndim === 1) return this.mv(other);
    if (this.ndim > 2 && other.ndim === 2) {
      const shape = [countOf(this.shape.slice(0, -1)), other.shape[0]!];
      const joins = this.shape.at(-1) === other.shape[0] &&
        viewStrides(this.shape, this.strides, shape) !== null;
      if (joins) {
        // One product instead of a batch, and so is its gradient.
        const out = this.view(shape).mm(other);
        return out.view([...this.shape.slice(0, -1), other.shape[1]!]);
      }
    }
    const left = this.ndim === 1 ? this.unsqueeze(0) : this;
    const right = other.ndim === 1 ? other.unsqueeze(1) : other;
    const out = dispatch(p.matmulBatched, [left, right]);
    if (this.ndim === 1) return out.squeeze(-2);
    return other.ndim === 1 ? out.squeeze(-1) : out;
  }
}
