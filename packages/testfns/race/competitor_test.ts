import { Adam, adam, SGD } from "@gradus/optim";
import { assertEquals, assertThrows } from "@std/assert";
import { type Competitor, entriesOf } from "./competitor.ts";
import type { OptimizerClass } from "../resolve_optimizer.ts";

function refuses(
  given: unknown,
  error: new (message: string) => Error,
  message: string,
): void {
  const list = (Array.isArray(given) ? given : [given]) as OptimizerClass[];
  assertThrows(() => entriesOf(list, [0.1, 1]), error, message);
}

Deno.test("entriesOf() fills in what is left out", () => {
  const factory = (params: ConstructorParameters<typeof SGD>[0]) =>
    new SGD(params);
  const given: (OptimizerClass | Competitor)[] = [
    Adam,
    { optimizer: SGD, options: { momentum: 0.9 }, lr: [0.5, 2] },
    { optimizer: factory, name: "mine" },
    { transformation: adam, name: "adam" },
  ];
  const rest = { options: {}, lr: [0.1, 1], search: {} };
  const found = entriesOf(given, [0.1, 1]).map(({ source, ...entry }) => ({
    ...entry,
    kind: source.kind,
  }));
  assertEquals<unknown>(found, [
    { name: "Adam", kind: "class", ...rest },
    {
      name: "SGD",
      kind: "class",
      options: { momentum: 0.9 },
      lr: [0.5, 2],
      search: {},
    },
    { name: "mine", kind: "factory", ...rest },
    { name: "adam", kind: "transformation", ...rest },
  ]);
});

Deno.test("entriesOf() refuses what is no optimizer", () => {
  const expected =
    "expected a class of optimizers, { optimizer } or { name, transformation }";
  refuses([], TypeError, "expected an array of optimizers, got an empty one");
  refuses(["Adam"], TypeError, "Cannot race an optimizer: expected options");
  refuses({}, TypeError, expected);
  refuses({ optimizer: 3 }, TypeError, expected);
  refuses(
    { name: "both", optimizer: Adam, transformation: adam },
    TypeError,
    expected,
  );
  refuses(
    { optimizer: Adam, momentum: 1 },
    TypeError,
    "unknown option momentum",
  );
});

Deno.test("entriesOf() asks for names", () => {
  const optimizer = () => new SGD([]);
  refuses({ optimizer }, TypeError, "Cannot race a factory without a name");
  refuses(
    { transformation: adam },
    TypeError,
    "Cannot race a transformation without a name: expected a name beside it",
  );
  refuses(
    [Adam, SGD, { optimizer: Adam, options: { amsgrad: true } }],
    RangeError,
    "Cannot race two optimizers that are both called Adam: give one of them another name",
  );
});

Deno.test("entriesOf() checks learning rates", () => {
  refuses({ optimizer: Adam, lr: 0.1 }, TypeError, "as [from, to]");
  for (const lr of [[0, 1], [1, 0.1], [0.1, Infinity], [NaN, 1]]) {
    refuses({ optimizer: Adam, lr }, RangeError, "above 0 and not descending");
  }
  refuses(
    { optimizer: Adam, options: { lr: 0.1 } },
    TypeError,
    "Cannot race Adam as lr is tuned: expected options without it",
  );
  refuses(
    { optimizer: Adam, search: { lr: [0.1, 1] } },
    TypeError,
    "expected the learning rates to try as lr: [from, to], got them in search",
  );
});

Deno.test("entriesOf() checks search spaces", () => {
  const search = (momentum: unknown, options = {}) => ({
    optimizer: SGD,
    search: { momentum },
    options,
  });
  refuses(
    search([]),
    RangeError,
    "Cannot race SGD: expected one or more values for momentum, got none",
  );
  refuses(search([0, () => 1]), RangeError, "values that are plain data");
  refuses(search({ min: 1, max: 0 }), RangeError, "a max that is not less");
  refuses(search({ min: 0, max: 1, log: true }), RangeError, "a min above 0");
  refuses(search({ min: 0, most: 1 }), TypeError, "unknown option most");
  refuses(search([0], { momentum: 1 }), TypeError, "as momentum is tuned");
});
