/** Results of all beginnings of a line: running sums, products and extremes. CPU only. */

import { defineOp, type Op } from "../dispatch.ts";
import { isFloating, type TypedArray } from "../dtype.ts";
import type { Tensor } from "../tensor.ts";
import {
  type Lines,
  scan,
  type ScanKind,
  type ScanType,
} from "../wasm/scan.ts";
import { allocate } from "./allocate.ts";
import { lineUp } from "./lines.ts";
import { onMemory } from "./on_memory.ts";

function running(name: string, kind: ScanKind): Op {
  return defineOp({
    name,
    differentiable: true,
    run(inputs, attrs): Tensor {
      const input = inputs[0] as Tensor;
      // Integers and bools add up and multiply in int64, as in a whole sum.
      const dtype = isFloating(input.dtype) ? input.dtype : "int64";
      const action = `compute ${name} of`;
      const { t, lines } = lineUp(action, input, attrs.dim as number);
      const source = t.to(dtype);
      const out = allocate(t.backend, dtype, t.shape);
      if (out.numel === 0) return out;
      onMemory(name, [source], [out], ([from, to]) => {
        scan(dtype as ScanType, kind, lines, from!.byteOffset, to!.byteOffset);
      });
      return out;
    },
  });
}
/** Running sums along a dim. */
export const cumsum: Op = running("cumsum", "add");
/** Running products along a dim. */
export const cumprod: Op = running("cumprod", "mul");

/**
 * Walks lines of `source` and keeps the extreme so far and the last place that
 * has it; once NaN is met, every NaN takes over.
 */
function walkExtremes(
  lines: Lines,
  source: TypedArray,
  values: TypedArray,
  indices: BigInt64Array,
  reaches: (a: number | bigint, b: number | bigint) => boolean,
): void {
  const { size, inner } = lines;
  for (let line = 0; line < lines.outer * inner; line++) {
    let at = Math.floor(line / inner) * size * inner + line % inner;
    let best = source[at]!, place = 0;
    for (let i = 0; i < size; i++, at += inner) {
      const value = source[at]!;
      if (value !== value || (best === best && reaches(value, best))) {
        best = value;
        place = i;
      }
      values[at] = best;
      indices[at] = BigInt(place);
    }
  }
}

function runningExtreme(
  name: string,
  reaches: (a: number | bigint, b: number | bigint) => boolean,
): Op {
  return defineOp({
    name,
    differentiable: true,
    run(inputs, attrs): Tensor[] {
      const { t, lines } = lineUp(
        `compute ${name} of`,
        inputs[0] as Tensor,
        attrs.dim as number,
      );
      const values = allocate(t.backend, t.dtype, t.shape);
      const indices = allocate(t.backend, "int64", t.shape);
      if (t.numel > 0) {
        onMemory(name, [t], [values, indices], ([from, to, places]) => {
          walkExtremes(lines, from!, to!, places as BigInt64Array, reaches);
        });
      }
      return [values, indices];
    },
  });
}
/** Running maxima along a dim and where they are. */
export const cummax: Op = runningExtreme("cummax", (a, b) => a >= b);
/** Running minima along a dim and where they are. */
export const cummin: Op = runningExtreme("cummin", (a, b) => a <= b);
