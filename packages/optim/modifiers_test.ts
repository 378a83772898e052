import { type Tensor, tensor } from "@gradus/tensor";
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  assertNear,
  leaf,
  numbers,
  optimizerClass,
  type Options,
} from "./_testing.ts";
import { stepMode } from "./algorithm.ts";
import { Adam, adamw, SGD } from "./mod.ts";
import golden from "./testdata/modifiers.json" with { type: "json" };

const dtype = "float64";

/** The gradient of step t. */
function gradAt(t: number, param: Tensor): Tensor {
  const noise = golden.noise[(t - 1) % golden.noise.length]!;
  return tensor(golden.curvature, { dtype }).mul(param)
    .add(tensor(noise, { dtype }));
}

for (const { optimizer: name, options, positions } of golden.cases) {
  Deno.test(`${name}(${JSON.stringify(options)}) moves as published`, () => {
    const param = tensor(golden.start, { dtype, requiresGrad: true });
    const optimizer = new (optimizerClass(name))([param], options as Options);
    const expected = new Map(Object.entries(positions));
    for (let t = 1; t <= 50; t++) {
      param.grad = gradAt(t, param.detach());
      optimizer.step();
      const position = expected.get(String(t));
      if (position) assertNear(numbers(param), position, 1e-12, 1, `Step ${t}`);
    }
    assertEquals(stepMode.steps.get(optimizer)!.cacheInfo().captures, 1);
  });
}

Deno.test("adamw() takes the modifiers that its class takes", () => {
  const options = { cautious: true, gradientCentralization: true } as const;
  const { positions } = golden.cases.find((given) =>
    given.optimizer === "AdamW" && given.options.gradientCentralization
  )!;
  const { init, update } = adamw(0.1, options);
  let param = tensor(golden.start, { dtype }), state = init(param);
  for (let t = 1; t <= 10; t++) {
    const [change, next] = update(gradAt(t, param), state, param);
    param = param.add(change);
    state = next;
  }
  assertNear(numbers(param), positions["10"], 1e-12, 1, "Step 10");
});

Deno.test("AlgorithmOptimizer shows and saves modifiers only where they are given", () => {
  const plain = new SGD([leaf([1])]);
  assert(!String(plain).includes("cautious"));
  const optimizer = new SGD([
    { params: [leaf([1])], cautious: true },
    { params: [leaf([2])] },
  ]);
  assert(String(optimizer).includes("cautious: True"));
  const groups = optimizer.stateDict().paramGroups;
  assertEquals(groups.map((group) => group.cautious), [true, undefined]);
  const other = new SGD([{ params: [leaf([1])] }, { params: [leaf([2])] }]);
  other.loadStateDict(optimizer.stateDict());
  assertEquals(other.paramGroups.map((group) => group.cautious), [
    true,
    undefined,
  ]);
});

Deno.test("AlgorithmOptimizer compiles anew when a modifier is switched on", () => {
  const w = leaf([1, -1]);
  const optimizer = new SGD([w], { lr: 0.5 });
  w.grad = tensor([1, 1], { dtype });
  optimizer.step();
  const plain = numbers(w);
  optimizer.paramGroups[0]!.gradientCentralization = true;
  optimizer.paramGroups[0]!.cautious = true;
  optimizer.step();
  assertEquals(plain, [0.5, -1.5]);
  assertEquals(numbers(w), [0, -2]);
  assertEquals(stepMode.steps.get(optimizer)!.cacheInfo().captures, 2);
});

Deno.test("AlgorithmOptimizer refuses modifiers that are no flags, by name", () => {
  const w = leaf([1]);
  const wrong = { cautious: 1 } as object;
  assertThrows(() => new Adam([w], wrong), TypeError, "cautious");
  assertThrows(
    () => new Adam([{ params: w, gradientCentralization: "yes" }]),
    TypeError,
    "gradientCentralization",
  );
});
