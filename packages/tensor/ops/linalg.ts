/** Decompositions of matrices, and systems with triangular ones. CPU only. */

import { defineOp, type Input, type Op } from "../dispatch.ts";
import { isFloating } from "../dtype.ts";
import { symmetricEigen } from "../linalg/eigh.ts";
import { householderQr } from "../linalg/qr.ts";
import {
  solveTriangularSystem,
  type TriangularOptions,
} from "../linalg/triangular.ts";
import { showShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { allocate, commonDevice } from "./allocate.ts";
import { onMemory } from "./on_memory.ts";

/** Throws unless all are floating matrices of one type on the CPU. */
function checkMatrices(action: string, matrices: readonly Tensor[]): void {
  if (commonDevice(action, matrices).name !== "cpu") {
    throw new TypeError(
      `Cannot ${action} a tensor on WebGPU, which has no kernel for it: use device "cpu"`,
    );
  }
  for (const { shape, dtype } of matrices) {
    if (shape.length !== 2) {
      throw new TypeError(
        `Cannot ${action} as it is no matrix: got shape ${showShape(shape)}`,
      );
    }
    if (!isFloating(dtype)) {
      throw new TypeError(
        `Cannot ${action} of type ${dtype}: expected float32 or float64`,
      );
    }
    if (dtype !== matrices[0]!.dtype) {
      throw new TypeError(
        `Cannot ${action} as types must match: got ${
          matrices[0]!.dtype
        } and ${dtype}`,
      );
    }
  }
}

function checkSquare(action: string, { shape }: Tensor): void {
  if (shape[0] === shape[1]) return;
  throw new TypeError(
    `Cannot ${action} as it is not square: got shape ${showShape(shape)}`,
  );
}

/** Rows of the identity matrix. */
function identity(rows: number, n: number): Float64Array {
  const out = new Float64Array(rows * n);
  for (let i = 0; i < n; i++) out[i * n + i] = 1;
  return out;
}

/**
 * A decomposition into a matrix of `rows(m)` rows with as many columns as the
 * matrix [m, n]. The second input is a bool: where it is false, nothing is
 * decomposed and the result is `otherwise(m, n)`. So a captured function can
 * leave out the work in most runs.
 */
function decomposition(
  action: string,
  [input, due]: readonly Input[],
  rows: (m: number) => number,
  work: (matrix: ArrayLike<number>, m: number, n: number) => Float64Array,
  otherwise: (m: number, n: number) => Float64Array,
): Tensor {
  const a = (input as Tensor).detach().contiguous();
  const [m, n] = a.shape as [number, number];
  const out = allocate(commonDevice(action, [a]), a.dtype, [rows(m), n]);
  if (out.numel === 0) return out;
  const flag = typeof due === "object" ? [due.detach().contiguous()] : [];
  onMemory("linalg", [a, ...flag], [out], (views) => {
    const to = views.at(-1) as Float64Array;
    const wanted = flag.length > 0 ? views[1]![0] !== 0 : due === true;
    to.set(
      wanted ? work(views[0] as Float64Array, m, n) : otherwise(m, n),
    );
  });
  return out;
}

/** Eigenvalues of a symmetric matrix as a first row, and below it the eigenvectors as columns; or those of the identity. */
export const linalgEigh: Op = /* @__PURE__ */ defineOp({
  name: "linalgEigh",
  differentiable: true,
  run(inputs): Tensor {
    const action = "compute the eigenvalues of a tensor";
    const a = inputs[0] as Tensor;
    checkMatrices(action, [a]);
    checkSquare(action, a);
    return decomposition(
      action,
      inputs,
      (n) => n + 1,
      symmetricEigen,
      (n) => {
        const out = new Float64Array((n + 1) * n);
        out.fill(1, 0, n);
        out.set(identity(n, n), n);
        return out;
      },
    );
  },
});

/** Q and below it R of a matrix that has at least as many rows as columns; or those of the identity. */
export const linalgQr: Op = /* @__PURE__ */ defineOp({
  name: "linalgQr",
  differentiable: true,
  run(inputs): Tensor {
    const action = "compute the QR decomposition of a tensor";
    const a = inputs[0] as Tensor;
    checkMatrices(action, [a]);
    const n = a.shape[1]!;
    return decomposition(
      action,
      inputs,
      (m) => m + n,
      householderQr,
      (m) => {
        const out = new Float64Array((m + n) * n);
        out.set(identity(m, n));
        out.set(identity(n, n), m * n);
        return out;
      },
    );
  },
});

/** X with A X = B. A third input may be a bool: where it is false, nothing is solved and X is B. */
export const linalgSolveTriangular: Op = /* @__PURE__ */ defineOp({
  name: "linalgSolveTriangular",
  differentiable: true,
  run(inputs, attrs): Tensor {
    const action = "solve a triangular system";
    const [a, b] = inputs as [Tensor, Tensor];
    checkMatrices(action, [a, b]);
    checkSquare(action, a);
    if (a.shape[0] !== b.shape[0]) {
      throw new TypeError(
        `Cannot ${action} as sizes must match: got ${showShape(a.shape)} and ${
          showShape(b.shape)
        }`,
      );
    }
    const out = allocate(commonDevice(action, [a, b]), b.dtype, b.shape);
    if (out.numel === 0) return out;
    const [n, m] = b.shape as [number, number];
    const options = attrs as unknown as TriangularOptions;
    const reads = [b, a, ...inputs.slice(2) as Tensor[]]
      .map((t) => t.detach().contiguous());
    onMemory("linalg", reads, [out], (views) => {
      const [right, left, due] = views as Float64Array[];
      const wanted = reads.length < 3 || due![0] !== 0;
      (views.at(-1) as Float64Array).set(
        wanted ? solveTriangularSystem(left!, right!, n, m, options) : right!,
      );
    });
    return out;
  },
});
