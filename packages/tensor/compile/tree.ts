/** Values made of tensors: arguments and results of compiled functions. */

import { Tensor } from "../tensor.ts";

/** Whether a value is an object of braces, not of a class. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** A copy of `value` in which `change` replaced the tensors in arrays and plain objects, and `other` what is neither. */
export function mapTensors(
  value: unknown,
  change: (t: Tensor) => unknown,
  other: (value: unknown) => unknown = (v) => v,
): unknown {
  if (value instanceof Tensor) return change(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    return value.map((v) => mapTensors(v, change, other));
  }
  if (!isPlain(value)) return other(value);
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, v]) => [name, mapTensors(v, change, other)]),
  );
}

/** The tensors in arrays and plain objects, in order. */
export function tensorsIn(value: unknown, out: Tensor[] = []): Tensor[] {
  if (value instanceof Tensor) out.push(value);
  else if (Array.isArray(value)) { for (const v of value) tensorsIn(v, out); }
  else if (typeof value === "object" && value !== null && isPlain(value)) {
    for (const v of Object.values(value)) tensorsIn(v, out);
  }
  return out;
}

/** Whether two values are the same but for the tensors in them; objects must have their keys in the same order, as {@linkcode tensorsIn} has. */
export function sameBut(
  a: unknown,
  b: unknown,
  same: (a: Tensor, b: Tensor) => boolean,
): boolean {
  if (a instanceof Tensor) return b instanceof Tensor && same(a, b);
  if (
    typeof a !== "object" || a === null || typeof b !== "object" || b === null
  ) return Object.is(a, b);
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) {
      if (!sameBut(a[i], b[i], same)) return false;
    }
    return true;
  }
  if (ArrayBuffer.isView(a)) return ArrayBuffer.isView(b) && sameBytes(a, b);
  if (!isPlain(a) || !isPlain(b)) return a === b;
  const names = Object.keys(a), others = Object.keys(b);
  return names.length === others.length &&
    names.every((name, i) =>
      name === others[i] && sameBut(
        (a as Record<string, unknown>)[name],
        (b as Record<string, unknown>)[name],
        same,
      )
    );
}

/** Whether two typed arrays are of one type and hold the same bits. */
function sameBytes(a: ArrayBufferView, b: ArrayBufferView): boolean {
  if (
    a.byteLength !== b.byteLength ||
    Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)
  ) return false;
  const x = bytesOf(a), y = bytesOf(b);
  for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return false;
  return true;
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView) {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** A copy of a typed array, whose contents may change; other values as they are. */
export function kept(value: unknown): unknown {
  if (!ArrayBuffer.isView(value)) return value;
  const { buffer, byteOffset, byteLength } = value;
  const copy = buffer.slice(byteOffset, byteOffset + byteLength);
  const Kind = value.constructor as new (buffer: ArrayBufferLike) => unknown;
  return new Kind(copy);
}
