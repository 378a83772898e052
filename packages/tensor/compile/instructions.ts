/** Turns the nodes of a graph into instructions. */

import { itemSize } from "../dtype.ts";
import { collapse } from "../shape.ts";
import { grainOf } from "../wasm/cost.ts";
import type { Instruction } from "../wasm/driver.ts";
import { slotOf, slotsOf } from "../wasm/functions.ts";
import {
  argsBytes,
  encode,
  extentOf,
  operandWord,
  variantOf,
} from "../wasm/launch.ts";
import { planProduct, type ProductCall } from "../wasm/product/plan.ts";
import { writeArgs } from "../wasm/product.ts";
import type { Multiplied } from "../wasm/tiles.ts";
import { ProgramBuffer } from "./buffers.ts";
import type { Buffer, Launch, Operand, Product } from "./graph.ts";

/** A word of the arguments that holds where an operand is. */
export interface Patch {
  readonly word: number;
  readonly buffer: Buffer;
  /** Bytes from the start of the buffer. */
  readonly bytes: number;
}

/** An instruction whose arguments have a place of their own. */
export interface Step {
  /** Bytes of its arguments. */
  readonly bytes: number;
  /** Writes the arguments to `at`, and tells which words hold addresses. */
  readonly write: (at: number) => Patch[];
  /** The instruction, given where the arguments are. */
  readonly instruction: (at: number) => Instruction;
}

const pad = (bytes: number) => (bytes + 7) & ~7;

function patchOf(word: number, o: Operand, itemBytes: number): Patch {
  return { word, buffer: o.buffer, bytes: o.offset * itemBytes };
}

/** Compiles the kernels of `launches` together, which is faster than one by one. */
export function compileKernels(launches: readonly Launch[]): void {
  slotsOf(launches.map(({ kernel, space }) => ({
    kernel,
    variant: variantOf(kernel, collapse(space)),
  })));
}

/** The instruction of a launch. */
export function launchStep(launch: Launch): Step {
  const { kernel, operands, scalars } = launch;
  const space = collapse(launch.space);
  const slot = slotsOf([{ kernel, variant: variantOf(kernel, space) }])[0]!;
  const sizes = [
    ...kernel.inputs.map((dtype) => itemSize[dtype]),
    ...kernel.stores.map((s) => itemSize[s.dtype]),
  ];
  return {
    bytes: pad(argsBytes(kernel, space)),
    write: (at) => {
      encode(kernel, space, operands.map(() => 0), scalars, at);
      return operands.map((o, i) =>
        patchOf((at >>> 2) + operandWord(space, i), o, sizes[i]!)
      );
    },
    instruction: (args) => ({
      kind: "run",
      slot,
      args,
      begin: 0,
      end: extentOf(space),
      grain: grainOf(kernel, space, apart(operands, sizes)),
    }),
  };
}

/** Addresses that overlap where the operands do. */
function apart(
  operands: readonly Operand[],
  sizes: readonly number[],
): number[] {
  const buffers = [...new Set(operands.map((o) => o.buffer))];
  return operands.map((o, i) =>
    buffers.indexOf(o.buffer) * 2 ** 33 + o.offset * sizes[i]!
  );
}

/** The instructions of a product and its epilogue, and the scratch memory that they need. */
export function productSteps(product: Product): {
  readonly steps: Step[];
  readonly scratch: ProgramBuffer | null;
} {
  const { dtype, shape, a, b, out, epilogue } = product;
  const plan = planProduct(dtype as Multiplied, shape, a, b);
  const scratch = plan.scratchBytes > 0
    ? new ProgramBuffer(plan.scratchBytes)
    : null;
  const operands: Record<string, Operand> = {
    a,
    b,
    out,
    ...(scratch ? { scratch: { buffer: scratch, offset: 0 } } : {}),
  };
  const size = itemSize[dtype];
  const steps = plan.calls.map((call) => callStep(call, operands, size));
  if (!epilogue) return { steps, scratch };
  const after = launchStep(epilogue);
  const { rows } = plan;
  if (rows === null) return { steps: [...steps, after], scratch };
  steps.push(chained(steps.pop()!, after, rows.perStep, rows.total));
  return { steps, scratch };
}

function callStep(
  call: ProductCall,
  operands: Record<string, Operand>,
  size: number,
): Step {
  const slot = slotOf(call.key, call.emit);
  return {
    bytes: pad(4 * call.words.length),
    write: (at) => {
      writeArgs(call, { a: 0, b: 0, out: 0, scratch: 0 }, at);
      return call.addresses.map(([word, name]) =>
        patchOf((at >>> 2) + word, operands[name]!, size)
      );
    },
    instruction: (args) => ({
      kind: "run",
      slot,
      args,
      begin: 0,
      end: call.extent,
      grain: call.grain,
    }),
  };
}

/** `first`, and `next` over the rows that each piece of it completes. */
function chained(
  first: Step,
  next: Step,
  scale: number,
  limit: number,
): Step {
  return {
    bytes: first.bytes + next.bytes,
    write: (at) => [...first.write(at), ...next.write(at + first.bytes)],
    instruction: (at) => {
      const ranged = first.instruction(at);
      const after = next.instruction(at + first.bytes);
      if (ranged.kind !== "run" || after.kind !== "run") {
        throw new Error("Cannot chain what is no range");
      }
      const { slot, args } = after;
      return {
        ...ranged,
        kind: "chained",
        next: { slot, args, scale, limit },
      };
    },
  };
}
