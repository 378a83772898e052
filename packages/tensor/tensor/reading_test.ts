import { assertEquals, assertThrows } from "@std/assert";
import { tensor, zeros } from "../mod.ts";

const x = tensor([[1, 2], [3, 4]]);

Deno.test("Symbol.toPrimitive gives text and refuses numbers", () => {
  const text = "tensor([[1, 2],\n        [3, 4]])";
  assertEquals(`${x}`, text);
  assertEquals(String(x), text);
  assertEquals(Deno.inspect(x), text);
  const scalar: unknown = tensor(2);
  const calls = [
    () => scalar as number * 2,
    () => scalar as number + 1,
    () => "" + scalar,
    () => scalar as number > 1,
    () => Number(scalar),
  ];
  for (const call of calls) {
    assertThrows(
      call,
      TypeError,
      "Cannot use a tensor as a number: use methods such as add() and mul(), or await item()",
    );
  }
});

Deno.test("Tensor shows itself in notebooks", () => {
  // As Deno's kernel does with the value of a cell.
  const value: unknown = x;
  const shown = (value as Record<symbol, () => unknown>)[
    Symbol.for("Jupyter.display")
  ]!();
  assertEquals(shown, { "text/plain": "tensor([[1, 2],\n        [3, 4]])" });
});

Deno.test("toJSON() gives nested arrays", () => {
  assertEquals(JSON.stringify(x), "[[1,2],[3,4]]");
  assertEquals(JSON.stringify({ a: tensor(true) }), '{"a":true}');
  assertEquals(JSON.stringify(tensor([NaN, 0.5])), "[null,0.5]");
});

Deno.test("Symbol.iterator gives views of dim 0", () => {
  const own = zeros([2, 2]);
  let add = 1;
  for (const row of own) row.add_(add++);
  assertEquals(own.arraySync(), [[1, 1], [2, 2]]);
  const [first, second] = x;
  assertEquals([first?.arraySync(), second?.arraySync()], [[1, 2], [3, 4]]);
  assertEquals([...zeros([0, 3])], []);
  assertThrows(
    () => [...tensor(1)],
    TypeError,
    "Cannot iterate over a tensor of 0 dims",
  );
});

Deno.test("cpu() gives a tensor on the CPU itself", () => {
  assertEquals(x.cpu() === x, true);
});
