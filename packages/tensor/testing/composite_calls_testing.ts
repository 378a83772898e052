/** How a user calls the functions that are made of several ops. */

import {
  type CloseOptions,
  type Dims,
  type DType,
  einsum,
  hstack,
  logspace,
  meshgrid,
  type MeshgridOptions,
  oneHot,
  type Tensor,
  tensor,
  vstack,
} from "../mod.ts";
import type { Call } from "./op_samples_calls_testing.ts";
import type { SampleArgs } from "./op_samples_testing.ts";

type Custom = (
  x: readonly Tensor[],
  args: SampleArgs,
) => Tensor | readonly Tensor[];

const calls: Record<string, Custom> = {
  movedim: ([x], { source, destination }) =>
    x!.movedim(source as Dims, destination as Dims),
  swapaxes: ([x], { a, b }) => x!.swapaxes(a as number, b as number),
  tile: ([x], { counts }) => x!.tile(counts as number[]),
  hstack,
  vstack,
  meshgrid: (x, options) => meshgrid(x, options as MeshgridOptions),
  oneHot: ([x], { numClasses }) => oneHot(x!, numClasses as number | undefined),
  isclose: ([x, y], options) => x!.isclose(y!, options),
  allclose: ([x, y], options) =>
    tensor(x!.allcloseSync(y!, options as CloseOptions)),
  equal: ([x, y]) => tensor(x!.equalSync(y!)),
  countNonzero: ([x], { dim }) => x!.countNonzero(dim as Dims | undefined),
  nanToNum: ([x], options) => x!.nanToNum(options),
  trace: ([x]) => x!.trace(),
  cross: ([x, y], { dim }) => x!.cross(y!, dim as number | undefined),
  baddbmm: ([x, a, b], options) => x!.baddbmm(a!, b!, options),
  addmv: ([x, a, b], options) => x!.addmv(a!, b!, options),
  einsum: (x, { equation }) => einsum(equation as string, ...x),
};

const dtypes: Record<string, DType> = { f64: "float64", f32: "float32" };

/** The call of each function, by its name. */
export const compositeCalls: ReadonlyMap<string, Call> = new Map<string, Call>([
  ...Object.entries(calls).map(([name, fn]): [string, Call] => [
    name,
    (inputs, args) => fn(inputs as Tensor[], args),
  ]),
  [
    "logspace",
    ([start, end, steps], { dtype = "f32", base = 10 }) =>
      logspace(start as number, end as number, steps as number, {
        base: base as number,
        dtype: dtypes[dtype as string]!,
      }),
  ],
]);
