import {
  clipGradNorm,
  clipGradsWithNorm,
  clipGradValue,
  getTotalNorm,
  Linear,
  Parameter,
  parametersToVector,
  vectorToParameters,
} from "@gradus/nn";
import { ones, tensor, zeros, zerosLike } from "@gradus/tensor";
import { assertEquals, assertThrows } from "@std/assert";
import { assertClose, doubles } from "./_testing.ts";
import golden from "./testdata/nn.json" with { type: "json" };

function parametersWithGrads(): Parameter[] {
  return golden.clipping.grads.map((values) => {
    const grad = tensor(values, { dtype: "float64" });
    const p = new Parameter(zerosLike(grad));
    p.grad = grad;
    return p;
  });
}

Deno.test("clipGradNorm() scales gradients and returns the norm as PyTorch does", () => {
  for (const { maxNorm, normType, total, grads } of golden.clipping.cases) {
    const parameters = [...parametersWithGrads(), new Parameter(zeros([3]))];
    const options = {
      normType: normType === "inf" ? Infinity : Number(normType),
    };
    const norm = clipGradNorm(parameters, maxNorm, options);
    assertClose([norm.itemSync()], [total], 1e-14);
    grads.forEach((grad, i) => assertClose(parameters[i]!.grad, grad, 1e-14));
  }
});

Deno.test("clipGradNorm() takes the common type of the gradients", () => {
  const [a, b] = [
    new Parameter(zeros([2])),
    new Parameter(doubles([0, 0], [2])),
  ];
  a.grad = ones([2]);
  b.grad = doubles([1 / 3, 1 / 3], [2]);
  // The numbers are PyTorch 2.13's.
  const norm = clipGradNorm([a, b], 1);
  assertEquals([norm.dtype, a.grad.dtype], ["float64", "float32"]);
  assertClose(norm.reshape([1]), [1.4907119620386557], 1e-15);
  assertClose(b.grad, [0.22360665119425563, 0.22360665119425563], 1e-15);
});

Deno.test("clipGradNorm() is 0 without gradients and takes one tensor", () => {
  assertEquals(clipGradNorm([], 1).itemSync(), 0);
  assertEquals(clipGradNorm(new Parameter(zeros([2])), 1).itemSync(), 0);
  const p = new Parameter(zeros([2]));
  p.grad = tensor([30, 40], { dtype: "float32" });
  assertEquals(clipGradNorm(p, 5).itemSync(), 50);
  assertClose(p.grad, [3, 4], 1e-6);
});

Deno.test("clipGradNorm() refuses norms that are not finite if asked, and changes nothing", () => {
  const p = new Parameter(zeros([2]));
  p.grad = tensor([Infinity, 1]);
  assertThrows(
    () => clipGradNorm([p], 1, { errorIfNonfinite: true }),
    RangeError,
    "got Infinity",
  );
  assertEquals(p.grad.arraySync(), [Infinity, 1]);
  clipGradNorm([p], 1);
  assertEquals(p.grad.arraySync(), [NaN, 0]);
});

Deno.test("getTotalNorm() and clipGradsWithNorm() are the halves of clipGradNorm()", () => {
  const [p] = parametersWithGrads();
  const norm = getTotalNorm([p!.grad!]);
  clipGradsWithNorm([p!], 1, norm);
  assertClose([getTotalNorm(p!.grad!).itemSync()], [1], 1e-6);
});

Deno.test("clipGradValue() limits every element", () => {
  const parameters = parametersWithGrads();
  clipGradValue(parameters, 1.75);
  assertEquals(parameters.map((p) => p.grad?.arraySync()), [
    [1.75, -1.75, 0.5],
    [[1.5], [-1.75]],
  ]);
});

Deno.test("parametersToVector() and vectorToParameters() undo each other", () => {
  const layer = new Linear(3, 2), other = new Linear(3, 2);
  const vector = parametersToVector(layer.parameters());
  vectorToParameters(vector, other.parameters());
  assertEquals(other.weight.arraySync(), layer.weight.arraySync());
  assertEquals(other.bias?.arraySync(), layer.bias?.arraySync());
  vectorToParameters(
    doubles([8, 7, 6, 5, 4, 3, 2, 1], [8]),
    other.parameters(),
  );
  assertEquals([other.weight.dtype, other.bias?.arraySync()], ["float32", [
    2,
    1,
  ]]);
  vector.sum().backward();
  assertEquals(layer.bias?.grad?.arraySync(), [1, 1]);
  assertThrows(
    () => vectorToParameters(ones([7]), layer.parameters()),
    TypeError,
    "expected a vector of 8 elements, got shape [7]",
  );
});
