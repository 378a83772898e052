import { grad, sparseRows } from "@gradus/autograd";
import { ones, type Tensor, tensor, zeros } from "@gradus/tensor";
import { assertEquals, assertThrows } from "@std/assert";
import { Embedding, embedding } from "./mod.ts";

/** The rows that a gradient is about, in any order, null if that may be all. */
function rowsOf(t: Tensor): number[] | null {
  const rows = sparseRows(t);
  return rows && Array.from(rows.dataSync(), Number).sort((a, b) => a - b);
}

Deno.test("Embedding with sparse notes which rows its gradient is about", () => {
  const table = new Embedding(6, 2, { sparse: true });
  table.forward(tensor([[4, 1], [4, 0]])).sum().backward();
  assertEquals(rowsOf(table.weight.grad!), [0, 1, 4, 4]);
  table.forward(tensor(5).int()).sum().backward();
  assertEquals(rowsOf(table.weight.grad!), [0, 1, 4, 4, 5]);
  assertEquals(table.weight.grad!.select(1, 0).arraySync(), [1, 1, 0, 0, 2, 1]);
  table.forward(zeros([0, 3], { dtype: "int64" })).sum().backward();
  assertEquals(rowsOf(table.weight.grad!), [0, 1, 4, 4, 5]);
});

Deno.test("Embedding without sparse notes nothing", () => {
  const table = new Embedding(6, 2);
  assertEquals(table.sparse, false);
  table.forward(tensor([4, 1])).sum().backward();
  assertEquals(rowsOf(table.weight.grad!), null);
});

Deno.test("Embedding with sparse has another row stand for the padding row", () => {
  const table = new Embedding(6, 2, { sparse: true, paddingIdx: -2 });
  table.forward(tensor([4, 1, 4, 3])).sum().backward();
  assertEquals(rowsOf(table.weight.grad!), [1, 3, 3, 3]);
  table.zeroGrad();
  table.forward(tensor([4, 4])).sum().backward();
  assertEquals(rowsOf(table.weight.grad!), [4, 4]);
  assertEquals(table.weight.grad!.arraySync(), zeros([6, 2]).arraySync());
});

Deno.test("sparseRows() knows the rows of what grad() gives", () => {
  const table = ones([4, 2], { requiresGrad: true });
  const look = () => embedding(tensor([3, 1]), table, { sparse: true }).sum();
  const [once] = grad([look()], [table]) as [Tensor];
  assertEquals(rowsOf(once), [1, 3]);
  const [twice] = grad([look().add(look())], [table]) as [Tensor];
  assertEquals(rowsOf(twice), [1, 1, 3, 3]);
  const options = { createGraph: true };
  const [graph] = grad([look().square()], [table], options) as [Tensor];
  assertEquals(rowsOf(graph), [1, 3]);
  const [mixed] = grad([look().add(table.sum())], [table]) as [Tensor];
  assertEquals(rowsOf(mixed), null);
});

Deno.test("sparseRows() forgets what does not hold any more", () => {
  const indices = tensor([2, 0]);
  const table = new Embedding(3, 2, { sparse: true });
  table.forward(indices).sum().backward();
  const { grad } = table.weight;
  indices.fill_(1);
  assertEquals(rowsOf(grad!), [0, 2]);
  assertEquals(rowsOf(grad!.clone()), null);
  grad!.add_(1);
  assertEquals(rowsOf(grad!), null);
});

Deno.test("Embedding prints sparse as PyTorch does and hands it on", () => {
  const table = new Embedding(5, 2, { sparse: true, paddingIdx: 1 });
  assertEquals(String(table), "Embedding(5, 2, padding_idx=1, sparse=True)");
  const weight = zeros([3, 2]);
  const loaded = Embedding.fromPretrained(weight, {
    freeze: false,
    sparse: true,
  });
  loaded.forward(tensor([2])).sum().backward();
  assertEquals(rowsOf(loaded.weight.grad!), [2]);
});

Deno.test("Embedding refuses sparse with scaleGradByFreq", () => {
  const options = { sparse: true, scaleGradByFreq: true };
  const make = () => new Embedding(3, 2, options);
  assertThrows(make, RangeError, "expected one of them");
  const look = () => embedding(tensor([0]), zeros([3, 2]), options);
  assertThrows(look, RangeError, "expected one of them");
});
