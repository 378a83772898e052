import {
  assert,
  assertEquals,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import { noGrad } from "@gradus/autograd";
import {
  compile,
  manualSeed,
  type Tensor,
  tensor,
  zeros,
} from "@gradus/tensor";
import { assertSameCompiled } from "../tensor/testing/compiled_testing.ts";
import * as nn from "./mod.ts";

const x = tensor([[3, 1, 2], [0.5, -4, 7]], { dtype: "float32" });

Deno.test("dropout() drops other elements in every run of a compiled function", () => {
  assertSameCompiled((x) => nn.dropout(x, 0.4), x);
  assertSameCompiled((x) => nn.dropout(x.t(), 0.4), x);
  const drop = compile((x: Tensor) => nn.dropout(x, 0.5));
  const ones = zeros([64]).add(1);
  manualSeed(1);
  assertNotEquals(drop(ones).arraySync(), drop(ones).arraySync());
});

Deno.test("Dropout learns the same in a compiled function, step by step", () => {
  const learn = (compiles: boolean): unknown => {
    manualSeed(0);
    const model = new nn.Sequential(
      new nn.Linear(3, 20),
      new nn.Tanh(),
      new nn.Dropout(0.25),
      new nn.Linear(20, 1),
    );
    const step = (x: Tensor): Tensor => {
      const loss = model.forward(x).square().mean();
      model.zeroGrad();
      loss.backward();
      noGrad(() => {
        for (const p of model.parameters()) p.sub_(p.grad!.mul(0.1));
      });
      return loss.detach();
    };
    const run = compiles ? compile(step) : step;
    const losses = Array.from({ length: 5 }, () => run(x).itemSync());
    return [losses, model.parameters().map((p) => p.detach().arraySync())];
  };
  assertEquals(learn(true), learn(false));
});

Deno.test("rrelu() draws slopes in every run of a compiled function", () => {
  assertSameCompiled((x) => nn.rrelu(x, { training: true }), x.sub(2));
  assertSameCompiled((x) => nn.rrelu(x.t(), { training: true }), x.sub(2));
});

Deno.test("init draws in every run of a compiled function", () => {
  assertSameCompiled(() => new nn.Linear(3, 4).weight.detach());
  assertSameCompiled(() => nn.init.sparse_(zeros([4, 3]), 0.5));
});

Deno.test("Module.training is found changed by compiled functions", () => {
  const model = new nn.Sequential(new nn.Linear(3, 4), new nn.Dropout(0.5));
  let captures = 0;
  const forward = compile((x: Tensor) => {
    captures++;
    return model.forward(x).detach();
  });
  const eager = () => model.forward(x).detach().arraySync();
  for (let i = 0; i < 3; i++) {
    manualSeed(i);
    const found = forward(x).arraySync();
    manualSeed(i);
    assertEquals(found, eager());
  }
  assertEquals(captures, 1);
  model.eval();
  assertEquals(forward(x).arraySync(), eager());
  model.train();
  forward(x);
  assertEquals(captures, 2);
});

Deno.test("Module.training is set by every run of a compiled function that sets it", () => {
  const model = new nn.Dropout(0.5);
  let captures = 0;
  const both = compile((x: Tensor) => {
    captures++;
    model.eval();
    const y = model.forward(x);
    model.train();
    return [y, model.forward(x)];
  });
  for (const before of [true, false, false]) {
    model.train(before);
    assertEquals(both(x)[0]!.arraySync(), x.arraySync());
    assert(model.training);
  }
  assertEquals(captures, 1);
});

Deno.test("init.orthogonal_() and truncNormal_() are refused inside compile", () => {
  for (const name of ["orthogonal_", "truncNormal_"] as const) {
    assertThrows(
      () => compile((x: Tensor) => nn.init[name](x.clone()))(x),
      Error,
      `Cannot fill a tensor by ${name} inside compile`,
    );
  }
});

Deno.test("saveSafetensorsSync() is refused inside compile", () => {
  const save = compile((x: Tensor) => {
    nn.saveSafetensorsSync({ x });
    return x.add(1);
  });
  assertThrows(() => save(x), Error, "Cannot read a value inside compile");
});
