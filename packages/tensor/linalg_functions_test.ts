import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  dispatch,
  linalgEigh,
  linalgQr,
  linalgSolveTriangular,
} from "./internal.ts";
import {
  compile,
  eigh,
  eye,
  manualSeed,
  qr,
  rand,
  randn,
  solveTriangular,
  type Tensor,
  tensor,
  zeros,
} from "./mod.ts";

const float64 = { dtype: "float64" } as const;

/** The largest difference between elements. */
function distance(a: Tensor, b: Tensor): number {
  return a.sub(b).abs().max().itemSync();
}

function assertOrthonormal(q: Tensor, tolerance = 1e-13): void {
  const n = q.shape[1]!;
  const off = distance(q.t().mm(q), eye(n, n, { dtype: q.dtype }));
  assert(off <= tolerance, `off by ${off}`);
}

/** `V diag(w) V^T` */
function composed(a: Tensor): Tensor {
  const { eigenvalues, eigenvectors } = eigh(a);
  return eigenvectors.mul(eigenvalues).mm(eigenvectors.t());
}

Deno.test("eigh() takes symmetric matrices of any size apart", () => {
  manualSeed(5);
  for (const n of [1, 2, 3, 4, 17, 64, 130]) {
    const x = randn([n, n], float64);
    const a = x.add(x.t());
    const { eigenvalues, eigenvectors } = eigh(a);
    assertOrthonormal(eigenvectors);
    const off = distance(composed(a), a);
    assert(off <= 1e-14 * n * 10, `${n}: off by ${off}`);
    const steps = eigenvalues.slice(0, 1).sub(eigenvalues.slice(0, 0, n - 1));
    assertEquals(steps.ge(0).all().itemSync(), 1);
  }
});

Deno.test("eigh() finds the eigenvalues of second differences", () => {
  const n = 50;
  const a = eye(n, n, float64).mul(2);
  a.diagonal(1).fill_(-1);
  a.diagonal(-1).fill_(-1);
  const found = eigh(a).eigenvalues.dataSync();
  for (let k = 1; k <= n; k++) {
    const expected = 2 - 2 * Math.cos(k * Math.PI / (n + 1));
    assert(Math.abs(Number(found[k - 1]) - expected) <= 1e-14);
  }
});

Deno.test("eigh() copes with equal eigenvalues, zeros and extreme sizes", () => {
  manualSeed(6);
  const { q } = qr(randn([9, 9], float64));
  for (const values of [[2, 2, 2, 2, 2, -1, -1, -1, 0], new Array(9).fill(3)]) {
    const a = q.mul(tensor(values, float64)).mm(q.t());
    const { eigenvalues, eigenvectors } = eigh(a);
    assertOrthonormal(eigenvectors);
    const sorted = tensor([...values].sort((x, y) => x - y), float64);
    assert(distance(eigenvalues, sorted) <= 1e-14);
  }
  const none = eigh(zeros([3, 3], float64));
  assertEquals(none.eigenvalues.arraySync(), [0, 0, 0]);
  assertEquals(none.eigenvectors.arraySync(), eye(3).arraySync());
  const x = randn([6, 6], float64);
  const a = x.mm(x.t());
  for (const scale of [1e-290, 1e-30, 1e200]) {
    const off = distance(composed(a.mul(scale)).div(scale), a);
    assert(off <= 1e-13, `scale ${scale}: off by ${off}`);
  }
});

Deno.test("eigh() makes the first large element of every eigenvector positive", () => {
  const { eigenvectors } = eigh(tensor([[0, 1], [1, 0]], float64));
  const half = Math.SQRT1_2;
  const expected = tensor([[half, half], [-half, half]], float64);
  assert(distance(eigenvectors, expected) <= 1e-15);
});

Deno.test("eigh() and qr() give NaN for what is not finite", () => {
  for (const bad of [NaN, Infinity, -Infinity]) {
    const a = tensor([[1, 0, 0], [bad, 1, 0], [0, 0, 1]], float64);
    const { eigenvalues, eigenvectors } = eigh(a);
    assertEquals(eigenvalues.isnan().all().itemSync(), 1);
    assertEquals(eigenvectors.isnan().all().itemSync(), 1);
    assertEquals(qr(a).q.isnan().any().itemSync(), 1);
  }
});

Deno.test("qr() gives orthonormal columns and a diagonal without negative numbers", () => {
  manualSeed(7);
  for (const [m, n] of [[1, 1], [5, 5], [40, 40], [30, 7], [4, 9], [6, 1]]) {
    const a = randn([m!, n!], float64);
    const { q, r } = qr(a);
    assertEquals([q.shape, r.shape], [[m, Math.min(m!, n!)], [
      Math.min(m!, n!),
      n,
    ]]);
    assertOrthonormal(q);
    assert(distance(q.mm(r), a) <= 1e-13);
    assertEquals(r.diagonal().ge(0).all().itemSync(), 1);
    assertEquals(distance(r.triu(), r), 0);
  }
});

Deno.test("qr() gives orthonormal columns for dependent ones, and for zeros", () => {
  manualSeed(8);
  const x = randn([6, 2], float64);
  for (const a of [x.mm(randn([2, 5], float64)), zeros([4, 3], float64)]) {
    const { q, r } = qr(a);
    assertOrthonormal(q);
    assert(distance(q.mm(r), a) <= 1e-13);
  }
});

Deno.test("solveTriangular() solves from both sides", () => {
  manualSeed(9);
  const n = 20;
  const full = rand([n, n], float64).add(eye(n, n, float64).mul(5));
  const b = randn([n, 3], float64);
  for (const upper of [true, false]) {
    for (const unitriangular of [true, false]) {
      const scaled = full.div(unitriangular ? 10 : 1);
      const options = { upper, unitriangular };
      const strict = upper ? scaled.triu(1) : scaled.tril(-1);
      const a = strict.add(
        eye(n, n, float64).mul(unitriangular ? 1 : scaled.diagonal()),
      );
      const x = solveTriangular(scaled, b, options);
      assert(distance(a.mm(x), b) <= 1e-13);
      const y = solveTriangular(scaled, b.t(), { ...options, left: false });
      assert(distance(y.mm(a), b.t()) <= 1e-13);
    }
  }
});

Deno.test("eigh() and qr() compute in float64 and round once", () => {
  manualSeed(10);
  const x = randn([12, 12]);
  const a = x.mm(x.t());
  const single = eigh(a), double = eigh(a.to("float64"));
  assertEquals(
    single.eigenvectors.arraySync(),
    double.eigenvectors.to("float32").arraySync(),
  );
  assertEquals(
    qr(x).q.arraySync(),
    qr(x.to("float64")).q.to("float32").arraySync(),
  );
});

Deno.test("eigh() and qr() in a compiled function leave out work that is not due", () => {
  manualSeed(11);
  const a = randn([5, 5], float64);
  for (const op of [linalgEigh, linalgQr]) {
    const maybe = compile((a: Tensor, due: Tensor) => dispatch(op, [a, due]));
    const done = maybe(a, tensor(true));
    assertEquals(done.arraySync(), dispatch(op, [a, true]).arraySync());
    const left = maybe(a.mul(NaN), tensor(false));
    const identity = dispatch(op, [eye(5, 5, float64), true]);
    assertEquals(left.arraySync(), identity.arraySync());
    assertEquals(maybe.cacheInfo().captures, 1);
  }
});

Deno.test("solveTriangular() in a compiled function leaves out work that is not due", () => {
  manualSeed(12);
  const a = rand([4, 4], float64).add(1), b = randn([4, 2], float64);
  const attrs = { upper: true, unitriangular: false };
  const maybe = compile((due: Tensor) =>
    dispatch(linalgSolveTriangular, [a, b, due], attrs)
  );
  const solved = solveTriangular(a, b, { upper: true });
  assertEquals(maybe(tensor(true)).arraySync(), solved.arraySync());
  assertEquals(maybe(tensor(false)).arraySync(), b.arraySync());
});

Deno.test("eigh(), qr() and solveTriangular() refuse what is no matrix of floats that fits", () => {
  const cases: [() => unknown, string][] = [
    [
      () => eigh(zeros([2, 3])),
      "Cannot compute the eigenvalues of a tensor as it is not square: got shape [2, 3]",
    ],
    [
      () => eigh(zeros([2])),
      "Cannot compute the eigenvalues of a tensor as it is no matrix: got shape [2]",
    ],
    [
      () => qr(zeros([2, 2], { dtype: "int32" })),
      "Cannot compute the QR decomposition of a tensor of type int32: expected float32 or float64",
    ],
    [
      () => solveTriangular(zeros([2, 2]), zeros([3, 2]), { upper: true }),
      "Cannot solve a triangular system as sizes must match: got [2, 2] and [3, 2]",
    ],
    [
      () => solveTriangular(eye(2), zeros([2, 2], float64), { upper: true }),
      "Cannot solve a triangular system as types must match: got float32 and float64",
    ],
    [
      () => solveTriangular(eye(2), eye(2), {} as { upper: boolean }),
      "Cannot solve a triangular system: expected upper to be true or false, got undefined",
    ],
    [() => eigh(3 as unknown as Tensor), "expected a tensor, got 3"],
  ];
  for (const [call, message] of cases) {
    assertThrows(call, TypeError, message);
  }
});
