// The part of @std/assert that our tests use, for machines that cannot reach
// jsr.io. See scripts/setup.ts.

/** Error thrown by a failed assertion. */
export class AssertionError extends Error {
  override name = "AssertionError";
}

type Constructor<T> = abstract new (...args: never[]) => T;

function same(a: unknown, b: unknown): boolean {
  return a === b || Object.is(a, b);
}

function isBuffer(value: object): value is ArrayBufferLike {
  return value instanceof ArrayBuffer || value instanceof SharedArrayBuffer;
}

function bytesOf(value: ArrayBufferLike | DataView): Uint8Array {
  if (!(value instanceof DataView)) return new Uint8Array(value);
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}

/** Deep equality; like @std/assert, `0` equals `-0` and `NaN` equals `NaN`. */
export function equal(a: unknown, b: unknown): boolean {
  if (same(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || !a || !b) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (ArrayBuffer.isView(a) && !(a instanceof DataView)) {
    const x = a as Float32Array;
    const y = b as Float32Array;
    return x.length === y.length && x.every((v, i) => same(v, y[i]));
  }
  if (a instanceof Date) return same(+a, +(b as Date));
  if (a instanceof RegExp || a instanceof URL) return String(a) === String(b);
  if (a instanceof DataView || isBuffer(a)) {
    return equal(bytesOf(a), bytesOf(b as typeof a));
  }
  if (a instanceof Map) return equal([...a], [...b as typeof a]);
  if (a instanceof Set) {
    return a.size === (b as typeof a).size && a.isSubsetOf(b as typeof a);
  }
  const keys = enumerableKeys(a);
  return keys.length === enumerableKeys(b).length &&
    keys.every((key) => equal(Reflect.get(a, key), Reflect.get(b, key)));
}

function enumerableKeys(value: object): PropertyKey[] {
  return Reflect.ownKeys(value)
    .filter((key) => Object.prototype.propertyIsEnumerable.call(value, key));
}

function failure(what: string, msg?: string): AssertionError {
  return new AssertionError(msg === undefined ? what : `${what}: ${msg}`);
}

function show(value: unknown): string {
  return Deno.inspect(value, { depth: 8 });
}

/** Asserts that `expr` is truthy. */
export function assert(expr: unknown, msg = ""): asserts expr {
  if (!expr) throw new AssertionError(msg);
}

/** Fails. */
export function fail(msg?: string): never {
  throw failure("Failed assertion", msg);
}

/** Asserts deep equality. */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) return;
  throw failure(`Expected ${show(actual)} to equal ${show(expected)}`, msg);
}

/** Asserts the absence of deep equality. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  if (!equal(actual, expected)) return;
  throw failure(`Expected a value other than ${show(actual)}`, msg);
}

/** Asserts identity (`Object.is`). */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T {
  if (Object.is(actual, expected)) return;
  throw failure(`Expected ${show(actual)} to be ${show(expected)}`, msg);
}

/** Asserts that two numbers differ by at most `tolerance`. */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance: number = Number.isFinite(expected)
    ? Math.abs(expected * 1e-7)
    : 1e-7,
  msg?: string,
): void {
  if (Object.is(actual, expected)) return;
  if (Math.abs(expected - actual) <= tolerance) return;
  throw failure(`Expected ${actual} to be close to ${expected}`, msg);
}

/** Asserts that `error` is an `ErrorClass` whose message includes `msgIncludes`. */
export function assertIsError<E extends Error = Error>(
  error: unknown,
  ErrorClass: Constructor<E> = Error as unknown as Constructor<E>,
  msgIncludes = "",
): asserts error is E {
  if (error instanceof ErrorClass && error.message.includes(msgIncludes)) {
    return;
  }
  throw failure(
    `Expected an ${ErrorClass.name} including ${show(msgIncludes)}, ` +
      `got ${show(error)}`,
  );
}

/** Asserts that `fn` throws. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass?: Constructor<E>,
  msgIncludes?: string,
): E {
  try {
    fn();
  } catch (error) {
    assertIsError(error, ErrorClass, msgIncludes);
    return error;
  }
  throw failure("Expected function to throw");
}

/** Asserts that the promise of `fn` rejects. */
export async function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass?: Constructor<E>,
  msgIncludes?: string,
): Promise<E> {
  try {
    await fn();
  } catch (error) {
    assertIsError(error, ErrorClass, msgIncludes);
    return error;
  }
  throw failure("Expected function to reject");
}
