import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  arange,
  Generator,
  rand,
  randint,
  type Tensor,
  tensor,
} from "./mod.ts";

function seeded(seed: number): Generator {
  return new Generator().manualSeed(seed);
}

/** Random numbers with repeats, infinities and NaN, as rows. */
function mixed(rows: number, columns: number, seed: number): Tensor {
  const generator = seeded(seed);
  const x = randint(-9, 9, [rows, columns], { generator }).double().mul(0.5);
  const dice = rand([rows, columns], { generator });
  return x.maskedFill(dice.lt(0.1), NaN)
    .maskedFill(dice.gt(0.95), Infinity).maskedFill(dice.gt(0.98), -Infinity);
}

/** Places in order by JavaScript's own stable sort. */
function expectedOrder(row: readonly number[], descending: boolean): number[] {
  const rank = (v: number) => Number.isNaN(v) ? [1, 0] : [0, v];
  const compare = (i: number, j: number) => {
    const [a, x] = rank(row[i]!) as [number, number];
    const [b, y] = rank(row[j]!) as [number, number];
    return a - b || (x < y ? -1 : x > y ? 1 : 0);
  };
  return row.map((_, i) => i)
    .sort((i, j) => descending ? compare(j, i) : compare(i, j));
}

Deno.test("sort() is stable for lines of every length", () => {
  for (const size of [1, 2, 11, 12, 13, 24, 25, 47, 48, 49, 100, 500, 3000]) {
    const x = mixed(2, size, size);
    const rows = x.arraySync() as number[][];
    for (const descending of [false, true]) {
      const order = rows.map((row) => expectedOrder(row, descending));
      const { values, indices } = x.sort(1, { descending });
      assertEquals(indices.arraySync(), order);
      assertEquals(
        values.arraySync(),
        order.map((places, r) => places.map((i) => rows[r]![i]!)),
      );
      const turned = x.t().sort(0, { descending });
      assertEquals(turned.indices.t().arraySync(), order);
      assertEquals(x.argsort(1, { descending }).arraySync(), order);
    }
  }
});

Deno.test("topk(), kthvalue() and median() read a sorted line", () => {
  const x = mixed(3, 41, 5);
  const up = x.sort(1), down = x.sort(1, { descending: true });
  const top = x.topk(7, 1), low = x.topk(7, 1, { largest: false });
  assertEquals(
    top.indices.arraySync(),
    down.indices.narrow(1, 0, 7).arraySync(),
  );
  assertEquals(low.values.arraySync(), up.values.narrow(1, 0, 7).arraySync());
  assertEquals(
    x.kthvalue(9, 1).indices.arraySync(),
    up.indices.select(1, 8).arraySync(),
  );
  const finite = x.nanToNum();
  assertEquals(
    finite.median(1).values.arraySync(),
    finite.sort(1).values.select(1, 20).arraySync(),
  );
});

Deno.test("median() is NaN, and found where the first NaN is, if there is one", () => {
  const { values, indices } = tensor([[3, NaN, 1, NaN], [4, 3, 2, 1]]).median(
    1,
  );
  assertEquals(values.arraySync(), [NaN, 2]);
  assertEquals(indices.arraySync(), [1, 2]);
  assertEquals(tensor([3, NaN, 1]).median().itemSync(), NaN);
});

Deno.test("sort() refuses a dim that does not exist", () => {
  assertThrows(
    () => arange(3).sort(1),
    RangeError,
    "Cannot sort a tensor: expected a dim",
  );
  assertThrows(() => arange(3).topk(4), RangeError, "expected k in [0, 3]");
});

Deno.test("cumsum() rounds each float32 sum once", () => {
  const x = rand([1000], { generator: seeded(1) });
  let sum = 0;
  const expected = [...x.dataSync()].map((v) => Math.fround(sum += Number(v)));
  assertEquals([...x.cumsum(0).dataSync()], expected);
});

Deno.test("cumsum() and cumprod() go along any dim of any layout", () => {
  const x = rand([3, 5, 4], { dtype: "float64", generator: seeded(2) });
  for (const dim of [0, 1, 2]) {
    const lines = x.transpose(dim, 2);
    const sums = x.cumsum(dim).transpose(dim, 2);
    const products = x.cumprod(dim).transpose(dim, 2);
    for (let k = 0; k < lines.shape[2]!; k++) {
      const head = lines.narrow(2, 0, k + 1);
      assert(sums.select(2, k).allcloseSync(head.sum(2)));
      assert(products.select(2, k).allcloseSync(head.prod(2)));
    }
    assertEquals(
      x.permute(2, 0, 1).cumsum((dim + 1) % 3).permute(1, 2, 0).arraySync(),
      x.cumsum(dim).arraySync(),
    );
  }
});

Deno.test("roll() and flip() are undone by themselves", () => {
  const x = rand([3, 5, 4], { generator: seeded(3) }).permute(2, 0, 1);
  assert(x.flip([0, 2]).flip([0, 2]).equalSync(x));
  assert(x.roll([1, -7], [0, 2]).roll([-1, 7], [0, 2]).equalSync(x));
  assert(x.roll(13).roll(-13).equalSync(x));
});

Deno.test("tril() and triu() split a matrix", () => {
  const x = rand([2, 4, 6], { generator: seeded(4) });
  for (let k = -6; k <= 6; k++) {
    assert(x.tril(k).add(x.triu(k + 1)).equalSync(x));
  }
  const inf = tensor([[1, Infinity], [NaN, 2]]);
  assertEquals(inf.tril().arraySync(), [[1, 0], [NaN, 2]]);
});
