import { Linear, Module, Parameter } from "@gradus/nn";
import { compile, type Tensor, tensor, zeros } from "@gradus/tensor";
import { heap } from "@gradus/tensor/internal";
import { assertEquals, assertThrows } from "@std/assert";
import { assertNear, dtypes, numbers } from "../_testing.ts";
import { SGD } from "../sgd.ts";
import golden from "../testdata/swa_utils.json" with { type: "json" };
import {
  AveragedModel,
  type AveragedModelOptions,
  getEmaAvgFn,
  getEmaMultiAvgFn,
  getSwaAvgFn,
  getSwaMultiAvgFn,
} from "./mod.ts";

type DTypeName = typeof dtypes[number];

/** One or two units in the last place. */
const tolerance = { float32: 2.5e-7, float64: 5e-16 };

/** The model of the stored results. */
class Model extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter;
  declare mean: Tensor;
  declare count: Tensor;

  constructor(dtype: DTypeName) {
    super();
    this.weight = new Parameter(zeros([2, 3], { dtype }));
    this.bias = new Parameter(zeros([2], { dtype }));
    this.registerBuffer("mean", zeros([2], { dtype }));
    this.registerBuffer("count", zeros([2], { dtype: "int64" }));
  }

  tensors(): Tensor[] {
    return [this.weight, this.bias, this.mean, this.count];
  }

  set(step: number): void {
    const all = this.tensors().map((t) => t.detach());
    all.slice(0, 3).forEach((t, k) => {
      const values = Float64Array.from(
        { length: t.numel },
        (_, i) => ((7 * i + 5 * k + 3 * step * step) % 11 - 4) / 4 + 0.1 * step,
      );
      t.copy_(tensor(values).view(t.shape));
    });
    all[3]!.copy_(tensor([5 * step, 100 - 7 * step]));
  }
}

function optionsOf(stored: Record<string, unknown>): AveragedModelOptions {
  const options: Record<string, unknown> = { ...stored };
  const make = {
    swa: [getSwaAvgFn, getSwaMultiAvgFn],
    ema: [getEmaAvgFn, getEmaMultiAvgFn],
  };
  (["avgFn", "multiAvgFn"] as const).forEach((name, i) => {
    if (!options[name]) return;
    const [kind, decay] = options[name] as ["swa" | "ema", number];
    options[name] = make[kind][i]!(decay);
  });
  return options;
}

Deno.test("AveragedModel gives the averages of PyTorch, compiled or not", () => {
  for (const given of golden.cases) {
    for (const dtype of dtypes) {
      for (const compiled of [false, true]) {
        const model = new Model(dtype);
        const averaged = new AveragedModel(model, optionsOf(given.options));
        const update = () => averaged.updateParameters(model);
        const run = compiled ? compile(update) : update;
        given[dtype].forEach((expected, i) => {
          model.set(i + 1);
          run();
          const title = `${JSON.stringify(given.options)}, ${dtype}, step ${
            i + 1
          }`;
          assertEquals(averaged.nAveraged.itemSync(), i + 1);
          averaged.module.tensors().forEach((t, k) =>
            assertNear(numbers(t), expected[k]!, tolerance[dtype], 1, title)
          );
        });
      }
    }
  }
});

Deno.test("AveragedModel copies the model and leaves it alone", () => {
  const model = new Linear(2, 1);
  const averaged = new AveragedModel(model);
  const before = model.weight.arraySync();
  assertEquals(averaged.module.weight.arraySync(), before);
  averaged.module.weight.detach().fill_(7);
  assertEquals(model.weight.arraySync(), before);
  const x = tensor([[1.5, 2.5]]);
  assertEquals(
    averaged.forward(x).arraySync(),
    averaged.module.forward(x).arraySync(),
  );
});

Deno.test("AveragedModel saves its averages and their count", () => {
  const model = new Linear(2, 1);
  const averaged = new AveragedModel(model);
  averaged.updateParameters(model);
  const dict = averaged.stateDict();
  assertEquals(Object.keys(dict), [
    "nAveraged",
    "module.weight",
    "module.bias",
  ]);
  const again = new AveragedModel(new Linear(2, 1));
  again.loadStateDict(dict);
  for (const one of [averaged, again]) {
    model.weight.detach().fill_(3);
    one.updateParameters(model);
  }
  assertEquals(again.nAveraged.itemSync(), 2);
  assertEquals(
    again.module.weight.arraySync(),
    averaged.module.weight.arraySync(),
  );
});

Deno.test("AveragedModel gives functions the present averages and their count", () => {
  const model = new Linear(1, 1, { bias: false });
  const counts: unknown[] = [];
  const averaged = new AveragedModel(model, {
    avgFn: (average, current, count) => {
      counts.push((count as Tensor).itemSync());
      return average.add(current);
    },
  });
  for (const value of [1, 2, 4]) {
    model.weight.detach().fill_(value);
    averaged.updateParameters(model);
  }
  assertEquals(counts, [1, 2]);
  assertEquals(averaged.module.weight.arraySync(), [[7]]);
});

Deno.test("AveragedModel refuses options and models that do not fit", () => {
  const model = new Linear(2, 1);
  const avgFn = getSwaAvgFn(), multiAvgFn = getSwaMultiAvgFn();
  assertThrows(
    () => new AveragedModel(model, { avgFn, multiAvgFn }),
    RangeError,
    "got both",
  );
  const unknown = { average: 1 } as AveragedModelOptions;
  assertThrows(() => new AveragedModel(model, unknown), TypeError, "average");
  const averaged = new AveragedModel(model);
  for (const other of [new Linear(3, 1), new Linear(2, 1, { bias: false })]) {
    const update = () => averaged.updateParameters(other);
    assertThrows(update, TypeError, "Cannot update averages");
  }
  assertEquals(averaged.nAveraged.itemSync(), 0);
  for (const decay of [-0.1, 1.1, NaN]) {
    assertThrows(() => getEmaAvgFn(decay), RangeError, "in [0, 1]");
    assertThrows(() => getEmaMultiAvgFn(decay), RangeError, "in [0, 1]");
  }
});

Deno.test("averaging functions take the count as a number too", () => {
  const average = () => tensor([1.5], { dtype: "float64" });
  const current = tensor([4.5], { dtype: "float64" });
  for (const count of [2, tensor(2)]) {
    assertEquals(getSwaAvgFn()(average(), current, count).arraySync(), [2.5]);
    const list = [average()];
    getSwaMultiAvgFn()(list, [current], count);
    assertNear(numbers(list[0]!), [2.5], 1e-15, 0, "mean");
  }
});

Deno.test("AveragedModel.updateParameters() keeps nothing of earlier steps", () => {
  const model = new Linear(4, 4);
  const optimizer = new SGD(model.parameters(), { lr: 0.01 });
  const averaged = new AveragedModel(model, { avgFn: getEmaAvgFn(0.9) });
  const x = zeros([4, 4]).add(1);
  const after = (steps: number) => {
    for (let t = 0; t < steps; t++) {
      optimizer.zeroGrad();
      model.forward(x).square().mean().backward();
      optimizer.step();
      averaged.updateParameters(model);
    }
    return heap.info();
  };
  const before = after(3000);
  const now = after(9000);
  assertEquals(now.reserved, before.reserved);
  assertEquals(now.limit, before.limit);
  for (const t of [...averaged.parameters(), ...averaged.buffers()]) {
    assertEquals([t.isLeaf, t.gradFn], [true, null]);
  }
});
