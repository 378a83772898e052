import {
  compile,
  manualSeed,
  randn,
  type Tensor,
  tensor,
  zeros,
} from "@gradus/tensor";
import { assertEquals } from "@std/assert";
import { constant, leaf } from "./leaf_testing.ts";
import { enableGrad, grad, noGrad } from "./mod.ts";

type Fn = (x: Tensor) => Tensor | Tensor[] | null | void;

interface Scene {
  /** What is compiled. */
  readonly fn: Fn;
  /** Calls `run` for the time `t`; gives what there is to see. */
  readonly act: (run: Fn, t: number) => unknown;
}

/** Type, sizes, strides and elements of all tensors; these as text, as -0 is not 0. */
function show(...tensors: ReturnType<Fn>[]): unknown {
  return tensors.flat().map((t) => {
    if (!t) return null;
    const values: (number | bigint)[] = [...t.dataSync()];
    const texts = values.map((v) => Object.is(v, -0) ? "-0" : String(v));
    return [t.dtype, t.shape, t.strides, texts];
  });
}

/** Asserts that five calls do the same eagerly and compiled, with one program or as many as are said. */
function assertSame(name: string, make: () => Scene, captures = 1): void {
  Deno.test(`compile() does as the function does: ${name}`, () => {
    const trace = (change: (fn: Fn) => Fn) => {
      manualSeed(5);
      const { fn, act } = make(), run = change(fn);
      return [0, 1, 2, 3, 4].map((t) => act(run, t));
    };
    let found = () => 0;
    const actual = trace((fn) => {
      const compiled = compile(fn);
      found = () => compiled.cacheInfo().captures;
      return compiled;
    });
    assertEquals(actual, trace((fn) => fn));
    assertEquals(found(), captures);
  });
}

assertSame("changes of views of an argument", () => ({
  fn(x) {
    x.at(0).add_(1);
    x.t().at(1).mul_(2);
    return x;
  },
  act(run, t) {
    const x = constant([[1, 2], [3, t]]);
    return [show(run(x)), show(x)];
  },
}));
assertSame("rows that are swapped", () => ({
  fn(x) {
    const first = x.at(0).clone();
    x.at(0).copy_(x.at(1));
    x.at(1).copy_(first);
    return x.at(0);
  },
  act(run) {
    const x = randn([2, 3]);
    return [show(run(x)), show(x)];
  },
}));
assertSame("a result that is changed after it was used", () => ({
  fn(x) {
    const y = x.mul(2), z = y.add(0);
    y.add_(1);
    return [y, z, y];
  },
  act: (run) => show(run(randn([2]))),
}));
assertSame("a copy of an argument that is cleared then", () => {
  const kept = zeros([2]);
  return {
    fn(x) {
      kept.copy_(x);
      x.zero_();
      return kept.add(x);
    },
    act(run) {
      const x = randn([2]);
      return [show(run(x)), show(x, kept)];
    },
  };
});
assertSame("running means", () => {
  const mean = zeros([2]), count = tensor(0);
  return {
    fn(x) {
      mean.mul_(0.9).add_(x.mean(0).mul(0.1));
      count.add_(1);
      return x.sub(mean).div(count);
    },
    act: (run) => [show(run(randn([4, 2]))), show(mean, count)],
  };
});
assertSame("a parameter that is changed through a tensor of its memory", () => {
  const w = leaf([1, 2, 3, 4]), part = w.detach().at("0:2");
  return {
    fn(x) {
      part.add_(x);
      return w.mul(2).detach();
    },
    act: (run, t) => [show(run(constant(t))), show(w)],
  };
});
assertSame("a gradient that grows and is returned", () => {
  const w = leaf([1, 2]);
  return {
    fn(x) {
      w.mul(x).sum().backward();
      return w.grad;
    },
    act(run, t) {
      const result = run(constant(t));
      return [show(result), result === w.grad];
    },
  };
});
assertSame("a gradient that is assigned from outside", () => {
  const w = leaf([1, 2]), given = constant([5, 6]);
  return {
    fn() {
      w.grad = given;
      return w.grad.add(1);
    },
    act: (run, t) => [show(run(constant(t))), w.grad === given],
  };
});
assertSame("a new gradient that moves to another tensor", () => {
  const v = leaf([0, 0]), w = leaf([1, 2]);
  return {
    fn(x) {
      w.grad = null;
      w.mul(x).sum().backward();
      v.grad = w.grad;
    },
    act(run, t) {
      run(constant(t));
      return show(v.grad, w.grad);
    },
  };
});
for (const look of [0, 3]) {
  assertSame(
    `an old gradient that moves, looked at from time ${look} on`,
    () => {
      const v = leaf([0, 0]), w = leaf([1, 2]);
      w.grad = constant([9, 9]);
      return {
        fn(x) {
          v.grad = w.grad;
          w.grad = null;
          w.mul(x).sum().backward();
        },
        act(run, t) {
          run(constant(t));
          return t < look ? null : show(v.grad, w.grad);
        },
      };
    },
  );
}
assertSame("gradients that change places", () => {
  const v = leaf([0, 0]), w = leaf([1, 2]);
  v.grad = constant([3, 3]);
  w.grad = constant([9, 9]);
  return {
    fn() {
      const { grad } = w;
      w.grad = v.grad;
      v.grad = grad;
    },
    act(run, t) {
      run(constant(t));
      return show(v.grad, w.grad);
    },
  };
});
assertSame("a leaf whose columns lie in a row", () => {
  const w = randn([2, 3]).t().requiresGrad_();
  return {
    fn: (x) => w.mul(x).square().sum().backward(),
    act(run, t) {
      run(tensor(t));
      const { grad } = w, shown = show(grad);
      if (t === 1) w.grad = null;
      return shown;
    },
  };
});
assertSame("a gradient in larger memory", () => {
  const w = leaf([1, 2]), large = constant([0, 0, 7, 8, 9]);
  return {
    fn(x) {
      w.mul(x).sum().backward();
      return w.grad!.mul(2);
    },
    act(run, t) {
      if (t % 2 === 0) w.grad = large.at(t === 0 ? "2:4" : "3:5");
      return [show(run(constant(t))), show(large)];
    },
  };
});
assertSame("a leaf without elements", () => {
  const w = zeros([0, 2]).requiresGrad_(), v = leaf([1]);
  return {
    fn() {
      w.sum().add(v.sum()).backward();
      return w.grad;
    },
    act: (run, t) => [show(run(constant(t))), show(v.grad)],
  };
});
assertSame("gradients that are negative zeros", () => {
  const w = leaf([1, 2]);
  return {
    fn: () => w.mul(constant([-0, 0])).sum().backward(),
    act(run, t) {
      run(constant(t));
      const shown = show(w.grad);
      if (t % 2) w.grad = null;
      return shown;
    },
  };
});
assertSame("a choice by whether there is a gradient", () => {
  const w = leaf([1, 2]);
  return {
    fn() {
      w.grad = w.grad ? w.grad.add(1) : constant([1, 1]);
      return w.grad;
    },
    act: (run, t) => show(run(constant(t))),
  };
}, 2);
assertSame("gradients that are kept inside", () => {
  const w = leaf([1, 2]);
  return {
    fn(x) {
      const h = w.mul(x);
      h.retainGrad();
      h.square().sum().backward();
      return h.grad;
    },
    act: (run, t) => show(run(constant(t))),
  };
});
assertSame("arguments that are parts of one tensor and get gradients", () => {
  const base = constant([[1, 2], [3, 4]]);
  return {
    fn: (x) => x.square().sum().backward(),
    act(run, t) {
      const x = base.at(t % 2).requiresGrad_();
      run(x);
      return show(x.grad);
    },
  };
});
assertSame("recording inside of noGrad()", () => {
  const w = leaf([2]);
  return {
    fn: (x) =>
      noGrad(() =>
        [
          w.mul(x),
          ...enableGrad(() => grad([w.mul(x).square().sum()], [w])),
        ] as Tensor[]
      ),
    act: (run, t) => show(run(constant([t]))),
  };
});
