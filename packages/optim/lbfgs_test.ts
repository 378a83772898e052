import { type Tensor, tensor } from "@gradus/tensor";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { assertNear, dtypes, leaf, numbers, tolerance } from "./_testing.ts";
import { LBFGS, type LBFGSOptions } from "./mod.ts";
import golden from "./testdata/optim.json" with { type: "json" };

/** Value and gradient in double precision. */
const functions: Record<string, (w: number[]) => [number, number[]]> = {
  quadratic(w) {
    const c = golden.problems.vector.curvature[0]!;
    const terms = w.map((v, i) => 0.5 * c[i]! * v * v);
    return [
      terms.reduce((sum, term) => sum + term, 0),
      w.map((v, i) => c[i]! * v),
    ];
  },
  rosenbrock([x, y]) {
    const a = 1 - x!, b = y! - x! * x!;
    return [a * a + 100 * b * b, [-2 * a - 400 * b * x!, 200 * b]];
  },
  flower([x, y]) {
    const r = Math.sqrt(x! * x! + y! * y!), angle = 4 * Math.atan2(y!, x!);
    const bend = 4 * Math.cos(angle) / (r * r);
    return [r + Math.sin(angle), [x! / r - bend * y!, y! / r + bend * x!]];
  },
};

/** A closure that computes loss and gradient of a function at the elements of `params`. */
function closureOf(fn: string, ...params: Tensor[]): () => Tensor {
  return () => {
    const [loss, grad] = functions[fn]!(params.flatMap(numbers));
    for (const param of params) {
      const own = grad.splice(0, param.numel);
      param.grad = tensor(own, { dtype: param.dtype }).view(param.shape);
    }
    return tensor(loss, { dtype: params[0]!.dtype });
  };
}

for (const { fn, start, steps, options, ...expected } of golden.lbfgs) {
  for (const dtype of dtypes) {
    if (steps[dtype] === 0) continue;
    Deno.test(`LBFGS(${JSON.stringify(options)}) moves as in PyTorch on ${fn} in ${dtype}`, () => {
      const w = leaf(start, dtype);
      const optimizer = new LBFGS([w], options as LBFGSOptions);
      const closure = closureOf(fn, w);
      const scale = Math.abs(functions[fn]!(start)[0]);
      const limit = tolerance[dtype];
      assertEquals(expected[dtype].length, steps[dtype]);
      for (const { loss, w: position, nIter, funcEvals } of expected[dtype]) {
        const own = optimizer.step(closure).itemSync();
        const state = optimizer.state.get(w)!;
        assertEquals([state.nIter, state.funcEvals], [nIter, funcEvals]);
        assertNear([own], [loss], limit, scale, "Loss");
        assertNear(numbers(w), position, limit, start, `After ${nIter} moves`);
      }
    });
  }
}

Deno.test("LBFGS.step() needs a closure", () => {
  const optimizer = new LBFGS([leaf([1])]);
  assertThrows(
    () => optimizer.step(),
    TypeError,
    "Cannot step LBFGS without a closure: it evaluates the loss several times",
  );
  assertEquals(optimizer.state.size, 0);
});

Deno.test("LBFGS.step() refuses a closure that returns no loss", () => {
  const optimizer = new LBFGS([leaf([1])]);
  assertThrows(
    () => optimizer.step(() => {}),
    TypeError,
    "Cannot step LBFGS: expected the closure to return the loss, got undefined",
  );
});

Deno.test("LBFGS() refuses a second group", () => {
  const [a, b] = [leaf([1]), leaf([2])];
  const action = "Cannot add a second parameter group to LBFGS";
  assertThrows(
    () => new LBFGS([{ params: [a] }, { params: [b] }]),
    RangeError,
    action,
  );
  const optimizer = new LBFGS([a]);
  assertThrows(
    () => optimizer.addParamGroup({ params: b }),
    RangeError,
    action,
  );
  assertEquals(optimizer.paramGroups.length, 1);
});

Deno.test("LBFGS() takes strongWolfe for PyTorch's strong_wolfe", () => {
  const [a, b] = [leaf([-1.2, 1]), leaf([-1.2, 1])];
  new LBFGS([a], { lineSearchFn: "strongWolfe" }).step(
    closureOf("rosenbrock", a),
  );
  new LBFGS([b], { lineSearchFn: "strong_wolfe" }).step(
    closureOf("rosenbrock", b),
  );
  assertEquals(numbers(a), numbers(b));
});

Deno.test("LBFGS() allows 5/4 of maxIter evaluations unless told otherwise", () => {
  const evaluations = (options: LBFGSOptions) =>
    new LBFGS([leaf([1])], options).paramGroups[0]!.maxEval;
  assertEquals(evaluations({}), 25);
  assertEquals(evaluations({ maxIter: 7 }), 8);
  assertEquals(evaluations({ maxIter: 7, maxEval: 3 }), 3);
});

for (const lineSearchFn of [null, "strongWolfe"] as const) {
  Deno.test(`LBFGS.step() treats several parameters as one vector with line search ${lineSearchFn}`, () => {
    const w = leaf([1, -2, 3]);
    const parts = [
      tensor([[1], [-2]], { dtype: "float64", requiresGrad: true }),
      leaf([3]),
    ];
    const options = { lineSearchFn, maxIter: 5 };
    const whole = new LBFGS([w], options), split = new LBFGS(parts, options);
    for (let i = 0; i < 2; i++) {
      whole.step(closureOf("quadratic", w));
      split.step(closureOf("quadratic", ...parts));
    }
    assertEquals(parts.flatMap(numbers), numbers(w));
    assertEquals([...split.state.keys()], [parts[0]]);
  });

  Deno.test(`LBFGS goes on from a saved state with the same bits with line search ${lineSearchFn}`, () => {
    const w = leaf([-1.2, 1]);
    const options = { lineSearchFn, lr: 0.01, maxIter: 3, historySize: 4 };
    const whole = new LBFGS([w], options);
    for (let i = 0; i < 2; i++) whole.step(closureOf("rosenbrock", w));
    const v = leaf(numbers(w));
    const other = new LBFGS([v], options);
    other.loadStateDict(whole.stateDict());
    for (let i = 0; i < 2; i++) {
      whole.step(closureOf("rosenbrock", w));
      other.step(closureOf("rosenbrock", v));
    }
    assertEquals(numbers(v), numbers(w));
  });
}

Deno.test("LBFGS.step() takes parameters without gradient for constant", () => {
  const [w, idle] = [leaf([-1.2, 1]), leaf([5])];
  const optimizer = new LBFGS([w, idle], { lineSearchFn: "strongWolfe" });
  for (let i = 0; i < 3; i++) optimizer.step(closureOf("rosenbrock", w));
  assertEquals(numbers(idle), [5]);
  assertNear(numbers(w), [1, 1], 1e-4, 1, "Minimum");
});

Deno.test("LBFGS.step() evaluates once where the gradient is small already", () => {
  const w = leaf([1e-8]);
  const optimizer = new LBFGS([w]);
  let calls = 0;
  const loss = optimizer.step(() => {
    calls++;
    w.grad = tensor([1e-8], { dtype: "float64" });
    return 7;
  });
  assertEquals([loss, calls, numbers(w)], [7, 1, [1e-8]]);
  assertEquals(optimizer.state.get(w)!.nIter, 0);
});

Deno.test("LBFGS.step() makes no more evaluations than maxEval allows", () => {
  for (const lineSearchFn of [null, "strongWolfe"] as const) {
    const w = leaf([-1.2, 1]);
    const optimizer = new LBFGS([w], { lineSearchFn, lr: 1e-3, maxEval: 6 });
    let calls = 0;
    const closure = closureOf("rosenbrock", w);
    optimizer.step(() => {
      calls++;
      return closure();
    });
    assert(calls <= 7, `${calls} calls`);
    assertEquals(optimizer.state.get(w)!.funcEvals, calls);
  }
});
