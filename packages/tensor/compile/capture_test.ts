import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  bernoulli,
  compile,
  empty,
  Generator,
  getRngState,
  initialSeed,
  logspace,
  manualSeed,
  nonzero,
  oneHot,
  rand,
  randint,
  randn,
  randperm,
  setDefaultDtype,
  type Tensor,
  tensor,
  zeros,
} from "../mod.ts";
import { assertSameCompiled as assertSame } from "../testing/compiled_testing.ts";

const x = tensor([[3, 1, 2], [0.5, -4, 7]], { dtype: "float32" });
const float = (values: number[]) => tensor(values, { dtype: "float32" });

Deno.test("compile() draws the random numbers that the function draws, new ones in every run", () => {
  assertSame(() => randn([3, 5]));
  assertSame(() => randn([40], { dtype: "float64" }));
  assertSame(() => rand([3, 5]));
  assertSame(() => randint(0, 10, [4]));
  assertSame(() => randperm(9));
  assertSame(() => randperm(9, { dtype: "float32" }));
  assertSame(() => empty([4]).exponential_(2));
  assertSame(() => empty([4]).random_());
  assertSame((x) => bernoulli(x.sigmoid()), x);
});

Deno.test("compile() draws into any layout in the order of the function", () => {
  assertSame(() => zeros([4, 6]).t().normal_());
  assertSame(() => zeros([4, 6]).at(":", "::2").normal_());
  assertSame((x) => empty([3, 2]).t().bernoulli_(x.sigmoid()), x);
  assertSame((x) => zeros([2, 6]).at(":", "::2").bernoulli_(x.sigmoid()), x);
  assertSame((x) => empty([2, 3]).bernoulli_(x.at(0).sigmoid()), x);
  assertSame(() => {
    const t = rand([5]);
    return t.bernoulli_(t);
  });
});

Deno.test("compile() seeds generators in every run", () => {
  assertSame(() => {
    manualSeed(3);
    return randn([2]);
  });
  assertSame(() => {
    const generator = new Generator().manualSeed(3);
    return [randn([2], { generator }), randn([2], { generator })];
  });
  const generator = new Generator();
  const state = generator.getState();
  assertSame(() => {
    generator.setState(state);
    return rand([2], { generator });
  });
});

Deno.test("compile() refuses probabilities outside of [0, 1] when they are there", () => {
  const draw = compile((p: Tensor) => bernoulli(p));
  assertEquals(draw(float([1, 0])).arraySync(), [1, 0]);
  assertThrows(() => draw(float([1, 2])), RangeError, "[0, 1], got 2");
  assertEquals(draw(float([0, 1])).arraySync(), [0, 1]);
});

Deno.test("compile() sorts and accumulates in every run", () => {
  assertSame((x) => ({ ...x.sort() }), x);
  assertSame((x) => ({ ...x.t().sort(0, { descending: true }) }), x);
  assertSame((x) => ({ ...x.topk(2) }), x);
  assertSame((x) => ({ ...x.kthvalue(2) }), x);
  assertSame((x) => x.median(), x);
  assertSame((x) => ({ ...x.median(1, { keepdim: true }) }), x);
  assertSame((x) => x.mul(2).cumsum(1).add(1), x);
  assertSame((x) => x.gt(0).cumsum(0), x);
  assertSame((x) => x.t().cumprod(1), x);
  assertSame((x) => ({ ...x.cummax(1) }), x);
  assertSame((x) => ({ ...x.cummin(0) }), x);
  const sorted = compile((x: Tensor) => x.sort().values);
  assertEquals(sorted(float([2, 1])).arraySync(), [1, 2]);
  assertEquals(sorted(float([4, 3])).arraySync(), [3, 4]);
});

Deno.test("compile() finds indices out of range when they are there", () => {
  const gather = compile((i: Tensor) => x.gather(1, i));
  assertEquals(gather(tensor([[0], [1]])).arraySync(), [[3], [-4]]);
  assertThrows(
    () => gather(tensor([[0], [5]])),
    RangeError,
    "Cannot gather: expected indices in [-3, 2], got 5",
  );
  assertEquals(gather(tensor([[-1], [0]])).arraySync(), [[2], [0.5]]);
  const pick = compile((i: Tensor) => x.at(i.t().add(0).t()));
  assertThrows(() => pick(tensor([[0, 1], [-3, 5]])), RangeError, "got -3");
  const encode = compile((i: Tensor) => oneHot(i, 3));
  assertEquals(encode(tensor([2, 0])).arraySync(), [[0, 0, 1], [1, 0, 0]]);
  assertThrows(() => encode(tensor([0, 3])), RangeError, "[0, 2], got 3");
});

Deno.test("compile() leaves memory as it was where a check before the change fails", () => {
  const state = zeros([3]);
  const put = compile((i: Tensor) => {
    state.indexPut_([i], float([1, 2]));
  });
  put(tensor([0, 1]));
  assertEquals(state.arraySync(), [1, 2, 0]);
  assertThrows(() => put(tensor([2, 3])), RangeError, "got 3");
  assertEquals(state.arraySync(), [1, 2, 0]);
});

Deno.test("compile() refuses what integers cannot be computed of when it is there", () => {
  const divide = compile((a: Tensor, b: Tensor) => a.remainder(b));
  assertEquals(divide(tensor([5, 7]), tensor([3, 4])).arraySync(), [2, 3]);
  assertThrows(
    () => divide(tensor([5, 7]), tensor([3, 0])),
    RangeError,
    "Cannot divide integers by zero",
  );
  const power = compile((a: Tensor, b: Tensor) => a.pow(b));
  assertEquals(power(tensor([5, 7]), tensor([3, 2])).arraySync(), [125, 49]);
  assertThrows(
    () => power(tensor([5, 7]), tensor([64, -1])),
    RangeError,
    "Cannot raise integers to a negative power",
  );
  assertThrows(
    () => power(tensor([5, 7]), tensor([3, 64])),
    RangeError,
    "Cannot raise integers to a power above 63",
  );
});

Deno.test("compile() makes constants of numbers that are known", () => {
  assertSame((x) => x.add(tensor([1, 2.5, 3])), x);
  assertSame(() => logspace(0, 2, 3));
  const given = new Float32Array([1, 2, 3]);
  const add = compile((x: Tensor) => x.add(tensor(given)));
  add(x);
  given.fill(0);
  assertEquals(add(zeros([2, 3])).arraySync(), [[1, 2, 3], [1, 2, 3]]);
});

Deno.test("compile() assigns one value by a mask, whose places need no list", () => {
  assertSame((x) => x.clone().setAt([x.gt(1)], 9), x);
  assertSame((x) => x.clone().setAt([x.gt(1)], tensor(4.5)), x);
  assertSame((x) => x.clone().setAt([x.at(":", 0).gt(1)], x.at(1)), x);
  assertSame((x) => {
    const mask = x.gt(1);
    return mask.setAt([mask], false);
  }, x);
});

Deno.test("compile() refuses to read values, and says what to do", () => {
  const refuses = (fn: (x: Tensor) => unknown, action: string) => {
    const compiled = compile((x: Tensor) => {
      fn(x);
      return x;
    });
    assertThrows(
      () => compiled(x),
      Error,
      `Cannot ${action} inside compile as nothing has been computed yet`,
    );
  };
  refuses((x) => x.sum().itemSync(), "read a value");
  refuses((x) => x.dataSync(), "read a value");
  refuses((x) => x.arraySync(), "read a value");
  refuses((x) => JSON.stringify(x), "read a value");
  refuses((x) => x.allcloseSync(x), "tell whether tensors are close");
  refuses((x) => x.equalSync(x), "tell whether tensors are equal");
  refuses((x) => x.at(tensor(1)), "index by the value of a tensor of 0 dims");
  const places = "list the places of a mask or of elements that are not 0";
  refuses((x) => x.at(x.gt(1)), places);
  refuses((x) => x.maskedSelect(x.gt(1)), places);
  refuses((x) => nonzero(x), places);
  refuses((x) => x.clone().setAt([x.gt(1)], float([1, 2])), places);
  refuses(
    (x) => oneHot(x.long()),
    "encode classes without a number of classes",
  );
  refuses(() => initialSeed(), "read the seed of a generator");
  refuses(() => getRngState(), "read the state of a generator");
  refuses(
    () => new Generator().seed(),
    "seed a generator from the system's entropy",
  );
});

Deno.test("compile() refuses reads that are to come later, too, at once", async () => {
  const reads: (() => Promise<unknown>)[] = [];
  const reading = compile((x: Tensor) => {
    const promises = [
      x.data(),
      x.array(),
      x.sum().item(),
      x.equal(x),
      x.allclose(x),
    ];
    promises.forEach((p) => {
      reads.push(() => p);
      p.catch(() => {});
    });
    return x.add(1);
  });
  assertThrows(() => reading(x), Error, "inside compile");
  assertEquals(reads.length, 5);
  for (const read of reads) await assertRejects(read, Error, "inside compile");
});

Deno.test("compile() shows a tensor without elements inside of the function", () => {
  const texts: string[] = [];
  compile((x: Tensor) => {
    const y = x.add(1);
    texts.push(String(y), `${y.at(0)}`);
    return y;
  })(x);
  assertEquals(texts, [
    "tensor(..., shape=[2, 3], dtype=float32, traced)",
    "tensor(..., shape=[3], dtype=float32, traced)",
  ]);
});

Deno.test("compile() captures anew where the default dtype changes", () => {
  const make = compile((x: Tensor) => x.add(zeros([2])));
  const whole = tensor([1, 2]);
  assertEquals(make(whole).dtype, "float32");
  setDefaultDtype("float64");
  try {
    assertEquals(make(whole).dtype, "float64");
  } finally {
    setDefaultDtype("float32");
  }
  assertEquals(make(whole).dtype, "float32");
  assert(make(whole).equalSync(whole));
});

Deno.test("compile() does not believe a function that caught an error of the capture", () => {
  const reading = compile((x: Tensor) => {
    let factor = 1;
    try {
      factor = x.sum().itemSync();
    } catch {
      // as programs do
    }
    return x.mul(factor);
  });
  assertThrows(() => reading(x), Error, "inside compile");
});

Deno.test("compile() records anew when a flag that the function looked at changed", () => {
  const w = tensor([1.5]);
  const step = compile(() => w.requiresGrad ? x.add(1) : x.sub(1));
  assertEquals(step().arraySync(), x.sub(1).arraySync());
  w.requiresGrad = true;
  assertEquals(step().arraySync(), x.add(1).arraySync());
});

Deno.test("repeat() follows a function that alternates", () => {
  const make = () => {
    const w = tensor([0.5]), v = tensor([1.5], { requiresGrad: true });
    const step = () => {
      if (v.grad === null) {
        w.add_(1);
        v.grad = tensor([1.5]);
      } else {
        w.add_(v.grad.mul(10));
        v.grad = null;
      }
    };
    return { w, step };
  };
  const eager = make(), compiled = make();
  for (let i = 0; i < 6; i++) eager.step();
  compile(compiled.step).repeat(6);
  assertEquals(compiled.w.arraySync(), eager.w.arraySync());
});

Deno.test("repeat() asks for the arguments that the function takes", () => {
  const double = compile((x: Tensor) => x.mul(2));
  assertThrows(() => double.repeat(2), TypeError, "{ args: [...] }");
});

Deno.test("compile() takes long chains of shared values", () => {
  const chain = (x: Tensor) => {
    for (let i = 0; i < 60; i++) x = x.mul(x).clamp({ max: 0.5 });
    return x.sum();
  };
  const big = x.expand([20_000, 2, 3]).contiguous();
  assertEquals(compile(chain)(big).itemSync(), chain(big).itemSync());
});
