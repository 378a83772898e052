import { compile, type Tensor, tensor } from "@gradus/tensor";
import {
  assert,
  assertEquals,
  assertNotEquals,
  assertStrictEquals,
} from "@std/assert";
import { leaf } from "./leaf_testing.ts";
import { noGrad } from "./mod.ts";

function numbers(t: Tensor): number[] {
  return Array.from(t.dataSync(), Number);
}

Deno.test("compile() lends gradients only while nobody looks", () => {
  const w = leaf([1, 2]);
  const f = compile((n: Tensor) => {
    w.grad = null;
    w.mul(n).sum().backward();
  });
  const number = (n: number) => tensor(n, { dtype: "float64" });
  f(number(2));
  const first = w.grad!;
  assertStrictEquals(w.grad, first);
  f(number(3));
  assertEquals(numbers(first), [2, 2]);
  assertEquals(numbers(w.grad!), [3, 3]);
  assertNotEquals(w.grad, first);
  // Another function that looks, and one that hands the gradient out.
  f(number(4));
  const g = compile(() => w.grad!.add(1));
  assertEquals(numbers(g()), [5, 5]);
  f(number(5));
  const keep = compile(() => {
    const { grad } = w;
    w.grad = null;
    return grad!;
  });
  const kept = keep();
  assertEquals(w.grad, null);
  f(number(6));
  assertEquals([numbers(kept), numbers(w.grad!)], [[5, 5], [6, 6]]);
  // A capture that looked at it.
  f(number(7));
  compile(() => w.grad!.mul(2))();
  const seen = w.grad!;
  f(number(8));
  assertEquals([numbers(seen), numbers(w.grad!)], [[7, 7], [8, 8]]);
});

Deno.test("compile() hands out gradients that outlive the next run", () => {
  const w = leaf([1, 2]);
  const f = compile((n: Tensor) => {
    w.grad = null;
    w.mul(n).sum().backward();
    return w.grad!;
  });
  const number = (n: number) => tensor(n, { dtype: "float64" });
  const first = f(number(2));
  assertStrictEquals(first, w.grad);
  const second = f(number(3));
  assertEquals([numbers(first), numbers(second)], [[2, 2], [3, 3]]);
});

Deno.test("compile() gives each argument a gradient of its own", () => {
  const f = compile((x: Tensor, n: Tensor) => {
    x.mul(n).sum().backward();
  });
  const number = (n: number) => tensor(n, { dtype: "float64" });
  const a = leaf([1]), b = leaf([1]);
  f(a, number(2));
  f(b, number(3));
  f(a, number(10));
  assertEquals([numbers(a.grad!), numbers(b.grad!)], [[12], [3]]);
  const g = compile((x: Tensor, n: Tensor) => {
    x.grad = null;
    x.mul(n).sum().backward();
  });
  g(a, number(2));
  g(b, number(3));
  assertEquals([numbers(a.grad!), numbers(b.grad!)], [[2], [3]]);
  assertEquals([f, g].map((h) => h.cacheInfo().captures), [1, 1]);
});

Deno.test("compile() adds the gradients of one tensor that comes in twice", () => {
  const w = leaf([3]);
  const f = compile((a: Tensor, b: Tensor) => {
    a.mul(b).mul(w).sum().backward();
  });
  for (let t = 0; t < 2; t++) {
    const x = leaf([2]);
    w.grad = null;
    f(x, x);
    assertEquals([numbers(x.grad!), numbers(w.grad!)], [[12], [4]]);
  }
  for (const args of [[w, w], [leaf([2]), w], [w, leaf([2])], [w, w]]) {
    const [a, b] = args as [Tensor, Tensor];
    const expected = leaf([3]),
      same = (t: Tensor) => t === w ? expected : t.detach().requiresGrad_();
    same(a).mul(same(b)).mul(expected).sum().backward();
    w.grad = null;
    f(a, b);
    assertEquals(numbers(w.grad!), numbers(expected.grad!));
  }
});

Deno.test("compile() makes leaves inside anew in every run", () => {
  const w = leaf([1, 2]);
  const f = compile((n: Tensor) => {
    const own = w.detach().requiresGrad_();
    own.square().mul(n).sum().backward();
    return [own.grad!, own];
  });
  const number = (n: number) => tensor(n, { dtype: "float64" });
  assertEquals(numbers(f(number(1))[0]!), [2, 4]);
  assertEquals(numbers(f(number(2))[0]!), [4, 8]);
  assertEquals(numbers(f(number(3))[0]!), [6, 12]);
  assertEquals(w.grad, null);
  assertEquals(f.cacheInfo().captures, 1);
});

Deno.test("compile() falls back where a gradient shares memory with what it changes", () => {
  const w = leaf([1]), v = leaf([2]);
  const shared = tensor([0], { dtype: "float64" });
  w.grad = v.grad = shared;
  const f = compile(() => w.mul(v).sum().backward());
  const { warn } = console;
  console.warn = () => {};
  try {
    f();
  } finally {
    console.warn = warn;
  }
  assertEquals(numbers(shared), [3]);
  assert(f.cacheInfo().fallback?.includes("shares memory"));
  // Reading alone is fine.
  const sum = compile(() => noGrad(() => w.sub_(w.grad!.add(v.grad!))));
  assertEquals(numbers(sum()), [1 - 6]);
  assertEquals(sum.cacheInfo().fallback, null);
});

Deno.test("compile() makes hooks on tensors a part of the program", () => {
  const w = leaf([1, 2]), seen: number[][] = [];
  const handle = w.registerHook((g) => g.mul(10));
  w.registerPostAccumulateGradHook((t) => {
    seen.push([...t.shape]);
    noGrad(() => t.sub_(t.grad!));
  });
  const f = compile(() => {
    w.grad = null;
    const h = w.mul(3);
    h.registerHook((g) => g.add(1));
    h.sum().backward();
  });
  f();
  f();
  assertEquals(numbers(w.grad!), [60, 60]);
  assertEquals(numbers(w), [1 - 120, 2 - 120]);
  assertEquals(seen, [[2]]);
  handle.remove();
  f();
  assertEquals(numbers(w.grad!), [6, 6]);
  assertEquals(f.cacheInfo().captures, 2);
});

Deno.test("compile() applies the hooks of arguments", () => {
  const f = compile((x: Tensor) => void x.square().sum().backward());
  const plain = leaf([1]), hooked = leaf([1]);
  const handle = hooked.registerHook((g) => g.mul(10));
  const grads = [];
  for (const x of [plain, hooked, plain, hooked]) {
    x.grad = null;
    f(x);
    grads.push(numbers(x.grad!)[0]);
  }
  handle.remove();
  hooked.grad = null;
  f(hooked);
  assertEquals([...grads, numbers(hooked.grad!)[0]], [2, 20, 2, 20, 2]);
  assertEquals(f.cacheInfo().captures, 2);
});
