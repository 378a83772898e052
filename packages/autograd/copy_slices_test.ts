import { assertAlmostEquals, assertEquals } from "@std/assert";
import { type Tensor, tensor, zeros } from "@gradus/tensor";
import { constant, leaf } from "./leaf_testing.ts";
import { grad } from "./mod.ts";
import golden from "./testdata/autograd.json" with { type: "json" };

/** The cases of scripts/golden/autograd.py. */
const cases: Record<string, (x: Tensor, w: Tensor) => Tensor> = {
  whole(x, w) {
    const b = x.mul(w);
    b.mul_(x);
    b.div_(w.mul(w).add(1));
    b.exp_();
    return b.mul(b).sum();
  },
  saved_results(x, w) {
    const b = x.mul(w).sigmoid_();
    const c = b.mul(2).tanh_();
    const d = c.add(1).sqrt_();
    return d.mul(w).sum();
  },
  slice_of_product(x, w) {
    const b = x.mul(1);
    b.at("1:3").mul_(w.at("1:3"));
    return b.mul(b).sum();
  },
  several_slices(x, w) {
    const b = x.mul(w);
    b.at("0:2").mul_(3);
    b.add_(w);
    b.at("1:4").exp_();
    return b.mul(b).mul(w).sum();
  },
  chain_of_views(x, w) {
    const b = x.mul(2);
    b.view(2, 3).at(1).at("0:2").mul_(w.at("0:2"));
    return b.pow(3).sum();
  },
  transposed(x, w) {
    const b = x.mul(2);
    const v = b.view(2, 3).t();
    v.at(1).copy_(w.at("0:2").mul(w.at("4:6")));
    return v.sin().sum().add(b.mul(b).sum());
  },
  other_view(x, w) {
    const b = x.mul(2);
    const first = b.at("0:3"), second = b.at("2:5");
    first.mul_(w.at("0:3"));
    return second.mul(second).sum().add(b.pow(3).sum());
  },
  assigned(x, w) {
    const b = x.mul(1);
    b.setAt(["2:4"], w.at("2:4").mul(x.at("0:2")));
    b.setAt([0], 5);
    return b.mul(b).sum();
  },
  base_changed(x, w) {
    const b = x.mul(1);
    const v = b.at("1:4");
    b.mul_(w);
    return v.pow(3).sum().add(v.sum());
  },
  view_of_buffer(x, w) {
    const b = zeros([6], { dtype: "float64" });
    b.setAt(["0:3"], x.at("0:3").mul(w.at("0:3")));
    b.setAt(["3:6"], b.at("0:3").clone().exp());
    return b.mul(b).sum();
  },
  recurrence(x, w) {
    const b = x.mul(1);
    for (let i = 1; i < 6; i++) {
      const next = b.at(i).clone().mul(b.at(i - 1).clone().sin()).add(w.at(i));
      b.setAt([i], next);
    }
    return b.mul(b).sum();
  },
  strided(x, w) {
    const b = x.mul(1);
    b.asStrided([2, 2], [3, 1], 1).mul_(w.at("0:4").view(2, 2));
    return b.mul(b).sum();
  },
  strided_over_transposed(x, w) {
    const b = x.view(2, 3).t().mul(1);
    assertEquals(b.strides, [1, 3]);
    const v = b.asStrided([2, 2], [3, 1], 1);
    v.mul_(w.at("0:4").view(2, 2));
    return b.mul(b).mul(w.view(3, 2)).sum().add(v.sin().sum());
  },
  expanded(x, w) {
    const b = x.view(1, 6).mul(1);
    b.expand(3, 6).at(0).mul_(w);
    return b.mul(b).sum();
  },
  diagonal(x, w) {
    const b = x.at("0:4").view(2, 2).mul(1);
    b.diagonal().mul_(w.at("0:2"));
    return b.mm(b).sum();
  },
  permuted(x, w) {
    const c = x.mul(w).view(1, 2, 3).mul(1);
    c.permute(2, 0, 1).unsqueeze(1).squeeze(2).at(1).mul_(w.at("0:2"));
    return c.pow(3).sum();
  },
  masked(x, w) {
    const b = x.mul(w);
    b.at("1:5").maskedFill_(tensor([true, false, false, true]), 0.5);
    return b.mul(b).mul(b).sum();
  },
  indexed(x, w) {
    const b = x.mul(1);
    const places = tensor([3, 0], { dtype: "int64" });
    b.at("1:5").indexPut_([places], w.at("0:2").mul(x.at("0:2")));
    return b.mul(b).mul(w).sum();
  },
  power(x, w) {
    const b = x.abs().add(1);
    b.at("3:6").pow_(2);
    b.at("0:3").pow_(w.at("0:3"));
    return b.sum();
  },
  weighted(x, w) {
    const b = x.mul(1);
    b.at("0:3").lerp_(w.at("0:3"), 0.25);
    b.at("3:6").addcmul_(x.at("0:3"), w.at("3:6"), { value: 2 });
    return b.mul(b).sum();
  },
};

function assertClose(found: readonly Tensor[], expected: number[][]): void {
  found.forEach((t, k) => {
    const values = t.dataSync();
    expected[k]!.forEach((e, i) => {
      const tolerance = 1e-12 * Math.max(1, Math.abs(e));
      assertAlmostEquals(Number(values[i]), e, tolerance);
    });
  });
}

for (const [name, expected] of Object.entries(golden.cases)) {
  Deno.test(`CopySlices and changes in place have PyTorch's derivatives: ${name}`, () => {
    const x = leaf(golden.x), w = leaf(golden.w);
    const value = cases[name]!(x, w);
    assertAlmostEquals(value.itemSync(), expected.value, 1e-9);
    const first = grad(value, [x, w], {
      createGraph: true,
      materializeGrads: true,
    }) as Tensor[];
    assertClose(first, expected.first);
    const squares = first[0]!.square().sum().add(first[1]!.square().sum());
    const second = grad(squares, [x, w], { materializeGrads: true });
    assertClose(second as Tensor[], expected.second);
  });
}

Deno.test("CopySlices is the node of a base, and the view is a view of its result", () => {
  const b = leaf([1, 2, 3]).mul(1);
  const v = b.at("1:");
  v.mul_(2);
  assertEquals(b.gradFn?.name, "CopySlices");
  assertEquals(v.gradFn?.name, "SliceBackward0");
  assertEquals(v.gradFn?.nextFunctions[0]?.[0], b.gradFn);
  assertEquals(
    b.gradFn?.nextFunctions.map(([node]) => node?.name),
    ["MulBackward0", undefined],
  );
});

Deno.test("CopySlices gives a base without a gradient one, and its other views", () => {
  const b = zeros([4], { dtype: "float64" });
  const v = b.at("1:3"), w = leaf([2, 3]);
  assertEquals([b.requiresGrad, v.requiresGrad], [false, false]);
  b.at("0:2").copy_(w);
  assertEquals([b.requiresGrad, v.requiresGrad], [true, true]);
  v.sum().backward();
  assertEquals(w.grad?.arraySync(), [0, 1]);
});

Deno.test("CopySlices of what saved nothing runs twice", () => {
  const x = leaf([1, 2, 3]);
  const b = x.add(1);
  b.at(0).add_(1);
  const y = b.sum();
  y.backward();
  y.backward();
  assertEquals(x.grad?.arraySync(), [2, 2, 2]);
});

Deno.test("CopySlices of what saved values needs retainGraph to run twice", () => {
  const x = leaf([1, 2, 3]);
  const b = x.mul(1);
  b.at(0).mul_(constant(5).requiresGrad_());
  const y = b.sum();
  y.backward(undefined, { retainGraph: true });
  y.backward();
  assertEquals(x.grad?.arraySync(), [10, 2, 2]);
});

Deno.test("CopySlices passes nothing on to a base that does not require a gradient", () => {
  const b = zeros([3], { dtype: "float64" });
  const w = leaf(4);
  b.at(1).mul_(w);
  b.at(2).add_(w);
  assertEquals(b.gradFn?.nextFunctions.length, 2);
  b.mul(constant([1, 10, 100])).sum().backward();
  assertEquals(w.grad?.itemSync(), 100);
});

Deno.test("CopySlices keeps NaN and infinity of what was overwritten out of the gradient", () => {
  for (const bad of [NaN, Infinity]) {
    const x = leaf([1, 2, 3]);
    const y = x.mul(2);
    y.at("1:").fill_(0);
    y.mul(constant([1, bad, bad])).sum().backward();
    assertEquals(x.grad?.arraySync(), [2, 0, 0]);
  }
});
