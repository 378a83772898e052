import type { Row, Work } from "../rows.ts";
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

/** What this file needs of a tensor of tfjs. */
interface Value {
  dataSync(): Float32Array;
  dispose(): void;
}

// Not literals in `import()`: nothing but this benchmark is to download them.
const TFJS = "npm:@tensorflow/tfjs@4.22.0";
const BACKEND = "npm:@tensorflow/tfjs-backend-wasm@4.22.0";

const tf = await import(TFJS);
const backend = await import(BACKEND);

/** Starts the backend. It refuses threads outside of browsers. */
export async function start(threads: number): Promise<Description> {
  backend.setThreadsCount(threads);
  if (!await tf.setBackend("wasm")) {
    throw new Error("The WASM backend of tfjs does not start");
  }
  await tf.ready();
  return {
    version: tf.version.tfjs,
    threads: `${backend.getThreadsCount()}`,
  };
}

/** Sets the work of a row up. */
export function prepare({ work }: Row): Program {
  tf.engine().startScope();
  function release(): void {
    tf.engine().endScope();
    tf.disposeVariables();
  }
  return { ...programOf(work), release };
}

function programOf(work: Work): Program {
  switch (work.kind) {
    case "add": {
      const x = vector(work.size, 1), y = vector(work.size, 2);
      return operation(() => tf.add(x, y));
    }
    case "exp": {
      const x = vector(work.size, 1);
      return operation(() => tf.exp(x));
    }
    case "matmul": {
      const x = matrix(work.size, work.size, 1);
      const y = matrix(work.size, work.size, 2);
      return operation(() => tf.matMul(x, y));
    }
    case "softmax": {
      const x = matrix(...work.shape, 1);
      return operation(() => tf.softmax(x));
    }
    case "layerNorm": {
      const width = work.shape[1];
      const x = matrix(...work.shape, 1);
      const weight = vector(width, 2), bias = vector(width, 3);
      return operation(() => layerNorm(x, weight, bias));
    }
    case "flower":
      return flower(work);
    case "train":
      return training(work);
    case "adam":
      return adam(work);
  }
}

function operation(op: () => Value): Program {
  let result: Value | undefined;
  return {
    how: "eager",
    run(times) {
      for (let i = 0; i < times; i++) {
        result?.dispose();
        result = tf.tidy(op);
      }
    },
    answer: () => result!.dataSync()[ANSWER_AT]!,
  };
}

/** By hand: the layer of tfjs takes 50 times as long on this backend. */
function layerNorm(x: Value, weight: Value, bias: Value): Value {
  const centered = tf.sub(x, tf.mean(x, -1, true));
  const variance = tf.mean(tf.square(centered), -1, true);
  return centered.mul(tf.rsqrt(variance.add(1e-5))).mul(weight).add(bias);
}

/** Steps of an optimizer; `before` is done ahead of each. */
function descent(
  lossOf: () => Value,
  optimizer: { minimize(f: () => Value, cost: boolean, of: Value[]): Value },
  parameters: Value[],
  before?: () => void,
): Program {
  let loss: Value | undefined;
  return {
    how: "eager",
    run(times) {
      for (let i = 0; i < times; i++) {
        loss?.dispose();
        before?.();
        loss = optimizer.minimize(lossOf, true, parameters);
      }
    },
    answer: () => loss!.dataSync()[0]!,
  };
}

/** AdamW is Adam after weights have shrunk; tfjs has the latter only. */
function flower(
  { lr, weightDecay }: Extract<Work, { kind: "flower" }>,
): Program {
  const x = tf.variable(tf.scalar(20)), y = tf.variable(tf.scalar(20));
  function lossOf(): Value {
    return tf.sqrt(tf.square(x).add(tf.square(y)))
      .add(tf.sin(tf.atan2(y, x).mul(4)));
  }
  function decay(): void {
    tf.tidy(() => {
      for (const v of [x, y]) v.assign(v.mul(1 - lr * weightDecay));
    });
  }
  return descent(lossOf, newAdam(lr), [x, y], decay);
}

function training(work: TrainWork): Program {
  const { batch, widths, lr } = work;
  const layers = layersOf(work).map((layer) => ({
    weight: tf.variable(
      tf.tensor2d(transposed(layer), [layer.inputs, layer.outputs]),
    ),
    bias: tf.variable(tf.tensor1d(layer.bias)),
  }));
  const x = tf.tensor2d(inputOf(work), [batch, widths[0]]);
  const squares = work.loss === "squares";
  const target = tf.tensor2d(
    squares ? targetsOf(work) : oneHotOf(work),
    [batch, widths.at(-1)],
  );
  function lossOf(): Value {
    let out = x;
    layers.forEach(({ weight, bias }, i) => {
      out = tf.matMul(i === 0 ? out : tf.relu(out), weight).add(bias);
    });
    return squares
      ? tf.sum(tf.squaredDifference(out, target))
      : tf.losses.softmaxCrossEntropy(target, out);
  }
  const parameters = layers.flatMap(({ weight, bias }) => [weight, bias]);
  return descent(lossOf, newAdam(lr), parameters);
}

function adam({ size, lr }: Extract<Work, { kind: "adam" }>): Program {
  const parameter = tf.variable(vector(size, 1), true, "parameter");
  const gradients = { parameter: vector(size, 2) };
  const optimizer = newAdam(lr);
  return {
    how: "eager",
    run(times) {
      for (let i = 0; i < times; i++) optimizer.applyGradients(gradients);
    },
    answer: () => tf.tidy(() => parameter.slice(ANSWER_AT, 1).dataSync()[0]),
  };
}

function newAdam(lr: number) {
  return tf.train.adam(lr, 0.9, 0.999, 1e-8);
}

function vector(size: number, seed: number) {
  return tf.tensor1d(uniform(size, seed));
}

function matrix(rows: number, columns: number, seed: number) {
  return tf.tensor2d(uniform(rows * columns, seed), [rows, columns]);
}
