import { noGrad } from "@gradus/autograd";
import { Module } from "@gradus/nn";
import { type DeviceName, type Tensor, where, zeros } from "@gradus/tensor";
import {
  capture,
  checkOptions,
  sameShape,
  showShape,
} from "@gradus/tensor/internal";
import {
  type AveragingFunction,
  getSwaAvgFn,
  type MultiAveragingFunction,
} from "./averaging.ts";

/** Options of {@linkcode AveragedModel}. */
export interface AveragedModelOptions {
  /** Where the averages live; with the parameters if left out. */
  device?: DeviceName;
  /** How averages change, parameter by parameter; the mean of all values if left out. */
  avgFn?: AveragingFunction | null;
  /** How averages change, all of one type at once. */
  multiAvgFn?: MultiAveragingFunction | null;
  /** Averages buffers too, which are copied otherwise; false if left out. */
  useBuffers?: boolean;
}

/** An average and what it is to take in. */
interface Pair {
  readonly averaged: Tensor;
  readonly current: Tensor;
}

/**
 * A copy of a model whose parameters are averages of those that the model has
 * had: the mean, for stochastic weight averaging (Izmailov, Podoprikhin,
 * Garipov, Vetrov and Wilson, UAI 2018, arXiv:1803.05407), or another average,
 * such as {@linkcode getEmaAvgFn}. {@linkcode updateParameters} takes the
 * present parameters in; the first time it copies them.
 *
 * @example
 * ```ts
 * import { Linear } from "@gradus/nn";
 * import { SGD } from "@gradus/optim";
 * import { AveragedModel, SWALR } from "@gradus/optim/swa_utils";
 * import { ones } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const model = new Linear(2, 1);
 * const optimizer = new SGD(model.parameters(), { lr: 0.1 });
 * const scheduler = new SWALR(optimizer, { swaLr: 0.05 });
 * const averaged = new AveragedModel(model);
 * for (let t = 0; t < 5; t++) {
 *   optimizer.zeroGrad();
 *   model.forward(ones([1, 2])).square().sum().backward();
 *   optimizer.step();
 *   scheduler.step();
 *   averaged.updateParameters(model);
 * }
 * assertEquals(averaged.nAveraged.itemSync(), 5);
 * assertEquals(averaged.forward(ones([1, 2])).shape, [1, 1]);
 * ```
 */
export class AveragedModel<M extends Module = Module> extends Module {
  /** The model with averaged parameters. */
  readonly module: M;
  /** How many values the averages are made of: a buffer, int64 of 0 dims. */
  declare nAveraged: Tensor;
  /** How averages change, parameter by parameter, or null. */
  readonly avgFn: AveragingFunction | null;
  /** How averages change, all of one type at once, or null. */
  readonly multiAvgFn: MultiAveragingFunction | null;
  /** Whether buffers are averaged too. */
  readonly useBuffers: boolean;

  /**
   * Averages that begin with a copy of `model`, see {@linkcode Module.clone}.
   *
   * @throws {TypeError} if an option is unknown, {RangeError} if both functions are given.
   */
  constructor(model: M, options: AveragedModelOptions = {}) {
    super();
    checkOptions("average a model", options, [
      "device",
      "avgFn",
      "multiAvgFn",
      "useBuffers",
    ]);
    const { device, avgFn = null, multiAvgFn = null } = options;
    if (avgFn && multiAvgFn) {
      throw new RangeError(
        "Cannot average a model: expected avgFn or multiAvgFn, got both",
      );
    }
    this.module = model.clone();
    if (device !== undefined) this.module.to(device);
    this.registerBuffer("nAveraged", zeros([], { dtype: "int64" }));
    this.avgFn = avgFn;
    this.multiAvgFn = multiAvgFn;
    this.useBuffers = options.useBuffers ?? false;
  }

  /** What the averaged model gives. */
  override forward(
    ...inputs: Parameters<M["forward"]>
  ): ReturnType<M["forward"]> {
    return this.module.forward(...inputs) as ReturnType<M["forward"]>;
  }

  /**
   * Takes the parameters that `model` has now into the averages.
   *
   * @throws {TypeError} if they do not fit; nothing has changed then.
   */
  updateParameters(model: M): void {
    const parameters = pairs(this.module.parameters(), model.parameters());
    const buffers = pairs(this.module.buffers(), model.buffers());
    const averages = this.useBuffers ? [...parameters, ...buffers] : parameters;
    noGrad(() => {
      // Where values do not exist yet, or cannot be looked at, both are computed.
      if (capture.recorder || this.nAveraged.device !== "cpu") {
        this.#averageOrCopy(averages);
      } else if (Number(this.nAveraged.itemSync()) === 0) copyAll(averages);
      else this.#average(averages);
      if (!this.useBuffers) copyAll(buffers);
      this.nAveraged.add_(1);
    });
  }

  #average(all: readonly Pair[]): void {
    const { nAveraged, avgFn, multiAvgFn } = this;
    if (!multiAvgFn) {
      const average = avgFn ?? getSwaAvgFn();
      for (const { averaged, current } of all) {
        averaged.copy_(
          average(averaged, current, nAveraged.to(averaged.device)),
        );
      }
      return;
    }
    for (const group of groupsOf(all)) {
      multiAvgFn(
        group.map(({ averaged }) => averaged),
        group.map(({ current }) => current),
        nAveraged.to(group[0]!.averaged.device),
      );
    }
  }

  #averageOrCopy(all: readonly Pair[]): void {
    const isFirst = this.nAveraged.eq(0);
    const copyFirst = () => {
      for (const { averaged, current } of all) {
        averaged.copy_(where(isFirst.to(averaged.device), current, averaged));
      }
    };
    copyFirst();
    this.#average(all);
    copyFirst();
  }
}

/** Averages with what they are to take in, each checked. */
function pairs(
  averaged: readonly Tensor[],
  current: readonly Tensor[],
): Pair[] {
  if (averaged.length !== current.length) {
    throw new TypeError(
      `Cannot update averages: expected a model with ${averaged.length} tensors as the first one had, got ${current.length}`,
    );
  }
  return averaged.map((average, i) => {
    const now = current[i]!;
    if (sameShape(average.shape, now.shape)) {
      return {
        averaged: average.detach(),
        current: now.detach().to(average.device),
      };
    }
    throw new TypeError(
      `Cannot update averages: expected shape ${
        showShape(average.shape)
      } for tensor ${i} of the model, got ${showShape(now.shape)}`,
    );
  });
}

function copyAll(all: readonly Pair[]): void {
  for (const { averaged, current } of all) averaged.copy_(current);
}

/** The pairs by type and device. */
function groupsOf(all: readonly Pair[]): Pair[][] {
  const groups = new Map<string, Pair[]>();
  for (const pair of all) {
    const key = `${pair.averaged.dtype} ${pair.averaged.device}`;
    const known = groups.get(key);
    if (known) known.push(pair);
    else groups.set(key, [pair]);
  }
  return [...groups.values()];
}
