import {
  compile,
  type Compiled,
  getNumThreads,
  setNumThreads,
  type Tensor,
  tensor,
} from "@gradus/tensor";
import { noGrad } from "@gradus/autograd";
import { crossEntropy, mseLoss } from "@gradus/loss";
import { layerNorm, Linear, Parameter, ReLU, Sequential } from "@gradus/nn";
import { Adam, AdamW } from "@gradus/optim";
import { flower } from "@gradus/testfns";
import { type Mode, REPEATS, type Row, type Work } from "../rows.ts";
import {
  classesOf,
  inputOf,
  type Layer,
  layersOf,
  targetsOf,
  type TrainWork,
  uniform,
} from "./data.ts";
import { ANSWER_AT, type Description, type Program } from "./program.ts";

/** Sets the number of threads. */
export function start(threads: number): Description {
  setNumThreads(threads);
  return { version: "0.1.0", threads: `${getNumThreads()}` };
}

/** Sets the work of a row up. */
export function prepare({ work, mode }: Row): Program {
  switch (work.kind) {
    case "add": {
      const x = vector(work.size, 1), y = vector(work.size, 2);
      return operation(() => x.add(y), mode);
    }
    case "exp": {
      const x = vector(work.size, 1);
      return operation(() => x.exp(), mode);
    }
    case "matmul": {
      const x = matrix(work.size, work.size, 1);
      const y = matrix(work.size, work.size, 2);
      return operation(() => x.matmul(y), mode);
    }
    case "softmax": {
      const x = matrix(...work.shape, 1);
      return operation(() => x.softmax(-1), mode);
    }
    case "layerNorm": {
      const width = work.shape[1];
      const x = matrix(...work.shape, 1);
      const weight = vector(width, 2), bias = vector(width, 3);
      return operation(() => layerNorm(x, [width], { weight, bias }), mode);
    }
    case "flower":
      return stepping(flowerStep(work), mode);
    case "train":
      return stepping(trainStep(work), mode);
    case "adam":
      return stepping(adamStep(work), mode);
  }
}

/** An operation whose results are disposed of, as every peer has to or does. */
function operation(op: () => Tensor, mode: Mode): Program {
  const compiled = mode === "eager" ? null : compile(op);
  const call = compiled ?? op;
  let result: Tensor | undefined;
  return {
    how: compiled ? "compiled" : "eager",
    run(times) {
      for (let i = 0; i < times; i++) {
        result?.dispose();
        result = call();
      }
    },
    answer() {
      checkCompiled(compiled);
      return result!.dataSync()[ANSWER_AT] as number;
    },
  };
}

/** Steps that change parameters and return the loss. */
function stepping(step: () => Tensor, mode: Mode): Program {
  const compiled = mode === "eager" ? null : compile(step);
  const call = compiled ?? step;
  let loss: Tensor;
  function answer(): number {
    checkCompiled(compiled);
    return loss.flatten().itemSync() as number;
  }
  if (compiled && mode === "repeat") {
    return {
      how: `${REPEATS} steps a call`,
      run(times) {
        for (let left = times; left > 0; left -= REPEATS) {
          loss = compiled.repeat(Math.min(left, REPEATS)).result;
        }
      },
      answer,
    };
  }
  return {
    how: mode,
    run(times) {
      for (let i = 0; i < times; i++) loss = call();
    },
    answer,
  };
}

/** Where a function cannot be compiled, its eager time is no figure. */
function checkCompiled(compiled: Compiled<[], Tensor> | null): void {
  const fallback = compiled?.cacheInfo().fallback ?? null;
  if (fallback !== null) throw new Error(`Runs uncompiled: ${fallback}`);
}

function flowerStep(
  { lr, weightDecay }: Extract<Work, { kind: "flower" }>,
): () => Tensor {
  const [x, y] = [20, 20].map((value) =>
    tensor(value, { dtype: "float32", requiresGrad: true })
  );
  const optimizer = new AdamW([x!, y!], { lr, weightDecay });
  return () => {
    optimizer.zeroGrad();
    const loss = flower.fn(x!, y!);
    loss.backward();
    optimizer.step();
    return loss;
  };
}

function trainStep(work: TrainWork): () => Tensor {
  const model = network(layersOf(work));
  const optimizer = new Adam(model.parameters(), { lr: work.lr });
  const x = tensor(inputOf(work)).view(work.batch, work.widths[0]!);
  const lossOf = lossFunction(work);
  return () => {
    const loss = lossOf(model.forward(x));
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss;
  };
}

function lossFunction(work: TrainWork): (output: Tensor) => Tensor {
  if (work.loss === "squares") {
    const target = tensor(targetsOf(work)).view(
      work.batch,
      work.widths.at(-1)!,
    );
    return (output) => mseLoss(output, target, { reduction: "sum" });
  }
  const target = tensor(classesOf(work), { dtype: "int64" });
  return (output) => crossEntropy(output, target);
}

function network(layers: Layer[]): Sequential {
  const modules = layers.flatMap(({ inputs, outputs, weight, bias }) => {
    const linear = new Linear(inputs, outputs);
    noGrad(() => {
      linear.weight.copy_(tensor(weight).view(outputs, inputs));
      linear.bias!.copy_(tensor(bias));
    });
    return [new ReLU(), linear];
  });
  return new Sequential(...modules.slice(1));
}

/** Its "loss" is the parameter that the answer looks at. */
function adamStep(
  { size, lr }: Extract<Work, { kind: "adam" }>,
): () => Tensor {
  const parameter = new Parameter(vector(size, 1));
  parameter.grad = vector(size, 2);
  const optimizer = new Adam([parameter], { lr });
  const element = parameter.detach().narrow(0, ANSWER_AT, 1);
  return () => {
    optimizer.step();
    return element;
  };
}

function vector(size: number, seed: number): Tensor {
  return tensor(uniform(size, seed));
}

function matrix(rows: number, columns: number, seed: number): Tensor {
  return vector(rows * columns, seed).view(rows, columns);
}
