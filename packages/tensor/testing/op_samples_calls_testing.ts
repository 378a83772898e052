/** How a user calls each op: the method or function that ends in it. */

import {
  cat,
  celu,
  eigh,
  elu,
  hardshrink,
  hardtanh,
  leakyRelu,
  manualSeed,
  qr,
  relu6,
  selu,
  softplus,
  softshrink,
  solveTriangular,
  stack,
  type Tensor,
  threshold,
  type ValuesAndIndices,
  where,
} from "../mod.ts";
import { type Attrs, dispatch, dispatchAll, opTable } from "../internal.ts";
import {
  binaryCalls,
  type Operand,
  unaryCalls,
} from "./op_samples_simple_testing.ts";
import {
  makeTensor,
  parseNumber,
  readIndex,
  type SampleArgs,
  type SampleInput,
} from "./op_samples_testing.ts";

/** Runs an op on the inputs and settings of a sample. */
export type Call = (
  inputs: readonly SampleInput[],
  args: SampleArgs,
) => Tensor | readonly Tensor[];

const dtypes = [
  "float32",
  "float64",
  "int32",
  "int64",
  "uint8",
  "bool",
] as const;

/** Settings of samples under the names that the calls below read. */
interface Args {
  readonly alpha?: number;
  readonly value?: number;
  readonly min?: number | string;
  readonly max?: number | string;
  readonly dim?: number;
  readonly keepdim?: boolean;
  readonly correction?: number;
  readonly p?: number | string;
  readonly shape?: number[];
  readonly dims?: number[];
  readonly strides?: number[];
  readonly offset?: number;
  readonly index?: number;
  readonly start?: number;
  readonly end?: number;
  readonly step?: number;
  readonly a?: number;
  readonly b?: number;
  readonly kind?: string;
  readonly lower?: boolean;
  readonly upper?: boolean;
  readonly left?: boolean;
  readonly unitriangular?: boolean;
  readonly at?: readonly unknown[];
}
type Custom = (
  x: Tensor,
  rest: readonly Operand[],
  args: Args & SampleArgs,
) => Tensor | Tensor[];

/** `dim` and the options of a reduction. */
function folded(
  { dim, ...options }: Args,
): [number | undefined, Omit<Args, "dim">] {
  return [dim, options];
}

function pair({ values, indices }: ValuesAndIndices): Tensor[] {
  return [values, indices];
}

function bound(value: number | string | undefined): number | undefined {
  return typeof value === "string" ? parseNumber(value) : value;
}

const custom: Record<string, Custom> = {
  linalgEigh(x, _, { lower }) {
    const { eigenvalues, eigenvectors } = eigh(lower ? x : x.add(x.mT));
    return [eigenvalues, eigenvectors];
  },
  linalgQr(x) {
    const { q, r } = qr(x);
    return [q, r];
  },
  linalgSolveTriangular: (a, [b], { upper, left, unitriangular }) =>
    solveTriangular(a, b as Tensor, {
      upper: upper ?? false,
      left: left ?? true,
      unitriangular: unitriangular ?? false,
    }),
  add: (x, [y], { alpha }) =>
    alpha === undefined ? x.add(y!) : x.add(y!, { alpha }),
  sub(x, [y], { alpha, reverse }) {
    if (reverse) return x.rsub(y!);
    return alpha === undefined ? x.sub(y!) : x.sub(y!, { alpha });
  },
  floorDivide: (x, [y], { method }) =>
    method ? x.floorDivide(y!) : x.div(y!, { roundingMode: "floor" }),
  where: (c, [x, y]) => where(c, x!, y!),
  lerp: (x, [end, weight]) => x.lerp(end!, weight!),
  addcmul: (x, [b, c], { value }) =>
    x.addcmul(b as Tensor, c as Tensor, value === undefined ? {} : { value }),
  addcdiv: (x, [b, c], { value }) =>
    x.addcdiv(b as Tensor, c as Tensor, value === undefined ? {} : { value }),
  clamp(x, [low, high], args) {
    const min = low ?? bound(args.min), max = high ?? bound(args.max);
    return x.clamp({
      ...(min === undefined ? {} : { min }),
      ...(max === undefined ? {} : { max }),
    });
  },
  copy: (x, [y], { value }) =>
    y === undefined ? x.clone().fill_(value!) : x.clone().copy_(y as Tensor),
  ...Object.fromEntries(
    dtypes.map((dtype) => [`toCopy.${dtype}`, (x: Tensor) => x.to(dtype)]),
  ),
  sum: (x, _, args) => x.sum(...folded(args)),
  mean: (x, _, args) => x.mean(...folded(args)),
  prod: (x, _, args) => x.prod(...folded(args)),
  amax: (x, _, args) => x.amax(...folded(args)),
  amin: (x, _, args) => x.amin(...folded(args)),
  max: (x, _, { dim, ...options }) => pair(x.max(dim!, options)),
  min: (x, _, { dim, ...options }) => pair(x.min(dim!, options)),
  argmax: (x, _, args) => x.argmax(...folded(args)),
  argmin: (x, _, args) => x.argmin(...folded(args)),
  all: (x, _, args) => x.all(...folded(args)),
  any: (x, _, args) => x.any(...folded(args)),
  var: (x, _, args) => x.var(...folded(args)),
  std: (x, _, args) => x.std(...folded(args)),
  logsumexp: (x, _, args) => x.logsumexp(...folded(args)),
  linalgVectorNorm: (x, _, { p, ...args }) => x.norm(bound(p), ...folded(args)),
  softmax: (x, _, { dim }) => x.softmax(dim!),
  logSoftmax: (x, _, { dim }) => x.logSoftmax(dim!),
  leakyRelu: (x, _, { slope }) => leakyRelu(x, slope as number | undefined),
  elu(x, _, { kind, alpha }) {
    if (kind === "selu") return selu(x);
    return kind === "celu" ? celu(x, alpha) : elu(x, alpha);
  },
  softplus: (x, _, args) =>
    softplus(
      x,
      args.beta as number | undefined,
      args.threshold as number | undefined,
    ),
  hardtanh: (x, _, { kind, min, max }) =>
    kind === "relu6" ? relu6(x) : hardtanh(x, bound(min), bound(max)),
  softshrink: (x, _, args) => softshrink(x, args.bound as number | undefined),
  hardshrink: (x, _, args) => hardshrink(x, args.bound as number | undefined),
  threshold: (x, _, args) => threshold(x, args.limit as number, args.value!),
  mm: (x, [y], { turn }) =>
    turn ? x.t().mm((y as Tensor).t()) : x.mm(y as Tensor),
  addmm: (x, [a, b], options) => x.addmm(a as Tensor, b as Tensor, options),
  view: (x, _, { shape }) => x.view(shape!),
  unsafeView: (x, _, { shape }) => x.reshape(shape!),
  // Nothing public copies to another device of the same kind.
  toDevice: (x) => byName("toDevice", [x], { device: x.backend }),
  permute: (x, _, { dims }) => x.permute(dims!),
  transpose: (x, _, { a, b }) => x.transpose(a!, b!),
  expand: (x, _, { shape }) => x.expand(shape!),
  unsqueeze: (x, _, { dim }) => x.unsqueeze(dim!),
  squeeze: (x, _, { dim }) => x.squeeze(dim),
  select: (x, _, { dim, index }) => x.select(dim!, index!),
  slice: (x, _, { dim, start, end, step }) => x.slice(dim, start, end, step),
  diagonal: (x, _, { offset, a, b }) => x.diagonal(offset, a, b),
  asStrided: (x, _, { shape, strides, offset }) =>
    x.asStrided(shape!, strides!, offset),
  cat: (x, rest, { dim }) => cat([x, ...rest as Tensor[]], dim),
  stack: (x, rest, { dim }) => stack([x, ...rest as Tensor[]], dim),
  index: (x, rest, args) =>
    args.at
      ? x.at(...readIndex(args, rest))
      : x.indexSelect(args.dim!, rest[0] as Tensor),
  indexPut(x, [value, ...rest], args) {
    if (args.at) return x.clone().setAt(readIndex(args, rest), value!);
    const index = rest[0] as Tensor;
    if (args.add) return x.indexAdd(args.dim!, index, value as Tensor);
    const list = [...new Array<null>(args.dim!).fill(null), index];
    return x.clone().indexPut_(list, value as Tensor, { accumulate: true });
  },
  gather: (x, [index], { dim }) => x.gather(dim!, index as Tensor),
  scatter: (x, rest, { dim, value }) =>
    value === undefined
      ? x.scatter(dim!, rest[1] as Tensor, rest[0]!)
      : x.scatter(dim!, rest[0] as Tensor, value),
  scatterAdd: (x, [source, index], { dim }) =>
    x.scatterAdd(dim!, index as Tensor, source as Tensor),
  flip: (x, _, { dims }) => x.flip(dims!),
  roll: (x, _, { shifts, dims }) => x.roll(shifts as number[], dims!),
  tril: (x, _, { diagonal }) => x.tril(diagonal as number | undefined),
  triu: (x, _, { diagonal }) => x.triu(diagonal as number | undefined),
  cumsum: (x, _, { dim }) => x.cumsum(dim!),
  cumprod: (x, _, { dim }) => x.cumprod(dim!),
  cummax: (x, _, { dim }) => pair(x.cummax(dim!)),
  cummin: (x, _, { dim }) => pair(x.cummin(dim!)),
  sort: (x, _, { dim, descending }) =>
    pair(x.sort(dim, { descending: Boolean(descending) })),
  topk: (x, _, { k, dim, largest = true }) =>
    pair(x.topk(k as number, dim, { largest: Boolean(largest) })),
  kthvalue: (x, _, { k, dim, ...options }) =>
    pair(x.kthvalue(k as number, dim, options)),
  median: (x, _, { dim, ...options }) => pair(x.median(dim!, options)),
  medianAll: (x) => x.median(),
  random(x, _, { kind, a, b }) {
    manualSeed(7);
    const out = x.clone();
    switch (kind) {
      case "uniform":
        return out.uniform_(a, b);
      case "normal":
        return out.normal_(a, b);
      case "random":
        return out.random_(a!, b!);
      case "bernoulli":
        return out.bernoulli_(a);
      default:
        return out.exponential_(a);
    }
  },
};

/** Ops that only derivatives and the packages above use, under the settings of the op itself. */
const internal = [
  "sliceBackward",
  "selectBackward",
  "asStridedBackward",
  "mseLoss",
  "smoothL1Loss",
  "huberLoss",
  "binaryCrossEntropy",
  "binaryCrossEntropyWithLogits",
  "nllLoss",
  "nllLossBackward",
  "clampVariance",
  "embedding",
  "nativeLayerNorm",
  "preluKernel",
];

function byName(
  name: string,
  inputs: readonly Operand[],
  args: SampleArgs,
): Tensor | Tensor[] {
  const attrs: Attrs = typeof args.indices === "string"
    ? { ...args, indices: makeTensor(args.indices) }
    : args;
  const op = opTable.get(name)!;
  return name === "nllLoss"
    ? dispatchAll(op, inputs, attrs)
    : dispatch(op, inputs, attrs);
}

/** The call of each op, by its name. */
export const opCalls: ReadonlyMap<string, Call> = new Map<string, Call>([
  ...Object.entries(unaryCalls).map(([name, fn]): [string, Call] => [
    name,
    ([x]) => fn(x as Tensor),
  ]),
  ...Object.entries(binaryCalls).map(([name, fn]): [string, Call] => [
    name,
    ([x, y]) => fn(x as Tensor, y as Operand),
  ]),
  ...Object.entries(custom).map(([name, fn]): [string, Call] => [
    name,
    ([x, ...rest], args) => fn(x as Tensor, rest as Operand[], args),
  ]),
  ...internal.map((name): [string, Call] => [
    name,
    (inputs, args) => byName(name, inputs as Operand[], args),
  ]),
]);
