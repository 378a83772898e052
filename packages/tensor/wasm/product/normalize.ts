/** Bringing a product into the form that is computed fastest. */

import type { MatrixBinding, ProductShape } from "../../device.ts";

/** A batch of matrices; strides in elements. */
export type MatrixStrides = Pick<MatrixBinding, "row" | "column" | "batch">;

/** A product; strides in elements. */
export interface Problem extends ProductShape {
  readonly a: MatrixStrides;
  readonly b: MatrixStrides;
  readonly rowOut: number;
  readonly columnOut: number;
  /** Whether operands are exchanged: `outᵀ = bᵀ @ aᵀ`. */
  readonly swapped: boolean;
}

/** The same product with as few batch axes and as few wasted lanes as possible. */
export function normalize(
  shape: ProductShape,
  a: MatrixStrides,
  b: MatrixStrides,
  lanes: number,
): Problem {
  const { n, k } = shape;
  let { m } = shape, { row } = a;
  const sizes: number[] = [], stridesA: number[] = [], stridesB: number[] = [];
  for (let axis = 0; axis < shape.batch.length; axis++) {
    const size = shape.batch[axis]!;
    if (size === 1) continue;
    const inA = a.batch[axis]!, inB = b.batch[axis]!, last = sizes.length - 1;
    const joins = last >= 0 && stridesA[last] === size * inA &&
      stridesB[last] === size * inB;
    if (joins) {
      sizes[last]! *= size;
      stridesA[last] = inA;
      stridesB[last] = inB;
    } else {
      sizes.push(size);
      stridesA.push(inA);
      stridesB.push(inB);
    }
  }
  // Matrices that lie one below the other and share B are one matrix.
  while (sizes.length > 0 && stridesB.at(-1) === 0) {
    const inA = stridesA.at(-1)!;
    if (m > 1 && inA !== m * row) break;
    if (m === 1) row = inA;
    m *= sizes.pop()!;
    stridesA.pop();
    stridesB.pop();
  }
  const left = { row, column: a.column, batch: stridesA };
  const right = { row: b.row, column: b.column, batch: stridesB };
  // Lanes run along the columns of what is computed. Rows of the result are
  // then written element by element, which a short inner dim does not pay for.
  if (n < m && (n < lanes || (n < 2 * lanes && k >= 8))) {
    return {
      m: n,
      n: m,
      k,
      batch: sizes,
      a: { row: right.column, column: right.row, batch: stridesB },
      b: { row: left.column, column: left.row, batch: stridesA },
      rowOut: 1,
      columnOut: n,
      swapped: true,
    };
  }
  return {
    m,
    n,
    k,
    batch: sizes,
    a: left,
    b: right,
    rowOut: n,
    columnOut: 1,
    swapped: false,
  };
}
