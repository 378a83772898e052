/** Running an optimizer on a task, row by row. */

import { noGrad } from "@gradus/autograd";
import { cat, compile, Tensor, tensor, zeros, zerosLike } from "@gradus/tensor";
import { needsGraph, type Stepper } from "./resolve_optimizer.ts";
import type { Task } from "./resolve.ts";
import type { TraceRow } from "./stop.ts";

/** The most steps of a recorded run between two looks at its rows. */
const MOST_AT_ONCE = 1024;
/** The most numbers of a path that are kept until such a look. */
const MOST_KEPT = 2 ** 22;

/** The moving parts of a run. */
export class Run {
  /** Evaluations of the function so far. */
  evaluations = 0;
  /** Evaluations of the function in the last step. */
  evaluationsInStep = 0;
  /** The parameters. */
  readonly params: readonly Tensor[];
  readonly #task: Task;
  readonly #optimizer: Stepper;
  readonly #createGraph: boolean;
  /** Steps so far, in memory. */
  readonly #count = tensor(0, { dtype: "int64" });
  readonly #startTime = performance.now();
  /** Loss and gradient norm where the current step began. */
  #loss: Tensor | null = null;
  #gradNorm: Tensor | null = null;

  /** A run of `optimizer`, which was made for `params`. */
  constructor(task: Task, params: readonly Tensor[], optimizer: Stepper) {
    this.#task = task;
    this.params = params;
    this.#optimizer = optimizer;
    this.#createGraph = needsGraph(optimizer);
  }

  /** The learning rate in force. */
  lr(): number | Promise<number> {
    const { lr } = this.#optimizer.paramGroups[0] as { lr?: number | Tensor };
    return lr instanceof Tensor ? lr.item() : lr ?? NaN;
  }

  /** Milliseconds since the run was made. */
  time(): number {
    return performance.now() - this.#startTime;
  }

  /** Lets the optimizer take a step, and gives loss and gradient norm where it began. */
  step(): { loss: Tensor; gradNorm: Tensor } {
    this.#begin();
    this.evaluationsInStep = 0;
    this.#optimizer.step(() => {
      this.evaluationsInStep++;
      return this.#evaluate();
    });
    this.evaluations += this.evaluationsInStep;
    noGrad(() => this.#count.add_(1));
    return this.#first();
  }

  /** Loss and gradient norm where the optimizer is, without a step. */
  look(): { loss: Tensor; gradNorm: Tensor } {
    this.#begin();
    this.#evaluate();
    return this.#first();
  }

  /** The next evaluation is the one to keep. */
  #begin(): void {
    const { evaluate } = this.#task;
    this.#loss = evaluate ? noGrad(() => evaluate(this.params)) : null;
    this.#gradNorm = null;
  }

  #first(): { loss: Tensor; gradNorm: Tensor } {
    if (this.#loss && this.#gradNorm) {
      return { loss: this.#loss, gradNorm: this.#gradNorm };
    }
    throw new TypeError(
      `Cannot test an optimizer: expected step() of ${this.#optimizer.constructor.name} to call its closure, which computes the gradients`,
    );
  }

  /** Loss and gradients at the current position. */
  #evaluate(): Tensor {
    const { params } = this;
    for (const p of params) p.grad = null;
    const loss = this.#task.loss(params, this.#count);
    loss.backward(undefined, { createGraph: this.#createGraph });
    this.#task.checkGrads?.(params);
    this.#loss ??= loss.detach();
    this.#gradNorm ??= noGrad(() =>
      cat(params.map((p) => (p.grad ?? zerosLike(p)).detach().flatten())).norm()
    );
    return loss;
  }
}

/** The rows of a run, step by step. */
export async function* rowsOf(
  run: Run,
  steps: number,
  afterStep: (row: TraceRow) => void = () => {},
): AsyncGenerator<TraceRow> {
  for (let step = 0; step <= steps; step++) {
    const params = await numbersOf(run.params);
    const { evaluations } = run;
    const lr = await run.lr(), time = run.time();
    // What the last step led to is evaluated once more, for the trace alone.
    const { loss, gradNorm } = step < steps ? run.step() : run.look();
    const row: TraceRow = {
      step,
      params,
      loss: await loss.item(),
      gradNorm: await gradNorm.item(),
      lr,
      evaluations,
      time,
    };
    yield row;
    if (step < steps) afterStep(row);
  }
}

/**
 * The same rows, of an optimizer whose steps are all alike, from steps that are
 * recorded once and then run many at a time.
 *
 * @param atOnce Steps between two looks at the rows, at first; each time twice as many.
 */
export async function* recordedRows(
  run: Run,
  steps: number,
  atOnce: number,
): AsyncGenerator<TraceRow> {
  const { params } = run;
  const width = params.reduce((sum, p) => sum + p.numel, 0);
  const most = Math.max(
    1,
    Math.min(MOST_AT_ONCE, Math.floor(MOST_KEPT / width)),
  );
  const { dtype } = params[0]!;
  const path = zeros([Math.min(most, steps), width], { dtype });
  const index = zeros([1], { dtype: "int64" });
  const program = compile(() => {
    noGrad(() => {
      path.setAt([index], cat(params.map((p) => p.flatten())));
      index.add_(1);
    });
    return run.step();
  });
  for (let step = 0, left = steps; left > 0;) {
    const count = Math.min(atOnce, most, left);
    const lr = await run.lr(), begin = run.time();
    noGrad(() => index.zero_());
    let record: unknown;
    try {
      ({ record } = program.repeat(count, { record: true }));
    } catch (error) {
      if (program.cacheInfo().fallback === null || step > 0) throw error;
      run.evaluations = 0;
      return yield* rowsOf(run, steps);
    }
    run.evaluations = (step + count) * run.evaluationsInStep;
    const { loss, gradNorm } = record as Record<string, Tensor>;
    const numbers = Array.from(path.dataSync(), Number);
    const losses = Array.from(loss!.dataSync(), Number);
    const norms = Array.from(gradNorm!.dataSync(), Number);
    const each = (run.time() - begin) / count;
    for (let i = 0; i < count; i++) {
      yield {
        step: step + i,
        params: numbers.slice(i * width, (i + 1) * width),
        loss: losses[i]!,
        gradNorm: norms[i]!,
        lr,
        evaluations: (step + i) * run.evaluationsInStep,
        time: begin + i * each,
      };
    }
    step += count;
    left -= count;
    atOnce *= 2;
  }
  const time = run.time(), { loss, gradNorm } = run.look();
  yield {
    step: steps,
    params: await numbersOf(params),
    loss: await loss.item(),
    gradNorm: await gradNorm.item(),
    lr: await run.lr(),
    evaluations: run.evaluations,
    time,
  };
}

/** The numbers of tensors, one after the other. */
async function numbersOf(params: readonly Tensor[]): Promise<number[]> {
  const numbers = await Promise.all(
    params.map(async (p) =>
      p.numel === 1 ? [await p.item()] : Array.from(await p.data(), Number)
    ),
  );
  return numbers.flat();
}
