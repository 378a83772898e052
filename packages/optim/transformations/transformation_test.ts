import { valueAndGrad } from "@gradus/autograd";
import { compile, type Tensor, tensor, zerosLike } from "@gradus/tensor";
import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { Adam, adam, SGD, sgd } from "../mod.ts";
import {
  addDecayedWeights,
  applyUpdates,
  chain,
  clipByGlobalNorm,
  exponentialDecay,
  type GradientTransformation,
  identity,
  type RuleState,
  scaleByLearningRate,
} from "./mod.ts";

const dtype = "float64";

interface Params {
  readonly [key: string]: Tensor;
}

function start(): Params {
  return {
    w: tensor([1, -2, 3], { dtype }),
    b: tensor([[0.5, 0.25]], { dtype }),
  };
}

function gradsOf({ w, b }: Params): Params {
  return { w: w!.mul(2).add(1), b: b!.mul(3) };
}

/** Positions after each step. */
function run(
  optimizer: GradientTransformation,
  steps = 5,
): unknown[] {
  let params = start();
  let state = optimizer.init(params);
  return Array.from({ length: steps }, () => {
    const [updates, next] = optimizer.update(gradsOf(params), state, params);
    state = next;
    params = applyUpdates(params, updates);
    return [params.w!.arraySync(), params.b!.arraySync()];
  });
}

Deno.test("transformationOf() follows a schedule from its value at 0 on", () => {
  const schedule = exponentialDecay({
    initValue: 0.5,
    transitionSteps: 1,
    decayRate: 0.5,
  });
  let params = { w: tensor([1], { dtype }) };
  const optimizer = sgd(schedule);
  let state = optimizer.init(params);
  const places = [1, 2, 3].map(() => {
    const grads = { w: tensor([1], { dtype }) };
    const [updates, next] = optimizer.update(grads, state, params);
    state = next;
    params = applyUpdates(params, updates);
    return params.w.itemSync();
  });
  assertEquals(places, [0.5, 0.25, 0.125]);
});

Deno.test("transformationOf() changes neither gradients, state nor parameters", () => {
  const params = start(), grads = gradsOf(params);
  const optimizer = adam(0.1);
  const state = optimizer.init(params);
  const [first, next] = optimizer.update(grads, state, params);
  const [again] = optimizer.update(grads, state, params);
  assertEquals(again.w!.arraySync(), first.w!.arraySync());
  assertEquals(params.w!.arraySync(), [1, -2, 3]);
  assertEquals(grads.w!.arraySync(), [3, -3, 7]);
  const [second] = optimizer.update(grads, next, params);
  assertEquals((next as RuleState).count.itemSync(), 1);
  assertEquals(second.w!.shape, [3]);
});

Deno.test("transformationOf() gives the same numbers inside of compile() and compiles once", () => {
  const optimizer = adam(
    exponentialDecay({ initValue: 0.5, transitionSteps: 2, decayRate: 0.5 }),
    { weightDecay: 0.1 },
  );
  const expected = run(optimizer);
  type State = ReturnType<typeof optimizer.init>;
  const step = compile((params: Params, state: State) => {
    const [updates, next] = optimizer.update(gradsOf(params), state, params);
    return [applyUpdates(params, updates), next] as const;
  });
  let params = start(), state = optimizer.init(params);
  const actual = Array.from({ length: 5 }, () => {
    const [moved, next] = step(params, state);
    [params, state] = [moved, next];
    return [params.w!.arraySync(), params.b!.arraySync()];
  });
  assertEquals(actual, expected);
  assertEquals(step.cacheInfo().captures, 1);
  assertEquals(step.cacheInfo().fallback, null);
});

Deno.test("transformationOf() keeps no graph of parameters that require gradients", () => {
  const w = tensor([1.5], { dtype, requiresGrad: true });
  const optimizer = new Adam([w], { lr: 0.1 });
  const loss = (p: { w: Tensor }) => p.w.square().sum();
  const { init, update } = adam(0.1);
  let params = { w }, state = init(params);
  for (let t = 0; t < 3; t++) {
    const [, grads] = valueAndGrad(loss)(params);
    const [updates, next] = update(grads, state, params);
    assertEquals(updates.w.requiresGrad, false);
    params = applyUpdates(params, updates);
    assertEquals([params.w.requiresGrad, params.w.isLeaf], [true, true]);
    state = next;
  }
  for (let t = 0; t < 3; t++) {
    optimizer.zeroGrad();
    loss({ w }).backward();
    optimizer.step();
  }
  assertEquals(params.w.itemSync(), w.itemSync());
});

Deno.test("transformationOf() refuses what does not match, by name", () => {
  const params = start(), optimizer = adam(0.1);
  const state = optimizer.init(params);
  assertThrows(
    () => optimizer.update(gradsOf(params), state),
    TypeError,
    "Cannot update Adam without the parameters",
  );
  assertThrows(
    () => optimizer.update({ w: params.w! }, state, params),
    TypeError,
    "expected 2 tensors, got 1",
  );
  assertThrows(
    () => optimizer.update({ w: params.b!, b: params.b! }, state, params),
    TypeError,
    "expected [3] at leaf 0, got [1, 2]",
  );
  assertThrows(() => adam(-1), RangeError, "lr");
  assertThrows(() => adam(0.1, { eps: -1 }), RangeError, "eps");
  assertThrows(
    () => adam(0.1, { epsilon: 1 } as object),
    TypeError,
    "epsilon",
  );
});

Deno.test("chain() passes updates on and gives every link the parameters", () => {
  const composed = chain(
    identity(),
    addDecayedWeights(0.1),
    scaleByLearningRate(0.25),
  );
  assertEquals(run(composed), run(sgd(0.25, { weightDecay: 0.1 })));
});

Deno.test("chain() refuses a state of another chain", () => {
  const params = start(), grads = gradsOf(params);
  const one = chain(identity());
  assertThrows(
    () => one.update(grads, [{}, {}], params),
    TypeError,
    "expected 1 entries, got 2",
  );
  assertThrows(() => chain(), RangeError, "at least one");
});

Deno.test("clipByGlobalNorm() leaves small updates and zeros as they are", () => {
  const clip = clipByGlobalNorm(10);
  const grads = gradsOf(start());
  const [same] = clip.update(grads, clip.init(grads));
  assertEquals(same.w!.arraySync(), grads.w!.arraySync());
  const zero = { w: zerosLike(grads.w!) };
  assertEquals(clip.update(zero, {})[0].w.arraySync(), [0, 0, 0]);
});

Deno.test("sgd() is its class", () => {
  const w = tensor([1, -2, 3], { dtype, requiresGrad: true });
  const optimizer = new SGD([w], { lr: 0.1, momentum: 0.9, nesterov: true });
  const expected = Array.from({ length: 5 }, () => {
    w.grad = w.detach().mul(2).add(1);
    optimizer.step();
    return w.arraySync();
  });
  const places = run(sgd(0.1, { momentum: 0.9, nesterov: true }));
  assertEquals(places.map((place) => (place as unknown[])[0]), expected);
});

Deno.test("identity() hands on the very same tensors", () => {
  const { init, update } = identity();
  const g = tensor([1.5]);
  assertStrictEquals(update(g, init(g))[0], g);
});
