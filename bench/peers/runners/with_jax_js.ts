import type { Mode, Row, Work } from "../rows.ts";
import {
  inputOf,
  layersOf,
  oneHotOf,
  targetsOf,
  type TrainWork,
  transposed,
  uniform,
} from "./data.ts";
import { ANSWER_AT, type Description, type Program } from "./program.ts";

/**
 * What this file needs of an array of jax-js. Each use as an argument consumes
 * an array, `ref` makes one more use possible.
 */
interface Value {
  readonly ref: Value;
  readonly shape: number[];
  add(other: Value | number): Value;
  sub(other: Value | number): Value;
  mul(other: Value | number): Value;
  div(other: Value | number): Value;
  sum(): Value;
  slice(index: number): Value;
  data(): Promise<Float32Array>;
  dispose(): void;
}

/** Parameters, the averages of Adam for each, the step count and the loss. */
interface State {
  parameters: Value[];
  expAvg: Value[];
  expAvgSq: Value[];
  count: Value;
  loss: Value;
}

// Not a literal in `import()`: nothing but this benchmark is to download it.
const VERSION = "0.1.25";
const JAX_JS = `npm:@jax-js/jax@${VERSION}`;

const jax = await import(JAX_JS);
const np = jax.numpy;

/** Starts the backend. It uses as many threads as there are cores. */
export async function start(): Promise<Description> {
  const devices: string[] = await jax.init("wasm");
  if (!devices.includes("wasm")) {
    throw new Error("The WASM backend of jax-js does not start");
  }
  jax.defaultDevice("wasm");
  return { version: VERSION, threads: `${navigator.hardwareConcurrency}` };
}

/** Sets the work of a row up. */
export function prepare({ work, mode }: Row): Program {
  switch (work.kind) {
    case "add":
      return operation(
        (x, y) => x!.add(y!),
        [vector(work.size, 1), vector(work.size, 2)],
        mode,
      );
    case "exp":
      return operation((x) => np.exp(x), [vector(work.size, 1)], mode);
    case "matmul":
      return operation(
        (x, y) => np.matmul(x, y),
        [matrix(work.size, work.size, 1), matrix(work.size, work.size, 2)],
        mode,
      );
    case "softmax":
      return operation(
        (x) => jax.nn.softmax(x),
        [matrix(...work.shape, 1)],
        mode,
      );
    case "layerNorm":
      return operation(
        (x, weight, bias) => jax.nn.standardize(x).mul(weight).add(bias),
        [
          matrix(...work.shape, 1),
          vector(work.shape[1], 2),
          vector(work.shape[1], 3),
        ],
        mode,
      );
    case "flower":
      return descent(flower, work, [np.array([20, 20])], [], mode);
    case "train":
      return training(work, mode);
    case "adam":
      return adam(work, mode);
  }
}

function operation(
  op: (...inputs: Value[]) => Value,
  inputs: Value[],
  mode: Mode,
): Program {
  const call = mode === "eager" ? op : jax.jit(op);
  let result: Value | undefined;
  return {
    how: mode === "eager" ? "eager" : "jit",
    async run(times) {
      for (let i = 0; i < times; i++) {
        result?.dispose();
        result = call(...inputs.map((x) => x.ref)) as Value;
        await jax.blockUntilReady(result);
      }
    },
    answer: async () => (await result!.ref.data())[ANSWER_AT]!,
    release: () => jax.tree.dispose([result, inputs]),
  };
}

function flower([p]: Value[]): Value {
  const x = p!.ref.slice(0), y = p!.slice(1);
  return np.sqrt(x.ref.mul(x.ref).add(y.ref.mul(y.ref)))
    .add(np.sin(np.arctan2(y, x).mul(4)));
}

/** Steps of Adam down a loss; weights shrink first if there is a decay. */
function descent(
  lossOf: (parameters: Value[], ...inputs: Value[]) => Value,
  { lr, weightDecay = 0 }: { lr: number; weightDecay?: number },
  parameters: Value[],
  inputs: Value[],
  mode: Mode,
): Program {
  function step(state: State, inputs: Value[]): State {
    const [loss, gradients] = jax.valueAndGrad(lossOf)(
      state.parameters.map((p) => p.ref),
      ...inputs,
    );
    state.loss.dispose();
    return { ...update(state, gradients, lr, weightDecay), loss };
  }
  return stepping(step, parameters, inputs, mode, (state) => state.loss);
}

/** One step of AdamW, which is Adam without a decay. Consumes its arguments. */
function update(
  { parameters, expAvg, expAvgSq, count }: State,
  gradients: Value[],
  lr: number,
  weightDecay: number,
): Omit<State, "loss"> {
  const next = { parameters: [], expAvg: [], expAvgSq: [] } as Record<
    "parameters" | "expAvg" | "expAvgSq",
    Value[]
  >;
  const t = count.add(1);
  const correction1: Value = np.subtract(1, np.power(0.9, t.ref));
  const correction2: Value = np.subtract(1, np.power(0.999, t.ref));
  parameters.forEach((p, i) => {
    const g = gradients[i]!;
    const m = expAvg[i]!.mul(0.9).add(g.ref.mul(0.1));
    const v = expAvgSq[i]!.mul(0.999).add(g.ref.mul(g).mul(0.001));
    const denominator: Value = np.sqrt(v.ref.div(correction2.ref)).add(1e-8);
    const change = m.ref.div(correction1.ref).mul(lr).div(denominator);
    const decayed = weightDecay === 0 ? p : p.mul(1 - lr * weightDecay);
    next.parameters.push(decayed.sub(change));
    next.expAvg.push(m);
    next.expAvgSq.push(v);
  });
  correction1.dispose();
  correction2.dispose();
  return { ...next, count: t };
}

/** Steps that turn a state into the next; each needs the one before. */
function stepping(
  step: (state: State, inputs: Value[]) => State,
  parameters: Value[],
  inputs: Value[],
  mode: Mode,
  look: (state: State) => Value,
): Program {
  const call = mode === "eager" ? step : jax.jit(step);
  let state: State = {
    parameters,
    expAvg: parameters.map((p) => np.zeros(p.shape)),
    expAvgSq: parameters.map((p) => np.zeros(p.shape)),
    count: np.zeros([]),
    loss: np.zeros([]),
  };
  return {
    how: mode === "eager" ? "eager" : "jit",
    async run(times) {
      for (let i = 0; i < times; i++) {
        state = call(state, inputs.map((x) => x.ref));
      }
      await jax.blockUntilReady(state);
    },
    answer: async () => (await look(state).ref.data())[0]!,
    release: () => jax.tree.dispose([state, inputs]),
  };
}

function training(work: TrainWork, mode: Mode): Program {
  const { batch, widths } = work;
  const parameters: Value[] = layersOf(work).flatMap((layer) => [
    np.array(transposed(layer)).reshape([layer.inputs, layer.outputs]),
    np.array(layer.bias),
  ]);
  const squares = work.loss === "squares";
  const inputs: Value[] = [
    np.array(inputOf(work)).reshape([batch, widths[0]]),
    np.array(squares ? targetsOf(work) : oneHotOf(work))
      .reshape([batch, widths.at(-1)]),
  ];
  function lossOf(p: Value[], x: Value, target: Value): Value {
    let out = x;
    for (let i = 0; i < p.length; i += 2) {
      if (i > 0) out = jax.nn.relu(out);
      out = np.matmul(out, p[i]).add(p[i + 1]);
    }
    return squares
      ? np.square(out.sub(target)).sum()
      : jax.nn.logSoftmax(out).mul(target).sum().mul(-1 / batch);
  }
  return descent(lossOf, work, parameters, inputs, mode);
}

function adam(
  { size, lr }: Extract<Work, { kind: "adam" }>,
  mode: Mode,
): Program {
  return stepping(
    (state, gradients) => ({
      ...update(state, gradients, lr, 0),
      loss: state.loss,
    }),
    [vector(size, 1)],
    [vector(size, 2)],
    mode,
    (state) => state.parameters[0]!.ref.slice(ANSWER_AT),
  );
}

function vector(size: number, seed: number): Value {
  return np.array(uniform(size, seed));
}

function matrix(rows: number, columns: number, seed: number): Value {
  return np.array(uniform(rows * columns, seed)).reshape([rows, columns]);
}
