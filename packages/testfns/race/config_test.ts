import { Adam, SGD } from "@gradus/optim";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { type Competitor, entriesOf, type Entry } from "./competitor.ts";
import { drawnFrom, gridOf, keyOf, logSpaced } from "./config.ts";

function entry(competitor: Partial<Competitor> = {}): Entry {
  const given = { optimizer: SGD, ...competitor } as Competitor;
  return entriesOf([given], [1e-3, 1])[0]!;
}

Deno.test("logSpaced() has equal ratios and both ends", () => {
  assertEquals(logSpaced(1e-4, 10, 6), [1e-4, 1e-3, 0.01, 0.1, 1, 10]);
  assertEquals(logSpaced(0.01, 1, 1), [0.1]);
  assertEquals(logSpaced(0.5, 0.5, 7), [0.5]);
});

Deno.test("gridOf() lists learning rates for each choice", () => {
  assertEquals(gridOf(entry(), 4).map(({ lr }) => lr), [1e-3, 0.01, 0.1, 1]);
  assertEquals(gridOf(entry({ search: { momentum: [0, 0.9] } }), 6), [
    { momentum: 0, lr: 1e-3 },
    { momentum: 0, lr: 0.0316227766017 },
    { momentum: 0, lr: 1 },
    { momentum: 0.9, lr: 1e-3 },
    { momentum: 0.9, lr: 0.0316227766017 },
    { momentum: 0.9, lr: 1 },
  ]);
});

Deno.test("gridOf() makes as many configurations as there are trials, whatever is sought", () => {
  for (let trials = 4; trials <= 13; trials++) {
    for (const momentum of [[0], [0, 0.5], [0, 0.5, 0.9], [0, 0.3, 0.6, 0.9]]) {
      const configs = gridOf(entry({ search: { momentum } }), trials);
      assertEquals(configs.length, trials);
      assertEquals(new Set(configs.map((c) => JSON.stringify(c))).size, trials);
    }
  }
});

Deno.test("gridOf() tries a learning rate that is not tuned once", () => {
  assertEquals(gridOf(entry({ lr: [0.5, 0.5] }), 9), [{ lr: 0.5 }]);
});

Deno.test("gridOf() refuses ranges and more choices than trials", () => {
  const range = entry({ search: { momentum: { min: 0, max: 1 } } });
  assertThrows(
    () => gridOf(range, 9),
    RangeError,
    'Cannot race SGD on a grid as momentum has a range: give a list of values or use tuning "random"',
  );
  const many = entry({
    search: { momentum: [0, 1, 2], nesterov: [true, false] },
  });
  assertThrows(
    () => gridOf(many, 5),
    RangeError,
    "Cannot race SGD on a grid: expected at least 6 trials for its choices, got 5",
  );
});

Deno.test("drawnFrom() stays within the spaces", () => {
  const configs = drawnFrom(
    entry({
      lr: [0.01, 100],
      search: {
        momentum: { min: 0.5, max: 0.75 },
        eps: { min: 1e-8, max: 1, log: true },
        nesterov: [true, false],
      },
    }),
    200,
    3,
  ) as { lr: number; momentum: number; eps: number; nesterov: boolean }[];
  assertEquals(configs.length, 200);
  for (const { lr, momentum, eps, nesterov } of configs) {
    assert(lr >= 0.01 && lr <= 100);
    assert(momentum >= 0.5 && momentum <= 0.75);
    assert(eps >= 1e-8 && eps <= 1);
    assertEquals(typeof nesterov, "boolean");
  }
  const share = (holds: (c: typeof configs[0]) => boolean) =>
    configs.filter(holds).length / 200;
  // Orders of magnitude are equally likely.
  assert(Math.abs(share(({ lr }) => lr < 1) - 0.5) < 0.1);
  assert(Math.abs(share(({ eps }) => eps < 1e-4) - 0.5) < 0.1);
  assert(Math.abs(share(({ momentum }) => momentum < 0.625) - 0.5) < 0.1);
  assert(Math.abs(share(({ nesterov }) => nesterov) - 0.5) < 0.1);
});

Deno.test("drawnFrom() gives competitors learning rates at the same places, chosen by the seed", () => {
  const [sgd, adam] = entriesOf([
    { optimizer: SGD, search: { momentum: [0, 0.9] } },
    { optimizer: Adam, lr: [1e-5, 1e-2] },
  ], [1e-3, 1]) as [Entry, Entry];
  const rates = (entry: Entry, seed: number) =>
    drawnFrom(entry, 5, seed).map(({ lr }) => lr);
  assertEquals(rates(sgd, 1), rates(sgd, 1));
  rates(adam, 1).forEach((lr, i) => {
    assert(Math.abs(lr * 100 / rates(sgd, 1)[i]! - 1) < 1e-12);
  });
  assert(rates(sgd, 1)[0] !== rates(sgd, 2)[0]);
});

Deno.test("keyOf() tells hyper-parameters apart and ignores the learning rate", () => {
  assertEquals(keyOf({ lr: 1, a: 2 }), keyOf({ lr: 3, a: 2 }));
  const keys = [null, NaN, Infinity, -Infinity, 0, "0", [0]]
    .map((a) => keyOf({ lr: 1, a }));
  assertEquals(new Set(keys).size, keys.length);
});
