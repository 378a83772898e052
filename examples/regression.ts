/** Least squares on scikit-learn's random regression problem, in the ways of a PyTorch lecture. */

import { noGrad } from "@gradus/autograd";
import { makeRegression } from "@gradus/data";
import { Module, Parameter } from "@gradus/nn";
import { type Optimizer, SGD } from "@gradus/optim";
import { cat, ones, type Tensor, zeros } from "@gradus/tensor";

const data = makeRegression({
  nSamples: 10000,
  nFeatures: 20,
  nInformative: 4,
  bias: 3,
  noise: 1,
  randomState: 1234,
});
const x = cat([ones([10000, 1], { dtype: "float64" }), data.x], 1);
const y = data.y;
const k = x.size(1);

const squaredError = (beta: Tensor) => x.matmul(beta).sub(y).pow(2).sum();
const round = (beta: Tensor) =>
  (beta.arraySync() as number[]).map((v) => Math.round(v * 1e4) / 1e4 + 0);
const zeroBeta = () => zeros([k], { dtype: "float64", requiresGrad: true });

// The exact solution, by conjugate gradients on the normal equations.
{
  const gram = x.t().mm(x);
  let beta = zeros([k], { dtype: "float64" });
  let residual = x.t().mv(y), direction = residual;
  for (let i = 0; i < 2 * k; i++) {
    const curved = gram.mv(direction);
    const before = residual.dot(residual);
    if (before.itemSync() < 1e-18) break;
    const step = before.div(direction.dot(curved));
    beta = beta.add(direction.mul(step));
    residual = residual.sub(curved.mul(step));
    direction = residual.add(direction.mul(residual.dot(residual).div(before)));
  }
  console.log("least squares", await squaredError(beta).item());
  console.log(round(beta));
}

// The first step of gradient descent.
{
  const beta = zeroBeta();
  const loss = squaredError(beta);
  loss.backward();
  console.log("first update", round(beta.grad!.mul(-1e-4)));
}

// Gradient descent by hand.
{
  const beta = zeroBeta();
  for (let i = 0; i < 31; i++) {
    const loss = squaredError(beta);
    if (i % 5 === 0) {
      console.log(`Step: ${i}, loss: ${(await loss.item()).toFixed(4)}`);
    }
    loss.backward();
    noGrad(() => {
      beta.sub_(beta.grad!.mul(1e-5));
      beta.grad = null;
    });
  }
  console.log("after 31 steps", await squaredError(beta).item());
}

// A model with a parameter, trained by an optimizer.
class Model extends Module {
  readonly beta: Parameter;
  constructor(size: number) {
    super();
    this.beta = new Parameter(zeros([size], { dtype: "float64" }));
  }
  override forward(x: Tensor): Tensor {
    return x.matmul(this.beta);
  }
  /** The all-in-one form: a model that trains itself. */
  async fit(
    x: Tensor,
    y: Tensor,
    optimizer: Optimizer,
    n = 30,
  ): Promise<number[]> {
    const losses: number[] = [];
    for (let i = 0; i < n; i++) {
      const loss = this.forward(x).sub(y).pow(2).sum();
      loss.backward();
      optimizer.step();
      optimizer.zeroGrad();
      losses.push(await loss.item());
    }
    return losses;
  }
}
const model = new Model(k);
const losses = await model.fit(x, y, new SGD(model.parameters(), { lr: 1e-5 }));
console.log("model", losses.at(-1));
console.log(round(model.beta.detach()));
