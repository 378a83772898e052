import {
  arange,
  cat,
  compile,
  manualSeed,
  rand,
  type Tensor,
  tensor,
} from "@gradus/tensor";
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  assertNear,
  dtypes,
  type Float,
  numbers,
  type Options,
  tolerance,
} from "./_testing.ts";
import { AdaHessian, adaHessianRule } from "./ada_hessian.ts";
import { SophiaH } from "./sophia_h.ts";
import golden from "./testdata/hutchinson.json" with { type: "json" };

const classes = { AdaHessian, SophiaH };
type Name = keyof typeof classes;

function leaf(values: readonly number[], dtype: Float = "float64"): Tensor {
  return tensor([...values], { dtype, requiresGrad: true });
}

/** A function whose Hessian is not diagonal, of a vector and a parameter of three dims. */
function coupled(name: Name, options: Options, dtype: Float) {
  const matrix = tensor(golden.matrix, { dtype }).view(15, 15);
  const w = leaf([1, -2, 0.5], dtype);
  const k = arange(12, { dtype }).div(8).sub(0.5).view(2, 2, 3).clone()
    .requiresGrad_();
  const groups = [{ params: [w] }, { params: [k], lr: 0.02 }];
  const optimizer = new classes[name](groups, options);
  const closure = () => {
    optimizer.zeroGrad();
    const x = cat([w, k.flatten()]);
    const loss = x.mul(matrix.matmul(x)).sum().div(2)
      .add(x.pow(4).sum().div(12));
    loss.backward(undefined, { createGraph: true });
    return loss;
  };
  return { w, k, optimizer, closure };
}

for (const run of golden.runs) {
  const { optimizer: name, options } = run;
  const title = `${name}(${JSON.stringify(options)})`;
  for (const dtype of dtypes) {
    Deno.test(`${title} draws and differentiates as PyTorch does in ${dtype}`, () => {
      const made = coupled(name as Name, options, dtype);
      run[dtype].forEach(([w, k], t) => {
        made.optimizer.step(made.closure);
        const message = `Step ${t + 1}`;
        assertNear(numbers(made.w), w!, tolerance[dtype], 1, message);
        assertNear(numbers(made.k), k!, tolerance[dtype], 1, message);
      });
    });
  }

  Deno.test(`${title} goes on from a saved state with the same signs`, () => {
    const whole = coupled(name as Name, options, "float32");
    for (let t = 0; t < 2; t++) whole.optimizer.step(whole.closure);
    const other = coupled(name as Name, { ...options, seed: 99 }, "float32");
    other.w.detach().copy_(whole.w.detach());
    other.k.detach().copy_(whole.k.detach());
    other.optimizer.loadStateDict(whole.optimizer.stateDict());
    for (let t = 0; t < 50; t++) {
      whole.optimizer.step(whole.closure);
      other.optimizer.step(other.closure);
    }
    assertEquals(numbers(other.w), numbers(whole.w));
    assertEquals(numbers(other.k), numbers(whole.k));
  });
}

/** AdaHessian with a given diagonal and the gradients of a cycle. */
function given(options: Options): number[][] {
  const cycle = [[0.5, -1], [0.25, 0.5], [-0.1, 0.2], [0.3, -0.3], [0.05, 0.1]];
  const p = leaf([1, -2]);
  const optimizer = new AdaHessian([p], options);
  const out: number[][] = [];
  for (let t = 0; t < 10; t++) {
    // f = g p + (p - here)^2 D / 2 has this gradient and this Hessian.
    const loss = () => {
      optimizer.zeroGrad();
      const g = tensor(cycle[t % 5]!, { dtype: "float64" });
      const d = tensor([2, 20], { dtype: "float64" });
      const away = p.sub(p.detach()).square().mul(d).div(2);
      p.mul(g).add(away).sum().backward(undefined, { createGraph: true });
    };
    optimizer.step(loss);
    out.push(numbers(p));
  }
  return [out[0]!, out[1]!, out[2]!, out[5]!, out[9]!];
}

Deno.test("AdaHessian moves as published with given curvature", () => {
  const published: [Options, number[][]][] = [
    [{ hessianPower: 0.5 }, [
      [0.946970741146, -1.966459730321],
      [0.907896550411, -1.959398620915],
      [0.887154478682, -1.957418383590],
      [0.817203907955, -1.941545959149],
      [0.729223012392, -1.929224623674],
    ]],
    [{ hessianPower: 1 }, [
      [0.962501874906, -1.992500037500],
      [0.934871677469, -1.990921098026],
      [0.920204514148, -1.990478295812],
      [0.870740966888, -1.986929052194],
      [0.808527790634, -1.984173869994],
    ]],
    [{ hessianPower: 0.5, weightDecay: 0.1 }, [
      [0.931970741146, -1.936459730321],
      [0.878916989294, -1.900351724960],
      [0.844991162726, -1.869866211761],
      [0.738588084534, -1.771271398574],
      [0.609383030227, -1.655343289337],
    ]],
  ];
  for (const [options, expected] of published) {
    given(options).forEach((found, i) =>
      assertNear(found, expected[i]!, 1e-11, 1, JSON.stringify(options))
    );
  }
});

Deno.test("AdaHessian moves as published on x² + 10 y²", () => {
  const published: [number, Record<number, number[]>][] = [
    [0.5, {
      1: [0.787882964583, -0.658389212829],
      2: [0.599446790595, 0.209558546906],
      3: [0.433624379661, 0.705358423516],
      10: [-0.196721323610, -0.093013753147],
    }],
    [1, {
      1: [0.850007499625, -1.700001499993],
      2: [0.711855920391, -1.423686973671],
      3: [0.585283134452, -1.170532059169],
      10: [-0.006172198036, 0.012397598710],
    }],
  ];
  for (const [hessianPower, positions] of published) {
    const p = leaf([1, -2]);
    const scales = tensor([1, 10], { dtype: "float64" });
    const optimizer = new AdaHessian([p], { hessianPower });
    for (let t = 1; t <= 10; t++) {
      optimizer.step(() => {
        optimizer.zeroGrad();
        p.square().mul(scales).sum().backward(undefined, { createGraph: true });
      });
      const expected = positions[t];
      if (expected) assertNear(numbers(p), expected, 1e-11, 1, `Step ${t}`);
    }
  }
});

Deno.test("AdaHessian averages curvature over kernels alone", () => {
  for (
    const [shape, kernel] of [[[2, 3], 1], [[2, 2, 3], 3], [
      [2, 2, 2, 3],
      6,
    ]] as const
  ) {
    const count = shape.reduce<number>((a, b) => a * b, 1);
    const curvature = arange(count, { dtype: "float64" }).sub(3).view([
      ...shape,
    ]);
    const param = curvature.mul(0);
    const state = adaHessianRule.init(param, adaHessianRule.defaults);
    const optimizer = new AdaHessian([param.requiresGrad_()]);
    optimizer.step(() => {
      optimizer.zeroGrad();
      param.square().mul(curvature).sum().div(2).backward(undefined, {
        createGraph: true,
      });
    });
    const found = optimizer.state.get(param) as typeof state;
    const means = curvature.abs().view(-1, kernel).mean(1, { keepdim: true });
    const expected = means.square().mul(1e-3).expand([-1, kernel]);
    assertNear(
      numbers(found.expHessianDiagSq),
      numbers(expected.contiguous()),
      1e-12,
      0,
      `Shape ${shape}`,
    );
  }
});

Deno.test("HutchinsonOptimizer.step() asks for gradients with a graph", () => {
  const w = leaf([1, 2]);
  const optimizer = new AdaHessian([w]);
  w.square().sum().backward();
  const before = numbers(w);
  assertThrows(
    () => optimizer.step(),
    Error,
    "Cannot step AdaHessian as the gradient of parameter 0 has no graph: compute gradients with backward(undefined, { createGraph: true })",
  );
  assertEquals(numbers(w), before);
});

Deno.test("HutchinsonOptimizer.step() skips parameters without gradient and frees the graph", () => {
  const a = leaf([1, 2]), b = leaf([3]);
  const optimizer = new AdaHessian([{ params: [a] }, { params: [b] }]);
  optimizer.step();
  const loss = a.pow(3).sum();
  loss.backward(undefined, { createGraph: true });
  optimizer.step();
  assertEquals(numbers(b), [3]);
  assertEquals(optimizer.state.has(b), false);
  assertEquals(a.grad!.requiresGrad, false);
  assertThrows(() => loss.backward(), Error);
});

Deno.test("HutchinsonOptimizer takes parameters on which no gradient depends", () => {
  const a = leaf([1, 2]), b = leaf([3, 4]);
  const optimizer = new SophiaH([a, b], { lr: 0.1 });
  // The derivative with respect to b has a graph, over a alone.
  a.square().mul(b).sum().backward(undefined, { createGraph: true });
  optimizer.step();
  for (const p of [a, b]) assert(numbers(p).every(Number.isFinite));
});

Deno.test("HutchinsonOptimizer leaves the default generator alone", () => {
  manualSeed(5);
  const expected = numbers(rand([2]));
  manualSeed(5);
  const { optimizer, closure } = coupled("AdaHessian", {}, "float32");
  optimizer.step(closure);
  assertEquals(numbers(rand([2])), expected);
});

Deno.test("HutchinsonOptimizer refuses options and state dictionaries that make no sense", () => {
  const w = leaf([1]);
  assertThrows(() => new AdaHessian([w], { seed: 0.5 }), RangeError, "seed");
  assertThrows(
    () => new AdaHessian([w], { numSamples: 0 }),
    RangeError,
    "numSamples",
  );
  const optimizer = new AdaHessian([w]);
  const dict = optimizer.stateDict();
  const wrong = { ...dict, state: { hutchinson: { generator: 5 } } };
  assertThrows(
    () => optimizer.loadStateDict(wrong),
    TypeError,
    "expected state.hutchinson.generator to be a uint8 tensor",
  );
  optimizer.loadStateDict({ ...dict, state: {} });
  assertEquals(numbers(w), [1]);
});

Deno.test("SophiaH needs a graph only when it looks at the Hessian", () => {
  const w = leaf([1, -2]);
  const optimizer = new SophiaH([w], { updatePeriod: 3 });
  for (let t = 0; t < 7; t++) {
    optimizer.zeroGrad();
    w.square().sum().backward(undefined, { createGraph: t % 3 === 0 });
    optimizer.step();
  }
  const { hessian } = optimizer.state.get(w)!;
  assertNear(
    numbers(hessian),
    [2 * (1 - 0.99 ** 3), 2 * (1 - 0.99 ** 3)],
    1e-12,
    1,
    "h",
  );
});

Deno.test("SophiaH moves as Optax's where steps are cut", () => {
  const w = leaf([1, 2, 3]);
  const optimizer = new SophiaH([w], {
    lr: 0.1,
    betas: [0.965, 0.99],
    weightDecay: 1e-4,
  });
  const expected = [[0.89999, 1.89998, 2.89997], null, [
    0.69997300029,
    1.69994300059,
    2.69991300089,
  ]];
  for (const position of expected) {
    optimizer.step(() => {
      optimizer.zeroGrad();
      w.square().sum().backward(undefined, { createGraph: true });
    });
    if (position) assertNear(numbers(w), position, 1e-11, 1, "Position");
  }
});

for (const run of golden.runs) {
  const { optimizer: name, options } = run;
  Deno.test(`compile() takes whole steps of ${name}(${JSON.stringify(options)})`, () => {
    const eager = coupled(name as Name, options, "float64");
    const made = coupled(name as Name, options, "float64");
    const step = compile(() => made.optimizer.step(made.closure));
    const { warn } = console;
    console.warn = () => {};
    for (let t = 0; t < 6; t++) {
      eager.optimizer.step(eager.closure);
      step();
      assertNear(numbers(made.w), numbers(eager.w), 1e-13, 1, `Step ${t + 1}`);
      assertNear(numbers(made.k), numbers(eager.k), 1e-13, 1, `Step ${t + 1}`);
    }
    console.warn = warn;
    const { captures, fallback } = step.cacheInfo();
    if (made.optimizer instanceof AdaHessian) {
      assertEquals([captures, fallback], [1, null]);
    } else {
      assertEquals(fallback === null, options.updatePeriod === 1);
    }
  });
}

Deno.test("SophiaH solves Optax's parabola in as many steps", () => {
  const w = leaf([-1, 10, 1], "float32");
  const solution = tensor([1, -1, 1]);
  const optimizer = new SophiaH([w], {
    lr: 0.01,
    betas: [0.965, 0.99],
    weightDecay: 1e-4,
  });
  let outside = 0;
  for (let t = 1; t <= 1500; t++) {
    optimizer.zeroGrad();
    const loss = w.sub(solution).square().sum();
    loss.backward(undefined, { createGraph: t % 10 === 1 });
    optimizer.step();
    const far = w.detach().sub(solution).abs().max().itemSync();
    if (far > 0.06) outside = t;
  }
  assertEquals(outside + 1, 1241);
});
