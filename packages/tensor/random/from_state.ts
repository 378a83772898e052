/** Random numbers from a generator whose state is in a tensor. */

import { dispatchInto, type Op } from "../dispatch.ts";
import { allocate } from "../ops/allocate.ts";
import { onMemory } from "../ops/on_memory.ts";
import type { Tensor } from "../tensor.ts";
import { fillNormal, type FloatArray } from "./fill.ts";
import { Generator } from "./generator.ts";

/** What {@linkcode drawWhen} draws. */
export interface Drawn {
  /** A number of [0, 1), as a float64 tensor of 0 dims. */
  readonly uniform: Tensor;
  /** Normal numbers. */
  readonly normals: Tensor;
}

/** Its target are the bytes of the state, which it moves on. It is not in the op table, as nobody else is to call it. */
const draw: Op = {
  name: "random.state",
  differentiable: false,
  run(): never {
    throw new Error("Cannot draw from a copy of a state");
  },
  runInto(target, inputs, attrs) {
    const due = (inputs[1] as Tensor).contiguous();
    const { uniform, normals } = attrs as unknown as Drawn;
    const writes = [target, uniform, normals];
    onMemory("random.state", [due, target], writes, (views) => {
      const [wanted, before, after, one, many] = views;
      if (wanted![0] === 0) {
        one!.fill(0 as never);
        many!.fill(0 as never);
        return;
      }
      const generator = new Generator().setState(before as Uint8Array);
      one![0] = generator.uniform64();
      fillNormal(many as FloatArray, generator);
      after!.set(generator.getState() as never);
    });
  },
};

/**
 * Draws a uniform number and then as many normal numbers as `like` has elements
 * from a generator with the state `state`, the 5056 bytes of
 * {@linkcode Generator.getState} as an uint8 tensor, and stores its new state
 * there. If `due`, a bool of 0 dims, is false, it draws nothing and gives zeros.
 *
 * @throws {TypeError} if a tensor is not on the CPU.
 */
export function drawWhen(due: Tensor, state: Tensor, like: Tensor): Drawn {
  if ([due, state, like].some(({ device }) => device !== "cpu")) {
    throw new TypeError(
      'Cannot draw from the state of a generator on WebGPU, which has no kernel for it: use device "cpu"',
    );
  }
  const uniform = allocate(state.backend, "float64", []);
  const normals = allocate(like.backend, like.dtype, like.shape);
  dispatchInto(draw, state, [state, due], { uniform, normals });
  return { uniform, normals };
}
