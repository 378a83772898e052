import { assertEquals, assertThrows } from "@std/assert";
import { Module, ModuleList } from "@gradus/nn";
import { rand, randint, randn, type Tensor, tensor } from "@gradus/tensor";
import * as loss from "./mod.ts";

const x = randn([4, 3]), y = rand([4, 3]), p = rand([4, 3]);
const classes = randint(0, 3, [4]);
const weight = rand([3]), posWeight = rand([3]), variance = rand([4, 3]);

interface Row {
  readonly module: Module & { forward(...x: (Tensor | number)[]): Tensor };
  readonly args: readonly Tensor[];
  readonly expected: Tensor;
}

/** Modules with settings that are not the defaults, and what they should compute. */
function rows(): Row[] {
  const row = (
    module: unknown,
    args: readonly Tensor[],
    expected: Tensor,
  ): Row => ({ module: module as Row["module"], args, expected });
  const sum = { reduction: "sum" } as const;
  const nll = { weight, ignoreIndex: 1, ...sum };
  const poisson = { logInput: false, full: true, eps: 0.5, ...sum };
  const gaussian = { full: true, eps: 0.25, ...sum };
  return [
    row(new loss.MSELoss(sum), [x, y], loss.mseLoss(x, y, sum)),
    row(new loss.L1Loss(sum), [x, y], loss.l1Loss(x, y, sum)),
    row(
      new loss.SmoothL1Loss({ beta: 0.5, ...sum }),
      [x, y],
      loss.smoothL1Loss(x, y, { beta: 0.5, ...sum }),
    ),
    row(
      new loss.HuberLoss({ delta: 0.5, ...sum }),
      [x, y],
      loss.huberLoss(x, y, { delta: 0.5, ...sum }),
    ),
    row(
      new loss.BCELoss({ weight, ...sum }),
      [p, y],
      loss.binaryCrossEntropy(p, y, { weight, ...sum }),
    ),
    row(
      new loss.BCEWithLogitsLoss({ weight, posWeight, ...sum }),
      [x, y],
      loss.binaryCrossEntropyWithLogits(x, y, { weight, posWeight, ...sum }),
    ),
    row(new loss.NLLLoss(nll), [x, classes], loss.nllLoss(x, classes, nll)),
    row(
      new loss.CrossEntropyLoss({ labelSmoothing: 0.5, ...nll }),
      [x, classes],
      loss.crossEntropy(x, classes, { labelSmoothing: 0.5, ...nll }),
    ),
    row(
      new loss.KLDivLoss({ logTarget: true, reduction: "batchmean" }),
      [x, y],
      loss.klDiv(x, y, { logTarget: true, reduction: "batchmean" }),
    ),
    row(
      new loss.PoissonNLLLoss(poisson),
      [p, y],
      loss.poissonNllLoss(p, y, poisson),
    ),
    row(
      new loss.GaussianNLLLoss(gaussian),
      [x, y, variance],
      loss.gaussianNllLoss(x, y, variance, gaussian),
    ),
  ];
}

/** The modules that the package exports. */
const modules = Object.entries(loss).filter(([, value]) =>
  value.prototype instanceof Module
);

Deno.test("Loss modules compute what their functions do with the same settings", () => {
  for (const { module, args, expected } of rows()) {
    assertEquals(module.forward(...args).itemSync(), expected.itemSync());
  }
  const tested = rows().map(({ module }) => module.constructor.name).sort();
  assertEquals(modules.map(([name]) => name).sort(), tested);
});

Deno.test("Loss modules have the defaults of their functions", () => {
  const value = (module: unknown, ...args: Tensor[]) =>
    (module as Row["module"]).forward(...args).itemSync();
  const same = (module: unknown, args: Tensor[], expected: Tensor) =>
    assertEquals(value(module, ...args), expected.itemSync());
  same(new loss.MSELoss(), [x, y], loss.mseLoss(x, y));
  same(new loss.L1Loss(), [x, y], loss.l1Loss(x, y));
  same(new loss.SmoothL1Loss(), [x, y], loss.smoothL1Loss(x, y));
  same(new loss.HuberLoss(), [x, y], loss.huberLoss(x, y));
  same(new loss.BCELoss(), [p, y], loss.binaryCrossEntropy(p, y));
  same(
    new loss.BCEWithLogitsLoss(),
    [x, y],
    loss.binaryCrossEntropyWithLogits(x, y),
  );
  same(new loss.NLLLoss(), [x, classes], loss.nllLoss(x, classes));
  same(
    new loss.CrossEntropyLoss(),
    [x, classes],
    loss.crossEntropy(x, classes),
  );
  same(new loss.KLDivLoss(), [x, y], loss.klDiv(x, y));
  same(new loss.PoissonNLLLoss(), [x, y], loss.poissonNllLoss(x, y));
  same(
    new loss.GaussianNLLLoss(),
    [x, y, variance],
    loss.gaussianNllLoss(x, y, variance),
  );
});

Deno.test("Loss modules have no parameters and print as PyTorch prints them", () => {
  for (const { module } of rows()) {
    assertEquals(module.parameters(), []);
    assertEquals(String(module), `${module.constructor.name}()`);
  }
});

Deno.test("Loss modules keep weights as buffers under PyTorch's names", () => {
  const keys = rows().map(({ module }) => Object.keys(module.stateDict()));
  const weights = ["weight"];
  assertEquals(keys, [
    [],
    [],
    [],
    [],
    weights,
    ["weight", "pos_weight"],
    weights,
    weights,
    [],
    [],
    [],
  ]);
  assertEquals(Object.keys(new loss.CrossEntropyLoss().stateDict()), []);
});

Deno.test("CrossEntropyLoss converts and loads its weight with the model that it is in", () => {
  const module = new loss.CrossEntropyLoss({ weight: tensor([0.5, 1, 2]) });
  const model = new ModuleList([module]);
  model.double();
  assertEquals(module.weight!.dtype, "float64");
  model.loadStateDict({ "0.weight": tensor([1.5, 1, 1]) });
  assertEquals(module.weight!.arraySync(), [1.5, 1, 1]);
  const found = module.forward(x.double(), classes);
  const options = { weight: tensor([1.5, 1, 1], { dtype: "float64" }) };
  const expected = loss.crossEntropy(x.double(), classes, options);
  assertEquals(found.itemSync(), expected.itemSync());
});

Deno.test("Loss modules refuse settings out of range when they are made", () => {
  for (const [name, Loss] of modules) {
    const make = Loss as unknown as new (options: unknown) => Module;
    assertThrows(
      () => new make({ reduction: "max" }),
      TypeError,
      `Cannot compute ${name}: expected reduction "none", `,
    );
  }
  assertThrows(
    () => new loss.SmoothL1Loss({ beta: -1 }),
    RangeError,
    "Cannot make SmoothL1Loss: expected beta >= 0, got -1",
  );
  assertThrows(
    () => new loss.HuberLoss({ delta: 0 }),
    RangeError,
    "Cannot make HuberLoss: expected delta > 0, got 0",
  );
  assertThrows(
    () => new loss.CrossEntropyLoss({ labelSmoothing: 2 }),
    RangeError,
    "Cannot make CrossEntropyLoss: expected labelSmoothing in [0, 1], got 2",
  );
});
