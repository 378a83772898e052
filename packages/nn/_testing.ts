/** What several tests use. */

import { type Tensor, tensor } from "@gradus/tensor";
import { assert, assertEquals } from "@std/assert";

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

/** The bytes that `text` writes in hexadecimal. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const pairs = text.match(/../g) ?? [];
  return Uint8Array.from(pairs, (pair) => parseInt(pair, 16));
}

/** The bytes of the elements in hexadecimal, their SHA-256 if there are more than 2048. */
export async function bitsOf(t: Tensor): Promise<string> {
  const { buffer, byteOffset, byteLength } = t.detach().dataSync();
  const bytes = new Uint8Array(buffer, byteOffset, byteLength).slice();
  if (bytes.length <= 2048) return hex(bytes);
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}

/** A float64 tensor of the given elements. */
export function doubles(
  values: readonly number[],
  shape: readonly number[],
): Tensor {
  return tensor(Float64Array.from(values)).reshape(shape);
}

/** `1/n, 2/n, ..., 1` in a shape. */
export function directionOf(t: Tensor): Tensor {
  const n = t.numel;
  const values = Array.from({ length: n }, (_, i) => (i + 1) / n);
  return doubles(values, t.shape).to(t.dtype);
}

/** Throws unless all elements are within `tolerance` of the expected ones, relative to 1 or to their size. */
export function assertClose(
  actual: Tensor | readonly number[] | null,
  expected: readonly number[],
  tolerance: number,
  what = "values",
): void {
  assert(actual !== null, `${what}: expected a tensor, got null`);
  const found = Array.isArray(actual)
    ? actual as number[]
    : Array.from((actual as Tensor).detach().dataSync(), Number);
  assert(
    found.length === expected.length,
    `${what}: expected ${expected.length} elements, got ${found.length}`,
  );
  found.forEach((value, i) => {
    const want = expected[i]!;
    const scale = Math.max(1, Math.abs(want));
    assert(
      Object.is(value, want) || Math.abs(value - want) <= tolerance * scale,
      `${what}: element ${i} is ${value}, expected ${want}`,
    );
  });
}

/**
 * Throws unless the elements have the given bytes. The last bit of float64
 * normal numbers depends on the logarithm and the sine of the system, in
 * PyTorch as here; those are compared to two units of it.
 */
export async function assertBits(
  t: Tensor,
  bits: string,
  what: string,
  options: { normal?: boolean } = {},
): Promise<void> {
  if (t.dtype !== "float64" || !options.normal) {
    assertEquals(await bitsOf(t), bits, what);
    return;
  }
  const expected = new Float64Array(bytesOf(bits).buffer);
  const found = t.detach().dataSync();
  assertEquals(found.length, expected.length, what);
  expected.forEach((want, i) => {
    const off = Math.abs(Number(found[i]) - want) / Math.abs(want || 1);
    assert(
      off <= 2 ** -51,
      `${what}: element ${i} is ${found[i]}, expected ${want}`,
    );
  });
}
