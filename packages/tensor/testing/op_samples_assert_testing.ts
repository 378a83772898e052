/** Comparing results of ops with what PyTorch computes, and with each other. */

import { assert, assertEquals } from "@std/assert";
import type { DType, Tensor } from "../mod.ts";
import type { Golden, Sample } from "./op_samples_testing.ts";
import { cancellingOps, zeroSignOps } from "./op_samples_kinds_testing.ts";

const relative: Partial<Record<DType, number>> = {
  float32: 1e-5,
  float64: 1e-12,
};
/** The smallest normal numbers: below them precision runs out. */
const smallest: Partial<Record<DType, number>> = {
  float32: 2 ** -126,
  float64: 2 ** -1022,
};

/** Whether `found` is the golden number, within what rounding explains. */
export function isClose(
  found: number | bigint,
  golden: number | bigint,
  dtype: DType,
  options: { absolute?: number; zeroSigns?: boolean } = {},
): boolean {
  if (typeof found === "bigint" || typeof golden === "bigint") {
    return found === golden;
  }
  if (found === 0 && golden === 0) {
    return !options.zeroSigns || Object.is(found, golden);
  }
  if (Object.is(found, golden)) return true;
  const tolerance = relative[dtype];
  if (tolerance === undefined || !Number.isFinite(golden)) return false;
  const near = options.absolute ?? smallest[dtype]!;
  return Math.abs(found - golden) <= tolerance * Math.abs(golden) + near;
}

function assertOne(
  op: string,
  out: Tensor,
  golden: Golden,
  title: string,
): void {
  assertEquals(out.dtype, golden.dtype, `dtype of ${title}`);
  assertEquals([...out.shape], [...golden.shape], `shape of ${title}`);
  const data = out.dataSync();
  const options = {
    zeroSigns: !zeroSignOps.has(op),
    // Sums cancel, so only their terms bound the error.
    ...(cancellingOps.has(op) ? { absolute: relative[golden.dtype] ?? 0 } : {}),
  };
  golden.values.forEach((value, i) => {
    assert(
      isClose(data[i]!, value, golden.dtype, options),
      `${title}: expected ${value} at ${i}, got ${data[i]}`,
    );
  });
}

/** Asserts that the results of a sample are the stored ones. */
export function assertGolden(
  op: string,
  outs: readonly Tensor[],
  sample: Sample,
): void {
  assertEquals(outs.length, sample.out!.length, sample.title);
  outs.forEach((out, k) => assertOne(op, out, sample.out![k]!, sample.title));
  const geometry = outs.map((o) => `${o.strides.join("x")}:${o.offset}`);
  if (sample.view) {
    assertEquals(geometry, sample.view, `strides of ${sample.title}`);
  }
}

/** Asserts that two lists of results are equal to the bit. */
export function assertSameBits(
  found: readonly Tensor[],
  expected: readonly Tensor[],
  title: string,
): void {
  const plain = (t: Tensor) => [t.dtype, [...t.shape], t.dataSync()];
  assertEquals(found.map(plain), expected.map(plain), title);
}
