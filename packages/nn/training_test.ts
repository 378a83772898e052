import { noGrad } from "@gradus/autograd";
import { Dropout, type Layer, Linear, ReLU, Sequential } from "@gradus/nn";
import { manualSeed, randn, setDefaultDtype } from "@gradus/tensor";
import { assertEquals } from "@std/assert";
import { assertClose } from "./_testing.ts";
import golden from "./testdata/nn.json" with { type: "json" };

/** Losses of 100 steps of gradient descent on a network with one hidden layer. */
function train(dropout: boolean): number[] {
  manualSeed(1);
  const x = randn([100, 3]);
  const y = x.at(":", 0, null).mul(0.2)
    .sub(x.at(":", 1, null).mul(1.3))
    .sub(x.at(":", 2, null).mul(0.5))
    .add(randn([100, 1]));
  const first: Layer[] = [new Linear(3, 32), new ReLU()];
  const middle = dropout ? [new Dropout(0.2)] : [];
  const model = new Sequential(...first, ...middle, new Linear(32, 1));
  const losses: number[] = [];
  for (let step = 0; step < 100; step++) {
    const loss = model.forward(x).sub(y).square().mean();
    losses.push(loss.itemSync());
    model.zeroGrad();
    loss.backward();
    noGrad(() => {
      for (const p of model.parameters()) p.sub_(p.grad!, { alpha: 0.1 });
    });
  }
  return losses;
}

for (const { dtype, dropout, losses } of golden.training) {
  const title = dropout ? "a network with Dropout" : "a network";
  Deno.test(`${title} learns as in PyTorch, step by step, in ${dtype}`, () => {
    setDefaultDtype(dtype as "float32" | "float64");
    try {
      const found = train(dropout);
      assertEquals(found.length, 100);
      assertClose(found, losses, dtype === "float64" ? 1e-10 : 1e-3);
    } finally {
      setDefaultDtype("float32");
    }
  });
}
