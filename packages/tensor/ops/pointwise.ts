/** Ops that compute each element from the elements at the same place of the inputs. */

import {
  type Attrs,
  checkWrite,
  defineOp,
  type Input,
  type Op,
} from "../dispatch.ts";
import {
  type DType,
  dtypeCode,
  getDefaultDtype,
  isFloating,
  type PromotionOperand,
  resultType,
} from "../dtype.ts";
import { and, cast, type Expr, lit, load, scalar } from "../expr.ts";
import { type Kernel, laneOf } from "../kernel.ts";
import { broadcastShapes, sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { allocate, commonDevice, resultStrides, runOver } from "./allocate.ts";
import { withHostScalars } from "./host_scalars.ts";

/** The types of a pointwise op: what the inputs are converted to, and what comes out. */
export interface Types {
  /** One type for all inputs, or one per input. */
  readonly compute: DType | readonly DType[];
  readonly result: DType;
}

/** How result types follow from the inputs. */
export type TypeRule = (inputs: readonly Input[], name: string) => Types;

function promoted(inputs: readonly Input[]): DType {
  let first: DType | undefined, mixed = false, numbers = false;
  for (let i = 0; i < inputs.length; i++) {
    const t = inputs[i]!;
    if (typeof t !== "object") numbers = true;
    else if (first === undefined) first = t.dtype;
    else if (t.dtype !== first) mixed = true;
  }
  // Most operands have one floating type, which a number cannot change.
  if (first !== undefined && !mixed && (!numbers || isFloating(first))) {
    return first;
  }
  return resultType(inputs.map(asOperand));
}

/** An input as promotion sees it. */
export function asOperand(
  input: Input,
): PromotionOperand | number | boolean {
  if (typeof input !== "object") return input;
  return {
    dtype: input.dtype,
    rank: input.countsAsNumber ? -1 : input.ndim,
  };
}

/** Whether there are numbers alone, in memory or not. */
function allNumbers(inputs: readonly Input[]): boolean {
  for (let i = 0; i < inputs.length; i++) {
    const t = inputs[i]!;
    if (typeof t === "object" && !t.countsAsNumber) return false;
  }
  return true;
}

/** The promoted type of the inputs. */
export const same: TypeRule = (inputs) => {
  const dtype = promoted(inputs);
  return { compute: dtype, result: dtype };
};
/** The promoted type, or the default floating type for integers. */
export const floating: TypeRule = (inputs) => {
  const dtype = promoted(inputs);
  const result = isFloating(dtype) ? dtype : getDefaultDtype();
  return { compute: result, result };
};
/** The promoted type, which may not be bool. */
export const numeric: TypeRule = (inputs, name) => {
  const types = same(inputs, name);
  if (types.result === "bool") {
    throw new TypeError(`Cannot ${name} bool tensors: convert them first`);
  }
  return types;
};
/** Bool, from inputs compared in their promoted type. */
export const comparison: TypeRule = (inputs) => {
  const dtype = promoted(inputs);
  return { compute: dtype === "bool" ? "uint8" : dtype, result: "bool" };
};
/** Bool from bools. */
export const logical: TypeRule = () => ({ compute: "bool", result: "bool" });
/** Integers or bools only. */
export const integral: TypeRule = (inputs, name) => {
  const types = same(inputs, name);
  if (isFloating(types.result)) {
    throw new TypeError(
      `Cannot ${name} ${types.result} tensors: expected integers or bool`,
    );
  }
  return types;
};

/** A pointwise op before it enters the table. */
export interface PointwiseSpec {
  readonly name: string;
  readonly types: TypeRule;
  /** Types of the in-place form where they depend on the target. */
  readonly typesInto?: (target: Tensor, inputs: readonly Input[]) => Types;
  /** The result, from inputs of the computed type. */
  readonly expr: (...x: Expr[]) => Expr;
  /** Whether results can have a gradient; true if left out. */
  readonly differentiable?: boolean;
  /** Name of the node, if not the usual one. */
  readonly node?: Op["node"];
  /** Refuses inputs that the types allow. */
  readonly check?: (inputs: readonly Input[], types: Types) => void;
}

function computeType(types: Types, input: number): DType {
  return typeof types.compute === "string"
    ? types.compute
    : types.compute[input]!;
}

/** Enters a pointwise op into the table. */
export function pointwise(spec: PointwiseSpec): Op {
  const kernels = new Map<number, Kernel>();
  const { name } = spec, inPlaceName = `${name}_`;

  function kernelFor(
    inputs: readonly Input[],
    types: Types,
    stored: DType,
  ): Kernel {
    let code = dtypeCode[stored] * 8 + dtypeCode[types.result];
    for (let i = 0; i < inputs.length; i++) {
      const t = inputs[i]!;
      code = code * 8 + (typeof t === "object" ? dtypeCode[t.dtype] : 6);
    }
    code = code * 8 + dtypeCode[computeType(types, 0)];
    let kernel = kernels.get(code);
    if (!kernel) {
      kernel = build(inputs, types, stored);
      kernels.set(code, kernel);
    }
    return kernel;
  }

  function build(
    inputs: readonly Input[],
    types: Types,
    stored: DType,
  ): Kernel {
    const loads: DType[] = [];
    const scalars: Kernel["scalars"][number][] = [];
    const args = inputs.map((t, i) => {
      const type = computeType(types, i);
      const lane = laneOf[type];
      const isTensor = typeof t === "object";
      const value = isTensor
        ? cast(load(loads.push(t.dtype) - 1, laneOf[t.dtype]), lane)
        : scalar(scalars.push(lane) - 1, lane);
      // The lane is wider than the type: what came from a wider one wraps.
      const wraps = type === "uint8" &&
        !(isTensor && (t.dtype === "uint8" || t.dtype === "bool"));
      return wraps ? and(value, lit(255, lane)) : value;
    });
    const value = cast(spec.expr(...args), laneOf[types.result]);
    return {
      name,
      inputs: loads,
      scalars,
      stores: [{ dtype: stored, value }],
    };
  }

  function launch(
    inputs: readonly Input[],
    types: Types,
    out: Tensor,
  ): void {
    const kernel = kernelFor(inputs, types, out.dtype);
    const operands: Tensor[] = [];
    const scalars: number[] = [];
    for (let i = 0; i < inputs.length; i++) {
      const t = inputs[i]!;
      if (typeof t === "object") operands.push(t);
      else scalars.push(Number(t));
    }
    operands.push(out);
    runOver(out.storage.device, kernel, out.shape, operands, scalars);
  }

  function shapeOf(inputs: readonly Input[]): readonly number[] {
    const shapes: (readonly number[])[] = [];
    for (let i = 0; i < inputs.length; i++) {
      const t = inputs[i]!;
      if (typeof t === "object") shapes.push(t.shape);
    }
    return shapes.length === 1 ? shapes[0]! : broadcastShapes(name, shapes);
  }

  return defineOp({
    name,
    differentiable: spec.differentiable ?? true,
    ...(spec.node ? { node: spec.node } : {}),
    run(given: readonly Input[], _attrs: Attrs): Tensor {
      const inputs = withHostScalars(given);
      const device = commonDevice(name, inputs);
      const types = spec.types(inputs, name);
      spec.check?.(inputs, types);
      const shape = shapeOf(inputs);
      const strides = resultStrides(inputs, shape);
      const out = allocate(device, types.result, shape, strides);
      if (allNumbers(inputs)) out.countsAsNumber = true;
      launch(inputs, types, out);
      return out;
    },
    runInto(target: Tensor, given: readonly Input[]): void {
      const inputs = withHostScalars(given, target);
      const all = inputs[0] === target ? inputs : [target, ...inputs];
      commonDevice(inPlaceName, all);
      const types = spec.typesInto
        ? spec.typesInto(target, inputs)
        : spec.types(inputs, name);
      spec.check?.(inputs, types);
      checkWrite(name, target, shapeOf(all), types.result);
      const safe = inputs.slice();
      for (let i = 0; i < safe.length; i++) {
        const t = safe[i]!;
        if (typeof t === "object" && t !== target && overlaps(t, target)) {
          safe[i] = t.detach().clone();
        }
      }
      launch(safe, types, target);
    },
  });
}

/** Whether writing `target` could change elements of `source` before they are read. */
function overlaps(source: Tensor, target: Tensor): boolean {
  if (source.storage !== target.storage) return false;
  return source.offset !== target.offset ||
    !sameShape(source.shape, target.shape) ||
    source.strides.some((s, i) =>
      s !== target.strides[i] && target.shape[i] !== 1
    );
}
